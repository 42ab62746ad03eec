"""Data sets of the split `newer`, made here or by scikit-learn's generators that no other split has: displays of seven bars, weaves, what a ground station
records, Hastie's ten columns, shells, hands of cards, loans, packets; flow through a pipe, a throw with drag, the Swiss roll, a bar that cools, hired
bicycles, soil, an epidemic; queries, chess moves, sums written the Polish way, marked-up text.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out."""

import numpy as np
from sklearn import datasets

from .rows import categories, picker, sentences

NEWER = {
    "cls": ["displays", "weaves", "tremors", "hastie", "shells", "hands", "loans", "packets"],
    "reg": ["pipes", "throws", "roll", "cooling", "bicycles", "soil", "epidemic"],
    "lm": ["queries", "chess", "polish", "markup"],
    "table": ["loans", "packets", "bicycles", "soil"],
}


def number(rng):
    return int(rng.integers(1 << 30))


def standard(Y):
    return ((Y - Y.mean(0)) / Y.std(0)).reshape(len(Y), -1).astype("f4")


def displays(rng):
    """A digit of seven bars on nine by five dots; one bar in fourteen is broken."""
    on = ["1110111", "0010010", "1011101", "1011011", "0111010", "1101011", "1101111", "1010010", "1111111", "1111011"]
    places = np.zeros((7, 9, 5))
    for i, (rows, columns) in enumerate(((0, (1, 4)), ((1, 4), 0), ((1, 4), 4), (4, (1, 4)), ((5, 8), 0), ((5, 8), 4), (8, (1, 4)))):
        places[i][slice(*rows) if isinstance(rows, tuple) else rows, slice(*columns) if isinstance(columns, tuple) else columns] = 1
    lit = np.array([[int(c) for c in word] for word in on], float)
    Y = rng.integers(0, 10, 2400)
    bars = np.where(rng.random((2400, 7)) < 1 / 14, 0, lit[Y]) * rng.uniform(0.7, 1.2, (2400, 1))
    X = np.tensordot(bars, places, 1) * 1.6 - 0.5 + 0.35 * rng.standard_normal((2400, 9, 5))
    return "cls", X.reshape(2400, 45).astype("f4"), Y.astype("i8"), 10


def weaves(rng):
    """Eight by eight dots of cloth: stripes that lie, stand or lean either way, a check, a plain one with knots."""
    Y, (v, u) = rng.integers(0, 6, 2200), np.mgrid[0:8, 0:8]
    wide, shift = rng.uniform(1.4, 2.2, (2200, 1, 1)), rng.uniform(0, 2 * np.pi, (2, 2200, 1, 1))
    lean = lambda a, b: np.sin((a * u + b * v) * wide + shift[0])
    knots = 3.0 * (rng.random((2200, 8, 8)) < 0.12)
    kinds = np.stack([lean(0, 1), lean(1, 0), lean(0.7, 0.7), lean(0.7, -0.7), lean(1, 0) * np.sin(v * wide + shift[1]) * 1.4, knots - 0.3])
    X = kinds[Y, np.arange(2200)] + 0.5 * rng.standard_normal((2200, 8, 8))
    return "cls", X.reshape(2200, 64).astype("f4"), Y.astype("i8"), 6


def tremors(rng):
    """Forty-two moments of the ground: a quake with its two waves, a blast, a lorry that passes, or nothing."""
    Y, t = rng.choice(4, 2000, p=[0.3, 0.2, 0.25, 0.25]), np.arange(42.0)
    at = rng.uniform(3, 12, (2000, 1))
    burst = lambda begin, fade: (t > begin) * np.exp(-np.maximum(t - begin, 0) / fade)
    quick, slow = np.sin(1.9 * t + rng.uniform(0, 6, (2000, 1))), np.sin(0.8 * t + rng.uniform(0, 6, (2000, 1)))
    quake = 0.7 * burst(at, 5) * quick + 1.6 * burst(at + rng.uniform(8, 14, (2000, 1)), 8) * slow
    lorry = 1.1 * np.exp(-(((t - at - 10) / 9) ** 2)) * quick
    X = np.stack([quake, 1.9 * burst(at, 4) * slow, lorry, 0 * lorry])[Y, np.arange(2000)] + 0.28 * rng.standard_normal((2000, 42))
    return "cls", X.astype("f4"), Y.astype("i8"), 4


