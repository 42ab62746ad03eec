"""Data sets of the split `handy`: where an olive oil comes from, which crackers are bought, whose mortgage is denied, who gets a credit card, who survives a crash, who
does not pay his card, livers that fail, biopsies, boys and girls of a school, splinters of glass, thrown dice and rhythms; houses of Boston and Sacramento, children
of tall parents, how long a package is checked, what a state of the union makes, violence, deaths on the road, what pupils learn of mathematics,
houses of Grinnell, measles and its like, how much of an anaesthetic is in the blood, a circuit's voltage and Hartmann's function, and two series of which a later
value is asked: Melbourne's days and a country's half hours of electricity. As text what Unicode calls its characters, numbers with their prime factors, numbers in words,
and the places of time zones.

Makers as in data_common.py, whose tables and columns these are made with."""

import functools
import unicodedata
import zoneinfo

import numpy as np
from PIL import Image, ImageDraw

from .data_common import LETTERS, amounts, classes, columns, table
from .data_everyday import windows
from .data_familiar import drawn, logged
from .data_likely import with_past
from .rows import sentences

HANDY = {
    "cls": ["olive", "crackers", "mortgages", "credit_cards", "crashes", "defaults", "livers", "biopsy", "pupils", "glass", "dice", "dice", "rhythms"],
    "reg": ["boston", "sacramento", "galton", "check_times", "states", "violence", "seat_belts", "mathematics", "grinnell", "diseases", "anaesthetic", "otl_circuit", "hartmann", "melbourne", "half_hours"],
    "lm": ["unicode_names", "prime_factors", "numbers_in_words", "time_zones"],
    "table": ["crackers", "mortgages", "crashes", "pupils", "defaults", "sacramento", "check_times", "violence", "mathematics", "diseases", "anaesthetic"],
}


def copied(rng, frame, target, times, noise):
    """Noisy copies of few rows, which stand on one side of the split."""
    of = np.repeat(np.arange(len(frame)), times)
    words, Y = np.unique(frame[target].astype(str), return_inverse=True)
    X = columns(frame.drop(columns=target))[of]
    return "cls", (X + noise * rng.standard_normal(X.shape)).astype("f4"), Y.astype("i8")[of], len(words), of


def olive(rng):
    return copied(rng, table("dslabs", "olive").drop(columns="region"), "area", 4, 0.25)


def glass(rng):
    return copied(rng, table("MASS", "fgl"), "type", 8, 0.2)


def livers(rng):
    """Visits of the same patient stand on one side; what is asked is who died in the end."""
    frame = logged(table("survival", "pbcseq"), "bili chol ast alk.phos platelet protime")
    of = np.unique(frame["id"], return_inverse=True)[1]
    X = columns(frame.drop(columns=["id", "futime", "status"]))
    return "cls", X, (frame["status"] == 2).to_numpy("i8"), 2, of


def crackers(rng):
    return classes(rng, with_past(table("Ecdat", "Cracker"), "id", ("sunshine", "kleebler", "nabisco", "private")), "choice")


def mortgages(rng):
    """A fourth of those granted are kept."""
    frame = table("AER", "HMDA").drop(columns="afam")
    return classes(rng, frame[(frame.deny == "yes") | (rng.random(len(frame)) < 0.25)], "deny")


def crashes(rng):
    """One in fourteen of those who lived are kept."""
    frame = table("DAAG", "nassCDS").drop(columns=["weight", "caseid", "injSeverity"]).dropna()
    return classes(rng, frame[(frame.dead == "dead") | (rng.random(len(frame)) < 0.07)], "dead")


def defaults(rng, kept=0.12):
    frame = table("ISLR", "Default")
    return classes(rng, frame[(frame.default == "Yes") | (rng.random(len(frame)) < kept)], "default")


def pupils(rng):
    frame = table("openintro", "yrbss").drop(columns=["race", "hispanic"]).dropna(subset=["gender", "height", "weight"])
    return classes(rng, frame, "gender")


PIPS = {1: "e", 2: "ai", 3: "aei", 4: "acgi", 5: "acegi", 6: "acdfgi"}


