"""Networks of the split `familiar`: dense layers of two widths in turn (accordion); dense layers all of which the head sees the sum of (adding); a few units for
each column alone, then dense layers (columnwise). For pictures convolutions that stride in place of pooling (allconv); along a series a convolution before a GRU (convgru) and the mean of
two stacked LSTMs' states (meanlstm). For text a decoder whose queries and keys have length one (qknorm) and an LSTM whose state is projected (lstm_proj)."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_everyday import layer
from .nets_genuine import Text

TABLES = ["accordion", "adding", "columnwise", "adding"]
OF_DATA = {name: TABLES for name in "attrition british_vote ketchup train_choice monica rotterdam relapses fielders mid_atlantic loan_rates pigs aircraft_seats wins".split()}
OF_DATA.update({name: TABLES for name in "colleges cigarettes airports_warmth language_marks salaries".split()})
OF_DATA.update(numerals=["allconv", "allconv", "adding"], chaos=["convgru", "convgru", "meanlstm", "adding"], bank_calls=["meanlstm", "convgru", "accordion"], key_west=["convgru", "meanlstm", "adding"])
OF_DATA.update({name: ["qknorm", "lstm_proj"] for name in ("companies", "aircraft_names", "occupations", "collatz")})


def accordion(inputs, outputs, width=60, depth=2, act="relu", drop=0.0, norm=False):
    widths = [width if i % 2 == 0 else max(min(width, 18), width // 2) for i in range(depth)]
    layers = [layer(a, b, act, drop, norm) for a, b in zip([inputs, *widths], widths)]
    return nn.Sequential(*layers, nn.Linear(widths[-1], outputs))


class Summed(nn.Module):
    """Each layer sees the one before; the head sees all of them, added."""

    def __init__(self, inputs, outputs, width=52, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.enter, self.layers = layer(inputs, width, act, 0.0, norm), nn.ModuleList([layer(width, width, act, drop, norm) for _ in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        x = all_ = self.enter(x)
        for each in self.layers:
            x = each(x)
            all_ = all_ + 0.7 * x
        return self.head(all_)


class Columnwise(nn.Module):
    """Each column has a line of its own into six units, before anything is mixed."""

    def __init__(self, inputs, outputs, width=44, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.by, self.bias = nn.Parameter(torch.randn(inputs, 6)), nn.Parameter(0.3 * torch.randn(inputs, 6))
        self.body = accordion(6 * inputs, outputs, width, depth, act, drop, norm)

    def forward(self, x):
        return self.body(F.relu(x[:, :, None] * self.by + self.bias).flatten(1))


class Strides(nn.Module):
    """Springenberg and others 2014: a convolution that strides where others pool, at most twice."""

    def __init__(self, inputs, outputs, width=12, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        side, layers, d = round(inputs**0.5), [], 1
        self.shape = (1, side, side)
        for i in range(min(depth, 2) + 1):
            now = min(width, 16) * (1 + min(i, 1))
            layers, d = [*layers, nn.Conv2d(d, now, 3, 1 if i == 1 else 2, 1), nn.BatchNorm2d(now) if norm else nn.Identity(), ACTIVATIONS[act]()], now
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Dropout(drop), nn.Linear(9 * d, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Recurrent(nn.Module):
    """front: a convolution over five values, every second place of which the GRU reads; else two LSTMs over pairs of values. The mean of the states beside the last."""

    def __init__(self, front, inputs, outputs, width=24, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.front = nn.Sequential(nn.Conv1d(1, width, 5, 2, 2), nn.BatchNorm1d(width) if norm else nn.Identity(), ACTIVATIONS[act]()) if front else None
        self.cell = nn.GRU(width, width, batch_first=True) if front else nn.LSTM(2, width, 2, batch_first=True)
        self.head = nn.Sequential(nn.Dropout(drop), nn.Linear(2 * width, outputs))

    def forward(self, x):
        seen = self.front(x[:, None]).transpose(1, 2) if self.front else x[:, : x.shape[1] // 2 * 2].unflatten(1, (-1, 2))
        states = self.cell(seen)[0]
        return self.head(torch.cat([states.mean(1), states[:, -1]], 1))


class Normalised(nn.Module):
    """Queries and keys of length one, and a learned heat for each of two heads."""

    def __init__(self, width, longest=32):
        super().__init__()
        self.all, self.out, self.place = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Parameter(0.1 * torch.randn(longest, width))
        self.heat, self.norm = nn.Parameter(torch.full((2, 1, 1), 4.0)), nn.LayerNorm(width)
        self.dense = nn.Sequential(nn.Linear(width, 3 * width), nn.SiLU(), nn.Linear(3 * width, width))

    def forward(self, x):
        q, k, v = (part.unflatten(2, (2, -1)).transpose(1, 2) for part in self.all(x + self.place[: x.shape[1]]).chunk(3, 2))
        seen = F.scaled_dot_product_attention(self.heat * F.normalize(q, dim=-1), F.normalize(k, dim=-1), v, is_causal=True, scale=1.0)
        seen = self.out(seen.transpose(1, 2).flatten(2))
        return seen + self.dense(self.norm(x + seen))


class Projected(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.cell, self.out = nn.LSTM(width, 2 * width, batch_first=True, proj_size=width), nn.Linear(width, width)

    def forward(self, x):
        return self.out(self.cell(x)[0])


ROWS = dict(accordion=accordion, adding=Summed, columnwise=Columnwise, allconv=Strides, convgru=lambda *a, **k: Recurrent(True, *a, **k), meanlstm=lambda *a, **k: Recurrent(False, *a, **k))
TEXT = {name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind) for name, kind in dict(qknorm=Normalised, lstm_proj=Projected).items()}
