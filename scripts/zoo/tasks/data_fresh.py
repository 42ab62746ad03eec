"""Data sets of the split `fresh`, all made here but for Python's own language reference: Ising's magnets, letters of a font, Morse signs, chirps,
clouds of points, insurance claims; Mackey and Glass' blood cells, the demand of a town, a picture as a function of place, particles that repel
each other, a double pendulum, a table of who survives how long; molecules, proteins, talk.

Makers as in data_unseen.py: a NumPy generator in; kind, X, Y, classes out."""

import pydoc_data.topics

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from .rows import categories, picker, sentences

FRESH = {
    "cls": ["magnets", "glyphs", "morse", "chirps", "clouds", "claims"],
    "reg": ["mackey", "demand", "picture", "particles", "pendulums", "survival"],
    "lm": ["molecules", "proteins", "talk", "manual"],
    "table": ["claims", "clouds", "demand", "survival"],
}


def magnets(rng):
    """Ising's lattice of eight by eight at one of four temperatures, after some sweeps of Metropolis in the two colours of a chess board."""
    Y = rng.integers(0, 4, 2600)
    T = np.array([1.2, 2.3, 3.5, 8.0])[Y][:, None, None]
    spins = np.where(rng.random((2600, 8, 8)) < 0.6, 1, -1)
    colour = np.indices((8, 8)).sum(0) % 2
    for sweep in range(50):
        near = sum(np.roll(spins, turn, axis) for turn in (1, -1) for axis in (1, 2))
        flip = (colour == sweep % 2) & (rng.random(spins.shape) < np.exp(np.minimum(0, -2 * spins * near / T)))
        spins = np.where(flip, -spins, spins)
    near = spins * np.roll(spins, 1, 1)  # bonds tell the temperature to a small network, spins hardly
    return "cls", (near + 0.2 * rng.standard_normal(spins.shape)).reshape(2600, 64).astype("f4"), Y.astype("i8"), 4


def glyphs(rng):
    """Eight letters of Pillow's own font, a little moved, on noisy paper of ten by ten."""
    letters, Y, X = "AEGKMRSW", rng.integers(0, 8, 1600), np.zeros((1600, 100))
    font = ImageFont.load_default(10)
    for i, kind in enumerate(Y):
        paper = Image.new("L", (10, 10), 0)
        ImageDraw.Draw(paper).text((int(rng.integers(0, 3)), int(rng.integers(-2, 1))), letters[kind], 255, font)
        X[i] = np.asarray(paper, float).ravel() / 128 - 0.5
    return "cls", (X + 0.3 * rng.standard_normal(X.shape)).astype("f4"), Y.astype("i8"), 8


def morse(rng):
    """Nine letters keyed by a hand that is never quite even: 48 samples of a noisy tone's strength."""
    signs = [".-", "-...", "-.-.", "-..", "..-.", "--.", ".---", "-.-", ".-.."]
    Y, X = rng.integers(0, len(signs), 1800), np.zeros((1800, 48))
    for i, kind in enumerate(Y):
        at = rng.uniform(0, 5)
        for mark in signs[kind]:
            long = (7 if mark == "-" else 2.5) * rng.uniform(0.85, 1.15)
            X[i, int(at) : int(at + long)] = 1
            at += long + 2.5 * rng.uniform(0.8, 1.2)
    return "cls", (2 * X - 0.7 + 0.3 * rng.standard_normal(X.shape)).astype("f4"), Y.astype("i8"), len(signs)


def chirps(rng):
    """Birds that go up, go down, stay, warble, or tick: the strength in eight bands at eight moments."""
    Y, t = rng.integers(0, 5, 1700), np.linspace(0, 1, 8)
    start, slope = rng.uniform(2.5, 4.5, (1700, 1)), rng.uniform(2.0, 3.0, (1700, 1))
    shape = np.stack([slope * (t - 0.5), -slope * (t - 0.5), 0 * t * slope, np.sin(12 * t) * slope * 0.6, 0 * t * slope])
    pitch = start + shape[Y, np.arange(1700)]
    loud = np.where((Y[:, None] == 4) & (np.arange(8) % 2 == 1), 0.1, 1.0)
    X = loud[:, :, None] * np.exp(-((pitch[:, :, None] - np.arange(8)) ** 2)) + 0.22 * rng.standard_normal((1700, 8, 8))
    return "cls", (2 * X.reshape(1700, 64) - 0.4).astype("f4"), Y.astype("i8"), 5


