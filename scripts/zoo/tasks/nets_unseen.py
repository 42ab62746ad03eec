"""Networks of the split `unseen`: highway and densely connected layers, separable convolutions, experts behind a gate, embedded categories,
twins that are compared, graph convolutions, factorisation machines, dilated convolutions, auto-encoders, a U-Net. Size words as in nets.py;
what reads text is in nets_text_unseen.py."""

import torch
from torch import nn
from torch.nn import functional as F

from .activations import ACTIVATIONS

OF_DATA = {
    "shapes": ["separable", "highway", "experts"],
    "vowels": ["separable", "densely", "experts"],
    "pairs": ["siamese"],
    "graphs": ["gcn"],
    "orders": ["entity", "experts"],
    "lorenz": ["tcn", "densely"],
    "ratings": ["factors"],
    "arm": ["highway", "densely", "experts"],
    "denoise": ["highway", "densely"],
    "redraw": ["autoencoder", "unet", "vae"],
    "library": ["rnn", "wavenet", "decoder"],
    "access": ["rnn", "wavenet", "decoder", "moe"],
}


def dense(inputs, outputs, act, drop=0.0, norm=False):
    return nn.Sequential(
        nn.Linear(inputs, outputs), nn.BatchNorm1d(outputs) if norm else nn.Identity(), ACTIVATIONS[act](), nn.Dropout(drop)
    )


class Highway(nn.Module):
    """Srivastava, Greff and Schmidhuber 2015: each unit says how much of it is new."""

    def __init__(self, width, act, drop, norm):
        super().__init__()
        self.new, self.gate = dense(width, width, act, drop, norm), nn.Linear(width, width)
        nn.init.constant_(self.gate.bias, -1.0)

    def forward(self, x):
        return x.lerp(self.new(x), torch.sigmoid(self.gate(x)))


def highway(inputs, outputs, width=40, depth=2, act="relu", drop=0.0, norm=False):
    return nn.Sequential(
        dense(inputs, width, act, 0.0, norm), *[Highway(width, act, drop, norm) for _ in range(depth)], nn.Linear(width, outputs)
    )


class Grow(nn.Module):
    def __init__(self, inside):
        super().__init__()
        self.inside = inside

    def forward(self, x):
        return torch.cat([x, self.inside(x)], 1)


def densely(inputs, outputs, width=24, depth=2, act="relu", drop=0.0, norm=False):
    layers = [Grow(dense(inputs + i * width, width, act, drop, norm)) for i in range(depth)]
    return nn.Sequential(*layers, nn.Linear(inputs + depth * width, outputs))


class Separable(nn.Module):
    """Depthwise and pointwise convolutions over the columns; halved twice."""

    def __init__(self, inputs, outputs, width=12, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        layers, channels, side = [], 1, inputs
        for i in range(depth):
            layers += [nn.Conv1d(channels, channels, 5, padding=2, groups=channels), nn.Conv1d(channels, width, 1)]
            layers += [nn.BatchNorm1d(width)] if norm else []
            layers += [ACTIVATIONS[act](), nn.Dropout(drop)]
            halve, channels = i < 2 and side >= 8, width
            layers, side = layers + ([nn.MaxPool1d(2)] if halve else []), side // 2 if halve else side
        self.shape = (1, inputs)
        self.body = nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels * side, outputs))

    def forward(self, x):
        return self.body(x.view(-1, *self.shape))


class Experts(nn.Module):
    def __init__(self, inputs, outputs, width=20, depth=2, act="relu", drop=0.0, norm=False, n=4):
        super().__init__()
        one = lambda: nn.Sequential(
            *[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)], nn.Linear(width, outputs)
        )
        self.gate, self.experts = nn.Linear(inputs, n), nn.ModuleList([one() for _ in range(n)])

    def forward(self, x):
        share = F.softmax(self.gate(x), 1)
        return sum(share[:, i : i + 1] * expert(x) for i, expert in enumerate(self.experts))


