"""Networks of the split `wider`: a barrel, wide beside deep, soft trees, kernels of several widths, queries that look at columns, sums of functions
of one column, pairwise products; for text gated convolutions, the last few letters at once, attention normalised behind, a two-way gate. Size
words as in nets.py."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

OF_DATA = {
    "beats": ["kernels", "widedeep", "softtrees"],
    "gestures": ["kernels", "queries", "widedeep"],
    "themes": ["widedeep", "barrel", "products"],
    "tissue": ["kernels", "barrel", "widedeep"],
    "fraud": ["softtrees", "products", "additive"],
    "stars": ["products", "widedeep", "barrel"],
    "weather": ["additive", "softtrees", "widedeep"],
    "parity": ["barrel"],
    "turbine": ["additive", "barrel", "products"],
    "orbits": ["barrel", "widedeep"],
    "queue": ["products", "additive", "queries"],
    "spectra": ["kernels", "widedeep", "barrel"],
    "houses": ["softtrees", "widedeep", "additive"],
    "recipes": ["gatedconv", "lastletters", "postnorm"],
    "melodies": ["lastletters", "twogates"],
    "records": ["postnorm", "gatedconv", "twogates"],
    "genes": ["gatedconv", "postnorm"],
}


def dense(a, b, act, drop=0.0, norm=False):
    return nn.Sequential(nn.Linear(a, b), *([nn.BatchNorm1d(b)] if norm else []), ACTIVATIONS[act](), *([nn.Dropout(drop)] if drop else []))


def barrel(inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
    """Widest in the middle."""
    widths = [inputs] + [max(8, width - 8 * abs(depth // 2 - i)) if width > 8 else width for i in range(depth)]
    return nn.Sequential(*[dense(a, b, act, drop, norm) for a, b in zip(widths, widths[1:])], nn.Linear(widths[-1], outputs))


class WideDeep(nn.Module):
    """Cheng and others 2016: what a line says and what layers say are added."""

    def __init__(self, inputs, outputs, width=36, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        narrow = width < 8
        self.wide = None if narrow else nn.Linear(inputs, outputs, bias=False)
        layers = [dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)]
        self.deep = nn.Sequential(*layers, nn.Linear(width, outputs))
        if not narrow:
            nn.init.normal_(self.wide.weight, std=0.01)

    def forward(self, x):
        return self.deep(x) if self.wide is None else self.deep(x) + self.wide(x)


class SoftTrees(nn.Module):
    """Trees of depth three whose branches are taken by degrees (Kontschieder and others 2015, Popov and others 2020)."""

    def __init__(self, inputs, outputs, width=16, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.before = nn.Sequential(*[dense(inputs if i == 0 else 32, 32, act, drop, norm) for i in range(depth - 1)])
        self.trees = max(2, width)
        self.branch = nn.Linear(inputs if depth == 1 else 32, 3 * self.trees)
        self.leaves = nn.Parameter(torch.randn(self.trees, 8, outputs) * 0.3)

    def forward(self, x):
        p = torch.sigmoid(2 * self.branch(self.before(x))).view(len(x), self.trees, 3)
        share = torch.ones(len(x), self.trees, 1)
        for k in range(3):
            share = torch.cat([share * p[:, :, k : k + 1], share * (1 - p[:, :, k : k + 1])], 2)
        return torch.einsum("btl,tlo->bo", share, self.leaves)


class Kernels(nn.Module):
    """Convolutions of three widths side by side (Szegedy and others 2015) along the columns, halved between."""

    def __init__(self, inputs, outputs, width=8, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        width, self.act = min(width, 12), ACTIVATIONS[act]()
        self.layers = nn.ModuleList(
            [nn.ModuleList([nn.Conv1d(1 if i == 0 else 3 * width, width, k, padding=k // 2) for k in (1, 3, 7)]) for i in range(depth)]
        )
        self.norms = nn.ModuleList([nn.BatchNorm1d(3 * width) if norm else nn.Identity() for _ in range(depth)])
        long = inputs
        for i in range(depth):
            long = long // 2 if i < 2 else long
        self.drop, self.head = nn.Dropout(drop), nn.Linear(3 * width * long, outputs)

    def forward(self, x):
        x = x[:, None]
        for i, (layer, norm) in enumerate(zip(self.layers, self.norms)):
            x = self.act(norm(torch.cat([part(x) for part in layer], 1)))
            x = F.avg_pool1d(x, 2) if i < 2 else x
        return self.head(self.drop(x.flatten(1)))


class Queries(nn.Module):
    """Four learned queries look at all columns (Jaegle and others 2021)."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="gelu", drop=0.0, norm=False):
        super().__init__()
        self.place, self.queries = nn.Parameter(torch.randn(inputs, width) * 0.3), nn.Parameter(torch.randn(4, width))
        self.told = nn.Parameter(torch.randn(inputs, width) * 0.3)
        self.key, self.value = nn.Linear(width, width), nn.Linear(width, width)
        self.rest = nn.Sequential(*[dense(4 * width, 4 * width, act, drop, norm) for _ in range(depth)], nn.Linear(4 * width, outputs))

    def forward(self, x):
        columns = self.place + x[:, :, None] * self.told
        share = F.softmax(self.queries @ self.key(columns).transpose(1, 2) / self.queries.shape[1] ** 0.5, 2)
        return self.rest((share @ self.value(columns)).flatten(1))