def clouds(rng):
    """Twelve points each on a sphere, in a cube, on a plane, along a rod, or on a coil, turned at will about one axis."""
    Y, X = rng.integers(0, 5, 1600), np.zeros((1600, 12, 3))
    for i, kind in enumerate(Y):
        p, t = rng.standard_normal((12, 3)), rng.uniform(-1, 1, 12)
        X[i] = (
            p / np.linalg.norm(p, axis=1, keepdims=True),
            rng.uniform(-0.9, 0.9, (12, 3)),
            np.stack([p[:, 0], p[:, 1], 0.05 * p[:, 2]], 1),
            np.stack([0.05 * p[:, 0], 0.05 * p[:, 1], 1.6 * t], 1),
            np.stack([np.cos(5 * t), np.sin(5 * t), t], 1),
        )[kind]
    a = rng.uniform(0, 2 * np.pi, 1600)
    turn = np.stack([np.cos(a), -np.sin(a), 0 * a, np.sin(a), np.cos(a), 0 * a, 0 * a, 0 * a, 0 * a + 1], 1).reshape(-1, 3, 3)
    return "cls", (X @ turn + 0.05 * rng.standard_normal(X.shape)).reshape(1600, 36).astype("f4"), Y.astype("i8"), 5


def claims(rng):
    """Insurance: two categories as columns of zeros and ones, six numbers, four kinds of damage; one label in twelve by lot."""
    X, columns = categories(rng, 2400, (7, 5))
    numbers = rng.standard_normal((2400, 6))
    score = (
        sum(c @ rng.standard_normal((c.shape[1], 4)) for c in columns)
        + np.sin(numbers[:, :4] * 1.5) * 2
        + numbers[:, 4:5] * [0, 1, -1, 0.5]
    )
    Y = np.where(rng.random(2400) < 1 / 12, rng.integers(0, 4, 2400), score.argmax(1))
    return "cls", np.concatenate([X, numbers], 1).astype("f4"), Y.astype("i8"), 4


def mackey(rng):
    """Mackey and Glass 1977, a delay of 17: what comes six moments after sixteen that were measured."""
    x = list(0.9 + 0.4 * rng.random(18))
    for _ in range(3200):
        x.append(x[-1] + 0.2 * x[-18] / (1 + x[-18] ** 10) - 0.1 * x[-1])
    x = np.array(x[300:])
    rows = np.lib.stride_tricks.sliding_window_view((x - x.mean()) / x.std(), 16 + 6)[:2600]
    return "reg", (rows[:, :16] + 0.05 * rng.standard_normal((2600, 16))).astype("f4"), rows[:, 21:].astype("f4"), 1


def demand(rng):
    """Electricity of a town: the hour, the day of the week, the weather, and what was used before."""
    h, day, warm = rng.integers(0, 24, 2400), rng.integers(0, 7, 2400), rng.normal(10, 8, 2400)
    use = 1 + 0.5 * np.sin((h - 8) / 24 * 2 * np.pi) + 0.4 * np.exp(-((h - 19) ** 2) / 6) - 0.35 * (day > 4) + 0.001 * (warm - 16) ** 2
    before = use[:, None] + 0.4 * rng.standard_normal((2400, 3))
    X = np.stack([np.sin(h / 24 * 2 * np.pi), np.cos(h / 24 * 2 * np.pi), h / 12 - 1, *(day == np.arange(7)[:, None]), warm / 10 - 1], 1)
    Y = use + 0.06 * rng.standard_normal(2400)
    return "reg", np.concatenate([X, before], 1).astype("f4"), ((Y - Y.mean()) / Y.std())[:, None].astype("f4"), 1


def picture(rng):
    """The grey of a picture of hills and waves at a place."""
    at, hills = rng.uniform(-1, 1, (2600, 2)), rng.uniform(-1, 1, (5, 2))
    grey = sum(s * np.exp(-8 * ((at - c) ** 2).sum(1)) for s, c in zip((1, -1, 1, -1, 1), hills)) + 0.4 * np.sin(
        7 * at[:, 0] + 3 * at[:, 1]
    )
    return "reg", at.astype("f4"), ((grey - grey.mean()) / grey.std() + 0.05 * rng.standard_normal(2600))[:, None].astype("f4"), 1


def particles(rng):
    """The energy of six charges in a plane."""
    at, charge = rng.uniform(-1, 1, (2600, 6, 2)), rng.choice([-1.0, 1.0], (2600, 6, 1))
    far = np.linalg.norm(at[:, :, None] - at[:, None], axis=3)
    Y = np.triu(charge * charge.transpose(0, 2, 1) / (far + 0.6), 1).sum((1, 2)) + (at[:, :, 0] ** 2).sum(1)
    return "reg", np.concatenate([at, charge], 2).reshape(2600, 18).astype("f4"), ((Y - Y.mean()) / Y.std())[:, None].astype("f4"), 1