def hastie(rng):
    """Whether ten normal columns lie far from nought (Hastie, Tibshirani and Friedman's example)."""
    X, Y = datasets.make_hastie_10_2(3000, random_state=number(rng))
    return "cls", X.astype("f4"), (Y > 0).astype("i8"), 2


def shells(rng):
    """Five shells of one ball in six columns, as many rows in each; one label in sixteen by lot."""
    X, Y = datasets.make_gaussian_quantiles(n_samples=2800, n_features=6, n_classes=5, random_state=number(rng))
    Y = np.where(rng.random(2800) < 1 / 16, rng.integers(0, 5, 2800), Y)
    return "cls", np.concatenate([X, 0.5 * X**2 - 0.5], 1).astype("f4"), Y.astype("i8"), 5


def hands(rng):
    """Four cards of eight ranks and four suits: nothing, a pair, more of a kind, one suit. Mostly nothing or a pair."""
    rank, suit = rng.integers(0, 8, (3000, 4)), rng.integers(0, 4, (3000, 4))
    same = rng.random(3000) < 0.15
    suit[same] = suit[same][:, :1]
    counts = (rank[:, :, None] == np.arange(8)).sum(1)
    Y = np.where((suit == suit[:, :1]).all(1), 3, np.where(counts.max(1) > 2, 2, np.where(counts.max(1) == 2, 1, 0)))
    X = np.concatenate([counts, (suit[:, :, None] == np.arange(4)).sum(1), rng.standard_normal((3000, 4))], 1)
    return "cls", (X - X.mean(0)).astype("f4"), Y.astype("i8"), 4


def loans(rng):
    """Whether a loan is paid back: income, debts and years, what for, and where; a fifth of it is fate."""
    X, (what, where) = categories(rng, 2800, (6, 4))
    n = rng.standard_normal((2800, 8))
    score = 1.4 * n[:, 0] - 1.2 * np.maximum(n[:, 1], 0) * (1 + what[:, 0]) + 0.8 * n[:, 2] * n[:, 3] + where @ [0.6, -0.6, 0.3, 0.0]
    Y = (score + 0.2 > 0) ^ (rng.random(2800) < 0.1)
    return "cls", np.concatenate([n, X], 1).astype("f4"), Y.astype("i8"), 2


def packets(rng):
    """What a firewall counts in a minute, as logarithms: usual, a scan, a flood, somebody who guesses passwords, a leak. Half is usual."""
    Y = rng.choice(5, 2800, p=[0.5, 0.15, 0.15, 0.1, 0.1])
    rates = np.exp(rng.normal(1.5, 0.9, (5, 14)))
    rates[:, 10:] = 4.0
    X = np.log1p(rng.poisson(rates[Y] * rng.gamma(2.0, 0.5, (2800, 14))))
    return "cls", ((X - X.mean(0)) / X.std(0)).astype("f4"), Y.astype("i8"), 5


def pipes(rng):
    """How much pressure is lost in a pipe: Swamee and Jain's friction, from flow, width, roughness, length and how thick the fluid is."""
    u = rng.uniform(-1, 1, (2600, 5))
    flow, wide, rough, long, thick = 10 ** (0.6 * u[:, 0]), 10 ** (0.2 * u[:, 1]), 10 ** (1.2 * u[:, 2] - 3.2), 1 + 0.5 * u[:, 3], 10 ** (0.7 * u[:, 4])
    reynolds = 2e4 * flow / wide / thick
    friction = 0.25 / np.log10(rough / 3.7 / wide + 5.74 / reynolds**0.9) ** 2
    Y = np.log(friction * long * flow**2 / wide**5) + 0.05 * rng.standard_normal(2600)
    return "reg", np.concatenate([1.7 * u, rng.standard_normal((2600, 3))], 1).astype("f4"), standard(Y), 1