class Additive(nn.Module):
    """A small network for each column, and their sum (Agarwal and others 2021); depth more layers on what they say together."""

    def __init__(self, inputs, outputs, width=12, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.first, self.bias = nn.Parameter(torch.randn(inputs, width)), nn.Parameter(torch.randn(inputs, width))
        self.second, self.act, self.drop = nn.Parameter(torch.randn(inputs, width, 16) * 0.2), ACTIVATIONS[act](), nn.Dropout(drop)
        self.head = nn.Sequential(*[dense(16, 16, act, 0.0, norm) for _ in range(depth - 1)], nn.Linear(16, outputs))

    def forward(self, x):
        h = self.act(x[:, :, None] * self.first + self.bias)
        return self.head(self.drop(torch.einsum("biw,iwo->bo", h, self.second)))


class Products(nn.Module):
    """Rendle 2010, with layers beside it as in Guo and others 2017: products of all pairs by way of a few factors."""

    def __init__(self, inputs, outputs, width=32, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.factors = nn.Parameter(torch.randn(outputs, inputs, 4) * 0.05)
        layers = [dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)]
        self.deep = nn.Sequential(*layers, nn.Linear(width, outputs))

    def forward(self, x):
        whole = torch.einsum("bi,oif->bof", x, self.factors) ** 2
        own = torch.einsum("bi,oif->bof", x**2, self.factors**2)
        return self.deep(x) + 0.5 * (whole - own).sum(2)


class GatedConv(nn.Module):
    """Dauphin and others 2017: convolutions over what came before, with gates."""

    def __init__(self, tokens, width=32, depth=2, drop=0.0):
        super().__init__()
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens), nn.Dropout(drop)
        self.layers = nn.ModuleList([nn.Conv1d(width, 2 * width, 4) for _ in range(depth)])

    def forward(self, x):
        x = self.embed(x).transpose(1, 2)
        for layer in self.layers:
            x = x + self.drop(F.glu(layer(F.pad(x, (3, 0))), 1))
        return self.head(x.transpose(1, 2))


class LastLetters(nn.Module):
    """Bengio and others 2003: the last five letters, embedded and side by side, through a layer."""

    def __init__(self, tokens, width=48, depth=1, drop=0.0):
        super().__init__()
        self.embed = nn.Embedding(tokens, 12)
        self.rest = nn.Sequential(*[dense(60 if i == 0 else width, width, "tanh", drop) for i in range(depth)], nn.Linear(width, tokens))

    def forward(self, x):
        x = F.pad(self.embed(x), (0, 0, 4, 0))
        return self.rest(torch.cat([x[:, k : x.shape[1] - 4 + k] for k in range(5)], 2))


class PostNorm(nn.Module):
    """The transformer as first written (Vaswani and others 2017): normalised behind each part; what it says is told with its embeddings."""

    def __init__(self, tokens, width=32, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.place = nn.Embedding(tokens, width), nn.Parameter(torch.randn(32, width) * 0.1)
        nn.init.normal_(self.embed.weight, std=width**-0.5)
        self.blocks = nn.ModuleList([nn.TransformerEncoderLayer(width, 2, 3 * width, drop, "relu", batch_first=True) for _ in range(depth)])
        self.bias = nn.Parameter(torch.zeros(tokens))

    def forward(self, x):
        n = x.shape[1]
        mask = torch.triu(torch.full((n, n), float("-inf")), 1)
        x = self.embed(x) * self.place.shape[1] ** 0.5 + self.place[:n]
        for block in self.blocks:
            x = block(x, src_mask=mask)
        return x @ self.embed.weight.T + self.bias


class TwoGates(nn.Module):
    """A recurrent highway of its own writing: what is kept and what is new are asked apart, no third gate."""

    def __init__(self, tokens, width=32, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens), nn.Dropout(drop)
        self.told, self.kept = nn.Linear(width, 3 * width), nn.Linear(width, 3 * width, bias=False)

    def forward(self, x):
        told, h, out = self.told(self.drop(self.embed(x))), torch.zeros(len(x), self.kept.in_features), []
        for t in range(x.shape[1]):
            keep, take, new = (told[:, t] + self.kept(h)).chunk(3, 1)
            h = torch.sigmoid(keep + 1) * h + torch.sigmoid(take) * torch.tanh(new)
            h = h / (1 + 0.1 * h.abs())
            out.append(h)
        return self.head(torch.stack(out, 1))


ROWS = dict(barrel=barrel, widedeep=WideDeep, softtrees=SoftTrees, kernels=Kernels, queries=Queries, additive=Additive, products=Products)
TEXT = dict(gatedconv=GatedConv, lastletters=LastLetters, postnorm=PostNorm, twogates=TwoGates)
