"""Networks of the split `unseen` that read text: a WaveNet, and decoders with RMS norm, rotated positions and gated or chosen experts."""

import torch
from torch import nn
from torch.nn import functional as F

from .nets_unseen import Dilated


class Wavenet(nn.Module):
    def __init__(self, tokens, width=32, depth=4, drop=0.0):
        super().__init__()
        self.embed, self.head = nn.Embedding(tokens, width), nn.Linear(width, tokens)
        self.body = nn.Sequential(*[Dilated(width, "tanh", drop, 1 << i, True) for i in range(depth)])

    def forward(self, x):
        return self.head(self.body(self.embed(x).transpose(1, 2)).transpose(1, 2))


class Attention(nn.Module):
    """Four heads; positions are rotations (Su and others 2021)."""

    def __init__(self, width):
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)

    def forward(self, x):
        n, length, width = x.shape
        q, k, v = self.qkv(x).view(n, length, 12, width // 4).transpose(1, 2).chunk(3, 1)
        half = width // 8
        angle = torch.arange(length)[:, None] * 100.0 ** (-torch.arange(half) / half)
        turn = lambda a: torch.cat(
            [a[..., :half] * angle.cos() - a[..., half:] * angle.sin(), a[..., :half] * angle.sin() + a[..., half:] * angle.cos()], -1
        )
        y = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        return self.out(y.transpose(1, 2).reshape(n, length, width))


class Gated(nn.Module):
    """SwiGLU, or several of them of which a gate takes one a token."""

    def __init__(self, width, experts):
        super().__init__()
        self.up = nn.ModuleList([nn.Linear(width, 4 * width, bias=False) for _ in range(experts)])
        self.down = nn.ModuleList([nn.Linear(2 * width, width, bias=False) for _ in range(experts)])
        self.choose = nn.Linear(width, experts, bias=False) if experts > 1 else None

    def one(self, i, x):
        a, b = self.up[i](x).chunk(2, -1)
        return self.down[i](F.silu(a) * b)

    def forward(self, x):
        if not self.choose:
            return self.one(0, x)
        share = F.softmax(self.choose(x), -1)
        best = F.one_hot(share.argmax(-1), len(self.up)) * share
        return sum(best[..., i : i + 1] * self.one(i, x) for i in range(len(self.up)))


class Decoder(nn.Module):
    def __init__(self, tokens, width=32, depth=1, drop=0.0, experts=1):
        super().__init__()
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens, bias=False), nn.Dropout(drop)
        nn.init.normal_(self.embed.weight, std=0.3)
        part = lambda inside: nn.Sequential(nn.RMSNorm(width), inside)
        self.body = nn.ModuleList([part(p) for _ in range(depth) for p in (Attention(width), Gated(width, experts))])
        self.norm = nn.RMSNorm(width)

    def forward(self, x):
        x = self.embed(x)
        for part in self.body:
            x = x + self.drop(part(x))
        return self.head(self.norm(x))


TEXT = dict(wavenet=Wavenet, decoder=Decoder, moe=lambda tokens, **size: Decoder(tokens, experts=4, **size))
