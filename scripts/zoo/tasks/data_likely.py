"""Data sets of the split `likely`: a pitcher's throws, a plebiscite, where people fish, whose processor it is, which yogurt is bought, who lived ten years on after a
blood test, small signs of a font, and control charts of six kinds (as Alcock and Manolopoulos made them in 1999); how many are born on a day, what homes in Texas
cost, how many runs a season has, what a flight costs and how long it is in the air, who takes the train, what rice farms harvest, the land beside a piece of land,
and two series of which a later value is asked: an ice core's and the hours' temperatures of Seattle. As text names of restaurants, lectures, branches of trade and
what was said of stolen records.

Makers as in data_common.py, whose tables and columns these are made with."""

import functools
import os
import re

import numpy as np

from .data_common import amounts, classes, table, text
from .data_everyday import glyphs, windows

LIKELY = {
    "cls": ["pitches", "plebiscite", "fishing", "processors", "yogurts", "light_chains", "signs", "control_charts"],
    "reg": ["births", "texas_homes", "batting", "airfare", "air_time", "trains", "rice", "terrain", "ice_core", "temperatures"],
    "lm": ["restaurants", "lectures", "branches_of_trade", "breaches"],
    "table": ["pitches", "plebiscite", "yogurts", "light_chains", "texas_homes", "batting", "air_time", "rice", "births"],
}


def pitches(rng):
    frame = table("Stat2Data", "Kershaw")
    names = "StartSpeed EndSpeed HDev VDev HPos VPos Nasty BallCount StrikeCount Inning BatterHand PitchType"
    frame[["StartSpeed", "EndSpeed", "HDev", "VDev"]] += rng.standard_normal((len(frame), 4)) * [1.5, 1.5, 1.5, 2.5]
    return classes(rng, frame[frame.PitchType.isin(["FF", "SL", "CU"])][names.split()], "PitchType")


def plebiscite(rng):
    return classes(rng, table("carData", "Chile").dropna(), "vote")


def fishing(rng):
    frame = table("Ecdat", "Fishing").drop(columns=["price", "catch"])
    for name in frame.filter(regex="^p"):
        frame[name] = np.log(frame[name] + 1)
    return classes(rng, frame, "mode")


def processors(rng):
    frame = table("openintro", "cpu")[["company", "cores", "threads", "base_clock", "boost_clock", "process", "l3_cache", "tdp"]]
    return classes(rng, frame, "company")


def with_past(frame, who, kinds):
    """What the same customer bought before is known, as a shop knows it."""
    for kind in kinds:
        bought = (frame.choice == kind).astype("f8")
        frame["had." + kind] = (bought.groupby(frame[who]).cumsum() - bought) / (frame.groupby(who).cumcount() + 2)
    return frame.drop(columns=who)


def yogurts(rng):
    return classes(rng, with_past(table("Ecdat", "Yogurt"), "id", ("yoplait", "dannon", "weight")), "choice")


def light_chains(rng):
    frame = table("survival", "flchain").drop(columns=["futime", "chapter"])
    frame["death"] = frame["death"].astype(str)
    return classes(rng, frame, "death")


def turned(rng, Y, pages, corner, most, side):
    """A page of each y, turned, moved, and side by side points of it."""
    X, faces = [], len(pages) // (int(Y.max()) + 1)
    for y in Y:
        left, up = corner + rng.integers(-3, 4, 2)
        page = pages[faces * y + rng.integers(faces)].rotate(rng.uniform(-most, most), 2).crop((left, up, left + 26, up + 26)).resize((side, side), 4)
        X.append(np.asarray(page, "f4").ravel())
    return np.stack(X)


def signs(rng):
    Y = rng.integers(0, 12, 2000)
    X = turned(rng, Y, glyphs("☀☂☎☘♔♞♣♥♪⚑✈✿", "DejaVuSans DejaVuSans-Bold", 36, 24), 5, 20, 12) / 70 - 0.7
    return "cls", X + 0.45 * rng.standard_normal((len(Y), 144)).astype("f4"), Y.astype("i8"), 12


def control_charts(rng):
    """Normal, cyclic, a trend up or down, a shift up or down; noise in all of them."""
    t, Y = np.arange(48.0), rng.integers(0, 6, 2600)
    X = 1.2 * rng.standard_normal((len(Y), 48))
    for x, y in zip(X, Y):
        size, at = rng.uniform(0.6, 1.6), rng.integers(14, 34)
        x += [0 * t, 2 * size * np.sin(2 * np.pi * t / rng.uniform(9, 14)), 0.08 * size * (t - 24), -0.08 * size * (t - 24), 2 * size * (t > at), -2 * size * (t > at)][y]
    return "cls", ((X - X.mean(1, keepdims=True)) / 2).astype("f4"), Y.astype("i8"), 6


