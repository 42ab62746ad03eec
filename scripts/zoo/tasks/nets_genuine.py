"""Networks of the split `genuine`: thin pairs of matrices (lowrank), residual blocks whose weight begins at nought (ReZero), both signs kept (CReLU),
Chebyshev's polynomials of each column (as a Kolmogorov-Arnold network has them), groups that are shuffled, a convolution with its mirror; for text letters
mixed by a triangle, the simple recurrent unit, an LSTM that tells less than it keeps. Size words as in nets.py."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_newer import dense

OF_DATA = {
    "waveform": ["crelu", "mirrored", "rezero"],
    "leaves": ["mirrored", "shuffled", "rezero"],
    "chords": ["lowrank", "shuffled", "crelu"],
    "modulation": ["shuffled", "crelu", "rezero"],
    "boards": ["rezero", "crelu", "shuffled"],
    "tickets": ["lowrank", "rezero", "crelu"],
    "courses": ["chebyshev", "crelu", "lowrank"],
    "borehole": ["chebyshev", "rezero", "lowrank"],
    "piston": ["chebyshev", "crelu", "rezero"],
    "wing": ["lowrank", "chebyshev", "rezero"],
    "ishigami": ["rezero", "crelu", "shuffled"],
    "wheel": ["crelu", "rezero", "shuffled"],
    "prey": ["lowrank", "rezero", "mirrored"],
    "wages": ["chebyshev", "lowrank", "crelu"],
    "knitting": ["triangle", "sru"],
    "roman": ["projected", "sru"],
    "timetable": ["triangle", "projected"],
    "settings": ["sru", "triangle"],
}


def lowrank(inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
    """Each layer is two thin matrices; nothing keeps a deep one alive."""
    layers, d, thin = [], inputs, max(1, width // 3)
    for _ in range(depth):
        layers += [nn.Linear(d, thin, bias=False), dense(thin, width, act, drop, norm)]
        d = width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class ReZero(nn.Module):
    """Bachlechner and others 2020: a block counts for nothing at first."""

    def __init__(self, inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.start, self.head, self.share = nn.Linear(inputs, width), nn.Linear(width, outputs), nn.Parameter(torch.full((depth + 1,), 0.1))
        self.first = nn.BatchNorm1d(width) if norm else nn.Identity()
        self.blocks = nn.ModuleList([nn.Sequential(dense(width, 2 * width, act, drop, norm), nn.Linear(2 * width, width)) for _ in range(depth)])
        self.act = ACTIVATIONS[act]()

    def forward(self, x):
        x = self.act(self.first(self.start(x)))
        for share, block in zip(self.share, self.blocks):
            x = x + 4 * share * block(x)
        return self.head(x)


class BothSigns(nn.Module):
    def __init__(self, act):
        super().__init__()
        self.act = ACTIVATIONS[act]()

    def forward(self, x):
        return torch.cat([self.act(x), self.act(-x)], 1)


def crelu(inputs, outputs, width=30, depth=2, act="relu", drop=0.0, norm=False):
    """Shang and others 2016: what is below nought is kept beside what is above."""
    layers, d = [], inputs
    for _ in range(depth):
        layers += [nn.Linear(d, width)] + ([nn.BatchNorm1d(width)] if norm else []) + [BothSigns(act), nn.Dropout(drop)]
        d = 2 * width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Chebyshev(nn.Module):
    """Four polynomials of each column, squeezed into minus and plus one before; then as usual."""

    def __init__(self, inputs, outputs, width=36, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        layers = [dense(4 * inputs, width, act, drop, norm)] + [dense(width, width, act, drop, norm) for _ in range(depth - 1)]
        self.body = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, x):
        x = torch.tanh(0.6 * x)
        return self.body(torch.cat([x, 2 * x**2 - 1, 4 * x**3 - 3 * x, 8 * x**4 - 8 * x**2 + 1], 1))


class Grouped(nn.Module):
    """Four groups by themselves, whose columns are then dealt out anew."""

    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.mix, self.act = nn.Conv1d(width, width, 1, groups=4 if width % 4 == 0 else 1), ACTIVATIONS[act]()
        self.norm, self.drop = nn.BatchNorm1d(width) if norm else nn.Identity(), nn.Dropout(drop)

    def forward(self, x):
        y = self.drop(self.act(self.norm(self.mix(x[:, :, None])[:, :, 0])))
        return y.view(len(y), 4, -1).transpose(1, 2).reshape(len(y), -1) if y.shape[1] % 4 == 0 else y


def shuffled(inputs, outputs, width=64, depth=2, act="relu", drop=0.0, norm=False):
    layers = [nn.Linear(inputs, width), ACTIVATIONS[act]()] + [Grouped(width, act, drop, norm) for _ in range(depth)]
    return nn.Sequential(*layers, nn.Linear(width, outputs))


class Mirrored(nn.Module):
    """Columns as a line, one kernel from the left and the same from the right, the greatest of both."""

    def __init__(self, inputs, outputs, width=10, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv1d(1 if i == 0 else width, width, 5, 2 if i < 2 else 1, padding=2) for i in range(depth)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) if norm else nn.Identity() for _ in range(depth)])
        self.act, self.drop = ACTIVATIONS[act](), nn.Dropout(drop)
        side = inputs
        for i in range(depth):
            side = (side - 1) // (2 if i < 2 else 1) + 1
        self.head = nn.Linear(side * width, outputs)

    def forward(self, x):
        x = x[:, None]
        for conv, norm in zip(self.convs, self.norms):
            back = F.conv1d(x, conv.weight.flip(2), conv.bias, conv.stride, conv.padding)
            x = self.drop(self.act(norm(torch.maximum(conv(x), back))))
        return self.head(x.flatten(1))


class Text(nn.Module):
    """Letters as rows of numbers, some mixing layers, and what comes next."""

    def __init__(self, tokens, layer, width=40, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.layers = nn.Embedding(tokens, width), nn.ModuleList([layer(width) for _ in range(depth)])
        self.norms, self.drop, self.head = nn.ModuleList([nn.LayerNorm(width) for _ in range(depth)]), nn.Dropout(drop), nn.Linear(width, tokens)

    def forward(self, x):
        x = self.embed(x)
        for layer, norm in zip(self.layers, self.norms):
            x = x + self.drop(layer(norm(x)))
        return self.head(x)


class Triangle(nn.Module):
    """A matrix across places of which the upper half is nought, with a gate (gMLP)."""

    def __init__(self, width, longest=24):
        super().__init__()
        self.both, self.out = nn.Linear(width, 4 * width), nn.Linear(2 * width, width)
        self.across = nn.Parameter(torch.eye(longest) + 0.05 * torch.randn(longest, longest))

    def forward(self, x):
        said, gate = F.gelu(self.both(x)).chunk(2, 2)
        n = x.shape[1]
        return self.out(said * torch.einsum("ts,bsc->btc", self.across[:n, :n].tril(), gate))


class Simple(nn.Module):
    """Lei and others 2018: gates know the letter alone, so that only the keeping is recurrent."""

    def __init__(self, width):
        super().__init__()
        self.all, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, x):
        new, forget, reset = self.all(x).chunk(3, 2)
        left, reset, n = F.logsigmoid(forget + 1).cumsum(1), torch.sigmoid(reset), x.shape[1]
        ago = (left[:, :, None] - left[:, None]).masked_fill(torch.ones(n, n).triu(1)[:, :, None] > 0, float("-inf"))
        kept = (ago.exp() * ((1 - torch.sigmoid(forget + 1)) * new)[:, None]).sum(2)  # all moments at once
        return self.out(reset * torch.tanh(kept) + (1 - reset) * x)


class Projected(nn.Module):
    """Sak and others 2014: an LSTM that tells less than it keeps."""

    def __init__(self, width):
        super().__init__()
        self.each, self.out = nn.LSTM(width, width, batch_first=True, proj_size=width // 2), nn.Linear(width // 2, width)

    def forward(self, x):
        return self.out(self.each(x)[0])


ROWS = dict(lowrank=lowrank, rezero=ReZero, crelu=crelu, chebyshev=Chebyshev, shuffled=shuffled, mirrored=Mirrored)
TEXT = {
    name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind)
    for name, kind in dict(triangle=Triangle, sru=Simple, projected=Projected).items()
}
