"""Data sets of the split `wider`, all made here: heart beats, gestures, words of a dozen themes, tissue, fraud, stars that reviewers give, weather
with labels by lot, signs that only four columns together tell; a wind turbine, Kepler's orbits, a queue, spectra of mixtures, houses, counts;
recipes, melodies, records, genes.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out."""

import numpy as np

from .rows import categories, picker, sentences

WIDER = {
    "cls": ["beats", "gestures", "themes", "tissue", "fraud", "stars", "weather"],
    "reg": ["turbine", "orbits", "queue", "spectra", "houses"],
    "lm": ["recipes", "melodies", "records", "genes"],
    "table": ["fraud", "weather", "houses", "turbine"],
}


def beats(rng):
    """Four kinds of heart beats, most of them normal: forty samples of a few bumps."""
    Y, t = rng.choice(4, 1800, p=[0.6, 0.2, 0.13, 0.07]), np.linspace(0, 1, 40)
    bump = lambda at, wide, high: high[:, None] * np.exp(-(((t - at[:, None]) / wide[:, None]) ** 2))
    at, one = rng.normal(0.45, 0.02, 1800), np.ones(1800)
    X = bump(at - 0.2, 0.04 * one, np.where(Y == 1, 0.0, 0.25)) + bump(at, np.where(Y == 2, 0.07, 0.025), rng.normal(1.6, 0.15, 1800))
    X += bump(at + 0.25, 0.06 * one, np.where(Y == 3, -0.35, 0.4) * rng.normal(1, 0.15, 1800))
    return "cls", (X + 0.12 * rng.standard_normal(X.shape) - 0.2).astype("f4"), Y.astype("i8"), 4


def gestures(rng):
    """Six movements of a hand: sixteen moments of three accelerations, one gesture begun sooner or later than another."""
    Y, t = rng.integers(0, 6, 1700), np.linspace(0, 2 * np.pi, 16) + rng.uniform(-0.5, 0.5, (1700, 1))
    s, c, quick = np.sin(t), np.cos(t), np.sin(3 * t)
    kinds = np.array([[s, c, 0 * t], [c, s, 0 * t], [quick, 0 * t, s], [0 * t, quick, c], [s, s, quick], [np.abs(s), c, -s]])
    X = kinds[Y, :, np.arange(1700)] * rng.uniform(0.7, 1.4, (1700, 1, 1))
    return "cls", (X + 0.45 * rng.standard_normal(X.shape)).transpose(0, 2, 1).reshape(1700, 48).astype("f4"), Y.astype("i8"), 6


def themes(rng):
    """How often each of 120 words stands in a letter of one of twelve themes: mostly not at all."""
    Y, rates = rng.integers(0, 12, 2400), rng.gamma(0.3, 1.0, (12, 120))
    return "cls", np.log1p(rng.poisson(0.7 * rates[Y] + 0.1)).astype("f4"), Y.astype("i8"), 12


def tissue(rng):
    """The middle of a patch of seven by seven: nothing, fibres, or a cell; a map of it is what segmentation asks for."""
    Y, (v, u) = rng.choice(3, 2200, p=[0.6, 0.28, 0.12]), np.mgrid[-3:4, -3:4]
    turn, off = rng.uniform(0, np.pi, (2200, 1, 1)), rng.uniform(-1, 1, (2200, 2, 1, 1))
    fibre = np.cos((u * np.cos(turn) + v * np.sin(turn)) * 2.2)
    cell = 1.6 * np.exp(-((u - off[:, 0]) ** 2 + (v - off[:, 1]) ** 2) / 3)
    X = np.where(Y[:, None, None] == 1, fibre, np.where(Y[:, None, None] == 2, cell, 0.0)) + 0.45 * rng.standard_normal((2200, 7, 7))
    return "cls", X.reshape(2200, 49).astype("f4"), Y.astype("i8"), 3


