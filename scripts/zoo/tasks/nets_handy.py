"""Networks of the split `handy`: dense layers whose first is half as wide again (shoulder); dense layers each of which is averaged with what came in (averaging); two
lanes of dense layers that change sides (lanes). For pictures convolutions with gaps and the largest answer of each (atrous); along a series convolutions whose places
are weighed by a query (attnpool) and the largest states of an LSTM over pieces (lstmmax). For text one block of a decoder used twice (again2) and a GRU beside a
convolution that looks back (gruconv)."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_everyday import layer
from .nets_genuine import Text

TABLES = ["shoulder", "averaging", "lanes", "averaging"]
OF_DATA = {name: TABLES for name in "olive crackers mortgages credit_cards crashes defaults defaulters livers biopsy pupils glass boston sacramento galton check_times".split()}
OF_DATA.update({name: TABLES for name in "states violence seat_belts mathematics grinnell diseases anaesthetic otl_circuit hartmann".split()})
OF_DATA.update(dice=["atrous", "atrous", "averaging"], rhythms=["attnpool", "lstmmax", "averaging"], melbourne=["lstmmax", "attnpool", "shoulder"], half_hours=["attnpool", "lstmmax", "averaging"])
OF_DATA.update({name: ["again2", "gruconv"] for name in ("unicode_names", "prime_factors", "numbers_in_words", "time_zones")})


def shoulder(inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
    widths = [width * 3 // 2 if width > 2 and i == 0 else width for i in range(depth)]
    layers = [layer(a, b, act, drop, norm) for a, b in zip([inputs, *widths], widths)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


class Averaging(nn.Module):
    """Half of what came in, half of what was made of it."""

    def __init__(self, inputs, outputs, width=54, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.enter, self.layers = layer(inputs, width, act, 0.0, norm), nn.ModuleList([layer(width, width, act, drop, norm) for _ in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        x = self.enter(x)
        for each in self.layers:
            x = 0.5 * (x + 2 * each(x))
        return self.head(x)


class Lanes(nn.Module):
    """Two narrow lanes; behind each layer half of the one goes on in the other."""

    def __init__(self, inputs, outputs, width=52, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.half, widths = max(1, width // 4), [inputs] + [2 * max(1, width // 4)] * depth
        self.left, self.right = (nn.ModuleList([layer(a, b, act, drop, norm) for a, b in zip(widths, widths[1:])]) for _ in range(2))
        self.head = nn.Linear(2 * widths[-1], outputs)

    def forward(self, x):
        a = b = x
        for left, right in zip(self.left, self.right):
            a, b = left(a), right(b)
            a, b = torch.cat([a[:, : self.half], b[:, self.half :]], 1), torch.cat([b[:, : self.half], a[:, self.half :]], 1)
        return self.head(torch.cat([a, b], 1))


class Atrous(nn.Module):
    """Convolutions with gaps of one, two and three points; over a coarse grid the largest answer of each."""

    def __init__(self, inputs, outputs, width=14, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        side, layers, d = round(inputs**0.5), [], 1
        self.shape, now = (1, side, side), min(width, 20)
        for i in range(min(depth, 3)):
            layers, d = [*layers, nn.Conv2d(d, now, 3, 2 if i == 0 else 1, i + 1, i + 1), nn.BatchNorm2d(now) if norm else nn.Identity(), ACTIVATIONS[act]()], now
        self.body = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(4), nn.Flatten(), nn.Dropout(drop), nn.Linear(16 * d, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Weighed(nn.Module):
    """Two convolutions; a learned query says how much each place counts."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        one = lambda a: [nn.Conv1d(a, width, 5, padding=2), nn.BatchNorm1d(width) if norm else nn.Identity(), ACTIVATIONS[act]()]
        self.body, self.query = nn.Sequential(*one(1), *one(width)), nn.Conv1d(width, 4, 1)
        self.head = nn.Sequential(nn.Dropout(drop), nn.Linear(4 * width, outputs))

    def forward(self, x):
        seen = self.body(x[:, None])
        return self.head(torch.einsum("bqt,bct->bqc", self.query(seen).softmax(2), seen).flatten(1))


class Largest(nn.Module):
    """An LSTM over pieces of four values, and the largest that each state ever was."""

    def __init__(self, inputs, outputs, width=26, depth=1, act="tanh", drop=0.0, norm=False):
        super().__init__()
        self.cell, self.head = nn.LSTM(4, width, min(depth, 2), batch_first=True), nn.Sequential(nn.Dropout(drop), nn.Linear(2 * width, outputs))

    def forward(self, x):
        states = self.cell(x[:, : x.shape[1] // 4 * 4].unflatten(1, (-1, 4)))[0]
        return self.head(torch.cat([states.amax(1), states[:, -1]], 1))


class Again(nn.Module):
    """One block of two heads, used twice."""

    def __init__(self, width, longest=32):
        super().__init__()
        self.all, self.out, self.place = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Parameter(0.1 * torch.randn(longest, width))
        self.norm, self.dense = nn.LayerNorm(width), nn.Sequential(nn.Linear(width, 3 * width), nn.GELU(), nn.Linear(3 * width, width))

    def once(self, x):
        q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in self.all(x).chunk(3, 2))
        seen = self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return seen + self.dense(self.norm(x + seen))

    def forward(self, x):
        first = self.once(x + self.place[: x.shape[1]])
        return first + 0.5 * self.once(self.norm(x + first))


class Beside(nn.Module):
    """A GRU, and the last four letters as a convolution sees them."""

    def __init__(self, width):
        super().__init__()
        self.cell, self.near, self.out = nn.GRU(width, width, batch_first=True), nn.Conv1d(width, width, 4), nn.Linear(2 * width, width)

    def forward(self, x):
        near = self.near(F.pad(x.transpose(1, 2), (3, 0))).transpose(1, 2)
        return self.out(torch.cat([self.cell(x)[0], F.silu(near)], 2))


ROWS = dict(shoulder=shoulder, averaging=Averaging, lanes=Lanes, atrous=Atrous, attnpool=Weighed, lstmmax=Largest)
TEXT = {name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind) for name, kind in dict(again2=Again, gruconv=Beside).items()}
