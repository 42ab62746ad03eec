"""Networks of the split `fresh` that read text: a diagonal state space, a GRU whose gate asks no memory, attention with slopes for positions and
attention without a softmax."""

import torch
from torch import nn
from torch.nn import functional as F

from .nets_series_fresh import Diagonal


class Ssm(nn.Module):
    def __init__(self, tokens, width=32, depth=2, drop=0.0):
        super().__init__()
        self.embed, self.head = nn.Embedding(tokens, width), nn.Linear(width, tokens)
        self.body = nn.Sequential(*[nn.Sequential(nn.LayerNorm(width), Diagonal(width, "gelu", drop)) for _ in range(depth)])

    def forward(self, x):
        return self.head(self.body(self.embed(x)))


class MinGru(nn.Module):
    """Feng and others 2024: a gate that does not ask what is remembered, so that all moments are worked out together."""

    def __init__(self, tokens, width=32, depth=1, drop=0.0):
        super().__init__()
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens), nn.Dropout(drop)
        self.layers = nn.ModuleList([nn.Linear(width, 3 * width) for _ in range(depth)])

    def forward(self, x):
        x = self.embed(x)
        for layer in self.layers:
            gate, new, out = layer(x).chunk(3, 2)
            keep = F.logsigmoid(-gate).cumsum(1)
            share = (
                (keep[:, :, None] - keep[:, None])
                .masked_fill(torch.triu(torch.ones(x.shape[1], x.shape[1]), 1).bool()[None, :, :, None], -1e9)
                .exp()
            )
            past = (share * (torch.sigmoid(gate) * new)[:, None]).sum(2)
            x = x + self.drop(past * F.silu(out))
        return self.head(x)


class Causal(nn.Module):
    """Attention whose heads see further or less far by a slope (Press and others 2022), or without the softmax (Katharopoulos and others 2020)."""

    def __init__(self, width, linear):
        super().__init__()
        self.qkv, self.out, self.linear = nn.Linear(width, 3 * width), nn.Linear(width, width), linear

    def forward(self, x):
        n, length, width = x.shape
        q, k, v = self.qkv(x).view(n, length, 12, width // 4).transpose(1, 2).chunk(3, 1)
        past = torch.arange(length)[:, None] - torch.arange(length)
        if self.linear:
            share = ((F.elu(q) + 1) @ (F.elu(k) + 1).transpose(2, 3)) * (past >= 0) * 0.8 ** past.clamp_min(0)
            y = share / share.sum(3, keepdim=True).clamp_min(1e-6) @ v
        else:
            slopes = 2.0 ** -torch.arange(1.0, 5.0)[:, None, None]
            y = F.scaled_dot_product_attention(q, k, v, (-slopes * past).masked_fill(past < 0, float("-inf")))
        return self.out(y.transpose(1, 2).reshape(n, length, width))


class Reader(nn.Module):
    def __init__(self, tokens, width=32, depth=1, drop=0.0, linear=False):
        super().__init__()
        self.embed, self.head, self.drop = nn.Embedding(tokens, width), nn.Linear(width, tokens), nn.Dropout(drop)
        forward = lambda: nn.Sequential(nn.Linear(width, 3 * width), nn.ReLU(), nn.Linear(3 * width, width))
        self.body = nn.ModuleList(
            [nn.Sequential(nn.LayerNorm(width), part) for _ in range(depth) for part in (Causal(width, linear), forward())]
        )

    def forward(self, x):
        x = self.embed(x)
        for part in self.body:
            x = x + self.drop(part(x))
        return self.head(x)


TEXT = {"ssm": Ssm, "mingru": MinGru, "alibi": Reader, "linear-attention": lambda tokens, **size: Reader(tokens, linear=True, **size)}