def births(rng):
    frame = table("mosaicData", "Births")
    turn = 2 * np.pi * frame["day_of_year"] / 365.25
    frame = frame.assign(sin=np.sin(turn), cos=np.cos(turn), late=np.sin(2 * turn))
    return amounts(rng, frame[["births", "wday", "year", "sin", "cos", "late", "day_of_month"]], "births", 2800, False)


def texas_homes(rng):
    frame = table("ggplot2", "txhousing").dropna()
    frame[["sales", "listings"]] = np.log1p(frame[["sales", "listings"]])
    busy = frame.city.isin(frame.city.value_counts().index[:10])
    return amounts(rng, frame[busy].drop(columns=["volume", "date"]), "median")


def batting(rng):
    frame = table("plyr", "baseball")[["r", "year", "g", "ab", "h", "X2b", "X3b", "hr", "sb", "bb", "so"]]
    return amounts(rng, frame[frame.ab > 60].assign(r=lambda f: f.r + 1), "r")


def airfare(rng):
    frame = table("wooldridge", "airfare")[["fare", "year", "dist", "passen", "bmktshr"]]
    return amounts(rng, frame.assign(passen=np.log(frame.passen), long=np.log(frame.dist)), "fare")


def air_time(rng):
    frame = table("nycflights13", "flights")[["air_time", "month", "hour", "carrier", "origin", "distance", "dep_delay"]].dropna()
    return amounts(rng, frame[frame.distance < 1300], "air_time", 2800)


def trains(rng):
    """Twelve stations two weeks ago, and the weather of the day."""
    frame = table("modeldata", "Chicago")
    names = "ridership Austin Belmont Oak_Park Western Clark_Lake Clinton Harlem Monroe Polk Kedzie Addison Montrose temp dew wind percip weather_snow Cubs_Home"
    return amounts(rng, frame[names.split()], "ridership", 2600, False)


def rice(rng):
    names = "goutput size status varieties bimas seed urea phosphate pesticide pseed purea hiredlabor famlabor wage price region"
    frame = table("plm", "RiceFarms")[names.split()]
    for name in "size seed urea phosphate pesticide hiredlabor famlabor wage price".split():
        frame[name] = np.log1p(frame[name])
    return amounts(rng, frame, "goutput")


@functools.lru_cache(maxsize=None)
def land():
    """The heights of Jacksboro in Tennessee that matplotlib brings, and their place in them."""
    import matplotlib

    return np.load(os.path.join(matplotlib.get_data_path(), "sample_data", "jacksboro_fault_dem.npz"))["elevation"].astype("f8")


def terrain(rng):
    """Of twelve by twelve heights: how much higher the land is five places farther east."""
    Z, rows = land(), 2400
    up, left = rng.integers(0, Z.shape[0] - 12, rows), rng.integers(0, Z.shape[1] - 17, rows)
    pieces = np.stack([Z[i : i + 12, j : j + 12] for i, j in zip(up, left)])
    middle = pieces.mean((1, 2))
    y = np.array([Z[i + 4 : i + 8, j + 16].mean() for i, j in zip(up, left)]) - middle
    X = (pieces - middle[:, None, None]) / pieces.std()
    return "reg", (4 * X.reshape(rows, -1) + 0.3 * rng.standard_normal((rows, 144))).astype("f4"), (y / y.std()).astype("f4")[:, None], 1


def ice_core(rng):
    return windows(rng, table("DAAG", "edcT")["dT"].dropna().to_numpy("f8"), 30, 2400, 4)


def temperatures(rng):
    from vega_datasets import local_data

    return windows(rng, local_data.seattle_temps()["temp"].to_numpy("f8"), 24, 2400, 9)


def restaurants(rng):
    return text(rng, sorted(set(table("causaldata", "restaurant_inspections")["business_name"].dropna())), 20)


def lectures(rng):
    return text(rng, table("openintro", "ucla_f18")["course"], 24)


def branches_of_trade(rng):
    return text(rng, table("validate", "nace_rev2")["Description"], 22)


def breaches(rng):
    said = [re.sub(r"\s+", " ", line) for line in table("Ecdat", "breaches")["Summary"] if isinstance(line, str) and len(line) > 30]
    return text(rng, [line[:110] for line in said], 26)


MAKERS = dict(pitches=pitches, plebiscite=plebiscite, fishing=fishing, processors=processors, yogurts=yogurts, light_chains=light_chains, signs=signs)
MAKERS.update(control_charts=control_charts, births=births, texas_homes=texas_homes, batting=batting, airfare=airfare, air_time=air_time, trains=trains)
MAKERS.update(rice=rice, terrain=terrain, ice_core=ice_core, temperatures=temperatures, restaurants=restaurants, lectures=lectures)
MAKERS.update(branches_of_trade=branches_of_trade, breaches=breaches)
