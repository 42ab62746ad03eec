"""Networks of the split `newer`: an hourglass, gated residual blocks (SwiGLU), the greatest of several lines (maxout), crossed columns, bumps of each column,
waves weighed one by one, patches that are mixed by convolutions, tokens with a gate across them; for text shifted tokens, a recurrence of gates alone,
one long convolution, many queries of one key. Size words as in nets.py."""

import math

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

OF_DATA = {
    "displays": ["convmixer", "maxout", "swiglu"],
    "weaves": ["convmixer", "spectral", "hourglass"],
    "tremors": ["spectral", "tokengate", "swiglu"],
    "hastie": ["bumps", "maxout", "hourglass"],
    "shells": ["maxout", "bumps", "swiglu"],
    "hands": ["crossed", "maxout", "swiglu"],
    "loans": ["crossed", "hourglass", "bumps"],
    "packets": ["hourglass", "crossed", "tokengate"],
    "pipes": ["bumps", "hourglass", "swiglu"],
    "throws": ["swiglu", "hourglass", "crossed"],
    "roll": ["maxout", "bumps", "hourglass"],
    "cooling": ["spectral", "tokengate", "hourglass"],
    "bicycles": ["crossed", "swiglu", "hourglass"],
    "soil": ["maxout", "swiglu", "bumps"],
    "epidemic": ["tokengate", "hourglass", "swiglu"],
    "queries": ["multiquery", "longconv"],
    "chess": ["tokenshift", "multiquery"],
    "polish": ["longconv", "multiquery"],
    "markup": ["qrnn", "tokenshift"],
}


def dense(a, b, act, drop=0.0, norm=False):
    return nn.Sequential(nn.Linear(a, b), *([nn.BatchNorm1d(b)] if norm else []), ACTIVATIONS[act](), *([nn.Dropout(drop)] if drop else []))


def hourglass(inputs, outputs, width=52, depth=2, act="relu", drop=0.0, norm=False):
    """Narrowest in the middle."""
    waist = lambda i: max(min(width, 14), width - 16 * min(i, depth - 1 - i))
    widths = [inputs] + [waist(i) for i in range(depth)]
    return nn.Sequential(*[dense(a, b, act, drop, norm) for a, b in zip(widths, widths[1:])], nn.Linear(widths[-1], outputs))


class SwiGlu(nn.Module):
    """Shazeer 2020: what one line says, weighed by what another does, is added to the row."""

    def __init__(self, inputs, outputs, width=36, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.start, self.head, self.act, self.drop = nn.Linear(inputs, width), nn.Linear(width, outputs), ACTIVATIONS[act](), nn.Dropout(drop)
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) if norm else nn.Identity() for _ in range(depth)])
        self.both = nn.ModuleList([nn.Linear(width, 2 * width) for _ in range(depth)])
        self.back = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])

    def forward(self, x):
        x = self.act(self.start(x))
        for norm, both, back in zip(self.norms, self.both, self.back):
            said, weight = both(norm(x)).chunk(2, 1)
            x = x + self.drop(back(self.act(said) * torch.tanh(weight)))
        return self.head(x)


class Maxout(nn.Module):
    """Goodfellow and others 2013: each unit is the greatest of three lines."""

    def __init__(self, inputs, outputs, width=28, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.lines = nn.ModuleList([nn.Linear(inputs if i == 0 else width, 3 * width) for i in range(depth)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) if norm else nn.Identity() for _ in range(depth)])
        self.drop, self.head = nn.Dropout(drop), nn.Linear(width, outputs)

    def forward(self, x):
        for line, norm in zip(self.lines, self.norms):
            x = self.drop(norm(line(x).view(len(x), -1, 3).amax(2)))
        return self.head(x)


class Crossed(nn.Module):
    """Wang and others 2021: the row is multiplied with what was made of it, again and again; beside it some layers."""

    def __init__(self, inputs, outputs, width=32, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.cross = nn.ModuleList([nn.Linear(inputs, inputs) for _ in range(depth)])
        self.deep = nn.Sequential(*[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)])
        self.head = nn.Linear(inputs + width, outputs)

    def forward(self, x):
        crossed = x
        for layer in self.cross:
            crossed = crossed + 0.5 * x * torch.tanh(layer(crossed))
        return self.head(torch.cat([crossed, self.deep(x)], 1))


