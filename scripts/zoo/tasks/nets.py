"""Networks of a few thousand weights. Families of the splits differ: dense and recurrent ones calibrate, convolutions, residual blocks and
attention develop as normalised, gated, strided and mixing ones do; the later splits have files of their own."""

import torch
from torch import nn

from . import nets_common, nets_everyday, nets_familiar, nets_fresh, nets_genuine, nets_handy, nets_homely, nets_likely, nets_newer, nets_other, nets_series_fresh, nets_text_fresh, nets_text_unseen, nets_unseen, nets_wider
from .activations import ACTIVATIONS

OF_DATA = {**nets_unseen.OF_DATA, **nets_fresh.OF_DATA, **nets_wider.OF_DATA, **nets_other.OF_DATA, **nets_newer.OF_DATA, **nets_genuine.OF_DATA, **nets_common.OF_DATA, **nets_everyday.OF_DATA, **nets_likely.OF_DATA, **nets_familiar.OF_DATA, **nets_handy.OF_DATA, **nets_homely.OF_DATA}
ROWS = {**nets_unseen.ROWS, **nets_fresh.ROWS, **nets_series_fresh.ROWS, **nets_wider.ROWS, **nets_other.ROWS, **nets_newer.ROWS, **nets_genuine.ROWS, **nets_common.ROWS, **nets_everyday.ROWS, **nets_likely.ROWS, **nets_familiar.ROWS, **nets_handy.ROWS, **nets_homely.ROWS}
TEXT = {**nets_text_unseen.TEXT, **nets_text_fresh.TEXT, **nets_wider.TEXT, **nets_other.TEXT, **nets_newer.TEXT, **nets_genuine.TEXT, **nets_common.TEXT, **nets_everyday.TEXT, **nets_likely.TEXT, **nets_familiar.TEXT, **nets_handy.TEXT, **nets_homely.TEXT}

CALIBRATION = {"cls": ["mlp", "logistic"], "reg": ["mlp"], "lm": ["gru"]}
FORMER = {"cls": ["resnet", "conv"], "reg": ["resnet"], "lm": ["transformer"]}
DEVELOPMENT = {"cls": ["layernorm", "gated", "strided", "mixer"], "reg": ["layernorm", "gated", "mixer"], "lm": ["lstm"]}
OF_SPLIT = {"calibration": CALIBRATION, "former": FORMER, "development": DEVELOPMENT}
BARE = dict(
    calibration="mlp", former="conv", development="strided", unseen="separable", fresh="funnel", wider="barrel", other="tower", newer="hourglass", genuine="lowrank", common="scaled", everyday="fc", likely="trumpet", familiar="accordion", handy="shoulder", homely="wedge"
)  # nothing that keeps a deep one alive
WIDE = dict(  # takes any rows, learns anything
    calibration="mlp", former="resnet", development="gated", unseen="highway", fresh="squeeze", wider="widedeep", other="preact", newer="swiglu", genuine="rezero", common="bottleneck", everyday="skipfc", likely="tied", familiar="adding", handy="averaging", homely="reminded"
)


def families(split, data):
    """Those that may learn this data set."""
    return OF_DATA[data.name] if data.name in OF_DATA else OF_SPLIT[split][data.kind]


def mlp(inputs, outputs, width=64, depth=2, act="relu", drop=0.0, norm=False):
    layers, d = [], inputs
    for _ in range(depth):
        layers += (
            [nn.Linear(d, width)] + ([nn.BatchNorm1d(width)] if norm else []) + [ACTIVATIONS[act]()] + ([nn.Dropout(drop)] if drop else [])
        )
        d = width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Block(nn.Module):
    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.inside = nn.Sequential(
            nn.Linear(width, width),
            nn.BatchNorm1d(width) if norm else nn.Identity(),
            ACTIVATIONS[act](),
            nn.Dropout(drop),
            nn.Linear(width, width),
        )

    def forward(self, x):
        return x + 0.5 * self.inside(x)


def resnet(inputs, outputs, width=48, depth=2, act="relu", drop=0.0, norm=False):
    blocks = [Block(width, act, drop, norm) for _ in range(depth)]
    return nn.Sequential(nn.Linear(inputs, width), ACTIVATIONS[act](), *blocks, nn.Linear(width, outputs))


