"""Data sets that need no download: scikit-learn's own, two photographs it carries, generated problems, and text from small grammars.

Each belongs to one split of the zoo, so that nothing learned on one of them was ever seen in another.
"""

import functools
import random

import numpy as np
import torch
from sklearn import datasets

from . import data_common, data_everyday, data_familiar, data_fresh, data_genuine, data_handy, data_homely, data_likely, data_newer, data_other, data_unseen, data_wider
from .rows import sentences

CALIBRATION = {"cls": ["digits", "cancer", "blobs"], "reg": ["teacher", "linear"], "lm": ["brackets"], "table": ["cancer", "teacher"]}
FORMER = {"cls": ["photos", "wine", "spirals"], "reg": ["diabetes", "friedman"], "lm": ["sums"], "table": ["wine", "friedman"]}
DEVELOPMENT = {
    "cls": ["iris", "moons", "rings", "lopsided", "fifty"],
    "reg": ["circuit", "phase", "waves"],
    "lm": ["chain", "copies"],
    "table": ["lopsided", "moons", "phase"],
}
OF_SPLIT = dict(calibration=CALIBRATION, former=FORMER, development=DEVELOPMENT)
OF_SPLIT.update(unseen=data_unseen.UNSEEN, fresh=data_fresh.FRESH, wider=data_wider.WIDER, other=data_other.OTHER, newer=data_newer.NEWER, genuine=data_genuine.GENUINE, common=data_common.COMMON, everyday=data_everyday.EVERYDAY, likely=data_likely.LIKELY, familiar=data_familiar.FAMILIAR, handy=data_handy.HANDY, homely=data_homely.HOMELY)


class Data:
    """kind is cls, reg or lm; X (n, ...) floats, or (n, T) token numbers; Y (n,), (n, 1) or (n, T); V* are held out."""

    def __init__(self, name, kind, X, Y, classes, held_out, seed, of=None):
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(X))
        if of is not None:  # rows of one thing stand on one side of the split
            order = np.argsort(rng.permutation(of.max() + 1)[of], kind="stable")
            held_out = int((of[order] == of[order[len(X) - held_out]])[: len(X) - held_out].sum()) + held_out
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
    """178 wines, seen several times each with a little noise: a small table. The wines that are held out are others."""
    X, Y = labelled(datasets.load_wine())
    rows = rng.integers(0, len(X), 700)
    return "cls", (X[rows] + 0.5 * rng.standard_normal((700, X.shape[1]))).astype("f4"), Y[rows], 3, rows


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


def iris(rng):
    """150 flowers, several times each with noise, as wine has it."""
    X, Y = labelled(datasets.load_iris())
    rows = rng.integers(0, len(X), 600)
    return "cls", (X[rows] + 0.4 * rng.standard_normal((600, 4))).astype("f4"), Y[rows], 3, rows


def widened(rng, X, Y, classes):
    """Points of a plane with their squares, and columns that say nothing."""
    return "cls", np.concatenate([X, X**2, rng.standard_normal((len(X), 4)) * 0.3], 1).astype("f4"), Y.astype("i8"), classes


def moons(rng):
    return widened(rng, *datasets.make_moons(1600, noise=0.3, random_state=int(rng.integers(1 << 30))), 2)


def rings(rng):
    return widened(rng, *datasets.make_circles(1600, noise=0.15, factor=0.5, random_state=int(rng.integers(1 << 30))), 2)


def mixture(rng, rows, classes, informative, noise, shares=None, apart=1.0):
    """Clusters in twenty columns of which some say something; `noise` of the labels are drawn by lot."""
    X, Y = datasets.make_classification(
        rows,
        20,
        n_informative=informative,
        n_redundant=0,
        n_classes=classes,
        n_clusters_per_class=1,
        weights=shares,
        flip_y=noise,
        class_sep=apart,
        random_state=int(rng.integers(1 << 30)),
    )
    return "cls", scaled(X), Y.astype("i8"), classes


def lopsided(rng):
    return mixture(rng, 2000, 3, 6, 0.15, [0.6, 0.3, 0.1], 1.6)


def coin(rng):
    """Six labels in ten are drawn by lot: nobody gets more than 0.7 of them right."""
    return mixture(rng, 4000, 2, 5, 0.6, None, 2.0)


def rare(rng):
    return mixture(rng, 3000, 2, 6, 0.01, [0.94, 0.06], 2.0)


def guesses(rng):
    """Ten classes, four labels in ten by lot."""
    return mixture(rng, 4000, 10, 8, 0.4, None, 2.0)


def fifty(rng):
    centres = rng.standard_normal((50, 24))
    Y = rng.integers(0, 50, 3000)
    return "cls", (centres[Y] + 0.9 * rng.standard_normal((3000, 24))).astype("f4"), Y.astype("i8"), 50


def circuit(rng):
    X, Y = datasets.make_friedman2(2000, noise=0.1, random_state=int(rng.integers(1 << 30)))
    return "reg", scaled(X), scaled(Y[:, None]), 1


def phase(rng):
    X, Y = datasets.make_friedman3(2000, noise=0.1, random_state=int(rng.integers(1 << 30)))
    return "reg", scaled(X), scaled(Y[:, None]), 1


def waves(rng):
    """The next value of a sum of three sines, from the last sixteen."""
    t = np.arange(2600)
    signal = sum(np.sin(t / period + rng.random() * 6) for period in (2.3, 7.1, 19.0)) + 0.15 * rng.standard_normal(len(t))
    X = np.lib.stride_tricks.sliding_window_view(signal, 17)
    return "reg", scaled(X[:, :16]), scaled(X[:, 16:]), 1


def chain(rng):
    """Text of a Markov chain over twelve letters, each with three likely followers."""
    follow = np.array([rng.permutation(12)[:3] for _ in range(12)])
    text, at = [], 0
    for _ in range(30000):
        at = follow[at][rng.choice(3, p=[0.6, 0.3, 0.1])] if rng.random() < 0.95 else rng.integers(0, 12)
        text.append("abcdefghijkl"[at])
    return sentences("".join(text), "abcdefghijkl")


def copies(rng):
    """Seven letters, a bar, and the same seven again."""
    words = ["".join("abcde"[i] for i in rng.integers(0, 5, 7)) for _ in range(1700)]
    return sentences("".join(f"{w}|{w};;" for w in words), "abcde|;")


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
    iris=iris,
    moons=moons,
    rings=rings,
    lopsided=lopsided,
    coin=coin,
    rare=rare,
    guesses=guesses,
    fifty=fifty,
    circuit=circuit,
    phase=phase,
    waves=waves,
    chain=chain,
    copies=copies,
    **data_unseen.MAKERS,
    **data_fresh.MAKERS,
    **data_wider.MAKERS,
    **data_other.MAKERS,
    **data_newer.MAKERS,
    **data_genuine.MAKERS,
    **data_common.MAKERS,
    **data_everyday.MAKERS,
    **data_likely.MAKERS,
    **data_familiar.MAKERS,
    **data_handy.MAKERS,
    **data_homely.MAKERS,
)


@functools.lru_cache(maxsize=3)
def raw(name, seed):
    """Twins ask for the same rows again."""
    return MAKERS[name](np.random.default_rng(seed))


def make(name, seed, held_out=300):
    kind, X, Y, classes, *of = raw(name, seed)
    return Data(name, kind, X, Y, classes, min(held_out, len(X) // 4), seed, *of)
