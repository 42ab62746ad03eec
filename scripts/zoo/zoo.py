"""Tasks, models, a training loop with fault hooks, for the tuning corpus. Real training on PyTorch CPU."""
import math, glob, os, random
import numpy as np, torch
from torch import nn
from torch.nn import functional as F
from sklearn import datasets
torch.set_num_threads(1)
NAN = float('nan')

class Task: pass

def split(X, Y, n_train, n_val, rng):
    p = rng.permutation(len(X)); a, b = p[:n_train], p[-n_val:]
    return X[a], Y[a], X[b], Y[b]

def task(name, rng, n_train=None, n_val=None, noise=0.0):
    t = Task(); t.name = name; t.kind = 'cls'; t.seq = False
    if name in ('digits', 'autoenc', 'multihead'):
        d = datasets.load_digits(); X = (d.data / 8 - 1).astype('f4'); Y = d.target.astype('i8'); t.n_out = 10; t.dim = 64
        if name == 'autoenc': Y = X; t.kind = 'reg'; t.n_out = 64
    elif name == 'cancer':
        d = datasets.load_breast_cancer(); X = ((d.data - d.data.mean(0)) / d.data.std(0)).astype('f4'); Y = d.target.astype('i8'); t.n_out = 2; t.dim = 30
    elif name == 'diabetes':
        d = datasets.load_diabetes(); X = (d.data * 20).astype('f4'); Y = ((d.target - d.target.mean()) / d.target.std()).astype('f4')[:, None]
        t.kind = 'reg'; t.n_out = 1; t.dim = 10
    elif name == 'teacher':
        n = 4000; t.dim = 16; X = rng.standard_normal((n, 16)).astype('f4'); W = rng.standard_normal((16, 8)); v = rng.standard_normal((8, 1))
        Y = np.tanh(X @ W / 4) @ v; Y = (Y / Y.std() + (noise or .1) * rng.standard_normal(Y.shape)).astype('f4'); noise = 0; t.kind = 'reg'; t.n_out = 1
    elif name == 'linear':
        n = 2000; t.dim = 20; X = (rng.standard_normal((n, 20)) * np.linspace(3, .3, 20)).astype('f4'); w = rng.standard_normal((20, 1))
        Y = (X @ w + .3 * rng.standard_normal((n, 1))); Y = (Y / Y.std()).astype('f4'); t.kind = 'reg'; t.n_out = 1
    elif name == 'diffusion':
        n = 4000; k = rng.integers(0, 8, n); X = (np.stack([np.cos(k * math.pi / 4), np.sin(k * math.pi / 4)], 1) + .05 * rng.standard_normal((n, 2))).astype('f4')
        Y = X; t.kind = 'diff'; t.n_out = 2; t.dim = 3
    elif name == 'char':
        files = sorted(glob.glob('/usr/lib/python3*/*.py')); rng.shuffle(files); s = ''
        for f in files[:12]: s += open(f, encoding='utf-8', errors='ignore').read()[:40000]
        s = ''.join(c if 31 < ord(c) < 127 or c == '\n' else ' ' for c in s)[:200000]
        vocab = {c: i for i, c in enumerate(sorted(set(s)))}; ids = np.array([vocab[c] for c in s], 'i8'); T = 24
        k = len(ids) // (T + 1); ids = ids[:k * (T + 1)].reshape(k, T + 1); X, Y = ids[:, :-1], ids[:, 1:]
        t.kind = 'cls'; t.seq = True; t.n_out = len(vocab); t.dim = T
    n_val = n_val or min(300, len(X) // 4); n_train = min(n_train or len(X), len(X) - n_val)
    a = split(X, Y, n_train, n_val, rng)
    t.X, t.Y, t.VX, t.VY = (torch.from_numpy(np.ascontiguousarray(v)) for v in a)
    if noise and t.kind == 'cls' and not t.seq:
        m = torch.from_numpy(rng.random(len(t.Y)) < noise); t.Y[m] = torch.from_numpy(rng.integers(0, t.n_out, int(m.sum())))
    elif noise and t.kind == 'reg' and name != 'teacher': t.Y = t.Y + noise * torch.randn_like(t.Y)
    return t

ACT = dict(relu=nn.ReLU, tanh=nn.Tanh, gelu=nn.GELU, sigmoid=nn.Sigmoid)
def mlp(i, o, width=64, depth=2, act='relu', drop=0.0):
    l = []; d = i
    for _ in range(depth):
        l += [nn.Linear(d, width), ACT[act]()] + ([nn.Dropout(drop)] if drop else []); d = width
    return nn.Sequential(*l, nn.Linear(d, o))

class CNN(nn.Module):
    def __init__(s, o, w=8):
        super().__init__(); s.f = nn.Sequential(nn.Conv2d(1, w, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(w, 2 * w, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(8 * w, o))
    def forward(s, x): return s.f(x.view(-1, 1, 8, 8))
class GRU(nn.Module):
    def __init__(s, v, h=48, kind='gru'):
        super().__init__(); s.e = nn.Embedding(v, 24); s.r = dict(gru=nn.GRU, lstm=nn.LSTM, rnn=nn.RNN)[kind](24, h, batch_first=True); s.o = nn.Linear(h, v)
    def forward(s, x): return s.o(s.r(s.e(x))[0])
class Transformer(nn.Module):
    def __init__(s, v, T=24, d=32, n=2):
        super().__init__(); s.e = nn.Embedding(v, d); s.p = nn.Parameter(torch.randn(T, d) * .02)
        s.b = nn.ModuleList([nn.TransformerEncoderLayer(d, 4, 2 * d, 0.0, 'gelu', batch_first=True, norm_first=True) for _ in range(n)]); s.o = nn.Linear(d, v)
        s.register_buffer('m', torch.triu(torch.full((T, T), float('-inf')), 1))
    def forward(s, x):
        x = s.e(x) + s.p
        for b in s.b: x = b(x, src_mask=s.m)
        return s.o(x)
class CharMLP(nn.Module):
    """bag of the last 4 characters"""
    def __init__(s, v, d=24):
        super().__init__(); s.e = nn.Embedding(v, d); s.f = nn.Sequential(nn.Linear(4 * d, 96), nn.ReLU(), nn.Linear(96, v))
    def forward(s, x):
        e = s.e(x); e = F.pad(e, (0, 0, 3, 0)); return s.f(torch.cat([e[:, i:i + x.shape[1]] for i in range(4)], -1))

def model_for(arch, t, **k):
    if arch == 'logreg': return nn.Linear(t.dim, t.n_out)
    if arch == 'mlp': return mlp(t.dim, t.n_out, **k)
    if arch == 'cnn': return CNN(t.n_out)
    if arch in ('gru', 'lstm', 'rnn'): return GRU(t.n_out, kind=arch)
    if arch == 'transformer': return Transformer(t.n_out)
    if arch == 'charmlp': return CharMLP(t.n_out)
    raise ValueError(arch)

def optim_for(name, m, lr, wd=0.0, **k):
    P = m.parameters()
    return dict(sgd=lambda: torch.optim.SGD(P, lr, weight_decay=wd), momentum=lambda: torch.optim.SGD(P, lr, momentum=k.get('mom', .9), weight_decay=wd), adam=lambda: torch.optim.Adam(P, lr, eps=k.get('eps', 1e-8)),
                adamw=lambda: torch.optim.AdamW(P, lr, weight_decay=wd or .01), rmsprop=lambda: torch.optim.RMSprop(P, lr))[name]()
DEFAULT_LR = dict(sgd=.05, momentum=.01, adam=2e-3, adamw=2e-3, rmsprop=1e-3)

def schedule(name, steps):
    w = max(1, steps // 20)
    def f(s):
        if name == 'constant': return 1.0
        if name == 'cosine': return min(1, (s + 1) / w) * .5 * (1 + math.cos(math.pi * max(0, s - w) / max(1, steps - w)))
        if name == 'cosine10': return min(1, (s + 1) / w) * (.1 + .45 * (1 + math.cos(math.pi * max(0, s - w) / max(1, steps - w))))
        if name == 'linear': return min(1, (s + 1) / w) * max(0.0, 1 - s / steps)
        if name == 'step': return .1 ** (3 * s // steps)
        if name == 'warmup': return min(1, (s + 1) / w)
    return f

def loss_of(t, m, x, y, g=None):
    if t.kind == 'diff':
        s = torch.rand(len(x), 1, generator=g) ** .5; e = torch.randn(x.shape, generator=g)
        return F.mse_loss(m(torch.cat([x * (1 - s) + e * s, s], 1)), e)
    o = m(x)
    if t.kind == 'reg': return F.mse_loss(o, y)
    return F.cross_entropy(o.flatten(0, -2), y.flatten())

@torch.no_grad()
def evaluate(t, m, loss=None, rows=None):
    m.eval(); g = torch.Generator().manual_seed(5); x, y = (t.VX, t.VY) if rows is None else rows
    r = dict(vloss=(loss or loss_of)(t, m, x, y, g).item())
    if t.kind == 'cls': r['vacc'] = (m(x).argmax(-1) == y).float().mean().item()
    m.train(); return r

class Ctx: pass
def fit(t, m, opt, steps, bs=32, log=1, ev=0, sched='constant', clip=0.0, hook=None, loss=None, seed=0, per_epoch=False, window=True, gnorm=True, ev0=False, stop_nan=20, extra=None, recs=None, start=0, after=None):
    """Returns records: dicts with step, epoch and any of loss gnorm lr vloss vacc acc. loss is the mean over the logging window."""
    g = torch.Generator().manual_seed(seed); f = schedule(sched, steps) if isinstance(sched, str) else sched; recs = [] if recs is None else recs
    base = [q['lr'] for q in opt.param_groups]; n = len(t.X); spe = max(1, n // bs); acc = []; gn = []; hit = []; bad = 0
    if per_epoch: log = ev = spe
    c = Ctx(); c.t, c.m, c.opt, c.scale = t, m, opt, 1.0
    if ev0: recs.append(dict(step=start, epoch=start / spe, **evaluate(t, m, loss)))
    perm = torch.randperm(n, generator=g)
    for s in range(start, steps):
        k = s % spe
        if k == 0: perm = torch.randperm(n, generator=g)
        i = perm[k * bs:(k + 1) * bs]
        if len(i) == 0: i = perm[:bs]
        c.x, c.y, c.step, c.mult = t.X[i], t.Y[i], s, 1.0
        if hook: hook(c)
        lr = [b * f(s) * c.mult for b in base]
        for q, v in zip(opt.param_groups, lr): q['lr'] = v
        l = (loss or loss_of)(t, m, c.x, c.y) * c.scale; opt.zero_grad(); 
        if l.requires_grad: l.backward()
        P = [p.grad for p in m.parameters() if p.grad is not None]
        v = math.sqrt(sum(float((q.double() ** 2).sum()) for q in P)) if P and gnorm else 0.0
        if clip and P and not math.isnan(v): torch.nn.utils.clip_grad_norm_(m.parameters(), clip)
        if not getattr(c, 'skip', False): opt.step()
        if after: after(c)
        acc.append(l.item()); gn.append(v)
        if (s + 1) % log == 0:
            r = dict(step=s + 1, epoch=(s + 1) / spe, loss=float(np.mean(acc)) if window else acc[-1])
            if gnorm: r['gnorm'] = gn[-1]
            r['lr'] = lr[0]
            if extra: r.update(extra(c))
            acc, gn = [], []; recs.append(r)
            if not math.isfinite(r['loss']):
                bad += 1
                if bad > stop_nan: break
        if ev and (s + 1) % ev == 0: recs.append(dict(step=s + 1, epoch=(s + 1) / spe, **evaluate(t, m, loss)))
    return recs