class Bumps(nn.Module):
    """Nine bumps along each column, weighed and summed (as Kolmogorov-Arnold networks do), then layers."""

    def __init__(self, inputs, outputs, width=36, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.register_buffer("places", torch.linspace(-2.4, 2.4, 9))
        self.first, self.act = nn.Linear(9 * inputs, width), ACTIVATIONS[act]()
        self.line = nn.Linear(inputs, width)
        self.rest = nn.Sequential(*[dense(width, width, act, drop, norm) for _ in range(depth - 1)], nn.Dropout(drop), nn.Linear(width, outputs))

    def forward(self, x):
        near = torch.exp(-((x[:, :, None] - self.places) ** 2) / 0.36)
        return self.rest(self.act(self.first(near.flatten(1)) + self.line(x)))


class Spectral(nn.Module):
    """Li and others 2020: the waves of a row are weighed one by one, and a line of each place is added."""

    def __init__(self, inputs, outputs, width=8, depth=2, act="gelu", drop=0.0, norm=False):
        super().__init__()
        width, waves = min(width, 10), min(12, inputs // 2)
        self.waves, self.act, self.drop = waves, ACTIVATIONS[act](), nn.Dropout(drop)
        self.start = nn.Conv1d(1, width, 3, padding=1)
        self.weights = nn.ParameterList([nn.Parameter(torch.randn(width, width, waves, 2) / width) for _ in range(depth)])
        self.lines = nn.ModuleList([nn.Conv1d(width, width, 1) for _ in range(depth)])
        self.norms = nn.ModuleList([nn.BatchNorm1d(width) if norm else nn.Identity() for _ in range(depth)])
        self.head = nn.Linear(width * inputs, outputs)

    def forward(self, x):
        n, x = x.shape[1], self.start(x[:, None])
        for weight, line, norm in zip(self.weights, self.lines, self.norms):
            heard = torch.fft.rfft(x)[:, :, : self.waves]
            mixed = torch.einsum("bct,cot->bot", heard, torch.view_as_complex(weight))
            x = self.act(norm(torch.fft.irfft(mixed, n) + line(x)))
        return self.head(self.drop(x.flatten(1)))


class ConvMixer(nn.Module):
    """Trockman and Kolter 2022, on the nearest square: patches of two by two, a wide convolution of each channel, then one of all."""

    def __init__(self, inputs, outputs, width=14, depth=2, act="gelu", drop=0.0, norm=False):
        super().__init__()
        self.side, width = 2 * math.ceil(inputs**0.5 / 2), min(width, 18)
        more = lambda: [nn.BatchNorm2d(width)] if norm else []
        layer = lambda *part: nn.Sequential(*part, ACTIVATIONS[act](), *more())
        self.start = layer(nn.Conv2d(1, width, 2, 2))
        self.across = nn.ModuleList([layer(nn.Conv2d(width, width, 3, padding=1, groups=width)) for _ in range(depth)])
        self.within = nn.ModuleList([layer(nn.Conv2d(width, width, 1)) for _ in range(depth)])
        self.drop, self.head = nn.Dropout(drop), nn.Linear(width * (self.side // 2) ** 2, outputs)

    def forward(self, x):
        x = self.start(F.pad(x, (0, self.side**2 - x.shape[1])).view(-1, 1, self.side, self.side))
        for across, within in zip(self.across, self.within):
            x = within(x + across(x))
        return self.head(self.drop(x.flatten(1)))


class TokenGate(nn.Module):
    """Liu and others 2021: six pieces of a row, each weighed by what the others say."""

    def __init__(self, inputs, outputs, width=16, depth=2, act="gelu", drop=0.0, norm=False):
        super().__init__()
        self.embed, self.act, self.drop = nn.Linear(inputs, 6 * width), ACTIVATIONS[act](), nn.Dropout(drop)
        self.up = nn.ModuleList([nn.Linear(width, 2 * width) for _ in range(depth)])
        self.across = nn.ModuleList([nn.Linear(6, 6) for _ in range(depth)])
        self.down = nn.ModuleList([nn.Linear(width, width) for _ in range(depth)])
        self.norm, self.head = (nn.BatchNorm1d if norm else nn.Identity)(6 * width), nn.Linear(6 * width, outputs)

    def forward(self, x):
        x = self.embed(x).view(len(x), 6, -1)
        for up, across, down in zip(self.up, self.across, self.down):
            said, weight = self.act(up(x)).chunk(2, 2)
            x = x + self.drop(down(said * (1 + across(weight.transpose(1, 2)).transpose(1, 2))))
        return self.head(self.norm(x.flatten(1)))


class Read(nn.Module):
    """Letters in, the next ones out: layers of one kind, each added to what it read."""

    def __init__(self, tokens, kind, width=32, depth=1, drop=0.0):
        super().__init__()
        width = max(4, width // 4 * 4)
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens), nn.Dropout(drop)
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2 * depth)])
        layers = lambda: nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))
        self.parts = nn.ModuleList([part() for _ in range(depth) for part in (lambda: kind(width), layers)])

    def forward(self, x):
        x = self.embed(x)
        for norm, part in zip(self.norms, self.parts):
            x = x + self.drop(part(norm(x)))
        return self.head(x)


