"""Data sets of the split `unseen`, all generated here but for the source of Python's own library: drawn shapes, vowels, pairs, graphs, orders with
categories; Lorenz's equations, ratings, a robot's arm, noise to be told from points, pictures to be drawn again; log lines.

Each maker takes a NumPy generator and returns kind, X, Y, classes as those in data.py do; classes are the outputs where Y is a number or several.
"""

import json
import os

import numpy as np

from .rows import categories, picker, sentences

UNSEEN = {
    "cls": ["shapes", "vowels", "pairs", "graphs", "orders"],
    "reg": ["lorenz", "ratings", "arm", "denoise", "redraw"],
    "lm": ["library", "access"],
    "table": ["orders", "arm", "vowels"],
}
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789 \n()[]{}.,:;=+-*/_'\"#<>!%&|@^~?$\\`"


def drawn(rng, side, n):
    """Discs, squares, triangles, crosses and rings of any size and place."""
    y, x = np.mgrid[0:side, 0:side]
    kinds, pictures = rng.integers(0, 5, n), np.zeros((n, side, side))
    for i, kind in enumerate(kinds):
        r = rng.uniform(0.26, 0.42) * side
        u, v = x - rng.uniform(r, side - r - 1), y - rng.uniform(r, side - r - 1)
        far, wide = np.hypot(u, v), np.maximum(abs(u), abs(v))
        pictures[i] = (
            far < r,
            wide < r * 0.8,
            (v > -r) & (v < r * 0.8) & (abs(u) < (v + r) / 2),
            (wide < r) & (np.minimum(abs(u), abs(v)) < 1),
            abs(far - r) < 0.8,
        )[kind]
    return pictures, kinds


def shapes(rng):
    pictures, kinds = drawn(rng, 10, 1500)
    return "cls", (2 * pictures - 0.7 + 0.35 * rng.standard_normal(pictures.shape)).reshape(1500, 100).astype("f4"), kinds.astype("i8"), 5


def vowels(rng):
    """Spectra of seven vowels: two formants over the harmonics of a voice, in decibels."""
    formants = np.array([[300, 2300], [450, 1900], [650, 1700], [750, 1200], [500, 900], [350, 700], [350, 1500]])
    Y = rng.integers(0, 7, 1600)
    hertz = np.linspace(100, 3000, 48)
    middle = formants[Y] * rng.normal(1, 0.06, (1600, 2))
    strength = sum(np.exp(-(((hertz - middle[:, k : k + 1]) / 160) ** 2)) * (1, 0.7)[k] for k in (0, 1))
    voice = 1 + 0.5 * np.cos(hertz / rng.uniform(90, 220, (1600, 1)) * 2 * np.pi)
    X = np.log(strength * voice + 0.03) + 0.35 * rng.standard_normal((1600, 48))
    return "cls", ((X - X.mean()) / X.std()).astype("f4"), Y.astype("i8"), 7


def pairs(rng):
    """Two portraits each of one of nine people: the same one, or not."""
    people = rng.standard_normal((9, 12))
    first, same = rng.integers(0, 9, 2600), rng.random(2600) < 0.5
    second = np.where(same, first, (first + rng.integers(1, 9, 2600)) % 9)
    X = np.concatenate([people[first], people[second]], 1) + 0.45 * rng.standard_normal((2600, 24))
    return "cls", X.astype("f4"), same.astype("i8"), 2


def graphs(rng):
    """Eight nodes: a ring, a star, or two clusters, under new numbers and with some edges wrong. 64 columns of edges, 16 of the nodes."""
    ring, star, halves = np.roll(np.eye(8), 1, 1), np.zeros((8, 8)), np.kron(np.eye(2), np.ones((4, 4)))
    star[0] = 1
    plain, Y, X = [ring, star, halves], rng.integers(0, 3, 1500), np.zeros((1500, 80))
    for i, kind in enumerate(Y):
        order = rng.permutation(8)
        edges = np.triu(np.maximum(plain[kind], plain[kind].T)[order][:, order], 1)
        edges = np.triu(np.abs(edges - (rng.random((8, 8)) < 0.1)), 1)
        edges = edges + edges.T
        X[i] = np.concatenate([edges.ravel(), (edges.sum(1) / 4 - 1), rng.standard_normal(8) * 0.5])
    return "cls", X.astype("f4"), Y.astype("i8"), 3


def orders(rng):
    """Three categories as columns of zeros and ones, five numbers, three fates of an order; one label in ten by lot."""
    X, columns = categories(rng, 2400, (6, 4, 8))
    numbers = rng.standard_normal((2400, 5))
    worth = [c @ rng.standard_normal((c.shape[1], 3)) for c in columns]
    score = worth[0] + worth[1] * np.tanh(numbers[:, :1] * 2) + worth[2] * 0.7 + np.abs(numbers[:, 1:4]) * 1.5
    Y = np.where(rng.random(2400) < 0.1, rng.integers(0, 3, 2400), score.argmax(1))
    return "cls", np.concatenate([X, numbers], 1).astype("f4"), Y.astype("i8"), 3


