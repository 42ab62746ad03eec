"""Data sets that need no download: scikit-learn's own, two photographs it carries, generated problems, and text from small grammars.

Each belongs to one half of the zoo, so that nothing learned on the calibration half was ever seen in the report half.
"""

import random

import numpy as np
import torch
from sklearn import datasets

CALIBRATION = {"cls": ["digits", "cancer", "blobs"], "reg": ["teacher", "linear"], "lm": ["brackets"], "table": ["cancer", "teacher"]}
REPORT = {"cls": ["photos", "wine", "spirals"], "reg": ["diabetes", "friedman"], "lm": ["sums"], "table": ["wine", "friedman"]}
OF_SPLIT = {"calibration": CALIBRATION, "report": REPORT}


class Data:
    """kind is cls, reg or lm; X (n, ...) floats, or (n, T) token numbers; Y (n,), (n, 1) or (n, T); V* are held out."""

    def __init__(self, name, kind, X, Y, classes, held_out, seed):
        order = np.random.default_rng(seed).permutation(len(X))
        train, rest = order[: len(X) - held_out], order[len(X) - held_out :]
        tensor = lambda a, rows: torch.from_numpy(np.ascontiguousarray(a[rows]))
        self.name, self.kind, self.classes = name, kind, classes
        self.X, self.Y, self.VX, self.VY = tensor(X, train), tensor(Y, train), tensor(X, rest), tensor(Y, rest)

    def keep(self, n):
        self.X, self.Y = self.X[:n], self.Y[:n]

    def chance(self):
        """The loss of the best constant answer."""
        if self.kind == "reg":
            return float(self.Y.var(unbiased=False))
        share = torch.bincount(self.Y.flatten(), minlength=self.classes).double() / self.Y.numel()
        return float(-(share * torch.log(share.clamp_min(1e-12))).sum())


def scaled(a):
    return ((a - a.mean(0)) / (a.std(0) + 1e-9)).astype("f4")


def labelled(bunch):
    return scaled(bunch.data), bunch.target.astype("i8")


def digits(rng):
    d = datasets.load_digits()
    return "cls", (d.data / 8 - 1).astype("f4"), d.target.astype("i8"), 10


def cancer(rng):
    return "cls", *labelled(datasets.load_breast_cancer()), 2


def wine(rng):
    """178 wines, seen several times each with a little noise: a small table."""
    X, Y = labelled(datasets.load_wine())
    rows = rng.integers(0, len(X), 700)
    return "cls", (X[rows] + 0.5 * rng.standard_normal((700, X.shape[1]))).astype("f4"), Y[rows], 3


def blobs(rng):
    centres = rng.standard_normal((6, 12)) * 1.3
    Y = rng.integers(0, 6, 1500)
    return "cls", (centres[Y] + rng.standard_normal((1500, 12))).astype("f4"), Y.astype("i8"), 6


def spirals(rng):
    Y = rng.integers(0, 3, 1500)
    r = rng.random(1500) ** 0.5
    angle = r * 5 + Y * 2 * np.pi / 3
    X = np.stack([r * np.cos(angle), r * np.sin(angle)], 1) * 2 + 0.08 * rng.standard_normal((1500, 2))
    return "cls", np.concatenate([X, X**2, rng.standard_normal((1500, 4)) * 0.3], 1).astype("f4"), Y.astype("i8"), 3


def photos(rng):
    """8x8 grey patches of the two photographs in scikit-learn; the class is the photograph and its half."""
    X, Y = [], []
    for i, name in enumerate(("china.jpg", "flower.jpg")):
        picture = datasets.load_sample_image(name).mean(2) / 128 - 1
        for _ in range(900):
            y, x = rng.integers(0, picture.shape[0] - 8), rng.integers(0, picture.shape[1] - 8)
            X.append(picture[y : y + 8, x : x + 8].ravel())
            Y.append(2 * i + (y > picture.shape[0] // 2))
    return "cls", np.array(X, "f4"), np.array(Y, "i8"), 4


def teacher(rng):
    X = rng.standard_normal((2500, 16))
    Y = np.tanh(X @ rng.standard_normal((16, 8)) / 4) @ rng.standard_normal((8, 1))
    return "reg", X.astype("f4"), (Y / Y.std() + 0.15 * rng.standard_normal(Y.shape)).astype("f4"), 1


def linear(rng):
    X = rng.standard_normal((2000, 20)) * np.linspace(1.5, 0.5, 20)
    Y = X @ rng.standard_normal((20, 1))
    return "reg", X.astype("f4"), (Y / Y.std() + 0.1 * rng.standard_normal(Y.shape)).astype("f4"), 1


def diabetes(rng):
    d = datasets.load_diabetes()
    return "reg", scaled(d.data), scaled(d.target[:, None]), 1


def friedman(rng):
    X, Y = datasets.make_friedman1(2000, 10, noise=0.5, random_state=int(rng.integers(1 << 30)))
    return "reg", scaled(X), scaled(Y[:, None]), 1


def sentences(text, letters, length=16):
    """Text as rows of token numbers: X are the letters, Y the next ones."""
    ids = np.array([letters.index(c) for c in text], "i8")
    rows = ids[: len(ids) // (length + 1) * (length + 1)].reshape(-1, length + 1)
    return "lm", rows[:, :-1], rows[:, 1:], len(letters)


def brackets(rng):
    """Nested calls: f(ab,g(c)) ..."""
    source = random.Random(int(rng.integers(1 << 30)))

    def call(depth):
        inside = ",".join(call(depth - 1) if depth and source.random() < 0.4 else source.choice("abc") for _ in range(source.randint(1, 3)))
        return source.choice("fgh") + "(" + inside + ")"

    return sentences(" ".join(call(3) for _ in range(2500))[:30000], "abcfgh(), ")


def sums(rng):
    """True sums: 12+7=19; ..."""
    source = random.Random(int(rng.integers(1 << 30)))
    pairs = [(source.randint(0, 60), source.randint(0, 30)) for _ in range(4000)]
    return sentences("".join(f"{a}+{b}={a + b};" for a, b in pairs)[:30000], "0123456789+=;")


MAKERS = dict(
    digits=digits,
    cancer=cancer,
    wine=wine,
    blobs=blobs,
    spirals=spirals,
    photos=photos,
    teacher=teacher,
    linear=linear,
    diabetes=diabetes,
    friedman=friedman,
    brackets=brackets,
    sums=sums,
)


def make(name, seed, held_out=300):
    kind, X, Y, classes = MAKERS[name](np.random.default_rng(seed))
    return Data(name, kind, X, Y, classes, min(held_out, len(X) // 4), seed)