class Conv(nn.Module):
    """Images of 8x8, or rows taken as one line of pixels."""

    def __init__(self, inputs, outputs, width=8, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        flat, make = inputs != 64, nn.Conv1d if inputs != 64 else nn.Conv2d
        layers, channels = [], 1
        for i in range(depth):
            layers += [make(channels, width * (1 + min(i, 1)), 3, padding=1)]
            channels = width * (1 + min(i, 1))
            layers += [(nn.BatchNorm1d if flat else nn.BatchNorm2d)(channels)] if norm else []
            layers += [ACTIVATIONS[act](), *([nn.MaxPool2d(2)] if not flat and i < 2 else []), nn.Dropout(drop)]
        self.shape = (1, inputs) if flat else (1, 8, 8)
        side = inputs if flat else (8 >> min(depth, 2)) ** 2
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


def layernorm(inputs, outputs, width=48, depth=2, act="gelu", drop=0.0, norm=False):
    layers, d = [], inputs
    for _ in range(depth):
        layers += [nn.Linear(d, width), nn.LayerNorm(width), ACTIVATIONS[act](), nn.Dropout(drop)]
        d = width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Gate(nn.Module):
    """Half of what comes in, weighed by the other half."""

    def __init__(self, act):
        super().__init__()
        self.act = ACTIVATIONS[act]()

    def forward(self, x):
        a, b = x.chunk(2, 1)
        return self.act(a) * torch.sigmoid(b)


def gated(inputs, outputs, width=40, depth=2, act="gelu", drop=0.0, norm=False):
    layers, d = [], inputs
    for _ in range(depth):
        layers += [nn.Linear(d, 2 * width), Gate(act)] + ([nn.BatchNorm1d(width)] if norm else []) + [nn.Dropout(drop)]
        d = width
    return nn.Sequential(*layers, nn.Linear(d, outputs))


class Strided(nn.Module):
    """1-d convolutions over the columns, the first two with a stride of two."""

    def __init__(self, inputs, outputs, width=12, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        layers, channels, side = [], 1, inputs
        for i in range(depth):
            stride = 2 if i < 2 else 1
            layers += [nn.Conv1d(channels, width, 5, stride, 2)] + ([nn.BatchNorm1d(width)] if norm else [])
            layers += [ACTIVATIONS[act](), nn.Dropout(drop)]
            channels, side = width, (side - 1) // stride + 1
        self.shape = (1, inputs)
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Mixer(nn.Module):
    """Four tokens made of the row, mixed across and within."""

    def __init__(self, inputs, outputs, width=16, depth=2, act="gelu", drop=0.0, norm=False):
        super().__init__()
        self.embed, self.act, self.drop = nn.Linear(inputs, 4 * width), ACTIVATIONS[act](), nn.Dropout(drop)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(depth)])
        self.across = nn.ModuleList([nn.Linear(4, 4) for _ in range(depth)])
        self.within = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.head = nn.Linear(4 * width, outputs)

    def forward(self, x):
        x = self.embed(x).view(len(x), 4, -1)
        for norm, across, within in zip(self.norms, self.across, self.within):
            x = x + self.act(across(norm(x).transpose(1, 2))).transpose(1, 2)
            x = x + self.drop(self.act(within(x)))
        return self.head(x.flatten(1))


class Recurrent(nn.Module):
    def __init__(self, tokens, width=32, cell=nn.GRU):
        super().__init__()
        self.embed, self.cell, self.head = nn.Embedding(tokens, 16), cell(16, width, batch_first=True), nn.Linear(width, tokens)

    def forward(self, x):
        return self.head(self.cell(self.embed(x))[0])


class Transformer(nn.Module):
    def __init__(self, tokens, length=16, width=32, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.place = nn.Embedding(tokens, width), nn.Parameter(torch.randn(length, width) * 0.02)
        self.blocks = nn.ModuleList(
            [nn.TransformerEncoderLayer(width, 4, 2 * width, drop, "gelu", batch_first=True, norm_first=True) for _ in range(depth)]
        )
        self.head = nn.Linear(width, tokens)
        self.register_buffer("mask", torch.triu(torch.full((length, length), float("-inf")), 1))

    def forward(self, x):
        n = x.shape[1]
        x = self.embed(x) + self.place[:n]
        for block in self.blocks:
            x = block(x, src_mask=self.mask[:n, :n])
        return self.head(x)


def build(family, data, **size):
    inputs = data.X.shape[1] if data.X.ndim > 1 else 1
    if data.kind == "lm":
        allowed = {k: v for k, v in size.items() if k == "width" or (k == "depth" and family in TEXT)}
        if family in TEXT:
            return TEXT[family](data.classes, drop=size.get("drop", 0.0), **allowed)
        return {
            "gru": lambda: Recurrent(data.classes, **allowed),
            "lstm": lambda: Recurrent(data.classes, cell=nn.LSTM, **allowed),
            "rnn": lambda: Recurrent(data.classes, cell=nn.RNN, **allowed),
            "transformer": lambda: Transformer(data.classes, drop=size.get("drop", 0.0)),
        }[family]()
    if family == "logistic":
        return nn.Sequential(nn.Linear(inputs, data.classes))
    if family in ROWS:
        return ROWS[family](inputs, data.classes, **size)
    return dict(mlp=mlp, resnet=resnet, conv=Conv, layernorm=layernorm, gated=gated, strided=Strided, mixer=Mixer)[family](
        inputs, data.classes, **size
    )
