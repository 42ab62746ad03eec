"""Data sets of the split `other`, all made here: clocks, grains, customers who leave, remarks, gaits, marks on a grid; blocks of houses, concrete, tides,
a yield; dates in two spellings, words and their reverse, a nursery rhyme.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out."""

import numpy as np

from .rows import categories, picker, sentences

OTHER = {
    "cls": ["clocks", "grains", "churn", "remarks", "gaits", "marks"],
    "reg": ["blocks", "concrete", "tides", "yields"],
    "lm": ["dates", "reversals", "rhyme"],
    "table": ["churn", "grains", "blocks", "concrete"],
}


def clocks(rng):
    """Ten by ten dots: one hand of a clock, and the eighth of the dial it points to."""
    Y, (v, u) = rng.integers(0, 8, 2200), np.mgrid[-4.5:5.5, -4.5:5.5]
    turn = (Y + rng.uniform(-0.4, 0.4, 2200)) * np.pi / 4
    along = u * np.cos(turn)[:, None, None] + v * np.sin(turn)[:, None, None]
    aside = v * np.cos(turn)[:, None, None] - u * np.sin(turn)[:, None, None]
    X = 1.4 * (along > 0) * np.exp(-(aside**2) / 0.8) * (along < 4.5) + 0.35 * rng.standard_normal((2200, 10, 10)) - 0.15
    return "cls", X.reshape(2200, 100).astype("f4"), Y.astype("i8"), 8


def grains(rng):
    """Seven measures of three kinds of wheat, correlated as sizes are."""
    Y = rng.integers(0, 3, 1200)
    size, thin = rng.standard_normal((2, 1200))
    middle = np.array([[0.4, -0.5], [1.3, 0.4], [-1.0, 0.8]])
    two = middle[Y] + 0.55 * np.stack([size, thin], 1)
    X = np.tanh(two @ rng.standard_normal((2, 7)) * 0.8) * 1.3 + 0.35 * rng.standard_normal((1200, 7))
    return "cls", X.astype("f4"), Y.astype("i8"), 3


def churn(rng):
    """One customer in four leaves: months, calls, a plan, a region; much of it is nobody's to know."""
    regions, (plan, place) = categories(rng, 2600, (3, 5))
    n = rng.standard_normal((2600, 9))
    score = 1.3 * n[:, 0] - 1.1 * n[:, 1] * plan[:, 0] + 0.9 * np.abs(n[:, 2]) + place @ rng.normal(0, 0.8, 5) - 2.2
    Y = rng.random(2600) < 1 / (1 + np.exp(-1.6 * score))
    return "cls", np.concatenate([n, regions], 1).astype("f4"), Y.astype("i8"), 2


def remarks(rng):
    """Which of ninety words a remark has, and whether it was meant well; one in eight is meant the other way round."""
    tone, X = rng.normal(0, 0.9, 90), (rng.random((2400, 90)) < 0.09).astype("f4")
    said = X @ tone + 0.3 * rng.standard_normal(2400)
    Y = (said > np.median(said)) ^ (rng.random(2400) < 0.12)
    return "cls", (X * 2 - 0.18).astype("f4"), Y.astype("i8"), 2


def gaits(rng):
    """How somebody walks, from thirty moments of what a telephone in a pocket feels."""
    Y, t = rng.integers(0, 5, 1900), np.linspace(0, 2, 30)
    pace = np.array([0.0, 1.0, 1.6, 2.4, 1.0])[Y] * rng.normal(1, 0.06, 1900)
    swing = np.array([0.1, 1.0, 1.2, 1.8, 0.5])[Y] * rng.normal(1, 0.2, 1900)
    turn = 2 * np.pi * (pace[:, None] * t + rng.random((1900, 1)))
    X = swing[:, None] * (np.sin(turn) + 0.4 * np.sin(2 * turn + 1)) + 0.4 * rng.standard_normal((1900, 30))
    return "cls", X.astype("f4"), Y.astype("i8"), 5


def marks(rng):
    """Nine by nine: a cross, a plus, a square, a bar across or down, somewhere in the middle."""
    Y, X, (v, u) = rng.integers(0, 5, 2000), 0.5 * rng.standard_normal((2000, 9, 9)), np.mgrid[-4:5, -4:5]
    for i, y in enumerate(Y):
        a, b = u - rng.integers(-1, 2), v - rng.integers(-1, 2)
        near = (np.abs(a) < 3) & (np.abs(b) < 3)
        X[i] += 1.5 * near * [np.abs(a) == np.abs(b), (a == 0) | (b == 0), np.maximum(np.abs(a), np.abs(b)) == 2, b == 0, a == 0][y]
    return "cls", X.reshape(2000, 81).astype("f4"), Y.astype("i8"), 5


