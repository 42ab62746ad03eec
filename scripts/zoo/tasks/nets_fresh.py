"""Networks of the split `fresh`: a funnel, layers that are squeezed and excited, modulated features, sets, capsules, waves of a place (SIREN,
Fourier), radial units, a hypernetwork. Size words as in nets.py; nets_series_fresh.py and nets_text_fresh.py have the others."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

OF_DATA = {
    "magnets": ["squeeze", "capsules", "funnel"],
    "glyphs": ["capsules", "film", "squeeze"],
    "morse": ["statespace", "both", "squeeze"],
    "chirps": ["capsules", "neighbours", "squeeze"],
    "clouds": ["sets"],
    "claims": ["tabtokens", "film"],
    "mackey": ["statespace", "both", "radial"],
    "demand": ["film", "hyper", "funnel"],
    "picture": ["siren", "fourier"],
    "particles": ["particlesets", "squeeze"],
    "pendulums": ["fourier", "film", "squeeze"],
    "survival": ["tabtokens", "hyper", "squeeze"],
    "molecules": ["ssm", "alibi", "mingru"],
    "proteins": ["ssm", "mingru", "linear-attention"],
    "talk": ["alibi", "linear-attention", "ssm"],
    "manual": ["alibi", "mingru"],
}


def dense(a, b, act, drop=0.0, norm=False):
    return nn.Sequential(nn.Linear(a, b), *([nn.BatchNorm1d(b)] if norm else []), ACTIVATIONS[act](), *([nn.Dropout(drop)] if drop else []))


def funnel(inputs, outputs, width=56, depth=2, act="relu", drop=0.0, norm=False):
    """Each layer three quarters of the one before."""
    widths = [inputs] + [max(8, int(width * 0.75**i)) if width > 8 else width for i in range(depth)]
    return nn.Sequential(*[dense(a, b, act, drop, norm) for a, b in zip(widths, widths[1:])], nn.Linear(widths[-1], outputs))


class Squeeze(nn.Module):
    """Hu, Shen and Sun 2018 on rows: what a layer says is weighed by what all of it says together."""

    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.inside, small = dense(width, width, act, drop, norm), max(1, width // 4)
        self.weigh = nn.Sequential(nn.Linear(width, small), nn.ReLU(), nn.Linear(small, width), nn.Sigmoid())

    def forward(self, x):
        new = self.inside(x)
        return x + new * self.weigh(new)


def squeeze(inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
    return nn.Sequential(
        dense(inputs, width, act, 0.0, norm), *[Squeeze(width, act, drop, norm) for _ in range(depth)], nn.Linear(width, outputs)
    )


class Film(nn.Module):
    """Perez and others 2018: one half of the columns scales and shifts what is made of the other."""

    def __init__(self, inputs, outputs, width=36, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.half = inputs // 2
        self.start = nn.Linear(inputs - self.half, width)
        self.turn = nn.ModuleList([nn.Linear(self.half, 2 * width) for _ in range(depth)])
        self.layers = nn.ModuleList([dense(width, width, act, drop, norm) for _ in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        told, x = x[:, : self.half], self.start(x[:, self.half :])
        for turn, layer in zip(self.turn, self.layers):
            scale, shift = turn(told).chunk(2, 1)
            x = x + layer(x * (1 + scale) + shift)
        return self.head(x)


class Sets(nn.Module):
    """Zaheer and others 2017: every point alone, then their mean and their greatest."""

    def __init__(self, inputs, outputs, width=32, depth=2, act="relu", drop=0.0, norm=False, own=3):
        super().__init__()
        self.own = own
        self.each = nn.Sequential(*[nn.Sequential(nn.Linear(own if i == 0 else width, width), ACTIVATIONS[act]()) for i in range(depth)])
        self.head = nn.Sequential(dense(2 * width, width, act, drop, norm), nn.Linear(width, outputs))

    def forward(self, x):
        x = self.each(x.view(len(x), -1, self.own))
        return self.head(torch.cat([x.mean(1), x.amax(1)], 1))


class PairSets(Sets):
    """Each pair of points as one member of the set."""

    def __init__(self, inputs, outputs, **size):
        super().__init__(inputs, outputs, own=6, **size)

    def forward(self, x):
        x = x.view(len(x), -1, 3)
        n = x.shape[1]
        a, b = torch.triu_indices(n, n, 1)
        x = self.each(torch.cat([x[:, a], x[:, b]], 2))
        return self.head(torch.cat([x.mean(1), x.amax(1)], 1))


class Capsules(nn.Module):
    """Sabour, Frosst and Hinton 2017 with one round of agreement: vectors of four whose length says how sure they are."""

    def __init__(self, inputs, outputs, width=32, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.n = max(1, width // 4)
        self.start = nn.Sequential(
            *[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)], nn.Linear(width, 4 * self.n)
        )
        self.turn = nn.Parameter(torch.randn(self.n, outputs, 4, 4) * 0.5)
        self.scale, self.bias = nn.Parameter(torch.tensor(8.0)), nn.Parameter(torch.zeros(outputs))

    @staticmethod
    def squash(v):
        n = (v**2).sum(-1, keepdim=True)
        return v * n.sqrt().clamp_min(1e-6) / (1 + n)

    def forward(self, x):
        u = self.squash(self.start(x).view(len(x), self.n, 4))
        votes = torch.einsum("bic,iocd->biod", u, self.turn)
        first = self.squash(votes.mean(1))
        share = F.softmax((votes * first[:, None]).sum(3), 2)
        out = self.squash((share[..., None] * votes).sum(1))
        return self.scale * (out**2).sum(2).clamp_min(1e-9).sqrt() + self.bias


class Sine(nn.Module):
    def __init__(self, fast):
        super().__init__()
        self.fast = fast

    def forward(self, x):
        return torch.sin(self.fast * x)


def siren(inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
    """Sitzmann and others 2020: sines all the way, with their initial weights."""
    layers, d = [], inputs
    for i in range(depth + 1):
        layer, fast = nn.Linear(d, width), 6.0 if i == 0 else 2.0
        nn.init.uniform_(layer.weight, *((-1 / d, 1 / d) if i == 0 else (-math.sqrt(6 / d) / fast, math.sqrt(6 / d) / fast)))
        layers, d = layers + [layer, Sine(fast), nn.Dropout(drop)], width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Fourier(nn.Module):
    """Tancik and others 2020: sines and cosines of chance directions first."""

    def __init__(self, inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.register_buffer("waves", torch.randn(inputs, 16) * (2.0 if inputs < 4 else 0.5))
        layers = [dense(32 + inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)]
        self.body = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, x):
        a = x @ self.waves
        return self.body(torch.cat([x, a.sin(), a.cos()], 1))


class Radial(nn.Module):
    """How near is the row to each of some centres; then a layer."""

    def __init__(self, inputs, outputs, width=48, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.centres, self.wide = nn.Parameter(torch.randn(width, inputs)), nn.Parameter(torch.zeros(width))
        self.body = nn.Sequential(
            nn.Dropout(drop), *[dense(width, width, act, 0.0, norm) for _ in range(depth - 1)], nn.Linear(width, outputs)
        )

    def forward(self, x):
        far = (x**2).sum(1, keepdim=True) - 2 * x @ self.centres.T + (self.centres**2).sum(1)
        return self.body(torch.exp(-far * self.wide.exp() / x.shape[1]))


class Hyper(nn.Module):
    """Ha, Dai and Le 2017: a small network writes the weights of the layer that answers."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.writer = nn.Sequential(*[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)])
        self.weights, self.bias = nn.Linear(width, inputs * outputs), nn.Linear(width, outputs)
        nn.init.normal_(self.weights.weight, std=0.03)

    def forward(self, x):
        h = self.writer(x)
        return torch.einsum("bi,boi->bo", x, self.weights(h).view(len(x), -1, x.shape[1])) + self.bias(h)


ROWS = dict(funnel=funnel, squeeze=squeeze, film=Film, sets=Sets, particlesets=PairSets, capsules=Capsules, siren=siren, fourier=Fourier)
ROWS.update(radial=Radial, hyper=Hyper)
