"""Networks of the split `homely`: dense layers of one width whose last is half as wide (wedge); dense layers of which every second one is shown what came in at first (reminded); two dense stacks, a
shallow and a deep one, side by side (forked). For pictures convolutions whose ends are kept beside the mean (cnnmix); along a series two kernels side by side over halved places (dualconv)
and a GRU over pieces of three values read backwards (backgru). For text a decoder whose attention looks at eight letters at most (nearby) and an LSTM with a dense half behind it (lstmdense)."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_everyday import layer
from .nets_genuine import Text

TABLES = ["wedge", "reminded", "forked", "reminded"]
OF_DATA = {name: TABLES for name in "bodies job_programme trainees diabetic dishes cursing towns policies collars ballot balance biomass windsor firms enterprises".split()}
OF_DATA.update({name: TABLES for name in "professors beds pines geyser polls nations london_marks freedom coffee wages_1988 spill steel_column welch".split()})
OF_DATA.update(smileys=["cnnmix", "cnnmix", "reminded"], processes=["dualconv", "backgru", "dualconv"], warm_days=["backgru", "dualconv", "wedge"], surges=["dualconv", "backgru", "reminded"])
OF_DATA.update({name: ["nearby", "lstmdense"] for name in ("colours", "table_titles", "chains", "file_kinds")})


def wedge(inputs, outputs, width=60, depth=2, act="relu", drop=0.0, norm=False):
    widths = [max(min(width, 20), width // 2) if depth > 1 and i == depth - 1 else width for i in range(depth)]
    layers = [layer(a, b, act, drop, norm) for a, b in zip([inputs, *widths], widths)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


class Reminded(nn.Module):
    """Behind the first layer each is added to the one before it, and every second one sees the row again."""

    def __init__(self, inputs, outputs, width=52, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.enter = layer(inputs, width, act, 0.0, norm)
        self.layers = nn.ModuleList([layer(width + (inputs if i % 2 else 0), width, act, drop, norm) for i in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        now = self.enter(x)
        for i, each in enumerate(self.layers):
            now = now + 0.6 * each(torch.cat([now, x], 1) if i % 2 else now)
        return self.head(now)


class Forked(nn.Module):
    """One layer on the left, all of them on the right; the head sees both."""

    def __init__(self, inputs, outputs, width=44, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.left = layer(inputs, width, act, drop, norm)
        self.right = nn.Sequential(*[layer(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth + 1)])
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x):
        return self.head(torch.cat([self.left(x), self.right(x)], 1))


class Mixed(nn.Module):
    """Convolutions, every second with a stride; what each place says over a coarse grid, its mean beside its largest."""

    def __init__(self, inputs, outputs, width=14, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        side, layers, d, now = round(inputs**0.5), [], 1, min(width, 18)
        self.shape = (1, side, side)
        for i in range(min(depth, 2) + 1):
            layers, d = [*layers, nn.Conv2d(d, now, 3, 2 if i % 2 == 0 else 1, 1), nn.BatchNorm2d(now) if norm else nn.Identity(), ACTIVATIONS[act]()], now
        self.body, self.mean, self.most = nn.Sequential(*layers), nn.AdaptiveAvgPool2d(2), nn.AdaptiveMaxPool2d(3)
        self.head = nn.Sequential(nn.Dropout(drop), nn.Linear(13 * d, outputs))

    def forward(self, x):
        seen = self.body(x.view(-1, *self.shape))
        return self.head(torch.cat([self.mean(seen).flatten(1), self.most(seen).flatten(1)], 1))


class Dual(nn.Module):
    """Kernels over three and over nine values, pooled to half, then one over both."""

    def __init__(self, inputs, outputs, width=22, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        normed = lambda n: nn.BatchNorm1d(n) if norm else nn.Identity()
        self.short, self.long = nn.Conv1d(1, width, 3, padding=1), nn.Conv1d(1, width, 9, padding=4)
        self.first, self.both = nn.Sequential(normed(2 * width), ACTIVATIONS[act](), nn.AvgPool1d(2)), nn.Sequential(nn.Conv1d(2 * width, width, 5, padding=2), normed(width), ACTIVATIONS[act]())
        self.head = nn.Sequential(nn.Dropout(drop), nn.Linear(2 * width + inputs, outputs))

    def forward(self, x):
        seen = self.both(self.first(torch.cat([self.short(x[:, None]), self.long(x[:, None])], 1)))
        return self.head(torch.cat([seen.mean(2), seen.amax(2), x], 1))


class Backwards(nn.Module):
    """A GRU over pieces of three values, the newest first; where it begins and where it ends."""

    def __init__(self, inputs, outputs, width=28, depth=1, act="tanh", drop=0.0, norm=False):
        super().__init__()
        self.cell, self.head = nn.GRU(3, width, min(depth, 2), batch_first=True), nn.Sequential(nn.Dropout(drop), nn.Linear(2 * width, outputs))

    def forward(self, x):
        states = self.cell(x[:, : x.shape[1] // 3 * 3].flip(1).unflatten(1, (-1, 3)))[0]
        return self.head(torch.cat([states[:, 0], states[:, -1]], 1))


class Nearby(nn.Module):
    """Two heads, each letter sees the last eight."""

    def __init__(self, width, longest=32):
        super().__init__()
        self.all, self.out, self.place = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Parameter(0.1 * torch.randn(longest, width))
        self.norm, self.dense = nn.LayerNorm(width), nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))
        back = torch.arange(longest)[:, None] - torch.arange(longest)
        self.register_buffer("seen", (back >= 0) & (back < 8), persistent=False)

    def forward(self, x):
        n = x.shape[1]
        q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in self.all(x + self.place[:n]).chunk(3, 2))
        seen = self.out(F.scaled_dot_product_attention(q, k, v, attn_mask=self.seen[:n, :n]).transpose(1, 2).flatten(2))
        return seen + self.dense(self.norm(x + seen))


class Behind(nn.Module):
    """An LSTM, and a dense half that sees its states."""

    def __init__(self, width):
        super().__init__()
        self.cell, self.dense = nn.LSTM(width, width, batch_first=True), nn.Sequential(nn.LayerNorm(width), nn.Linear(width, 2 * width), nn.SiLU(), nn.Linear(2 * width, width))

    def forward(self, x):
        states = self.cell(x)[0]
        return states + self.dense(states)


ROWS = dict(wedge=wedge, reminded=Reminded, forked=Forked, cnnmix=Mixed, dualconv=Dual, backgru=Backwards)
TEXT = {name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind) for name, kind in dict(nearby=Nearby, lstmdense=Behind).items()}
