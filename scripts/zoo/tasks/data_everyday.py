"""Data sets of the split `everyday`: rodents caught in Arizona, customers of a telephone company, credits, letters that are spam, which juice is bought,
tissues by their genes, the cities of a day's weather, Greek letters of the fonts that matplotlib brings; how long a delivery takes, what houses and hotel
rooms cost, how old people become, what cars burn, fat in meat, and two series of which the next value is asked: electricity and sunspots. As text the names of
pets and of cakes, what pilots remark, and NumPy's own words.

Makers as in data_common.py, whose tables and columns these are made with."""

import functools
import os
import re

import numpy as np

from .data_common import LETTERS, amounts, classes, columns, table, text
from .rows import sentences

EVERYDAY = {
    "cls": ["rodents", "telco", "credit", "email", "orange_juice", "gene_expression", "cities", "greek", "greek"],
    "reg": ["deliveries", "saratoga", "hotel", "life_span", "mileage", "meat", "electricity", "sunspots"],
    "lm": ["pets", "cakes", "strikes", "numpy_words"],
    "table": ["telco", "credit", "rodents", "deliveries", "saratoga", "hotel", "mileage"],
}


def rodents(rng):
    frame = table("ratdat", "complete")[["species", "sex", "hindfoot_length", "weight", "month", "plot_type"]].dropna()
    kinds = frame.species.value_counts().index[:9]
    return classes(rng, frame[frame.species.isin(kinds)], "species")


def telco(rng):
    """Half of those who stayed are left out."""
    frame = table("modeldata", "wa_churn")
    return classes(rng, frame[(frame.churn == "Yes") | (rng.random(len(frame)) < 0.5)], "churn")


def credit(rng):
    frame = table("modeldata", "credit_data")
    for name in ("Income", "Assets", "Debt", "Amount", "Price"):
        frame[name] = np.log1p(frame[name].astype("f8"))
    return classes(rng, frame, "Status")


def email(rng):
    frame = table("openintro", "email").drop(columns="time")
    for name in ("num_char", "line_breaks", "exclaim_mess", "dollar"):
        frame[name] = np.log(frame[name] + 0.1)
    frame["spam"] = frame["spam"].astype(int).astype(str)
    return classes(rng, frame[(frame.spam == "1") | (rng.random(len(frame)) < 0.3)], "spam")


def orange_juice(rng):
    return classes(rng, table("ISLR", "OJ"), "Purchase")


def gene_expression(rng):
    """A hundred genes of 189 probes, five noisy copies of each, which stand on one side of the split."""
    frame, of = table("dslabs", "tissue_gene_expression"), np.repeat(np.arange(189), 5)
    words, Y = np.unique(frame["y"].astype(str), return_inverse=True)
    X = columns(frame[frame.columns[rng.permutation(500)[:100]]])[of]
    return "cls", (X + 0.5 * rng.standard_normal(X.shape)).astype("f4"), Y.astype("i8")[of], len(words), of


def cities(rng):
    frame = table("mosaicData", "Weather").drop(columns=["date", "year", "day", "events"])
    frame["precip"] = frame["precip"].astype(str).str.replace("T", "0.01").astype("f8")
    return classes(rng, frame, "city")


