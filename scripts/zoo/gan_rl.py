"""Adversarial and reinforcement learning, small enough for one core: ring of Gaussians; CartPole and gridworld made at home."""
import math, numpy as np, torch
from torch import nn
from torch.nn import functional as F
from zoo import mlp
torch.set_num_threads(1)

def ring(n, k=8, r=2.0, s=.08, g=None):
    i = torch.randint(0, k, (n,), generator=g); a = i.float() * 2 * math.pi / k
    return torch.stack([r * a.cos(), r * a.sin()], 1) + s * torch.randn(n, 2, generator=g)
def score(x, real, k=8, r=2.0):
    c = torch.stack([torch.tensor([r * math.cos(2 * math.pi * i / k), r * math.sin(2 * math.pi * i / k)]) for i in range(k)])
    f = lambda v: torch.cat([torch.exp(-torch.cdist(v, c) ** 2 / .5), v / 2], 1)
    a, b = f(x), f(real); fid = float(((a.mean(0) - b.mean(0)) ** 2).sum() + ((a.std(0) - b.std(0)) ** 2).sum()) * 100
    d, j = torch.cdist(x, c).min(1); n = torch.bincount(j[d < .4], minlength=k)
    return fid, int((n > len(x) / k / 8).sum())
def gan(kind='ns', steps=2000, bs=128, lr_g=5e-4, lr_d=5e-4, b1=.5, zdim=8, width=64, log=20, ev=200, seed=0, hook=None, n_d=1, clip_w=0.0, k=8, gp=1.0, ema=.99):
    torch.manual_seed(seed); G, D = mlp(zdim, 2, width), mlp(2, 1, width)
    og = torch.optim.Adam(G.parameters(), lr_g, (b1, .9)); od = torch.optim.Adam(D.parameters(), lr_d, (b1, .9)); Z = torch.randn(1000, zdim); real = ring(1000, k); R = []
    import copy; E = copy.deepcopy(G)
    class C: pass
    c = C(); c.G, c.D, c.og, c.od, c.nd, c.ng, c.bs = G, D, og, od, n_d, 1, bs; c.ema = ema; c.gp = gp
    for s in range(1, steps + 1):
        c.step = s
        if hook: hook(c)
        for _ in range(c.nd):
            x = ring(c.bs, k); f = G(torch.randn(c.bs, zdim)).detach(); dr, df = D(x), D(f)
            if kind == 'ns': ld = F.softplus(-dr).mean() + F.softplus(df).mean()
            elif kind == 'hinge': ld = F.relu(1 - dr).mean() + F.relu(1 + df).mean()
            else:
                ld = df.mean() - dr.mean()
                if kind == 'wgangp':
                    e = torch.rand(c.bs, 1); h = (e * x + (1 - e) * f).requires_grad_(); q = torch.autograd.grad(D(h).sum(), h, create_graph=True)[0]
                    ld = ld + c.gp * ((q.norm(dim=1) - 1) ** 2).mean()
            if kind in ('ns', 'hinge') and c.gp:
                x.requires_grad_(); q = torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]; (ld + c.gp * .05 * (q ** 2).sum(1).mean()).backward() if not od.zero_grad() else 0
            else: od.zero_grad(); ld.backward()
            od.step()
            if clip_w:
                for p in D.parameters(): p.data.clamp_(-clip_w, clip_w)
        for _ in range(c.ng):
            o = D(G(torch.randn(c.bs, zdim))); lg = F.softplus(-o).mean() if kind == 'ns' else -o.mean()
            og.zero_grad(); lg.backward(); og.step()
        with torch.no_grad():
            for a, b in zip(E.parameters(), G.parameters()): a.lerp_(b, 1 - c.ema)
        if s % log == 0: R.append(dict(step=s, d=ld.item(), g=lg.item()))
        if s % ev == 0:
            with torch.no_grad(): fid, m = score(E(Z), real, k)
            R.append(dict(step=s, fid=fid, modes=m))
    return R

class CartPole:
    def __init__(s, n, cap=200, seed=0):
        s.r = np.random.default_rng(seed); s.n, s.cap = n, cap; s.s = s.r.uniform(-.05, .05, (n, 4)); s.t = np.zeros(n, int)
    def step(s, a):
        x, v, th, w = s.s.T; f = np.where(a == 1, 10., -10.); c, si = np.cos(th), np.sin(th)
        tmp = (f + .05 * w * w * si) / 1.1; tacc = (9.8 * si - c * tmp) / (.5 * (4 / 3 - .1 * c * c / 1.1)); xacc = tmp - .05 * tacc * c / 1.1
        s.s = np.stack([x + .02 * v, v + .02 * xacc, th + .02 * w, w + .02 * tacc], 1); s.t += 1
        fail = (abs(s.s[:, 0]) > 2.4) | (abs(s.s[:, 2]) > .2095); done = fail | (s.t >= s.cap); L = s.t.copy()
        if done.any(): k = int(done.sum()); s.s[done] = s.r.uniform(-.05, .05, (k, 4)); s.t[done] = 0
        return np.ones(s.n), done, L