def throws(rng):
    """How far and how high a ball flies against the air."""
    fast, steep, drag, wind = rng.uniform(8, 40, 2400), rng.uniform(0.2, 1.35, 2400), rng.uniform(0.0, 0.03, 2400), rng.uniform(-6, 6, 2400)
    at, go, top, far = np.zeros((2400, 2)), np.stack([fast * np.cos(steep), fast * np.sin(steep)], 1), np.zeros(2400), np.zeros(2400)
    for _ in range(240):
        through = go - np.stack([wind, 0 * wind], 1)
        go = go + 0.03 * (-drag[:, None] * np.linalg.norm(through, axis=1)[:, None] * through - np.array([0, 9.81]))
        at = at + 0.03 * go
        top, far = np.maximum(top, at[:, 1]), np.where(at[:, 1] >= 0, at[:, 0], far)
    X = np.stack([fast / 9 - 2.6, steep * 3 - 2.3, drag * 110 - 1.7, wind / 3.5, rng.standard_normal(2400)], 1)
    return "reg", X.astype("f4"), standard(np.stack([far, top], 1) + 0.3 * rng.standard_normal((2400, 2))), 2


def roll(rng):
    """Where on the Swiss roll a point lies, seen through six mixed columns."""
    X, t = datasets.make_swiss_roll(2600, noise=0.25, random_state=number(rng))
    X = X / X.std(0)
    return "reg", np.concatenate([X, np.sin(1.5 * X[:, ::2]), rng.standard_normal((2600, 2))], 1).astype("f4"), standard(t), 1


def cooling(rng):
    """A bar's heat at twenty-four places; how hot three of its places are after a while."""
    x = np.linspace(0, 1, 24)
    waves = rng.standard_normal((2400, 6)) / np.arange(1, 7) ** 0.5
    heat = waves @ np.sin(np.pi * np.arange(1, 7)[:, None] * x)
    after = heat
    for _ in range(60):
        after = after + 0.2 * (np.roll(after, 1, 1) + np.roll(after, -1, 1) - 2 * after)
        after[:, [0, -1]] = 0
    return "reg", (heat + 0.1 * rng.standard_normal(heat.shape)).astype("f4"), standard(after[:, [5, 12, 18]]), 3


def bicycles(rng):
    """The logarithm of how many were hired in an hour: the hour, working days, the weather."""
    h, work, warm, wet = rng.integers(0, 24, 2600), rng.random(2600) < 0.7, rng.normal(0, 1, 2600), rng.exponential(0.6, 2600)
    rush = np.exp(-((h - 8) ** 2) / 4) + 1.2 * np.exp(-((h - 17.5) ** 2) / 5)
    Y = 1.5 * np.where(work, rush, np.exp(-((h - 14) ** 2) / 22)) + 0.5 * warm - 0.2 * warm**2 - 0.7 * wet + 0.2 * rng.standard_normal(2600)
    turn = h / 24 * 2 * np.pi
    X = [np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn), np.sin(3 * turn), np.cos(3 * turn), work - 0.5, warm, wet - 0.6]
    return "reg", np.concatenate([np.stack(X, 1), rng.standard_normal((2600, 3))], 1).astype("f4"), standard(Y), 1


def soil(rng):
    """How wet the ground is, from rain, sun and what it is made of: it holds no more than it can."""
    X, (kind,) = categories(rng, 2400, (5,))
    n = rng.standard_normal((2400, 7))
    holds = kind @ [0.2, 0.6, 1.0, 1.4, 0.8]
    Y = np.minimum(holds, 0.7 + 0.6 * n[:, 0] - 0.4 * n[:, 1]) + 0.3 * n[:, 2] * kind[:, 1] + 0.15 * rng.standard_normal(2400)
    return "reg", np.concatenate([n, 1.5 * X], 1).astype("f4"), standard(Y), 1