class Shifted(nn.Module):
    """Peng and others 2023, in short: each letter beside the one before it, and a past that fades by a rate of each channel."""

    def __init__(self, width):
        super().__init__()
        self.share, self.fade = nn.Parameter(torch.full((3, width), 0.5)), nn.Parameter(torch.linspace(-2.0, 1.5, width))
        self.key, self.value, self.gate, self.out = (nn.Linear(width, width) for _ in range(4))

    def forward(self, x):
        before = F.pad(x, (0, 0, 1, -1))
        k, v, r = (line(x * s + before * (1 - s)) for line, s in zip((self.key, self.value, self.gate), self.share))
        ago = (torch.arange(x.shape[1])[:, None] - torch.arange(x.shape[1]))[:, :, None]
        kept = torch.exp(-self.fade.exp() * ago.clamp_min(0)) * (ago >= 0)
        weight = k.clamp(-8, 8).exp()
        past = torch.einsum("tsc,bsc->btc", kept, weight * v) / torch.einsum("tsc,bsc->btc", kept, weight)
        return self.out(torch.sigmoid(r) * past)


class Pooled(nn.Module):
    """Bradbury and others 2017: gates from the last two letters, and nothing but gates in the recurrence."""

    def __init__(self, width):
        super().__init__()
        self.made = nn.Linear(2 * width, 3 * width)

    def forward(self, x):
        new, keep, told = self.made(torch.cat([F.pad(x, (0, 0, 1, -1)), x], 2)).chunk(3, 2)
        new, keep, told, held, out = torch.tanh(new), torch.sigmoid(keep), torch.sigmoid(told), 0.0, []
        for t in range(x.shape[1]):
            held = keep[:, t] * held + (1 - keep[:, t]) * new[:, t]
            out.append(told[:, t] * held)
        return torch.stack(out, 1)


class Long(nn.Module):
    """A convolution as long as the text that fades, and a gate (Poli and others 2023, in short)."""

    def __init__(self, width, longest=24):
        super().__init__()
        self.kernel = nn.Parameter(torch.randn(longest, width) * 0.3)
        self.both, self.out = nn.Linear(width, 2 * width), nn.Linear(width, width)
        self.register_buffer("fade", torch.exp(-torch.arange(longest) / 6.0)[:, None])

    def forward(self, x):
        said, gate = self.both(x).chunk(2, 2)
        n, kernel = x.shape[1], self.kernel * self.fade
        ago = torch.arange(n)[:, None] - torch.arange(n)
        mixed = torch.einsum("tsc,bsc->btc", kernel[ago.clamp_min(0)] * (ago >= 0)[:, :, None], said)
        return self.out(mixed * torch.sigmoid(gate))


class OneKey(nn.Module):
    """Shazeer 2019: four queries ask the same keys; places are told by how long ago."""

    def __init__(self, width):
        super().__init__()
        self.small = width // 4
        self.query, self.both, self.out = nn.Linear(width, width), nn.Linear(width, 2 * (width // 4)), nn.Linear(width, width)
        self.ago = nn.Parameter(torch.zeros(4, 24))

    def forward(self, x):
        n, length, width = x.shape
        q, (k, v) = self.query(x).view(n, length, 4, self.small).transpose(1, 2), self.both(x)[:, None].chunk(2, 3)
        ago = torch.arange(length)[:, None] - torch.arange(length)
        bias = self.ago[:, ago.clamp(0, 23)].masked_fill(ago < 0, float("-inf"))
        share = F.softmax(q @ k.transpose(2, 3) / self.small**0.5 + bias, 3)
        return self.out((share @ v).transpose(1, 2).reshape(n, length, width))


ROWS = dict(hourglass=hourglass, swiglu=SwiGlu, maxout=Maxout, crossed=Crossed, bumps=Bumps, spectral=Spectral, convmixer=ConvMixer, tokengate=TokenGate)
TEXT = {
    name: (lambda kind: lambda tokens, **size: Read(tokens, kind, **size))(kind)
    for name, kind in dict(tokenshift=Shifted, qrnn=Pooled, longconv=Long, multiquery=OneKey).items()
}
