"""Data sets of the split `genuine`, made here: Breiman's waveforms, leaves by their outline, chords, what a radio sends, boards of a game, tickets of a help
desk, who stays in a course; the functions engineers try their models on (borehole, piston, wing), Ishigami's, a robot's wheel, predators and prey, wages;
knitting, Roman numbers, timetables, settings.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out."""

import json

import numpy as np

from .data_newer import standard
from .rows import categories, picker, sentences

GENUINE = {
    "cls": ["waveform", "leaves", "chords", "modulation", "boards", "tickets", "courses"],
    "reg": ["borehole", "piston", "wing", "ishigami", "wheel", "prey", "wages"],
    "lm": ["knitting", "roman", "timetable", "settings"],
    "table": ["tickets", "courses", "borehole", "wages"],
}


def waveform(rng):
    """Two of three triangles, mixed by lot, with noise of one (Breiman and others 1984)."""
    t, Y = np.arange(21), rng.integers(0, 3, 2700)
    peaks = np.stack([np.maximum(6 - abs(t - at), 0) for at in (6, 14, 10)]).astype(float)
    pairs, u = np.array([[0, 1], [0, 2], [1, 2]])[Y], rng.random((2700, 1))
    X = u * peaks[pairs[:, 0]] + (1 - u) * peaks[pairs[:, 1]] + rng.standard_normal((2700, 21))
    return "cls", ((X - X.mean(0)) / X.std(0)).astype("f4"), Y.astype("i8"), 3


def leaves(rng):
    """How far the edge is from the middle in thirty-six directions; seven kinds, turned a little, some eaten."""
    Y, turn = rng.integers(0, 7, 2300), np.linspace(0, 2 * np.pi, 36, endpoint=False)
    shape = rng.uniform(0.1, 0.5, (7, 5)) * (rng.random((7, 5)) < 0.7)
    at = turn + rng.normal(0, 0.12, (2300, 1))
    edge = 1 + sum(shape[Y, k, None] * np.cos((k + 1) * at) for k in range(5))
    edge = edge * rng.uniform(0.6, 1.5, (2300, 1)) * (1 - 0.4 * np.exp(-(((at - rng.uniform(0, 6.3, (2300, 1))) / 0.25) ** 2)))
    return "cls", (1.4 * (edge - 1) + 0.12 * rng.standard_normal(edge.shape)).astype("f4"), Y.astype("i8"), 7


def chords(rng):
    """How loud each of twelve notes is, twice; nine chords of one root, overtones with them."""
    kinds = [(0, 4, 7), (0, 3, 7), (0, 3, 6), (0, 4, 8), (0, 4, 7, 10), (0, 4, 7, 11), (0, 3, 7, 10), (0, 5, 7), (0, 2, 7)]
    clean, Y = np.zeros((9, 12)), rng.integers(0, 9, 2600)
    for i, notes in enumerate(kinds):
        for note in notes:
            clean[i, note] += 1.0
            clean[i, (note + 7) % 12] += 0.4
    hear = lambda: clean[Y] * rng.uniform(0.4, 1.4, (2600, 12)) + 0.45 * rng.standard_normal((2600, 12))
    return "cls", np.concatenate([hear(), hear()], 1).astype("f4"), Y.astype("i8"), 9


def modulation(rng):
    """How often a radio's signal lies where in a plane of seven by seven: six alphabets, and noise of two strengths."""
    ring = lambda n, r=1.0: r * np.exp(2j * np.pi * (np.arange(n) + 0.5) / n)
    grid = np.array([a + 1j * b for a in (-1, -1 / 3, 1 / 3, 1) for b in (-1, -1 / 3, 1 / 3, 1)])
    alphabets = [np.array([1, -1]), ring(4), ring(8), np.concatenate([ring(4, 0.5), ring(12)]), grid, np.array([-1, -1 / 3, 1 / 3, 1]) * 1.2]
    Y, X = rng.integers(0, 6, 2200), np.zeros((2200, 49))
    for i, y in enumerate(Y):
        noise = rng.choice([0.12, 0.22]) * (rng.standard_normal(60) + 1j * rng.standard_normal(60))
        sent = rng.choice(alphabets[y], 60) * np.exp(1j * rng.normal(0, 0.1)) + noise
        X[i] = np.histogram2d(sent.real, sent.imag, 7, [[-1.6, 1.6]] * 2)[0].ravel()
    return "cls", (np.sqrt(X) - 0.8).astype("f4"), Y.astype("i8"), 6


