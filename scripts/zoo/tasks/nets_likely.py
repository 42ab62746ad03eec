"""Networks of the split `likely`: dense layers, each wider than the one before (trumpet); one residual block that is used again and again, with a norm for each
time (tied); four members that share their weights but for a factor of each row and column, as TabM has it (batchens). For pictures two convolutions between
poolings and the mean at the end (vgg); along a series residual convolutions (resconv), an LSTM whose states are weighed (attendlstm), an encoder that
is asked by a token of its own (clsencoder). For text a decoder of which two heads share a key (groupedquery), and GRUs that are added to what came in (resgru)."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_everyday import layer
from .nets_genuine import Text

TABLES = ["trumpet", "tied", "batchens", "trumpet"]
OF_DATA = {name: TABLES for name in "pitches plebiscite fishing processors yogurts light_chains births texas_homes batting airfare air_time trains rice".split()}
OF_DATA.update(signs=["vgg", "vgg", "trumpet"], terrain=["trumpet", "vgg", "trumpet"], control_charts=["resconv", "attendlstm", "clsencoder", "trumpet"])
OF_DATA.update(ice_core=["attendlstm", "resconv", "clsencoder"], temperatures=["attendlstm", "resconv", "tied"])
OF_DATA.update({name: ["groupedquery", "resgru"] for name in ("restaurants", "lectures", "branches_of_trade", "breaches")})


def trumpet(inputs, outputs, width=64, depth=2, act="relu", drop=0.0, norm=False):
    layers, d = [], inputs
    for i in range(depth):
        now = max(min(width, 20), width * (i + 1) // depth)
        layers.append(layer(d, now, act, drop, norm))
        d = now
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Tied(nn.Module):
    def __init__(self, inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        normed = lambda: nn.BatchNorm1d(width) if norm else nn.Identity()
        self.enter, self.again, self.head = layer(inputs, width, act, 0.0, norm), nn.Linear(width, width), nn.Linear(width, outputs)
        self.norms, self.after = nn.ModuleList([normed() for _ in range(depth)]), nn.Sequential(ACTIVATIONS[act](), nn.Dropout(drop))

    def forward(self, x):
        x = self.enter(x)
        for norm in self.norms:
            x = x + 0.5 * self.after(norm(self.again(x)))
        return self.head(x)


class Members(nn.Module):
    """Gorishniy and others 2024; the answer is the mean of four."""

    def __init__(self, inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        sizes = [inputs, *[width] * depth]
        self.lines = nn.ModuleList([nn.Linear(a, b) for a, b in zip(sizes, sizes[1:])])
        self.ins, self.outs = (nn.ParameterList([nn.Parameter(1 + 0.3 * torch.randn(4, 1, n)) for n in part]) for part in (sizes[:-1], sizes[1:]))
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) if norm else nn.Identity() for _ in range(depth)])
        self.after, self.head = nn.Sequential(ACTIVATIONS[act](), nn.Dropout(drop)), nn.Linear(width, outputs)

    def forward(self, x):
        x = x.expand(4, *x.shape)
        for line, a, b, norm in zip(self.lines, self.ins, self.outs, self.norms):
            x = self.after(norm((line(x * a) * b).flatten(0, 1)).view(4, x.shape[1], -1))
        return self.head(x).mean(0)


class Pooled(nn.Module):
    """Two convolutions of one width, then pooling, twice at most; the mean over what is left is what the head sees."""

    def __init__(self, inputs, outputs, width=8, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        side, layers, d = round(inputs**0.5), [], 1
        self.shape = (1, side, side)
        for i in range(min(depth, 2)):
            now = min(width, 24) * (i + 1)
            for a in (d, now):
                layers += [nn.Conv2d(a, now, 3, padding=1), nn.BatchNorm2d(now) if norm else nn.Identity(), ACTIVATIONS[act]()]
            layers, d = [*layers, nn.MaxPool2d(2)], now
        self.body = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Dropout(drop), nn.Linear(4 * d, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Along(nn.Module):
    """A convolution over seven values, then residual ones over three; the mean and the last value."""

    def __init__(self, inputs, outputs, width=20, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        normed = lambda: nn.BatchNorm1d(width) if norm else nn.Identity()
        inside = lambda: nn.Sequential(nn.Conv1d(width, width, 3, padding=1), normed(), ACTIVATIONS[act](), nn.Dropout(drop), nn.Conv1d(width, width, 3, padding=1))
        self.enter, self.blocks = nn.Sequential(nn.Conv1d(1, width, 7, padding=3), normed(), ACTIVATIONS[act]()), nn.ModuleList([inside() for _ in range(min(depth, 2))])
        self.head = nn.Linear(2 * width, outputs)

    def forward(self, x):
        x = self.enter(x[:, None])
        for block in self.blocks:
            x = x + 0.5 * block(x)
        return self.head(torch.cat([x.mean(2), x[:, :, -1]], 1))


class Attended(nn.Module):
    """nn.LSTM over pairs of values, and a mean of its states by weights of its own."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="tanh", drop=0.0, norm=False):
        super().__init__()
        self.cell, self.asks = nn.LSTM(2, width, 1, batch_first=True), nn.Linear(width, 1)
        self.head = nn.Sequential(nn.Dropout(drop), nn.Linear(2 * width, outputs))

    def forward(self, x):
        states = self.cell(x[:, : x.shape[1] // 2 * 2].unflatten(1, (-1, 2)))[0]
        weights = torch.softmax(self.asks(torch.tanh(states)), 1)
        return self.head(torch.cat([(weights * states).sum(1), states[:, -1]], 1))


class Asked(nn.Module):
    """nn.TransformerEncoder over pieces of six values, and a learned token that the head reads; what is normalised is normalised afterwards."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        width = max(4, width // 4 * 4)
        self.n, self.enter, self.first = inputs // 6, nn.Linear(6, width), nn.Parameter(0.1 * torch.randn(1, 1, width))
        self.place = nn.Parameter(0.1 * torch.randn(self.n, width))
        one = nn.TransformerEncoderLayer(width, 2, 3 * width, drop, batch_first=True)
        self.body, self.head = nn.TransformerEncoder(one, min(depth, 2), enable_nested_tensor=False), nn.Linear(width, outputs)

    def forward(self, x):
        pieces = self.enter(x[:, : 6 * self.n].unflatten(1, (self.n, 6))) + self.place
        return self.head(self.body(torch.cat([self.first.expand(len(x), 1, -1), pieces], 1))[:, 0])


class Grouped(nn.Module):
    """Four heads, two keys; the dense half is gated."""

    def __init__(self, width, longest=32):
        super().__init__()
        self.asks, self.told, self.out = nn.Linear(width, width), nn.Linear(width, width), nn.Linear(width, width)
        self.place, self.norm = nn.Parameter(0.1 * torch.randn(longest, width)), nn.RMSNorm(width)
        self.gate, self.up, self.down = nn.Linear(width, 2 * width), nn.Linear(width, 2 * width), nn.Linear(2 * width, width)

    def forward(self, x):
        y = x + self.place[: x.shape[1]]
        q = self.asks(y).unflatten(2, (4, -1)).transpose(1, 2)
        k, v = (part.unflatten(2, (2, -1)).transpose(1, 2).repeat_interleave(2, 1) for part in self.told(y).chunk(2, 2))
        seen = self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        y = self.norm(x + seen)
        return seen + self.down(F.silu(self.gate(y)) * self.up(y))


class Gru(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.cell, self.out = nn.GRU(width, width, batch_first=True), nn.Linear(width, width)

    def forward(self, x):
        return self.out(self.cell(x)[0])


ROWS = dict(trumpet=trumpet, tied=Tied, batchens=Members, vgg=Pooled, resconv=Along, attendlstm=Attended, clsencoder=Asked)
TEXT = {name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind) for name, kind in dict(groupedquery=Grouped, resgru=Gru).items()}