@functools.lru_cache(maxsize=None)
def glyphs(text, faces, side, size):
    """Each letter of a text in each face of matplotlib's fonts, in the middle of side by side points."""
    import matplotlib
    from PIL import Image, ImageDraw, ImageFont

    out = []
    for letter in text:
        for face in faces.split():
            page = Image.new("L", (side, side))
            font = ImageFont.truetype(os.path.join(matplotlib.get_data_path(), "fonts", "ttf", face + ".ttf"), size)
            ImageDraw.Draw(page).text((side // 2, side // 2), letter, 255, font, anchor="mm")
            out.append(page)
    return out


FACES = "DejaVuSans DejaVuSans-Oblique DejaVuSans-Bold DejaVuSerif DejaVuSerif-Bold DejaVuSansMono STIXGeneral STIXGeneralItalic"


def greek(rng):
    """14 by 14 points, turned, moved and noisy."""
    pages, X, Y = glyphs("αβγδεζηθλμξπφω", FACES, 40, 26), [], rng.integers(0, 14, 2200)
    for y in Y:
        page = pages[8 * y + rng.integers(8)].rotate(rng.uniform(-14, 14), 2)
        left, up = 6 + rng.integers(-2, 3, 2)
        X.append(np.asarray(page.crop((left, up, left + 28, up + 28)).resize((14, 14), 4), "f4").ravel() / 80 - 0.6)
    return "cls", np.stack(X) + 0.35 * rng.standard_normal((len(Y), 196)).astype("f4"), Y.astype("i8"), 14


def deliveries(rng):
    return amounts(rng, table("modeldata", "deliveries"), "time_to_delivery")


def saratoga(rng):
    return amounts(rng, table("mosaicData", "SaratogaHouses"), "price")


def hotel(rng):
    names = "lead_time stays_in_week_nights adults children meal market_segment reserved_room_type customer_type total_of_special_requests arrival_date_num historical_adr avg_price_per_room"
    frame = table("modeldata", "hotel_rates")[names.split()]
    return amounts(rng, frame[frame.avg_price_per_room > 5], "avg_price_per_room")


def life_span(rng):
    frame = table("gapminder", "gapminder").drop(columns="country")
    frame["pop"], frame["gdpPercap"] = np.log(frame["pop"]), np.log(frame["gdpPercap"])
    return amounts(rng, frame, "lifeExp", log=False)


def mileage(rng):
    names = "engine_displacement no_cylinders no_gears air_aspir_method drive_sys fuel_usage car_truck class division comb_mpg"
    return amounts(rng, table("openintro", "epa2021")[names.split()], "comb_mpg")


def meat(rng):
    """Spectra of 215 pieces, four noisy copies of each, by every other wave length."""
    frame, of = table("modeldata", "meats"), np.repeat(np.arange(215), 4)
    spectra = frame.filter(regex="x_").to_numpy("f8")[of, ::2]
    slopes = np.diff(spectra, axis=1)
    X = (slopes - slopes.mean(0)) / slopes.std(0)
    y = frame["fat"].to_numpy("f8")[of]
    return "reg", (X + 0.1 * rng.standard_normal(X.shape)).astype("f4"), ((y - y.mean()) / y.std()).astype("f4")[:, None], 1, of


def windows(rng, values, before, rows, ahead=1):
    v = (values - values.mean()) / values.std()
    at = rng.permutation(len(v) - before - ahead)[:rows]
    return "reg", np.stack([v[i : i + before] for i in at]).astype("f4"), np.stack([v[i + before + ahead - 1] for i in at]).astype("f4")[:, None], 1


def electricity(rng):
    return windows(rng, table("fpp2", "elecdemand")["Demand"].to_numpy("f8"), 24, 2400, 6)


def sunspots(rng):
    return windows(rng, np.sqrt(table("datasets", "sunspot.month")["value"].to_numpy("f8")), 30, 2400, 3)


def pets(rng):
    return text(rng, table("openintro", "seattlepets")["animal_name"], 18)


def cakes(rng):
    frame = table("bakeoff", "challenges")
    return text(rng, [*frame["signature"], *frame["showstopper"]], 22)


def strikes(rng):
    lines = [line for line in table("openintro", "birds")["remarks"] if isinstance(line, str) and 15 < len(line) < 90]
    return text(rng, lines, 20)


def numpy_words(rng):
    words = [re.sub(r"\s+", " ", getattr(getattr(np, name), "__doc__", None) or "") for name in sorted(np.__all__)]
    some = [words[i].lower() for i in rng.permutation(len(words))]
    return sentences("\n".join(some)[:34000], LETTERS, 24)


MAKERS = dict(rodents=rodents, telco=telco, credit=credit, email=email, orange_juice=orange_juice, gene_expression=gene_expression, cities=cities, greek=greek)
MAKERS.update(deliveries=deliveries, saratoga=saratoga, hotel=hotel, life_span=life_span, mileage=mileage, meat=meat, electricity=electricity)
MAKERS.update(sunspots=sunspots, pets=pets, cakes=cakes, strikes=strikes, numpy_words=numpy_words)