@functools.lru_cache(maxsize=None)
def die(face):
    page = Image.new("L", (40, 40))
    pen = ImageDraw.Draw(page)
    pen.rectangle((8, 8, 32, 32), outline=110)
    for pip in PIPS[face]:
        row, column = divmod("abcdefghi".index(pip), 3)
        x, y = 13 + 7 * column, 13 + 7 * row
        pen.ellipse((x - 2, y - 2, x + 2, y + 2), fill=255)
    return page


def dice(rng):
    """14 by 14 points, turned as far as they fall."""
    Y, X = rng.integers(0, 6, 2000), []
    for y in Y:
        left, up = 6 + rng.integers(-2, 3, 2)
        X.append(np.asarray(die(int(y) + 1).rotate(rng.uniform(-35, 35), 2).crop((left, up, left + 28, up + 28)).resize((14, 14), 4), "f4").ravel())
    return "cls", np.stack(X) / 70 - 0.5 + 0.45 * rng.standard_normal((len(Y), 196)).astype("f4"), Y.astype("i8"), 6


MEASURES = ["x..x..x.x.x.", "x...x...x...", "x.xx.xx.xx.x", "x.....x.....", "xx.x.xx.x.x."]


def rhythms(rng):
    """Twelve places a bar, each a little late or soft, begun anywhere; 48 values of loudness."""
    Y, X = rng.integers(0, 5, 2400), []
    for y in Y:
        hits = np.array([c == "x" for c in MEASURES[y]] * 4, float) * rng.uniform(0.5, 1.2, 48)
        hits[rng.random(48) < 0.06] *= 0.2
        hits = np.roll(hits, int(rng.integers(0, 12)))
        X.append(hits + 0.5 * np.roll(hits, 1) + 0.22 * rng.standard_normal(48))
    return "cls", (2 * np.stack(X) - 0.8).astype("f4"), Y.astype("i8"), 5


def check_times(rng):
    frame = table("modeldata", "check_times").drop(columns=["package"])
    return amounts(rng, frame[frame.check_time > 0], "check_time")


def sacramento(rng):
    return amounts(rng, table("modeldata", "Sacramento").drop(columns=["zip"]), "price")


def states(rng):
    return amounts(rng, logged(table("Ecdat", "Produc").drop(columns=["state"]), "pcap hwy water util pc emp"), "gsp")


def violence(rng):
    return amounts(rng, table("AER", "Guns").drop(columns=["murder", "robbery"]), "violent")


def grinnell(rng):
    frame = table("Stat2Data", "GrinnellHouses")[["Bedrooms", "Baths", "SquareFeet", "LotSize", "YearBuilt", "YearSold", "SalePrice"]].dropna(subset=["SquareFeet", "SalePrice"])
    return amounts(rng, frame[frame.SalePrice > 1000], "SalePrice")


def diseases(rng):
    frame = table("dslabs", "us_contagious_diseases")
    frame = frame[(frame["count"] > 0) & (frame.population > 0)]
    frame = logged(frame.assign(rate=1e6 * frame["count"] / frame.population), "population")
    return amounts(rng, frame[["disease", "state", "year", "weeks_reporting", "population", "rate"]], "rate")


def anaesthetic(rng):
    frame = table("nlme", "Remifentanil").dropna(subset=["conc"]).drop(columns=["ID", "Subject"])
    return amounts(rng, logged(frame, "Time"), "conc")


def otl_circuit(rng):
    """The midpoint voltage of a push-pull circuit without a transformer (Ben-Ari and Steinberg 2007)."""
    u = rng.random((2600, 6))
    b1, b2, f, c1, c2, beta = (u * [100, 45, 2.5, 1.3, 0.95, 250] + [50, 25, 0.5, 1.2, 0.25, 50]).T
    vb1, ground = 12 * b2 / (b1 + b2), beta * (c2 + 9)
    y = (vb1 + 0.74) * ground / (ground + f) + 11.35 * f / (ground + f) + 0.74 * f * ground / ((ground + f) * c1)
    return "reg", (3.4 * (u - 0.5)).astype("f4"), ((y - y.mean()) / y.std() + 0.06 * rng.standard_normal(len(y))).astype("f4")[:, None], 1


