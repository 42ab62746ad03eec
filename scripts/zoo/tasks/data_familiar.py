"""Data sets of the split `familiar`: who leaves his employer, how Britain voted, which ketchup is bought, which of two trains, who lived after a heart attack and
after breast cancer, where a player stands in the field, the ten numerals in seventeen faces that matplotlib brings, and orbits of six maps of chaos; wages, what a loan costs, how heavy
pigs become, seats of aircraft, wins of a season, what colleges ask for, cigarettes sold, the warmth of New York's airports, marks in a language, salaries of
programmers, and two series of which a later value is asked: calls to a bank and the sea at Key West. As text companies, aircraft, what borrowers do for a
living, and Collatz' sequences.

Makers as in data_common.py, whose tables and columns these are made with."""

import functools

import numpy as np

from .data_common import amounts, classes, table, text
from .data_everyday import glyphs, windows
from .data_likely import turned, with_past
from .rows import sentences

FAMILIAR = {
    "cls": ["attrition", "british_vote", "ketchup", "train_choice", "monica", "rotterdam", "fielders", "numerals", "numerals", "chaos"],
    "reg": ["mid_atlantic", "loan_rates", "pigs", "aircraft_seats", "wins", "colleges", "cigarettes", "airports_warmth", "language_marks", "salaries", "bank_calls", "key_west"],
    "lm": ["companies", "aircraft_names", "occupations", "collatz"],
    "table": ["attrition", "british_vote", "rotterdam", "monica", "fielders", "loan_rates", "aircraft_seats", "wins", "airports_warmth", "cigarettes"],
}


def drawn(package, item, make, target, drop="", **more):
    """The maker of a table of which nothing but some columns goes."""
    return lambda rng: make(rng, table(package, item).drop(columns=drop.split()), target, **more)


def logged(frame, names):
    for name in names.split():
        frame[name] = np.log1p(frame[name].astype("f8"))
    return frame


def attrition(rng):
    """Half of those who stayed are left out."""
    frame = table("modeldata", "attrition")
    return classes(rng, frame[(frame.Attrition == "Yes") | (rng.random(len(frame)) < 0.5)], "Attrition")


def ketchup(rng):
    frame = table("Ecdat", "Ketchup")
    frame.columns = [name.split(".")[-1] for name in frame]
    return classes(rng, with_past(frame, "hid", frame.choice.unique()), "choice")


def rotterdam(rng, share=1.0):
    """share: how many of those who died are kept."""
    frame = logged(table("survival", "rotterdam"), "nodes pgr er").drop(columns=["pid", "rtime", "dtime"])
    frame["death"] = frame["death"].astype(str)
    return classes(rng, frame[(frame.death == "0") | (rng.random(len(frame)) < share)], "death")


def fielders(rng):
    """Pitchers, catchers, first base, the middle of the infield, and those outside."""
    frame = logged(table("openintro", "mlb_players_18").drop(columns=["name", "team"]).dropna(), "AB R H doubles HR RBI walks strike_outs stolen_bases")
    side = {"P": "P", "C": "C", "1B": "1B", "2B": "IF", "SS": "IF", "3B": "IF", "LF": "OF", "CF": "OF", "RF": "OF"}
    frame["position"] = frame["position"].map(side)
    return classes(rng, frame.dropna(), "position")


FACES = "DejaVuSans DejaVuSans-Bold DejaVuSans-Oblique DejaVuSansMono DejaVuSansMono-Oblique DejaVuSerif DejaVuSerif-Italic DejaVuSerif-Bold DejaVuSansMono-Bold STIXGeneral STIXGeneralBol STIXGeneralItalic cmr10 cmss10 cmtt10 cmb10 DejaVuSerif-BoldItalic"


def numerals(rng):
    Y = rng.integers(0, 10, 1800)
    X = turned(rng, Y, glyphs("0123456789", FACES, 34, 28), 4, 16, 13) / 80 - 0.6
    return "cls", X + 0.4 * rng.standard_normal((len(Y), 169)).astype("f4"), Y.astype("i8"), 10


MAPS = [
    lambda v: 3.9 * v * (1 - v),
    lambda v: 1.96 * np.minimum(v, 1 - v),
    lambda v: np.sin(np.pi * v) ** 2,
    lambda v: (v + 0.38 + 0.12 * np.sin(2 * np.pi * v)) % 1,
    lambda v: np.exp(-6.2 * (2 * v - 1) ** 2) * 0.95,
    lambda v: np.where(v < 0.4, v / 0.41, (1 - v) / 0.62),
]