def lorenz(rng):
    """Where x will be a quarter of a second later, from eight states (Lorenz 1963, Euler steps of a hundredth)."""
    at, path = rng.standard_normal(3) + [0, 0, 25], np.zeros((9000, 3))
    for i in range(9000):
        x, y, z = at
        at = at + 0.01 * np.array([10 * (y - x), x * (28 - z) - y, x * y - 8 / 3 * z])
        path[i] = at
    path = ((path - path.mean(0)) / path.std(0))[500:]
    rows = rng.integers(0, len(path) - 60, 2400)
    X = path[rows[:, None] + np.arange(0, 32, 4)].reshape(2400, 24)
    return "reg", (X + 0.03 * rng.standard_normal(X.shape)).astype("f4"), path[rows + 53, :1].astype("f4"), 1


def ratings(rng):
    """What forty people think of fifty films: four tastes, moods and noise; one column a person and one a film."""
    X, (who, what) = categories(rng, 3000, (40, 50))
    tastes, films = rng.standard_normal((40, 4)), rng.standard_normal((50, 4))
    Y = ((who @ tastes) * (what @ films)).sum(1) / 2 + who @ rng.standard_normal(40) * 0.5 + what @ rng.standard_normal(50) * 0.5
    Y = (Y - Y.mean()) / Y.std() + 0.3 * rng.standard_normal(3000)
    return "reg", X.astype("f4"), Y[:, None].astype("f4"), 1


def arm(rng):
    """How far the hand of an arm of four joints is from the cup."""
    angles = rng.uniform(-1.6, 1.6, (2200, 4))
    turned = np.cumsum(angles, 1)
    hand = np.stack([np.cos(turned).sum(1), np.sin(turned).sum(1)], 1)
    Y = np.hypot(*(hand - [2.0, 1.0]).T)
    X = np.concatenate([np.sin(angles), np.cos(angles), angles, rng.standard_normal((2200, 2))], 1)
    return "reg", X.astype("f4"), ((Y - Y.mean()) / Y.std() + 0.08 * rng.standard_normal(2200))[:, None].astype("f4"), 1


def denoise(rng):
    """Diffusion in the plane: which noise was added to a point of a spiral, from the noisy point and the time."""
    t, r = rng.random((4000, 1)), np.sqrt(rng.random((4000, 1)))
    points = np.concatenate([r * np.cos(9 * r), r * np.sin(9 * r)], 1) * 1.8
    noise, keep = rng.standard_normal((4000, 2)), np.cos(t * np.pi / 2)
    X = np.concatenate(
        [keep * points + np.sqrt(1 - keep**2) * noise, t, keep, np.sin(6 * t), np.cos(6 * t), np.sin(13 * t), np.cos(13 * t)], 1
    )
    return "reg", X.astype("f4"), noise.astype("f4"), 2


def redraw(rng):
    """Drawings of eight by eight, spotted; the clean ones are asked for."""
    pictures, _ = drawn(rng, 8, 1600)
    clean = (pictures.reshape(1600, 64) - 0.25) * 2
    spots = rng.random(clean.shape) < 0.15
    return "reg", np.where(spots, -clean, clean + 0.2 * rng.standard_normal(clean.shape)).astype("f4"), clean.astype("f4"), 64


def library(rng):
    """Characters of Python's json package, in lower case."""
    folder = os.path.dirname(json.__file__)
    files = [os.path.join(folder, name) for name in ("decoder.py", "encoder.py", "__init__.py", "scanner.py")]
    text = " ".join(open(path, encoding="utf-8").read().lower() for path in files)
    start = int(rng.integers(0, 3000))
    return sentences(text[start : start + 42000], LETTERS, 24)


def access(rng):
    """Lines of a web server's log, from a grammar."""
    verbs, places, codes = ["get", "put", "post"], ["/", "/cart", "/item/", "/user/", "/help"], ["200", "200", "200", "304", "404", "500"]
    pick = picker(rng)
    line = lambda: f"{pick(verbs)} {pick(places)}{int(rng.integers(99))} {pick(codes)} {int(rng.integers(10, 999))}ms\n"
    return sentences("".join(line() for _ in range(2000)), "abcdefghijklmnopqrstuvwxyz0123456789/ \n", 20)


MAKERS = dict(shapes=shapes, vowels=vowels, pairs=pairs, graphs=graphs, orders=orders, lorenz=lorenz, ratings=ratings, arm=arm)
MAKERS.update(denoise=denoise, redraw=redraw, library=library, access=access)