def epidemic(rng):
    """How high an epidemic climbs and when, from its first ten days of reports (susceptible, infected, recovered)."""
    spread, heal, first = rng.uniform(0.25, 0.7, 2400), rng.uniform(0.06, 0.18, 2400), 10 ** rng.uniform(-4, -2.5, 2400)
    s, i, told, top, when = 1 - first, first.copy(), [], first.copy(), np.zeros(2400)
    for day in range(160):
        if day < 10:
            told.append(np.log(i) + 0.08 * rng.standard_normal(2400))
        new = spread * s * i
        s, i = s - new, i + new - heal * i
        when, top = np.where(i > top, day, when), np.maximum(top, i)
    X = np.concatenate([np.stack(told, 1) / 2 + 3.3, heal[:, None] * 25 - 3], 1)
    return "reg", X.astype("f4"), standard(np.stack([top, np.log1p(when)], 1)), 2


def queries(rng):
    """What is asked of a database."""
    pick = picker(rng)
    columns, tables = ["id", "name", "price", "day", "city"], ["orders", "users", "items"]

    def one():
        asked = pick(["*", "count(*)", pick(columns), f"{pick(columns)}, {pick(columns)}"])
        test = f" where {pick(columns)} {pick(['=', '<', '>'])} {int(rng.integers(100))}" if rng.random() < 0.7 else ""
        return f"select {asked} from {pick(tables)}{test}{pick(['', '', ' limit 10', ' order by ' + pick(columns)])};\n"

    return sentences("".join(one() for _ in range(1000)), "abcdefghijklmnopqrstuvwxyz0123456789 *=<>,;()\n", 22)


def chess(rng):
    """Openings that are known for some moves, and then go their own way."""
    pick = picker(rng)
    known = ["e4 e5 Nf3 Nc6 Bb5 a6", "d4 d5 c4 e6 Nc3 Nf6", "e4 c5 Nf3 d6 d4 cd4", "c4 e5 Nc3 Nf6 g3 d5"]
    move = lambda: pick(["N", "B", "R", "Q", "", ""]) + pick("abcdefgh") + pick("345678")
    return sentences("".join(f"{pick(known)} {move()} {move()} {pick(['1', '0', 'd'])}\n" for _ in range(1150)), "abcdefghNBRQ0123456789 \n", 18)


def polish(rng):
    """Sums whose sign stands behind, and what they come to, of which the last digit is told."""
    source = lambda: (int(rng.integers(10)), int(rng.integers(10)), "+*-"[int(rng.integers(3))])
    worth = {"+": lambda a, b: a + b, "*": lambda a, b: a * b, "-": lambda a, b: a - b}
    line = lambda a, b, sign: f"{a} {b} {sign} = {worth[sign](a, b) % 10}, "
    return sentences("".join(line(*source()) for _ in range(3000)), "0123456789 +*-=,", 15)


def markup(rng):
    """Lists and paragraphs in their angle brackets."""
    pick = picker(rng)
    words = lambda: " ".join(pick(["sea", "sun", "hill", "tree", "road"]) for _ in range(int(rng.integers(1, 4))))

    def block(depth):
        tag = pick(["p", "li", "b"] if not depth else ["ul", "div", "p"])
        inside = "".join(block(depth - 1) for _ in range(int(rng.integers(1, 3)))) if depth and rng.random() < 0.7 else words()
        return f"<{tag}>{inside}</{tag}>"

    return sentences("\n".join(block(2) for _ in range(1300))[:30000], "abcdefghijklmnopqrstuvwxyz</> \n", 21)


MAKERS = dict(displays=displays, weaves=weaves, tremors=tremors, hastie=hastie, shells=shells, hands=hands, loans=loans, packets=packets)
MAKERS.update(pipes=pipes, throws=throws, roll=roll, cooling=cooling, bicycles=bicycles, soil=soil, epidemic=epidemic)
MAKERS.update(queries=queries, chess=chess, polish=polish, markup=markup)