HILLS = np.array([[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]])
TOPS = np.array([[1312, 1696, 5569, 124, 8283, 5886], [2329, 4135, 8307, 3736, 1004, 9991], [2348, 1451, 3522, 2883, 3047, 6650], [4047, 8828, 8732, 5743, 1091, 381]]) / 1e4


def hartmann(rng):
    """Four hills in six directions, in logarithms."""
    u = rng.random((2800, 6))
    y = np.log((np.exp(-(HILLS * (u[:, None] - TOPS) ** 2).sum(2)) * [1, 1.2, 3, 3.2]).sum(1) + 1e-3)
    return "reg", (3.4 * (u - 0.5)).astype("f4"), ((y - y.mean()) / y.std() + 0.1 * rng.standard_normal(len(y))).astype("f4")[:, None], 1


def unicode_names(rng):
    names = [unicodedata.name(chr(n), "") for n in [*range(0x21, 0x590), *range(0x2010, 0x2800), *range(0x1F300, 0x1F650)]]
    some = [names[i].lower() for i in rng.permutation(len(names)) if names[i]]
    return sentences("\n".join(some)[:34000], LETTERS, 22)


def factors(n):
    out, by = [], 2
    while n > 1:
        while n % by == 0:
            out.append(by)
            n //= by
        by += 1
    return out


@functools.lru_cache(maxsize=None)
def factor_lines():
    return [f"{n}=" + "*".join(map(str, factors(n))) for n in range(2, 4000)]


def prime_factors(rng):
    lines = factor_lines()
    return sentences("\n".join(lines[i] for i in rng.permutation(len(lines)))[:34000], "0123456789*=\n", 24)


ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
TENS = "x x twenty thirty forty fifty sixty seventy eighty ninety".split()


def in_words(n):
    if n < 20:
        return ONES[n]
    if n < 100:
        return TENS[n // 10] + ("-" + ONES[n % 10] if n % 10 else "")
    if n < 1000:
        return ONES[n // 100] + " hundred" + (" and " + in_words(n % 100) if n % 100 else "")
    return in_words(n // 1000) + " thousand" + (" " + in_words(n % 1000) if n % 1000 else "")


def numbers_in_words(rng):
    return sentences("\n".join(in_words(int(n)) for n in rng.integers(1, 100000, 900))[:34000], LETTERS, 24)


def time_zones(rng):
    names = [name.lower().replace("/", ", ").replace("_", " ") for name in sorted(zoneinfo.available_timezones()) if "/" in name and "Etc" not in name]
    return sentences("\n".join(names[i] for _ in range(3) for i in rng.permutation(len(names)))[:34000], LETTERS, 20)


MAKERS = dict(olive=olive, glass=glass, livers=livers, crackers=crackers, mortgages=mortgages, crashes=crashes, defaults=defaults, pupils=pupils, dice=dice, rhythms=rhythms)
MAKERS.update(check_times=check_times, sacramento=sacramento, states=states, violence=violence, grinnell=grinnell, diseases=diseases, anaesthetic=anaesthetic)
MAKERS.update(otl_circuit=otl_circuit, hartmann=hartmann, unicode_names=unicode_names, prime_factors=prime_factors, numbers_in_words=numbers_in_words, time_zones=time_zones)
MAKERS.update(
    defaulters=lambda rng: defaults(rng, 0.38),
    credit_cards=drawn("AER", "CreditCard", classes, "card", "share expenditure"),
    biopsy=drawn("MASS", "biopsy", classes, "class", "ID"),
    boston=drawn("MASS", "Boston", amounts, "medv", "black"),
    galton=drawn("HistData", "GaltonFamilies", amounts, "childHeight", "family midparentHeight", log=False),
    seat_belts=drawn("AER", "USSeatBelts", amounts, "fatalities", "state"),
    mathematics=drawn("mlmRev", "egsingle", amounts, "math", "schoolid childid", log=False),
    melbourne=lambda rng: windows(rng, table("quantreg", "MelTemp")["value"].to_numpy("f8"), 28, 2400, 2),
    half_hours=lambda rng: windows(rng, table("forecast", "taylor")["x"].to_numpy("f8"), 24, 2400, 8),
)