class Entity(nn.Module):
    """Columns of ones and zeros become vectors, block by block (6, 4, 8 and the numbers, or quarters)."""

    def __init__(self, inputs, outputs, width=32, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.blocks = [6, 4, 8, inputs - 18] if inputs > 18 else [inputs]
        self.embed = nn.ModuleList([nn.Linear(b, 8, bias=False) for b in self.blocks])
        inside = [dense(8 * len(self.blocks) if i == 0 else width, width, act, drop, norm) for i in range(depth)]
        self.body = nn.Sequential(*inside, nn.Linear(width, outputs))

    def forward(self, x):
        return self.body(torch.cat([e(b) for e, b in zip(self.embed, x.split(self.blocks, 1))], 1))


class Siamese(nn.Module):
    """One encoder for both halves of a row; what differs decides."""

    def __init__(self, inputs, outputs, width=32, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        half = inputs // 2
        self.half, self.encode = half, nn.Sequential(*[dense(half if i == 0 else width, width, act, drop, norm) for i in range(depth)])
        self.head = nn.Linear(width, outputs)

    def forward(self, x):
        return self.head((self.encode(x[:, : self.half]) - self.encode(x[:, self.half : 2 * self.half])).abs())


class Gcn(nn.Module):
    """Kipf and Welling 2017 on graphs of eight nodes: 64 columns of edges, then the nodes' own."""

    def __init__(self, inputs, outputs, width=24, depth=2, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.own = (inputs - 64) // 8
        self.layers = nn.ModuleList([nn.Linear(self.own if i == 0 else width, width) for i in range(depth)])
        self.act, self.drop, self.head = ACTIVATIONS[act](), nn.Dropout(drop), nn.Linear(2 * width, outputs)

    def forward(self, x):
        edges = x[:, :64].view(-1, 8, 8) + torch.eye(8)
        edges, nodes = edges / edges.sum(2, keepdim=True).abs().clamp_min(1e-3), x[:, 64 : 64 + 8 * self.own].view(
            -1, self.own, 8
        ).transpose(1, 2)
        for layer in self.layers:
            nodes = self.drop(self.act(edges @ layer(nodes)))
        return self.head(torch.cat([nodes.mean(1), nodes.amax(1)], 1))


class Factors(nn.Module):
    """Rendle 2010: every pair of columns has a weight, the product of two short vectors."""

    def __init__(self, inputs, outputs, width=6, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.linear, self.pairs, self.drop = (
            nn.Linear(inputs, outputs),
            nn.Parameter(0.1 * torch.randn(outputs, inputs, width)),
            nn.Dropout(drop),
        )

    def forward(self, x):
        both = torch.einsum("ni,oik->nok", x, self.pairs) ** 2 - torch.einsum("ni,oik->nok", x**2, self.pairs**2)
        return self.linear(x) + 0.5 * self.drop(both).sum(2)


class Dilated(nn.Module):
    """Causal convolutions, each reaching twice as far back; gated as WaveNet's where asked for."""

    def __init__(self, channels, act, drop, reach, gate=False):
        super().__init__()
        make = lambda: nn.Conv1d(channels, channels, 2, dilation=reach)
        self.filter, self.gate, self.reach = make(), make() if gate else None, reach
        self.act, self.drop = ACTIVATIONS[act](), nn.Dropout(drop)

    def forward(self, x):
        past = F.pad(x, (self.reach, 0))
        new = self.act(self.filter(past))
        return x + self.drop(new * torch.sigmoid(self.gate(past)) if self.gate else new)


class Tcn(nn.Module):
    def __init__(self, inputs, outputs, width=16, depth=3, act="relu", drop=0.0, norm=False):
        super().__init__()
        self.start = nn.Conv1d(3, width, 1)
        self.body, self.head = nn.Sequential(*[Dilated(width, act, drop, 1 << min(i, 2)) for i in range(depth)]), nn.Linear(width, outputs)

    def forward(self, x):
        return self.head(self.body(self.start(x.view(len(x), -1, 3).transpose(1, 2)))[:, :, -1])


def autoencoder(inputs, outputs, width=48, depth=1, act="relu", drop=0.0, norm=False):
    middle = [dense(width, width, act, drop, norm) for _ in range(depth - 1)]
    return nn.Sequential(
        dense(inputs, width, act, drop, norm), *middle, dense(width, 10, act), dense(10, width, act), nn.Linear(width, outputs)
    )


class Vae(nn.Module):
    """Kingma and Welling 2014; `penalty` is the divergence from a normal, weighed small."""

    def __init__(self, inputs, outputs, width=48, depth=1, act="relu", drop=0.0, norm=False, code=8, beta=2e-3):
        super().__init__()
        self.encode = nn.Sequential(
            *[dense(inputs if i == 0 else width, width, act, drop, norm) for i in range(depth)], nn.Linear(width, 2 * code)
        )
        self.decode, self.beta, self.kl = nn.Sequential(dense(code, width, act), nn.Linear(width, outputs)), beta, 0.0

    def forward(self, x):
        mean, spread = self.encode(x).chunk(2, 1)
        self.kl = 0.5 * (mean**2 + spread.exp() - 1 - spread).sum(1).mean()
        return self.decode(mean + torch.randn_like(mean) * (0.5 * spread).exp() if self.training else mean)

    def penalty(self):
        return self.beta * self.kl


class Unet(nn.Module):
    """Eight by eight, down to four by four and up again, with the bridge (Ronneberger 2015)."""

    def __init__(self, inputs, outputs, width=8, depth=1, act="relu", drop=0.0, norm=False):
        super().__init__()
        conv = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1), ACTIVATIONS[act](), nn.Dropout(drop))
        self.down, self.low, self.up, self.last = conv(1, width), conv(width, 2 * width), conv(3 * width, width), nn.Conv2d(width, 1, 1)

    def forward(self, x):
        high = self.down(x.view(-1, 1, 8, 8))
        low = F.interpolate(self.low(F.max_pool2d(high, 2)), scale_factor=2.0)
        return self.last(self.up(torch.cat([high, low], 1))).flatten(1)


ROWS = dict(
    highway=highway, densely=densely, separable=Separable, experts=Experts, entity=Entity, siamese=Siamese, gcn=Gcn, factors=Factors
)
ROWS.update(tcn=Tcn, autoencoder=autoencoder, vae=Vae, unet=Unet)
