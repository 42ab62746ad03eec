"""nets - small networks for checkpoints: those of the calibration split and those of the report split share no family."""
import torch
from torch import nn

WIDTH, CLASSES, VOCABULARY, LENGTH = 32, 5, 64, 12


class Residual(nn.Module):
    """Adds what a branch makes of its input; the branch may begin at 0."""

    def __init__(self, branch, zero=None):
        super().__init__()
        self.branch = branch
        if zero is not None:
            nn.init.zeros_(zero.weight)

    def forward(self, x):
        return x + self.branch(x)


class Last(nn.Module):
    """A recurrent layer whose last output counts."""

    def __init__(self, layer):
        super().__init__()
        self.layer = layer

    def forward(self, x):
        return self.layer(x)[0][:, -1]


class Attention(nn.Module):
    def __init__(self, width, bias=True):
        super().__init__()
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=bias), nn.Linear(width, width, bias=bias)

    def forward(self, x):
        b, t, w = x.shape
        q, k, v = self.qkv(x).view(b, t, 3, 4, w // 4).permute(2, 0, 3, 1, 4)
        return self.out(nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(b, t, w))


class Mean(nn.Module):
    def forward(self, x):
        return x.mean(dim=1)


class Tied(nn.Module):
    """The head is the embedding: its logits are of the whole vocabulary."""

    def __init__(self):
        super().__init__()
        self.embedding, self.body = nn.Embedding(VOCABULARY, WIDTH), Last(nn.GRU(WIDTH, WIDTH, batch_first=True))
        self.head = nn.Linear(WIDTH, VOCABULARY, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, x):
        return self.head(self.body(self.embedding(x)))


def dense(act, layers=3, width=64):
    sizes = [16] + [width] * layers
    body = [m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), act())]
    return nn.Sequential(*body, nn.Linear(width, CLASSES))


def transformer(bias, norm):
    def block():
        return [Residual(nn.Sequential(norm(WIDTH), Attention(WIDTH, bias))),
                Residual(nn.Sequential(norm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH, bias=bias), nn.GELU(), nn.Linear(4 * WIDTH, WIDTH, bias=bias)))]
    return nn.Sequential(nn.Embedding(VOCABULARY, WIDTH), *block(), *block(), norm(WIDTH), Mean(), nn.Linear(WIDTH, CLASSES))


def conv(c, d):
    return [nn.Conv2d(c, d, 3, padding=1, bias=False), nn.BatchNorm2d(d), nn.ReLU()]


def residual_conv():
    def block():
        last = nn.BatchNorm2d(16)
        return Residual(nn.Sequential(*conv(16, 16), nn.Conv2d(16, 16, 3, padding=1, bias=False), last), zero=last)
    return nn.Sequential(*conv(1, 16), block(), block(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, CLASSES))


# family -> (network, what it eats)
CALIBRATION = {
    "dense-relu": (lambda: dense(nn.ReLU), "vectors"),
    "dense-tanh": (lambda: dense(nn.Tanh, 2), "vectors"),
    "conv-bn": (lambda: nn.Sequential(*conv(1, 16), nn.MaxPool2d(2), *conv(16, 32), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(32, CLASSES)), "images"),
    "gru": (lambda: nn.Sequential(nn.Embedding(VOCABULARY, WIDTH), Last(nn.GRU(WIDTH, WIDTH, 2, batch_first=True)), nn.Linear(WIDTH, CLASSES)), "words"),
    "transformer": (lambda: transformer(True, nn.LayerNorm), "words"),
}
REPORT = {
    "dense-gelu-ln": (lambda: nn.Sequential(nn.Linear(16, 48), *[Residual(nn.Sequential(nn.LayerNorm(48), nn.Linear(48, 48), nn.GELU(), nn.Linear(48, 48))) for _ in range(3)], nn.Linear(48, CLASSES)), "vectors"),
    "dense-relu-deep": (lambda: dense(nn.ReLU, 5, 40), "vectors"),
    "residual-conv": (residual_conv, "images"),
    "conv-plain": (lambda: nn.Sequential(nn.Conv2d(1, 12, 3), nn.ReLU(), nn.Conv2d(12, 24, 3), nn.ReLU(), nn.Flatten(), nn.Linear(24 * 16, 32), nn.ReLU(), nn.Linear(32, CLASSES)), "images"),
    "lstm": (lambda: nn.Sequential(nn.Embedding(VOCABULARY, WIDTH), Last(nn.LSTM(WIDTH, WIDTH, batch_first=True)), nn.Linear(WIDTH, CLASSES)), "words"),
    "transformer-no-bias": (lambda: transformer(False, nn.RMSNorm), "words"),
    "tied": (Tied, "next word"),
}


def batches(kind, seed):
    """An endless stream of (x, y) of one task that can be learned, drawn from the seed."""
    g = torch.Generator().manual_seed(seed)
    teacher, words = torch.randn(16, CLASSES, generator=g), torch.randint(CLASSES, (VOCABULARY,), generator=g)
    pictures = torch.randn(CLASSES, 1, 8, 8, generator=g)
    used = VOCABULARY // 2 if seed % 3 == 0 else VOCABULARY  # sometimes half of the vocabulary never comes up
    while True:
        if kind == "vectors":
            x = torch.randn(64, 16, generator=g)
            yield x, (x.tanh() @ teacher).argmax(1)
        elif kind == "images":
            y = torch.randint(CLASSES, (48,), generator=g)
            yield pictures[y] + 0.7 * torch.randn(48, 1, 8, 8, generator=g), y
        else:
            x = torch.randint(used, (48, LENGTH), generator=g)
            yield x, (x[:, -1] * 3 + 1) % used if kind == "next word" else words[x[:, -1]]
