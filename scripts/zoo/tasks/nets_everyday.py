"""Networks of the split `everyday`: those that people write first. Dense layers, each half as wide as the one before (fc); dense layers of one width with what
came in added behind each two (skipfc); two convolutions with pooling, as for MNIST, and along a series (cnn2d, cnn1d); an LSTM's last state (lstmlast); an
encoder whose tokens are pieces of the row (encoder). For text a decoder as in Karpathy's lecture (nanodecoder) and two stacked LSTMs (deeplstm)."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS
from .nets_genuine import Text

TABLES = ["fc", "skipfc", "fc"]
OF_DATA = {name: TABLES for name in "rodents telco credit email orange_juice gene_expression cities deliveries saratoga hotel life_span mileage".split()}
OF_DATA.update(greek=["cnn2d", "cnn2d", "fc"], meat=["fc", "cnn1d", "skipfc"], electricity=["lstmlast", "cnn1d", "encoder"], sunspots=["lstmlast", "encoder", "fc"])
OF_DATA.update({name: ["nanodecoder", "deeplstm"] for name in ("pets", "cakes", "strikes", "numpy_words")})


def layer(inputs, width, act, drop, norm):
    return nn.Sequential(nn.Linear(inputs, width), nn.BatchNorm1d(width) if norm else nn.Identity(), ACTIVATIONS[act](), nn.Dropout(drop))


def fc(inputs, outputs, width=72, depth=2, act="relu", drop=0.0, norm=False):
    layers, d = [], inputs
    for i in range(depth):
        now = max(min(width, 24), width >> i)
        layers.append(layer(d, now, act, drop, norm))
        d = now
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Skip(nn.Module):
    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.inside = nn.Sequential(layer(width, width, act, drop, norm), layer(width, width, act, drop, norm))

    def forward(self, x):
        return x + 0.5 * self.inside(x)


def skipfc(inputs, outputs, width=56, depth=2, act="relu", drop=0.0, norm=False):
    blocks = [Skip(width, act, drop, norm) for _ in range((depth + 1) // 2)]
    return nn.Sequential(layer(inputs, width, act, 0.0, norm), *blocks, nn.Linear(width, outputs))


class Convolved(nn.Module):
    """dims 2: a square picture; 1: a series. A convolution, pooling, as often as asked for, at most three times; two dense layers."""

    def __init__(self, dims, inputs, outputs, width=10, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        conv, normed, pool = (nn.Conv2d, nn.BatchNorm2d, nn.MaxPool2d) if dims == 2 else (nn.Conv1d, nn.BatchNorm1d, nn.MaxPool1d)
        side, layers, d = round(inputs ** (1 / dims)), [], 1
        self.shape = (1,) + (side,) * dims
        for i in range(min(depth, 3)):
            layers += [conv(d, min(width, 24) * (i + 1), 3, padding=1), normed(min(width, 24) * (i + 1)) if norm else nn.Identity(), ACTIVATIONS[act](), pool(2)]
            d, side = min(width, 24) * (i + 1), side // 2
        self.body = nn.Sequential(*layers, nn.Flatten(), layer(d * side**dims, 40, act, drop, False), nn.Linear(40, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Last(nn.Module):
    """nn.LSTM over the values of a row, and a dense head on where it ends."""

    def __init__(self, inputs, outputs, width=28, depth=1, act="tanh", drop=0.0, norm=False):
        super().__init__()
        self.cell, self.head = nn.LSTM(1, width, min(depth, 2), batch_first=True), nn.Sequential(nn.Dropout(drop), nn.Linear(width, outputs))

    def forward(self, x):
        return self.head(self.cell(x[:, :, None])[0][:, -1])


class Encoder(nn.Module):
    """nn.TransformerEncoder over pieces of three values."""

    def __init__(self, inputs, outputs, width=24, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        width = max(4, width // 4 * 4)
        self.n, self.enter = inputs // 3, nn.Linear(3, width)
        self.place = nn.Parameter(0.1 * torch.randn(self.n, width))
        one = nn.TransformerEncoderLayer(width, 4, 2 * width, drop, activation="gelu", batch_first=True, norm_first=True)
        self.body, self.head = nn.TransformerEncoder(one, min(depth, 2), enable_nested_tensor=False), nn.Linear(width, outputs)

    def forward(self, x):
        pieces = x[:, : 3 * self.n].unflatten(1, (self.n, 3))
        return self.head(self.body(self.enter(pieces) + self.place).mean(1))


class Decoder(nn.Module):
    """Masked attention with three heads, then a dense half that is four times as wide."""

    def __init__(self, width, longest=32):
        super().__init__()
        self.all, self.out, self.place = nn.Linear(width, 3 * width), nn.Linear(width, width), nn.Parameter(0.1 * torch.randn(longest, width))
        self.norm, self.dense = nn.LayerNorm(width), nn.Sequential(nn.Linear(width, 4 * width), nn.ReLU(), nn.Linear(4 * width, width))

    def forward(self, x):
        q, k, v = (part.unflatten(2, (4, -1)).transpose(1, 2) for part in self.all(x + self.place[: x.shape[1]]).chunk(3, 2))
        seen = self.out(F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).flatten(2))
        return seen + self.dense(self.norm(x + seen))


class Deep(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.cell = nn.LSTM(width, width, 2, batch_first=True)

    def forward(self, x):
        return self.cell(x)[0]


ROWS = dict(fc=fc, skipfc=skipfc, cnn2d=lambda *a, **k: Convolved(2, *a, **k), cnn1d=lambda *a, **k: Convolved(1, *a, **k), lstmlast=Last, encoder=Encoder)
TEXT = {
    name: (lambda kind: lambda tokens, **size: Text(tokens, kind, **size))(kind) for name, kind in dict(nanodecoder=Decoder, deeplstm=Deep).items()
}