def boards(rng):
    """Four by four fields, crosses and rings: who has three in a row, across or down, or nobody."""
    X = rng.choice([-1.0, 0.0, 1.0], (9000, 4, 4), p=[0.36, 0.28, 0.36])
    lines = np.stack([part for k in (0, 1) for part in [X[:, :, k : k + 3], X[:, k : k + 3, :].transpose(0, 2, 1)]], 1)
    cross, ring = ((lines == side).all(3).any((1, 2)) for side in (1, -1))
    Y = np.where(cross & ~ring, 1, np.where(ring & ~cross, 2, 0))
    keep = np.concatenate([np.nonzero(Y == k)[0][:1000] for k in range(3)])
    return "cls", (X[keep].reshape(-1, 16) + 0.15 * rng.standard_normal((len(keep), 16))).astype("f4"), Y[keep].astype("i8"), 3


def tickets(rng):
    """Which desk a request belongs to: how often each of forty words is in it; the desks share many. One in fourteen is filed wrongly."""
    usual, Y = rng.gamma(0.5, 1.0, (6, 40)), rng.choice(6, 2900, p=[0.3, 0.2, 0.2, 0.1, 0.1, 0.1])
    words = rng.poisson(usual[Y] * rng.gamma(3.0, 0.25, (2900, 1)) + 0.1)
    Y = np.where(rng.random(2900) < 1 / 14, rng.integers(0, 6, 2900), Y)
    return "cls", (1.5 * np.log1p(words) - 0.6).astype("f4"), Y.astype("i8"), 6


def courses(rng):
    """Whether somebody stays in a course: hours, marks, friends, which course and how they pay; a seventh of it is chance."""
    X, (which, pays) = categories(rng, 2700, (5, 3))
    n = rng.standard_normal((2700, 9))
    score = np.tanh(1.3 * n[:, 0]) + 0.9 * n[:, 1] * (which[:, 1] + which[:, 3]) - 0.7 * abs(n[:, 2]) + 0.8 * pays[:, 0] + 0.5 * n[:, 3]
    Y = (score > 0.05) ^ (rng.random(2700) < 1 / 14)
    return "cls", np.concatenate([n, 1.3 * X], 1).astype("f4"), Y.astype("i8"), 2


def told(rng, u, y, noise=0.06, more=2):
    """Columns between minus and plus one, scaled to one, with some that say nothing."""
    y = y + noise * y.std() * rng.standard_normal(y.shape)
    return "reg", np.concatenate([1.7 * u, rng.standard_normal((len(u), more))], 1).astype("f4"), standard(y), 1 if y.ndim < 2 else y.shape[1]


def between(u, *ends):
    return [low + (u[:, i] + 1) / 2 * (high - low) for i, (low, high) in enumerate(ends)]


def borehole(rng):
    """How much water flows through a hole between two layers (Harper and Gupta 1983)."""
    u = rng.uniform(-1, 1, (2600, 7))
    wide, upper, high, low_t, low, long, leads = between(u, (0.05, 0.15), (63070, 115600), (990, 1110), (63, 116), (700, 820), (1120, 1680), (1500, 15000))
    ln = np.log(25050 / wide)
    return told(rng, u, np.log(2 * np.pi * upper * (high - low) / (ln * (1 + 2 * long * upper / (ln * wide**2 * leads) + upper / low_t))))


def piston(rng):
    """How long a piston takes for a stroke (Kenett and Zacks 1998)."""
    u = rng.uniform(-1, 1, (2400, 7))
    m, s, v, k, p, ta, t0 = between(u, (30, 60), (0.005, 0.02), (0.002, 0.01), (1e3, 5e3), (9e4, 1.1e5), (290, 296), (340, 360))
    a = p * s + 19.62 * m - k * v / s
    now = s / (2 * k) * (np.sqrt(a**2 + 4 * k * p * v / t0 * ta) - a)
    return told(rng, u, np.log(2 * np.pi * np.sqrt(m / (k + s**2 * p * v / t0 * ta / now**2))))


def wing(rng):
    """What a wing weighs (Forrester and others 2008)."""
    u = rng.uniform(-1, 1, (2600, 9))
    s, f, a, lean, q, taper, thick, load, w = between(
        u, (150, 200), (220, 300), (6, 10), (-0.17, 0.17), (16, 45), (0.5, 1), (0.08, 0.18), (2.5, 6), (1700, 2500)
    )
    c = np.cos(lean)
    y = 0.036 * s**0.758 * f**0.0035 * (a / c**2) ** 0.6 * q**0.006 * taper**0.04 * (100 * thick / c) ** -0.3 * (load * w) ** 0.49 + 0.06 * s
    return told(rng, u, y, 0.1)


def ishigami(rng):
    """sin a + 7 sin^2 b + c^4 sin a / 10, told by sines and powers of its columns as well."""
    u = rng.uniform(-1, 1, (2800, 3))
    a, b, c = (np.pi * u).T
    kind, X, Y, n = told(rng, u, np.sin(a) + 7 * np.sin(b) ** 2 + 0.1 * c**4 * np.sin(a))
    return kind, np.concatenate([X, np.cos(2 * np.pi * u), np.sin(np.pi * u)], 1).astype("f4"), Y, n


