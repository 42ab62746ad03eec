"""Networks of the split `common`: a plain stack whose units each have a learned scale (scaled), residual bottlenecks, a stack that is shown its input again in
each layer (reinjected), columns cut into pieces, as tables like it (pieces), a committee of small nets, cosines with class vectors; for text a
decoder whose attention and dense half stand side by side (GPT-J), independently recurrent units, LSTMs with LayerNorm. Size words as in nets.py."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_genuine import Text

OF_DATA = {
    "titanic": ["bottleneck", "scaled", "pieces"],
    "spam7": ["pieces", "bottleneck", "committee"],
    "cells": ["bottleneck", "reinjected", "committee"],
    "flavia": ["cosine", "bottleneck", "reinjected"],
    "hpc": ["pieces", "bottleneck", "scaled"],
    "hawks": ["scaled", "committee", "cosine"],
    "penguins": ["scaled", "bottleneck", "cosine"],
    "mlc_churn": ["pieces", "bottleneck", "reinjected"],
    "diamonds": ["scaled", "pieces", "bottleneck"],
    "computers": ["reinjected", "pieces", "bottleneck"],
    "ames": ["bottleneck", "committee", "scaled"],
    "car_prices": ["scaled", "reinjected", "bottleneck"],
    "storms": ["committee", "pieces", "bottleneck"],
    "nox": ["pieces", "bottleneck", "scaled"],
    "stations": ["reinjected", "bottleneck", "committee"],
    "films": ["parallel", "lstmnorm"],
    "tate": ["parallel", "indrnn"],
    "airports": ["lstmnorm", "indrnn"],
    "reviews": ["parallel", "lstmnorm"],
}


class Scale(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.by = nn.Parameter(torch.ones(width))

    def forward(self, x):
        return x * self.by


def layer(inputs, width, act, drop, norm):
    return nn.Sequential(
        nn.Linear(inputs, width), nn.BatchNorm1d(width) if norm else nn.Identity(), ACTIVATIONS[act](), nn.Dropout(drop)
    )


def scaled(inputs, outputs, width=52, depth=2, act="relu", drop=0.0, norm=False):
    """Nothing keeps a deep one alive."""
    layers, d = [], inputs
    for _ in range(depth):
        layers += [layer(d, width, act, drop, norm), Scale(width)]
        d = width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Narrow(nn.Module):
    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.down, self.up = layer(width, max(2, width // 4), act, drop, norm), nn.Linear(max(2, width // 4), width)

    def forward(self, x):
        return x + 0.6 * self.up(self.down(x))


def bottleneck(inputs, outputs, width=64, depth=2, act="relu", drop=0.0, norm=False):
    blocks = [Narrow(width, act, drop, norm) for _ in range(depth)]
    return nn.Sequential(layer(inputs, width, act, 0.0, norm), *blocks, nn.Linear(width, outputs))


class Reinjected(nn.Module):
    """As networks of surfaces and scenes have it."""

    def __init__(self, inputs, outputs, width=44, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.layers = nn.ModuleList([layer(inputs + (width if i else 0), width, act, drop, norm) for i in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        h = self.layers[0](x)
        for each in self.layers[1:]:
            h = each(torch.cat([x, h], 1))
        return self.head(h)


class Piecewise(nn.Module):
    """Gorishniy and others 2022: a column is how far it has come through each of six pieces."""

    def __init__(self, inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.register_buffer("edges", torch.tensor([-1.5, -0.8, -0.25, 0.25, 0.8, 1.5]))
        self.body = scaled(6 * inputs, outputs, width, depth, act, drop, norm)

    def forward(self, x):
        return self.body(torch.tanh(x[:, :, None] - self.edges).flatten(1))


class Committee(nn.Module):
    """Three that share nothing; what is told is their mean."""

    def __init__(self, inputs, outputs, width=24, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.members = nn.ModuleList([scaled(inputs, outputs, width, depth, act, drop, norm) for _ in range(3)])

    def forward(self, x):
        return torch.stack([member(x) for member in self.members]).mean(0)


class Cosine(nn.Module):
    """The answer is the cosine with a vector of each class, made steeper."""

    def __init__(self, inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.body, self.vectors = scaled(inputs, width, width, depth, act, drop, norm), nn.Parameter(torch.randn(outputs, width))

    def forward(self, x):
        return 9.0 * F.normalize(self.body(x), dim=1) @ F.normalize(self.vectors, dim=1).T


class Parallel(nn.Module):
    """Attention and the dense half see the same, and are added."""

    def __init__(self, width, longest=24):
        super().__init__()
        self.all, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.dense = nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))
        self.place = nn.Parameter(0.1 * torch.randn(longest, width))

    def forward(self, x):
        y = x + self.place[: x.shape[1]]
        q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in self.all(y).chunk(3, 2))
        seen = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2)
        return self.out(seen) + self.dense(y)


class Independent(nn.Module):
    """Li and others 2018: each unit remembers itself alone."""

    def __init__(self, width):
        super().__init__()
        self.enter, self.keep, self.out = nn.Linear(width, width), nn.Parameter(torch.rand(width)), nn.Linear(width, width)

    def forward(self, x):
        told, h, all_ = self.enter(x), 0.0, []
        for t in range(x.shape[1]):
            h = F.relu(told[:, t] + self.keep.clamp(-1, 1) * h)
            all_.append(h)
        return self.out(torch.stack(all_, 1))


class Normed(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.cell, self.norm = nn.LSTM(width, width, batch_first=True), nn.LayerNorm(width)

    def forward(self, x):
        return self.norm(self.cell(x)[0])


ROWS = dict(scaled=scaled, bottleneck=bottleneck, reinjected=Reinjected, pieces=Piecewise, committee=Committee, cosine=Cosine)
TEXT = {
    name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind)
    for name, kind in dict(parallel=Parallel, indrnn=Independent, lstmnorm=Normed).items()
}