def pendulums(rng):
    """How both parts of a double pendulum are accelerated (equal masses and lengths)."""
    a, b, u, v = rng.uniform(-2, 2, (4, 2400))
    s, c = np.sin(a - b), np.cos(a - b)
    below = 2 - c**2
    first = (-s * (v**2 + u**2 * c) - 2 * np.sin(a) + np.sin(b) * c) / below
    second = (s * (2 * u**2 + v**2 * c) + 2 * np.sin(a) * c - 2 * np.sin(b)) / below
    X, Y = np.stack([np.sin(a), np.cos(a), np.sin(b), np.cos(b), u, v], 1), np.stack([first, second], 1)
    return "reg", X.astype("f4"), ((Y - Y.mean(0)) / Y.std(0) + 0.04 * rng.standard_normal(Y.shape)).astype("f4"), 2


def survival(rng):
    """The logarithm of how long patients live, from eight measurements, three of which matter, and their ward."""
    X, ward = rng.standard_normal((2400, 8)), np.eye(4)[rng.integers(0, 4, 2400)]
    Y = (
        0.8 * X[:, 0]
        - 0.6 * np.abs(X[:, 1])
        + 0.5 * X[:, 2] * (X[:, 0] > 0)
        + ward @ [0.4, -0.4, 0.8, 0.0]
        + 0.3 * np.log(rng.exponential(1, 2400))
    )
    return "reg", np.concatenate([X, ward], 1).astype("f4"), ((Y - Y.mean()) / Y.std())[:, None].astype("f4"), 1


def molecules(rng):
    """Chains with branches, rings and double bonds, in the letters chemists use."""
    pick = picker(rng)

    def chain(depth):
        parts = []
        for _ in range(int(rng.integers(2, 6))):
            parts.append(pick("CCCCNO") + (f"({pick(['', '='])}{chain(depth - 1)})" if depth and rng.random() < 0.2 else ""))
        return pick(["", "", "", "c1ccccc1"]) + "".join(parts)

    return sentences("\n".join(chain(2) for _ in range(2600))[:30000], "CNOc1()=\n", 20)


def proteins(rng):
    """Helices, strands and coils: a hidden state that stays for a while, and each has amino acids that it likes."""
    liked = np.array([rng.permutation(20)[:5] for _ in range(3)])
    state, text = 0, []
    for _ in range(30000):
        if rng.random() < 0.08:
            state = int(rng.integers(0, 3))
        at = len(text) % 5 if state < 2 else int(rng.integers(0, 5))  # in helices and strands in turn
        text.append("ACDEFGHIKLMNPQRSTVWY"[liked[state][at] if rng.random() < 0.9 else int(rng.integers(0, 20))])
    return sentences("".join(text), "ACDEFGHIKLMNPQRSTVWY", 20)


def talk(rng):
    """Questions and what is answered at a counter."""
    pick = picker(rng)
    asked = ["where is the {}?", "how much is the {}?", "do you have a {}?", "i would like a {}."]
    told = ["over there.", "it is {} euro.", "no, sorry.", "here you are, {} euro."]
    line = (
        lambda i: f"a: {asked[i].format(pick(['train', 'ticket', 'coffee', 'map', 'red hat']))}\nb: {told[i].format(int(rng.integers(1, 99)))}\n"
    )
    return sentences("".join(line(int(rng.integers(4))) for _ in range(900))[:32000], "abcdefghijklmnopqrstuvwxyz0123456789 .,:?\n", 24)


def manual(rng):
    """Python's language reference as its help() has it, in lower case."""
    text = " ".join(
        " ".join(pydoc_data.topics.topics[name].split())
        for name in ("assignment", "class", "for", "formatstrings", "with", "typesseq", "specialnames")
    )
    return sentences(text.lower()[:64000], "abcdefghijklmnopqrstuvwxyz0123456789 .,:;()[]{}'\"=+-*/_<>|!%", 24)


MAKERS = dict(magnets=magnets, glyphs=glyphs, morse=morse, chirps=chirps, clouds=clouds, claims=claims, mackey=mackey, demand=demand)
MAKERS.update(picture=picture, particles=particles, pendulums=pendulums, survival=survival)
MAKERS.update(molecules=molecules, proteins=proteins, talk=talk, manual=manual)