def standard(Y):
    return ((Y - Y.mean(0)) / Y.std(0)).reshape(len(Y), -1).astype("f4")


def blocks(rng):
    """What a house costs by where its block lies, how old it is, who lives there; the dearest are all told as the same price."""
    n, place = rng.standard_normal((2800, 6)), rng.uniform(-1.7, 1.7, (2800, 2))
    coast = np.exp(-((place[:, 0] + 0.6 * place[:, 1]) ** 2) / 0.3)
    Y = np.exp(0.5 * n[:, 0] + 0.9 * coast - 0.2 * n[:, 1] + 0.15 * n[:, 2] * n[:, 0] + 0.28 * rng.standard_normal(2800))
    return "reg", np.concatenate([n, place], 1).astype("f4"), standard(np.minimum(Y, np.quantile(Y, 0.95))), 1


def concrete(rng):
    """Strength by what was mixed and how long it dried."""
    mixed, days = rng.dirichlet([3, 2, 2, 1, 4, 4], 1500), rng.choice([1, 3, 7, 14, 28, 90], 1500)
    Y = (4 * mixed[:, 0] + 2 * mixed[:, 1]) / (0.4 + mixed[:, 2]) * np.log1p(days) / 4 + 0.12 * rng.standard_normal(1500)
    X = np.concatenate([(mixed - mixed.mean(0)) / mixed.std(0), np.log1p(days)[:, None] - 2, (days > 20)[:, None] - 0.5], 1)
    return "reg", X.astype("f4"), standard(Y), 1


def tides(rng):
    """How high the water stands in an hour, from the last day."""
    t = np.arange(2700)
    level = np.sin(t * 0.506) + 0.45 * np.sin(t * 0.524 + 1) + 0.2 * np.sin(t * 0.253) + 0.12 * np.cumsum(rng.standard_normal(2700)) / 8
    X = np.lib.stride_tricks.sliding_window_view(level + 0.1 * rng.standard_normal(2700), 25)
    return "reg", standard(X[:, :24]).reshape(-1, 24), standard(X[:, 24:]), 1


def yields(rng):
    """Two products of a reaction by heat, pressure and four more."""
    X = rng.uniform(-1.7, 1.7, (2300, 6))
    first = np.exp(-((X[:, 0] - 0.5 * X[:, 1]) ** 2)) + 0.3 * X[:, 2]
    second = (1 - first) * np.tanh(X[:, 3]) + 0.2 * X[:, 4] ** 2
    return "reg", X.astype("f4"), standard(np.stack([first, second], 1) + 0.08 * rng.standard_normal((2300, 2))), 2


def dates(rng):
    """A date as people write it, and as a table wants it."""
    months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    def one():
        d, m, y = int(rng.integers(1, 29)), int(rng.integers(12)), int(rng.integers(90, 100))
        return f"{d:02d} {months[m]} {y}>{y}{m + 1:02d}{d:02d};"

    return sentences("".join(one() for _ in range(2000)), "abcdefghijklmnopqrstuvwxyz0123456789 >;", 17)


def reversals(rng):
    """Six letters, and the same from behind."""
    words = ["".join("abcdef"[i] for i in rng.integers(0, 6, 6)) for _ in range(1900)]
    return sentences("".join(f"{w}>{w[::-1]};" for w in words), "abcdef>;", 13)


def rhyme(rng):
    pick = picker(rng)
    who, ran, where = ["mouse", "cat", "dog", "frog", "king"], ["ran", "sat", "sang", "slept"], ["up the clock", "in a well", "on the hill"]
    line = lambda: f"the {pick(who)} {pick(ran)} {pick(where)}, {pick(['hey', 'ho', 'hum'])} {pick(['diddle', 'dumpty'])}. "
    return sentences("".join(line() for _ in range(900)), "abcdefghijklmnopqrstuvwxyz ,.", 22)


MAKERS = dict(clocks=clocks, grains=grains, churn=churn, remarks=remarks, gaits=gaits, marks=marks)
MAKERS.update(blocks=blocks, concrete=concrete, tides=tides, yields=yields, dates=dates, reversals=reversals, rhyme=rhyme)