def fraud(rng):
    """One payment in twelve is none: amounts, hours, shops; the loss begins low and what is rare is hard."""
    Y = (rng.random(3000) < 1 / 12).astype("i8")
    shops, _ = categories(rng, 3000, (6,))
    X = rng.standard_normal((3000, 10))
    X[:, 0] += 1.6 * Y
    X[:, 1] -= 1.3 * Y
    X[:, 2] *= 1 + 1.2 * Y
    return "cls", np.concatenate([X, shops], 1).astype("f4"), Y, 2


def stars(rng):
    """One to five stars from what a review says; nobody gets more than six in ten right."""
    X = rng.standard_normal((2400, 24))
    taste = np.tanh(X[:, :8]) @ rng.standard_normal(8) + 0.6 * X[:, 8] * X[:, 9]
    score = (taste - taste.mean()) / taste.std() + 0.45 * rng.standard_normal(2400)
    return "cls", X.astype("f4"), np.digitize(score, [-1.2, -0.5, 0.4, 1.1]).astype("i8"), 5


def weather(rng):
    """Sun, cloud or rain from stations whose gauges have long tails; one day in five was written down by lot."""
    X = rng.standard_t(3, (2400, 14))
    score = np.tanh(X[:, :6]) @ rng.standard_normal((6, 3)) * 1.5 + np.stack([np.abs(X[:, 6]), X[:, 7], -np.abs(X[:, 8])], 1)
    Y = np.where(rng.random(2400) < 0.2, rng.integers(0, 3, 2400), score.argmax(1))
    return "cls", np.clip(X, -12, 12).astype("f4") / 1.7, Y.astype("i8"), 3


def parity(rng):
    """The sign of a product of three columns among eight: each by itself tells nothing, so nothing is seen to be learned for long."""
    X = rng.choice([-1.0, 1.0], (3000, 8))
    return "cls", (X + 0.1 * rng.standard_normal(X.shape)).astype("f4"), (X[:, :3].prod(1) > 0).astype("i8"), 2


def turbine(rng):
    """Power over the wind: a curve with two ends, and half of the variance is gusts."""
    wind, rest = rng.weibull(2, 2600) * 7, rng.standard_normal((2600, 5))
    power = 1 / (1 + np.exp(-(wind - 7) * 0.9)) * (1 + 0.1 * rest[:, 0]) - 0.5 * (wind > 15)
    Y = (power - power.mean()) / power.std() + 0.7 * rng.standard_normal(2600)
    X = np.concatenate([wind[:, None] / 4 - 1.5, rest, np.sin(rest[:, :3])], 1)
    return "reg", X.astype("f4"), Y[:, None].astype("f4"), 1


def orbits(rng):
    """Where a planet stands: the mean anomaly and the eccentricity are told, Kepler's equation is to be solved."""
    M, e, turn = rng.uniform(-np.pi, np.pi, 2600), rng.uniform(0, 0.7, 2600), rng.uniform(0, 1, 2600)
    E = M.copy()
    for _ in range(40):
        E = E - (E - e * np.sin(E) - M) / (1 - e * np.cos(E))
    X = np.stack([np.sin(M), np.cos(M), M / 2, 3 * e - 1, turn, np.sin(2 * M)], 1)
    Y = np.stack([np.cos(E) - e, np.sqrt(1 - e**2) * np.sin(E)], 1)
    return "reg", X.astype("f4"), ((Y - Y.mean(0)) / Y.std(0) + 0.03 * rng.standard_normal(Y.shape)).astype("f4"), 2


def queue(rng):
    """How long one waits at a counter, as a logarithm: load, servers, who stands before; exponential times."""
    load, servers, ahead = rng.uniform(0.2, 0.95, 2400), rng.integers(1, 6, 2400), rng.poisson(4, 2400)
    mean = (1 + ahead) / servers / (1.05 - load)
    Y = np.log(mean) + 0.35 * np.log(rng.gamma(4, 0.25, 2400))
    X = np.concatenate([np.stack([load * 4 - 2, servers / 2 - 1.5, ahead / 3 - 1], 1), rng.standard_normal((2400, 7))], 1)
    return "reg", X.astype("f4"), ((Y - Y.mean()) / Y.std())[:, None].astype("f4"), 1


