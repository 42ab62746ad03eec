"""Networks of the split `fresh` that see a row as a series or a set: tokens of a table, neighbours that are asked, a state space, both directions of a
GRU, and a flow. Size words as in nets.py."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_fresh import dense


class TabTokens(nn.Module):
    """Every column a token, attention among them, and one more that is asked (Gorishniy and others 2021)."""

    def __init__(self, inputs, outputs, width=16, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        width = max(4, width // 4 * 4)
        self.scale, self.place = nn.Parameter(torch.randn(inputs, width) * 0.3), nn.Parameter(torch.randn(inputs + 1, width) * 0.3)
        self.layers = nn.ModuleList(
            [nn.TransformerEncoderLayer(width, 2, 2 * width, drop, batch_first=True, norm_first=True) for _ in range(min(depth, 2))]
        )
        self.head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, outputs))

    def forward(self, x):
        x = F.pad(x[:, :, None] * self.scale, (0, 0, 1, 0)) + self.place
        for layer in self.layers:
            x = layer(x)
        return self.head(x[:, 0])


class Neighbours(nn.Module):
    """A row asks forty learned examples, and listens to the nearest."""

    def __init__(self, inputs, outputs, width=32, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.ask = nn.Sequential(
            *[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)], nn.Linear(width, width)
        )
        self.keys, self.answers = nn.Parameter(torch.randn(40, width)), nn.Parameter(torch.randn(40, outputs))

    def forward(self, x):
        near = -torch.cdist(self.ask(x), self.keys) ** 2
        best, which = near.topk(8, 1)
        return (F.softmax(best, 1)[..., None] * self.answers[which]).sum(1) * 3


class Diagonal(nn.Module):
    """Gu, Gupta, Goel and Re 2022, as one convolution: each channel is a sum of decaying waves of the past."""

    def __init__(self, width, act, drop, states=4):
        super().__init__()
        self.decay, self.turn = nn.Parameter(torch.rand(width, states) * 2 - 3), nn.Parameter(torch.rand(width, states) * 2)
        self.weight = nn.Parameter(torch.randn(width, states) * 0.5)
        self.mix, self.act, self.drop = nn.Linear(width, width), ACTIVATIONS[act](), nn.Dropout(drop)

    def forward(self, x):
        n = x.shape[1]
        t = torch.arange(n)[:, None, None]
        kernel = (self.weight * torch.exp(-self.decay.exp() * t) * torch.cos(self.turn * t)).sum(2).T[:, None].flip(2)
        past = F.conv1d(F.pad(x.transpose(1, 2), (n - 1, 0)), kernel, groups=x.shape[2])
        return x + self.drop(self.act(self.mix(past.transpose(1, 2))))


class StateSpace(nn.Module):
    """Over single columns, or four at a time where there are many."""

    def __init__(self, inputs, outputs, width=20, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.own = 4 if inputs > 20 else 1
        self.start, self.head = nn.Linear(self.own, width), nn.Linear(2 * width, outputs)
        self.body = nn.Sequential(*[Diagonal(width, act, drop) for _ in range(min(depth, 2))])

    def forward(self, x):
        x = self.body(self.start(x.reshape(len(x), -1, self.own)))
        return self.head(torch.cat([x[:, -1], x.mean(1)], 1))


class Both(nn.Module):
    """A GRU in each direction over four columns at a time."""

    def __init__(self, inputs, outputs, width=20, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.cell, self.head = nn.GRU(4, width, batch_first=True, bidirectional=True), nn.Sequential(
            nn.Dropout(drop), nn.Linear(2 * width, outputs)
        )

    def forward(self, x):
        return self.head(self.cell(x.reshape(len(x), -1, 4))[1].transpose(0, 1).flatten(1))


class Flow(nn.Module):
    """RealNVP (Dinh and others 2017) over the columns: says z, and `volume` is how much space was stretched."""

    def __init__(self, inputs, width=24, depth=4):
        super().__init__()
        self.parts = nn.ModuleList([nn.Sequential(nn.Linear(inputs, width), nn.Tanh(), nn.Linear(width, 2 * inputs)) for _ in range(depth)])
        for part in self.parts:
            nn.init.normal_(part[2].weight, std=0.02)
        self.register_buffer("mask", (torch.arange(inputs) % 2).float())

    def forward(self, x):
        self.volume, mask = 0.0, self.mask
        for part in self.parts:
            scale, shift = part(x * mask).chunk(2, 1)
            scale = torch.tanh(scale) * 2 * (1 - mask)
            x, self.volume, mask = x * scale.exp() + shift * (1 - mask), self.volume + scale.sum(1), 1 - mask
        return x


ROWS = dict(tabtokens=TabTokens, neighbours=Neighbours, statespace=StateSpace, both=Both, flow=lambda inputs, outputs, **size: Flow(inputs))
