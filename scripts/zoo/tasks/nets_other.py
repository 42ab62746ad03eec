"""Networks of the split `other`: a tower whose layers halve, LeNet on the nearest square, residual blocks that normalise first, patches of a row that
look at each other, two branches; for text a small GPT, a stacked recurrence, sums of the last letters. Size words as in nets.py."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

OF_DATA = {
    "clocks": ["lenet", "tower", "patches"],
    "grains": ["tower", "preact"],
    "churn": ["tower", "preact", "branches"],
    "remarks": ["branches", "preact"],
    "gaits": ["patches", "preact", "lenet"],
    "marks": ["lenet", "preact"],
    "blocks": ["tower", "branches"],
    "concrete": ["preact", "tower"],
    "tides": ["patches", "tower"],
    "yields": ["branches", "preact"],
    "dates": ["tinygpt", "stacked"],
    "reversals": ["stacked", "tinygpt"],
    "rhyme": ["tinygpt", "summed"],
}


def layer(a, b, act, drop=0.0, norm=False):
    return nn.Sequential(nn.Linear(a, b), *([nn.BatchNorm1d(b)] if norm else []), ACTIVATIONS[act](), *([nn.Dropout(drop)] if drop else []))


def tower(inputs, outputs, width=64, depth=2, act="relu", drop=0.0, norm=False):
    widths = [inputs] + [max(min(width, 12), width >> i) for i in range(depth)]
    return nn.Sequential(*[layer(a, b, act, drop, norm) for a, b in zip(widths, widths[1:])], nn.Linear(widths[-1], outputs))


class LeNet(nn.Module):
    """LeCun and others 1998, on rows filled up to a square."""

    def __init__(self, inputs, outputs, width=6, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.side, width = math.ceil(inputs**0.5), min(width, 10)
        norm2 = lambda c: [nn.BatchNorm2d(c)] if norm else []
        self.body = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1),
            *norm2(width),
            ACTIVATIONS[act](),
            nn.AvgPool2d(2),
            nn.Conv2d(width, 2 * width, 3, padding=1),
            *norm2(2 * width),
            ACTIVATIONS[act](),
            nn.Flatten(),
        )
        wide = 2 * width * (self.side // 2) ** 2
        self.head = nn.Sequential(*[layer(wide if i == 0 else 48, 48, act, drop) for i in range(max(1, depth - 1))], nn.Linear(48, outputs))

    def forward(self, x):
        x = F.pad(x, (0, self.side**2 - x.shape[1])).view(-1, 1, self.side, self.side)
        return self.head(self.body(x))


class PreAct(nn.Module):
    """He and others 2016: what is added to the row was normalised first."""

    def __init__(self, inputs, outputs, width=44, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        first = (lambda: nn.BatchNorm1d(width)) if norm else (lambda: nn.Identity() if width < 8 else nn.LayerNorm(width))
        self.start, self.act = nn.Linear(inputs, width), ACTIVATIONS[act]()
        self.blocks = nn.ModuleList(
            [nn.Sequential(first(), nn.Linear(width, width), ACTIVATIONS[act](), nn.Dropout(drop)) for _ in range(depth)]
        )
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        x = self.act(self.start(x))
        for block in self.blocks:
            x = x + block(x)
        return self.head(x)


class Patches(nn.Module):
    """Dosovitskiy and others 2020, on pieces of a row."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="gelu", drop=0.0, norm=False):
        super().__init__()
        self.n, width = 6, max(4, width // 4 * 4)
        self.long = math.ceil(inputs / self.n)
        self.embed, self.place = nn.Linear(self.long, width), nn.Parameter(0.1 * torch.randn(self.n + 1, width))
        self.first = nn.Parameter(0.1 * torch.randn(1, 1, width))
        make = lambda: nn.TransformerEncoderLayer(width, 4, 2 * width, drop, "gelu", batch_first=True, norm_first=True)
        self.blocks, self.head = nn.ModuleList([make() for _ in range(depth)]), nn.Linear(width, outputs)

    def forward(self, x):
        x = self.embed(F.pad(x, (0, self.n * self.long - x.shape[1])).view(len(x), self.n, self.long))
        x = torch.cat([self.first.expand(len(x), -1, -1), x], 1) + self.place
        for block in self.blocks:
            x = block(x)
        return self.head(x[:, 0])


class Branches(nn.Module):
    """Even columns and odd ones by themselves, then together."""

    def __init__(self, inputs, outputs, width=28, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.one, self.two = layer((inputs + 1) // 2, width, act, drop, norm), layer(inputs // 2, width, act, drop, norm)
        self.rest = nn.Sequential(*[layer(2 * width, 2 * width, act, drop, norm) for _ in range(depth)], nn.Linear(2 * width, outputs))

    def forward(self, x):
        return self.rest(torch.cat([self.one(x[:, ::2]), self.two(x[:, 1::2])], 1))


class TinyGpt(nn.Module):
    def __init__(self, tokens, width=32, depth=1, drop=0.0):
        super().__init__()
        width = max(4, width // 4 * 4)
        self.embed, self.place = nn.Embedding(tokens, width), nn.Parameter(0.05 * torch.randn(32, width))
        make = lambda: nn.TransformerEncoderLayer(width, 4, 4 * width, drop, "gelu", batch_first=True, norm_first=True)
        self.blocks, self.norm, self.head = nn.ModuleList([make() for _ in range(depth)]), nn.LayerNorm(width), nn.Linear(width, tokens)

    def forward(self, x):
        n = x.shape[1]
        mask = torch.triu(torch.full((n, n), float("-inf")), 1)
        x = self.embed(x) + self.place[:n]
        for block in self.blocks:
            x = block(x, src_mask=mask)
        return self.head(self.norm(x))


class Stacked(nn.Module):
    """Two GRUs, one on the other."""

    def __init__(self, tokens, width=40, depth=2, drop=0.0):
        super().__init__()
        self.embed, self.cell = nn.Embedding(tokens, 20), nn.GRU(20, width, 2, batch_first=True, dropout=drop)
        self.head = nn.Linear(width, tokens)

    def forward(self, x):
        return self.head(self.cell(self.embed(x))[0])


class Summed(nn.Module):
    """The last eight letters, each weighed by how long ago it was, through two layers."""

    def __init__(self, tokens, width=48, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.ago = nn.Embedding(tokens, width), nn.Parameter(torch.randn(8, width) * 0.3)
        self.rest = nn.Sequential(layer(width, 2 * width, "relu", drop), nn.Linear(2 * width, tokens))

    def forward(self, x):
        x = F.pad(self.embed(x), (0, 0, 7, 0))
        return self.rest(sum(x[:, 7 - k : x.shape[1] - k] * self.ago[k] for k in range(8)))


ROWS = dict(tower=tower, lenet=LeNet, preact=PreAct, patches=Patches, branches=Branches)
TEXT = dict(tinygpt=TinyGpt, stacked=Stacked, summed=Summed)