def spectra(rng):
    """How much of three substances is in a mixture, from its absorption at fifty wave lengths; hardly any noise."""
    share, w = rng.dirichlet([1, 1, 1, 1], 2000)[:, :3], np.linspace(0, 1, 50)
    lines = np.stack([sum(np.exp(-(((w - rng.uniform(0, 1)) / 0.05) ** 2)) for _ in range(4)) for _ in range(3)])
    X = 1 - np.exp(-3 * share @ lines) + 0.02 * rng.standard_normal((2000, 50))
    return "reg", ((X - X.mean(0)) / X.std()).astype("f4"), ((share - share.mean(0)) / share.std(0)).astype("f4"), 3


def houses(rng):
    """The logarithm of a price: quarter and kind as columns of zeros and ones, size, age, distance; one in fifty was sold to a cousin."""
    X, (quarter, kind) = categories(rng, 2600, (9, 4))
    n = rng.standard_normal((2600, 5))
    Y = 0.8 * n[:, 0] - 0.3 * n[:, 1] ** 2 + 0.4 * n[:, 2] * kind[:, 0] + quarter @ rng.normal(0, 0.7, 9) + 0.25 * rng.standard_normal(2600)
    Y = np.where(rng.random(2600) < 0.02, Y - rng.exponential(5, 2600), Y)
    return "reg", np.concatenate([n, X], 1).astype("f4"), ((Y - Y.mean()) / Y.std())[:, None].astype("f4"), 1


def recipes(rng):
    """What cooks write."""
    pick = picker(rng)
    verbs, things, ways = ["chop", "boil", "fry", "stir", "add"], ["onion", "rice", "egg", "beans", "salt"], ["well", "slowly", "in oil"]
    line = lambda: f"{pick(verbs)} {int(rng.integers(1, 9))} {pick(things)} {pick(ways)}, {int(rng.integers(1, 60))} min. "
    return sentences("".join(line() for _ in range(1300)), "abcdefghijklmnopqrstuvwxyz0123456789 .,", 20)


def melodies(rng):
    """Tunes that step up and down a scale and come home: one note a token."""
    text = []
    for _ in range(2200):
        at, tune = 7, []
        for k in range(14):
            at = int(np.clip(at + rng.choice([-2, -1, 0, 1, 2], p=[0.1, 0.35, 0.1, 0.35, 0.1]), 0, 14)) if k % 7 else 7
            tune.append("abcdefghijklmno"[at])
        text += tune + tune[:5] + ["."]
    return sentences("".join(text), "abcdefghijklmno.", 20)


def records(rng):
    """Lines of JSON about customers."""
    pick = picker(rng)
    city, paid = lambda: pick(["oslo", "rome", "lima"]), lambda: pick(["true", "false"])
    row = lambda i: f'{{"id":{i % 1000},"city":"{city()}","paid":{paid()},"sum":{int(rng.integers(999))}}}\n'
    return sentences("".join(row(i) for i in range(900)), 'abcdefghijklmnopqrstuvwxyz0123456789{}":,\n', 24)


def genes(rng):
    """Four letters, a motif that comes back, and chance between: most of it cannot be known."""
    motif, text = "".join(rng.choice(list("acgt"), 12)), []
    while len(text) < 40000:
        text += list(motif) if rng.random() < 0.12 else [str(rng.choice(list("acgt"), p=[0.4, 0.1, 0.1, 0.4]))]
    return sentences("".join(text), "acgt", 24)


MAKERS = dict(beats=beats, gestures=gestures, themes=themes, tissue=tissue, fraud=fraud, stars=stars, weather=weather, parity=parity)
MAKERS.update(turbine=turbine, orbits=orbits, queue=queue, spectra=spectra, houses=houses)
MAKERS.update(recipes=recipes, melodies=melodies, records=records, genes=genes)