def wheel(rng):
    """Where a cart with two driven wheels is after six commands."""
    u, at, turn = rng.uniform(-1, 1, (2500, 12)), np.zeros((2500, 2)), np.zeros(2500)
    for k in range(6):
        left, right = u[:, 2 * k], u[:, 2 * k + 1]
        turn = turn + 0.5 * (right - left)
        at = at + 0.5 * (left + right)[:, None] * np.stack([np.cos(turn), np.sin(turn)], 1)
    return told(rng, u, at, 0.08, 0)


def prey(rng):
    """How many hares and lynxes there are later, from how many there were in eight years (Lotka and Volterra)."""
    eat, die, h, lynx, seen = rng.uniform(0.4, 1.0, 2400), rng.uniform(0.3, 0.9, 2400), rng.uniform(0.4, 2, 2400), rng.uniform(0.4, 2, 2400), []
    for k in range(240):
        if k % 20 == 0 and k < 160:
            seen += [np.log(h), np.log(lynx)]
        h, lynx = h * np.exp(0.03 * (1 - eat * lynx)), lynx * np.exp(0.03 * (eat * h - die))
    X = np.stack(seen, 1) + 0.05 * rng.standard_normal((2400, 16))
    return "reg", (X * 1.3).astype("f4"), standard(np.log(np.stack([h, lynx], 1))), 2


def wages(rng):
    """The logarithm of a wage: years of school and work, which trade, where; and a good deal nobody asked for."""
    X, (trade, place) = categories(rng, 2800, (6, 4))
    school, years = rng.normal(0, 1, 2800), rng.exponential(1.0, 2800)
    Y = 0.5 * school + 0.9 * years - 0.22 * years**2 + trade @ rng.normal(0, 0.6, 6) + 0.3 * school * place[:, 0] + 0.35 * rng.standard_normal(2800)
    return "reg", np.concatenate([school[:, None], years[:, None] - 1, 1.3 * X, rng.standard_normal((2800, 3))], 1).astype("f4"), standard(Y), 1


def knitting(rng):
    """Rows of a pattern: what is knitted, and how often."""
    pick = picker(rng)
    part = lambda: pick(["k", "p", "yo ", "sl", "k2tog ", "ssk "]) + pick(["", "1", "2", "3", "4"])
    row = lambda i: f"row {i % 24 + 1}: *" + ", ".join(part() for _ in range(int(rng.integers(2, 4)))) + f"; rep to last {pick('246')} sts.\n"
    return sentences("".join(row(i) for i in range(900)), "abcdefghijklmnopqrstuvwxyz0123456789 *:;,.\n", 20)


def roman(rng):
    """A number as the Romans wrote it, and as we do."""

    def letters(n):
        out = ""
        for worth, word in ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")):
            out, n = out + word * (n // worth), n % worth
        return out

    return sentences("".join(f"{letters(n)}={n} " for n in rng.integers(1, 200, 3300)), "clxvi0123456789= ", 17)


def timetable(rng):
    """Trains of a line that has its stops in one order, and takes its time between them."""
    stops = ["kiel", "hof", "ulm", "bern", "lyon", "nice"]

    def train():
        at, out = int(rng.integers(300, 1200)), []
        for stop in stops[int(rng.integers(0, 3)) : int(rng.integers(4, 7))]:
            out.append(f"{stop} {at // 60:02d}.{at % 60:02d}")
            at += 5 * int(rng.integers(4, 9))
        return " ".join(out) + "\n"

    return sentences("".join(train() for _ in range(750)), "abcdefhiklmnoruyj0123456789. \n", 19)


def settings(rng):
    """Small files of settings."""
    pick = picker(rng)
    one = lambda: {"lr": pick([1e-3, 3e-4, 0.01]), "layers": int(rng.integers(1, 9)), "act": pick(["relu", "gelu"]), "tied": bool(rng.random() < 0.5)}
    some = lambda: {k: v for k, v in one().items() if rng.random() < 0.8}
    return sentences("".join(json.dumps(some()) + "\n" for _ in range(800)), 'abcdefghijklmnopqrstuvwxyz0123456789 {}":,.-\n', 23)


MAKERS = dict(waveform=waveform, leaves=leaves, chords=chords, modulation=modulation, boards=boards, tickets=tickets, courses=courses)
MAKERS.update(borehole=borehole, piston=piston, wing=wing, ishigami=ishigami, wheel=wheel, prey=prey, wages=wages)
MAKERS.update(knitting=knitting, roman=roman, timetable=timetable, settings=settings)