def a2c(updates=300, T=20, n=16, lr=3e-3, ent=.01, gamma=.99, cap=200, seed=0, hook=None, opt='adam', mc=False, clip=.5, width=64):
    torch.manual_seed(seed); env = CartPole(n, cap, seed); pi, vf = mlp(4, 2, width, 1, 'tanh'), mlp(4, 1, width, 2, 'tanh')
    pars = list(pi.parameters()) + list(vf.parameters()); o = torch.optim.Adam(pars, lr) if opt == 'adam' else torch.optim.RMSprop(pars, lr)
    eps, ups, N = [], [], 0; ret = np.zeros(n)
    class C: pass
    c = C(); c.pi, c.vf, c.o, c.ent, c.sign, c.rscale = pi, vf, o, ent, 1.0, 1.0
    sc = np.array([1, 1, 5, 1])
    for u in range(updates):
        c.u = u; c.lr = lr
        if hook: hook(c)
        for q in o.param_groups: q['lr'] = c.lr
        S, A, Rw, Dn = [], [], [], []
        with torch.no_grad():
            for _ in range(T):
                s = torch.from_numpy((env.s * sc).astype('f4')); a = torch.multinomial(F.softmax(pi(s), 1), 1)[:, 0].numpy() if not torch.isnan(pi(s)).any() else np.zeros(n, int)
                r, d, L = env.step(a); S.append(s); A.append(a); Rw.append(r); Dn.append(d)
                for i in np.nonzero(d)[0]: eps.append((float(L[i]), int(L[i])))
            N += T * n; v = vf(torch.from_numpy((env.s * sc).astype('f4')))[:, 0].numpy() / .02
            G = np.zeros((T, n)); 
            for t in reversed(range(T)): v = c.rscale * Rw[t] + gamma * v * (1 - Dn[t]); G[t] = v
        S = torch.cat(S); A = torch.from_numpy(np.concatenate(A)); G = torch.from_numpy((G.reshape(-1) * .02).astype('f4')); V = vf(S)[:, 0]; adv = (G - V).detach(); adv = (adv - adv.mean()) / (adv.std() + 1e-6)
        lp = F.log_softmax(pi(S), 1); H = -(lp.exp() * lp).sum(1).mean(); pl = -c.sign * (lp.gather(1, A[:, None])[:, 0] * adv).mean(); vl = F.mse_loss(V, G)
        o.zero_grad(); (pl + 10 * vl - c.ent * H).backward(); 
        if clip: nn.utils.clip_grad_norm_(pars, clip)
        o.step()
        if eps: ups.append(dict(n=N, ret=float(np.mean([e[0] for e in eps[-50:]])), pl=pl.item(), vl=vl.item(), ent=H.item(), lr=c.lr))
    return dict(episodes=eps, updates=ups)
def gridq(episodes=600, size=6, lr=.3, eps0=1.0, eps1=.05, seed=0, hook=None, slip=.1):
    g = np.random.default_rng(seed); Q = np.zeros((size * size, 4)); out, ups, N = [], [], 0; goal = size * size - 1; mv = [(0, 1), (0, -1), (1, 0), (-1, 0)]
    pits = {p for p in g.choice(np.arange(1, size * size - 2), size // 2, replace=False)} - {1, size, goal - 1, goal - size}
    class C: pass
    c = C(); c.Q, c.lr = Q, lr
    for e in range(episodes):
        c.e = e; c.eps = max(eps1, eps0 * (1 - 2 * e / episodes))
        if hook: hook(c)
        s, R = 0, 0.0
        for t in range(60):
            a = g.integers(4) if g.random() < max(c.eps, slip) else int(Q[s].argmax()); y, x = divmod(s, size); dy, dx = mv[a]
            y, x = min(size - 1, max(0, y + dy)), min(size - 1, max(0, x + dx)); n = y * size + x; r = 10. if n == goal else -5. if n in pits else -.1; done = n == goal
            Q[s, a] += c.lr * (r + (0 if done else .97 * Q[n].max()) - Q[s, a]); s = n; R += r; N += 1
            if done: break
        out.append((round(R, 2), t + 1))
        if (e + 1) % 5 == 0: ups.append(dict(n=N, ret=float(np.mean([q[0] for q in out[-20:]])), pl=0.0, vl=float(abs(r + (0 if done else .97 * Q[n].max()) - Q[s, a])), ent=c.eps, lr=c.lr))
    return dict(episodes=out, updates=ups)