def chaos(rng):
    """Orbits of the logistic map, the tent, a sine, the circle, Gauss' mouse and a skewed tent, 36 values, of which each is read with some noise."""
    Y, v, X = rng.integers(0, 6, 2600), rng.uniform(0.1, 0.9, 2600), []
    for _ in range(36):
        X.append(v)
        v = np.clip(np.choose(Y, [each(v) for each in MAPS]) + 0.002 * rng.standard_normal(len(v)), 0.01, 0.99)
    X = np.stack(X, 1) + 0.06 * rng.standard_normal((len(Y), 36))
    return "cls", (3 * (X - 0.5)).astype("f4"), Y.astype("i8"), 6


def loan_rates(rng):
    names = "homeownership annual_income verified_income debt_to_income total_credit_limit total_credit_utilized inquiries_last_12m loan_purpose loan_amount term interest_rate grade"
    frame = logged(table("openintro", "loans_full_schema")[names.split()], "annual_income debt_to_income total_credit_limit total_credit_utilized")
    frame["grade"] = frame["grade"].replace({"B": "A", "D": "C", "F": "E", "G": "E"})
    return amounts(rng, frame, "interest_rate")


def aircraft_seats(rng):
    return amounts(rng, table("nycflights13", "planes")[["seats", "year", "type", "manufacturer", "engines", "engine"]], "seats")


def wins(rng):
    names = "wins runs_scored at_bats hits doubles triples homeruns walks strikeouts_by_batters earned_run_average complete_games shutouts saves errors year"
    frame = table("openintro", "mlb_teams")
    frame = frame[[name for name in names.split() if name in frame]][frame.games_played > 140]
    return amounts(rng, frame, "wins", log=False)


def airports_warmth(rng):
    frame = table("nycflights13", "weather").dropna(subset=["temp"])
    turn = 2 * np.pi * (frame["month"] + frame["day"] / 31) / 12
    frame = frame.assign(sin=np.sin(turn), cos=np.cos(turn), day_sin=np.sin(np.pi * frame["hour"] / 12), day_cos=np.cos(np.pi * frame["hour"] / 12))
    names = "origin temp humid wind_dir wind_speed precip pressure visib sin cos day_sin day_cos"
    return amounts(rng, frame[names.split()], "temp", 2700, False)


def language_marks(rng):
    return amounts(rng, table("nlme", "bdf")[["IQ.verb", "IQ.perf", "sex", "repeatgr", "aritPRET", "aritPOST", "langPRET", "ses", "langPOST"]], "langPOST", log=False)


def pigs(rng):
    return amounts(rng, table("geepack", "dietox").drop(columns=["Pig", "Litter"]), "Weight", log=False)


@functools.lru_cache(maxsize=None)
def collatz_lines():
    out = []
    for n in range(3, 1200):
        line = [n]
        while line[-1] > 1 and len(line) < 14:
            line.append(line[-1] // 2 if line[-1] % 2 == 0 else 3 * line[-1] + 1)
        out.append(" ".join(map(str, line)))
    return out


def collatz(rng):
    """Half of what is even, thrice and one of what is odd."""
    lines = collatz_lines()
    return sentences("\n".join(lines[i] for i in rng.permutation(len(lines)))[:34000], "0123456789 \n", 24)


def aircraft_names(rng):
    frame = table("nycflights13", "planes")
    return text(rng, frame["manufacturer"] + " " + frame["engine"] + ", " + frame["type"], 21)


MAKERS = dict(attrition=attrition, ketchup=ketchup, rotterdam=rotterdam, fielders=fielders, numerals=numerals, chaos=chaos, loan_rates=loan_rates, wins=wins)
MAKERS.update(aircraft_seats=aircraft_seats, airports_warmth=airports_warmth, language_marks=language_marks, pigs=pigs, collatz=collatz, aircraft_names=aircraft_names)
MAKERS.update(
    british_vote=drawn("carData", "BEPS", classes, "vote"),
    relapses=lambda rng: rotterdam(rng, 0.13),
    train_choice=drawn("Ecdat", "Train", classes, "choice", "id choiceid"),
    monica=drawn("DAAG", "monica", classes, "outcome"),
    mid_atlantic=drawn("ISLR", "Wage", amounts, "wage", "logwage region"),
    colleges=drawn("ISLR", "College", amounts, "Outstate"),
    cigarettes=drawn("plm", "Cigar", amounts, "sales"),
    salaries=drawn("modeldata", "stackoverflow", amounts, "Salary", rows=2600, log=False),
    bank_calls=lambda rng: windows(rng, np.sqrt(table("fpp2", "calls")["x"].to_numpy("f8")), 24, 2500, 6),
    key_west=lambda rng: windows(rng, table("Stat2Data", "KeyWestWater")["WaterTemp"].to_numpy("f8"), 36, 2400, 12),
    companies=lambda rng: text(rng, table("HSAUR", "Forbes2000")["name"], 19),
    occupations=lambda rng: text(rng, table("openintro", "loans_full_schema")["emp_title"].dropna(), 20),
)
