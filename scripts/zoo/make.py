#!/usr/bin/python3
"""make.py OUT PART OF [SCENARIO ...]: makes every OF-th run of the tuning corpus, from the PART-th on, below OUT and appends the verified ones to
OUT/labels.csv; `make.py OUT 0 1` makes all, in about 25 minutes on two cores when two parts run side by side. The thresholds of the analyzers
that name "seeded training runs" were tuned on its split "tune". Needs Debian's python3-torch and python3-sklearn."""
import sys, os, csv, fcntl, random, math, copy, time, shutil, traceback
if __name__ == '__main__' and len(sys.argv) < 4: sys.exit(__doc__)
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__))); os.makedirs(sys.argv[1], exist_ok=True); os.chdir(sys.argv[1])
from zoo import *; import writers as W; from gan_rl import *

# accepted kinds and causes, by fault
K = dict(
 slowdiv=('loss_divergence validation_divergence loss_nonfinite grad_explosion grad_nonfinite', 'lr_too_high exploding_gradients optimizer_misconfigured'),
 latediv=('loss_divergence validation_divergence loss_nonfinite grad_explosion score_drop restart_discontinuity', 'lr_too_high exploding_gradients lr_schedule_misconfigured optimizer_misconfigured loss_spike_bad_data'),
 suddeninf=('loss_nonfinite grad_nonfinite loss_divergence grad_explosion weights_nonfinite', 'lr_too_high exploding_gradients nan_invalid_math'),
 spike1=('loss_spike grad_spike', 'loss_spike_bad_data lr_too_high exploding_gradients'),
 spikew=('loss_spike grad_spike loss_divergence grad_explosion score_drop', 'loss_spike_bad_data lr_too_high exploding_gradients lr_schedule_misconfigured'),
 nanstart=('loss_nonfinite grad_nonfinite metric_nonfinite weights_nonfinite', 'nan_invalid_math corrupt_or_invalid_data lr_too_high label_out_of_range'),
 nanlate=('loss_nonfinite grad_nonfinite metric_nonfinite weights_nonfinite', 'nan_invalid_math lr_too_high exploding_gradients mixed_precision_numeric corrupt_or_invalid_data'),
 evalnan=('metric_nonfinite loss_nonfinite', 'metric_computation_bug nan_invalid_math corrupt_or_invalid_data'),
 overfit=('overfitting validation_divergence', 'overfitting'),
 lrhigh=('loss_plateau loss_not_decreasing loss_at_chance loss_oscillation loss_divergence grad_explosion score_stuck loss_spike', 'lr_too_high oscillating_loss dying_relu'),
 lrlow=('loss_plateau loss_not_decreasing still_improving update_ratio_low score_stuck loss_at_chance', 'lr_too_low insufficient_training'),
 vanish=('grad_vanishing grad_zero loss_not_decreasing loss_plateau loss_at_chance score_stuck', 'vanishing_gradients bad_initialisation'),
 deadrelu=('loss_plateau loss_not_decreasing loss_at_chance grad_zero grad_vanishing score_stuck dead_units weights_frozen prediction_collapse loss_spike', 'dying_relu lr_too_high bad_initialisation'),
 gradmark=('grad_explosion grad_spike grad_nonfinite loss_divergence loss_nonfinite loss_spike', 'exploding_gradients lr_too_high'),
 gradonly=('grad_explosion grad_spike', 'exploding_gradients lr_too_high'),
 collapse=('mode_collapse score_drop discriminator_wins generator_wins', 'mode_collapse discriminator_overpowers generator_starved'),
 dwins=('discriminator_wins mode_collapse score_stuck adversarial_stalemate score_drop', 'discriminator_overpowers mode_collapse vanishing_gradients'),
 deadcritic=('adversarial_stalemate generator_wins score_stuck loss_plateau loss_not_decreasing grad_vanishing mode_collapse score_drop', 'vanishing_gradients lr_too_low optimizer_misconfigured mode_collapse generator_starved'),
 rlcollapse=('policy_collapse score_drop', 'policy_update_too_large lr_too_high exploration_too_low'),
 rlflat=('return_flat score_stuck loss_plateau loss_not_decreasing', 'exploration_too_low lr_too_low lr_too_high policy_update_too_large reward_misspecified params_not_updated'),
 rldip=('policy_collapse score_drop', 'policy_update_too_large lr_too_high oscillating_loss'),
 resume=('restart_discontinuity loss_spike score_drop', 'resume_state_lost checkpoint_not_loaded'),
 never=('loss_not_decreasing loss_at_chance loss_plateau score_stuck weights_frozen grad_zero grad_vanishing', 'params_not_updated low_quality_data prediction_order_misaligned underfit_capacity lr_too_low insufficient_training label_noise'))

# ---- statistics used to verify -------------------------------------------------------------------
def col(R, k): return np.array([r[k] for r in R if k in r], float)
def smooth(v, w): 
    w = max(1, min(w, len(v))); return np.array([np.median(v[max(0, i - w + 1):i + 1]) for i in range(len(v))])
def ends(v): n = max(1, len(v) // 10); return float(np.median(v[:min(n, 3)])), float(np.median(v[-n:]))
def learned(R, gain=.9, rise=.15, val=1.08, key='loss'):
    v = col(R, key)
    if not np.isfinite(v).all() or len(v) < 3: return False
    s = smooth(v, max(1, len(v) // 10)); a, b = ends(v); lo = s.min()
    if b > gain * a or (b - lo) > rise * (a - lo): return False
    w = col(R, 'vloss')
    if len(w) > 3: 
        if not np.isfinite(w).all(): return False
        m = smooth(w, 3).min(); z = np.median(w[-3:])
        if z > val * m and z - m > .05 * (w[0] - m): return False
    return True
def finite(R, k='loss'): return np.isfinite(col(R, k)).all()

# ---- a random ordinary run -----------------------------------------------------------------------
FAM = dict(cls=[('digits', 'mlp'), ('digits', 'cnn'), ('digits', 'logreg'), ('cancer', 'logreg'), ('cancer', 'mlp')], reg=[('diabetes', 'logreg'), ('teacher', 'mlp'), ('linear', 'logreg'), ('diabetes', 'mlp')],
           lm=[('char', 'gru'), ('char', 'lstm'), ('char', 'transformer'), ('char', 'charmlp')], ae=[('autoenc', 'mlp')])
def setup(rng, fam, **o):
    s = Task(); nr = np.random.default_rng(rng.randrange(1 << 30)); torch.manual_seed(rng.randrange(1 << 30))
    s.tn, s.arch = o.get('pair') or rng.choice(FAM[fam]); s.t = task(s.tn, nr, o.get('n_train'), o.get('n_val'), o.get('noise', 0.0))
    kw = dict(width=o.get('width', rng.choice([32, 64, 96])), depth=o.get('depth', rng.choice([1, 2, 3])), act=o.get('act', rng.choice(['relu', 'tanh', 'gelu'])), drop=o.get('drop', 0.0)) if s.arch == 'mlp' else {}
    s.m = model_for(s.arch, s.t, **kw); s.on = o.get('opt') or rng.choice(['sgd', 'momentum', 'adam', 'adamw', 'rmsprop'])
    if fam == 'lm' and 'opt' not in o: s.on = rng.choice(['adam', 'adamw', 'rmsprop'])
    if fam == 'reg' and 'opt' not in o and s.on == 'momentum': s.on = 'sgd'
    s.lr = o.get('lr') or DEFAULT_LR[s.on] * rng.choice([.5, 1, 1.5]) * (2 if fam == 'ae' else 1) * (.3 if s.tn == 'linear' and s.on in ('sgd', 'momentum') else 1); s.opt = optim_for(s.on, s.m, s.lr, o.get('wd', 0.0), mom=o.get('mom', .9), eps=o.get('eps', 1e-8)); s.bs = o.get('bs') or rng.choice([16, 32, 64] if fam != 'lm' else [8, 16])
    s.sched = o.get('sched') or rng.choice(['constant', 'cosine', 'cosine10', 'step', 'linear']); s.pe = o.get('pe', False); spe = max(1, len(s.t.X) // s.bs)
    s.steps = o.get('steps') or (spe * o.get('epochs', rng.randrange(6, 31)) if s.pe else rng.choice([300, 600, 1000, 1500] if fam != 'lm' else [300, 500, 800])); s.fam = fam; s.seed = rng.randrange(10 ** 6)
    s.log = o.get('log') or (rng.choice([1, 1, 10, 5]) if s.steps < 1200 else rng.choice([10, 5])); s.ev = o.get('ev', rng.choice([0, max(s.log, s.steps // 10 // s.log * s.log), max(s.log, s.steps // 25 // s.log * s.log)]))
    s.c = dict(model=s.arch, task=s.tn, optimizer=s.on, lr=s.lr, batch_size=s.bs, schedule=s.sched, max_steps=s.steps, seed=s.seed, **kw); s.fmt = W.EPOCH if s.pe else W.LM if fam == 'lm' else W.STEP
    s.clip = o.get('clip', rng.choice([0, 1.0]) if fam == 'lm' else 0)
    if s.clip: s.c['max_grad_norm'] = s.clip
    return s
def go(s, **k):
    a = dict(bs=s.bs, log=s.log, ev=s.ev, sched=s.sched, clip=s.clip, seed=s.seed, per_epoch=s.pe); a.update(k); return fit(s.t, s.m, s.opt, s.steps, **a)
def out(s, R, ok, fault=None, fmt=None, **k): return dict(R=R, ok=bool(ok), fault=fault, fmt=fmt or s.fmt, c=s.c, arch=s.arch, **k)
def grads(s): return [f for f in s.fmt if f in W.GN] or W.GN

# ---- healthy -------------------------------------------------------------------------------------
def h_cls(g): s = setup(g, 'cls', pe=g.random() < .4); R = go(s); return out(s, R, learned(R))
def h_lm(g): s = setup(g, 'lm'); R = go(s); return out(s, R, learned(R))
def h_reg(g): s = setup(g, 'reg', pe=g.random() < .3); R = go(s); return out(s, R, learned(R))
def h_ae(g): s = setup(g, 'ae', pe=g.random() < .4); R = go(s); return out(s, R, learned(R))
def h_bump(g):
    s = setup(g, g.choice(['lm', 'cls']), opt='adam', steps=500, log=g.choice([1, 5]), sched='warmup'); at = g.randrange(8, 30); k = g.uniform(8, 25)
    def hook(c): c.mult = k if at <= c.step < at + 10 else 1.0
    R = go(s, hook=hook, clip=1.0); v = smooth(col(R, 'loss'), 3); a = v[0]; e = v[:len(v) // 4]; i = int(e.argmin()); pk = max((e[j] / e[:j + 1].min() for j in range(1, len(e))), default=1)
    return out(s, R, learned(R) and 1.05 < pk and col(R, 'loss').max() < 1.5 * a)
def h_floor(g): s = setup(g, 'reg', pair=g.choice([('teacher', 'mlp'), ('linear', 'logreg')]), steps=3000, log=g.choice([5, 10]), width=24, depth=1, noise=.4, opt=g.choice(['sgd', 'adam']), sched=g.choice(['constant', 'cosine'])); R = go(s); return out(s, R, learned(R, rise=.2))
def h_batch1(g): s = setup(g, g.choice(['cls', 'reg']), bs=g.choice([1, 2, 4]), steps=g.choice([1500, 2500]), log=g.choice([1, 5]), opt=g.choice(['sgd', 'adam']), lr=g.choice([3e-3, 1e-3]), sched=g.choice(['constant', 'cosine'])); R = go(s); v = smooth(col(R, 'loss'), 300 // s.log); return out(s, R, finite(R) and v[-1] < .7 * v[50 // s.log])
def h_tinyval(g): s = setup(g, 'cls', n_val=g.choice([16, 24]), steps=600, noise=g.choice([0, .05]), pe=g.random() < .5, epochs=15, opt=g.choice(['sgd', 'adam']), lr=g.choice([5e-4, 1e-2])); s.lr; s.ev = s.ev or 30 // s.log * s.log or s.log; R = go(s); return out(s, R, learned(R, val=1.15))
def h_gap(g):
    s = setup(g, g.choice(['cls', 'reg', 'lm']), steps=800, ev=40, log=g.choice([5, 10])); k = g.uniform(.5, 1.2)
    if s.t.seq: m = torch.rand(s.t.VX.shape) < .12; s.t.VX[m] = torch.randint(0, s.t.n_out, (int(m.sum()),))
    else: s.t.VX = s.t.VX + k * torch.randn_like(s.t.VX)
    R = go(s); a = col(R, 'loss'); b = col(R, 'vloss'); return out(s, R, learned(R, val=1.1) and np.median(b[-3:]) > 1.2 * np.median(a[-10:]))
def h_bigg(g):
    f = g.choice([1e3, 1e4]); s = setup(g, g.choice(['reg', 'cls', 'ae']), steps=600, opt=g.choice(['adam', 'rmsprop'])); R = go(s, loss=lambda t, m, x, y, q=None: f * loss_of(t, m, x, y, q)); return out(s, R, learned(R) and np.median(col(R, 'gnorm')) > 50, fmt=grads(s))
def h_odd(g):
    s = setup(g, g.choice(['lm', 'cls']), steps=500); s.ev = s.ev or 50; w = g.randrange(3); R = go(s, ev0=w == 0)
    if w == 1: 
        for r in R: 
            if 'gnorm' in r: r['gnorm'] = 0.0
    if w == 2:
        for r in R:
            if 'loss' in r: r['loss_scale'] = -1
    return out(s, R, learned(R), fmt=[W.megatron] if w == 1 and s.fam == 'lm' else grads(s) if w == 1 else [W.text_kv, W.jsonl_wandb, W.csv_dense] if w == 2 else [f for f in s.fmt if f is not W.csv_dense])
def h_gspike(g):
    s = setup(g, g.choice(['lm', 'cls']), steps=800, log=1, opt='adam', clip=.5); hit = set(g.sample(range(200, 780), 3)); k = g.uniform(8, 40)
    R = go(s)
    for r in R:
        if r.get('step') in hit and 'gnorm' in r: r['gnorm'] *= k
    return out(s, R, learned(R), fmt=grads(s), kind='real, spike drawn in')
def h_resume(g):
    s = setup(g, g.choice(['lm', 'cls']), steps=900); s.ev = s.ev and s.ev; a = g.randrange(400, 600) // s.log * s.log; b = a - g.choice([0, 40, 80]); b = b // s.log * s.log; snap = {}
    def hook(c):
        if c.step == b: snap['m'] = copy.deepcopy(s.m.state_dict()); snap['o'] = copy.deepcopy(s.opt.state_dict())
    R = [r for r in go(s, hook=hook) if r['step'] <= a]; s.m.load_state_dict(snap['m']); s.opt.load_state_dict(snap['o'])
    f = schedule(s.sched, s.steps)
    for q in s.opt.param_groups: q['lr'] = s.lr
    R = go(s, recs=R, start=b); return out(s, R, learned(R), fmt=[f for f in s.fmt if f not in (W.csv_dense, W.hf_state)])
def h_diff(g): s = setup(g, 'cls', pair=('diffusion', 'mlp'), width=64, depth=2, steps=g.choice([1500, 3000]), opt='adam', log=g.choice([1, 5, 10])); R = go(s); return out(s, R, learned(R, gain=.9, rise=.3))
def h_heads(g):
    s = setup(g, 'cls', pair=('multihead', 'mlp'), steps=600, opt='adam'); s.m = mlp(64, 12, 64, 2); s.opt = optim_for('adam', s.m, s.lr); L = {}
    def loss(t, m, x, y, q=None):
        o = m(x); a = F.cross_entropy(o[:, :10], y); b = F.cross_entropy(o[:, 10:], y % 2); L['loss_cls'], L['loss_parity'] = a.item(), b.item(); return a + .5 * b
    s.t.kind = 'multi'; R = go(s, loss=loss, extra=lambda c: dict(L)); return out(s, R, learned(R), fmt=[W.jsonl_wandb, W.jsonl_plain, W.csv_light, W.text_kv])
def h_ddescent(g):
    r = np.random.default_rng(g.randrange(1 << 30)); n = g.choice([40, 80, 200]); x = np.linspace(0, 1, n); tr = 2.3 * np.exp(-4 * x) + .05; va = 2.3 * np.exp(-9 * x) + .5 + .06 * np.exp(-((x - .45) / .12) ** 2) - .25 * np.clip((x - .55) / .45, 0, 1)
    R = []; 
    for i in range(n): R.append(dict(step=(i + 1) * 50, epoch=float(i + 1), loss=float(tr[i] * (1 + .02 * r.standard_normal())), vloss=float(va[i] * (1 + .008 * r.standard_normal())), lr=1e-3))
    return dict(R=R, ok=True, fault=None, fmt=W.EPOCH, c=dict(model='resnet', lr=1e-3, epochs=n), arch='synthetic', kind='synthetic')
def h_stepdrop(g): s = setup(g, g.choice(['lm', 'cls', 'reg']), sched='step', steps=900, bs=8, lr=None, opt=g.choice(['momentum', 'adam'])); R = go(s); return out(s, R, learned(R, rise=.2))
def h_curric(g):
    s = setup(g, 'cls', pair=('digits', g.choice(['mlp', 'cnn'])), steps=1000, log=g.choice([5, 10]), ev=0, opt=g.choice(['adam', 'momentum']), sched='constant', bs=32); at = g.randrange(250, 450); k = g.uniform(.5, 1.1)
    def hook(c):
        if c.step >= at: c.x = c.x + k * torch.randn_like(c.x)
    R = go(s, hook=hook); s.c['curriculum'] = f'noise {k:.2f} added to the inputs from step {at}'; v = col(R, 'loss'); i = at // s.log; pre = np.median(v[i - 8:i]); pk = np.median(v[i:i + 5]); e = v[-15:].mean(); return out(s, R, finite(R) and 1.3 * pre < pk < .6 * v[0] and e < .75 * pk)
def h_few(g): s = setup(g, g.choice(['cls', 'lm', 'ae']), pe=True, epochs=g.choice([3, 4, 5, 6]), n_train=None if g.random() < .5 else 900, opt=g.choice(['adam', 'momentum'])); R = go(s); return out(s, R, learned(R, rise=.3))
def h_cosend(g): s = setup(g, g.choice(['lm', 'cls']), sched='cosine', steps=1200, log=g.choice([5, 10])); R = go(s); return out(s, R, learned(R))
def synth_lm(g, n, warm=.01, noise=.02):
    r = np.random.default_rng(g.randrange(1 << 30)); every = g.choice([1, 10, 50]); R = []; gn = 1.0; lrp = g.choice([3e-4, 6e-4, 1e-3]); e = 0.0; w = int(warm * n) + 1
    for i in range(n):
        x = (i + 1) / n; e = .7 * e + noise * r.standard_normal(); gn = (.25 + 4 * math.exp(-i / (w * 2))) * math.exp(.15 * r.standard_normal())
        R.append(dict(step=(i + 1) * every, epoch=x, loss=2.6 + 8.3 * (1 + i * 12 / n * 8) ** -.9 + e, gnorm=gn, lr=lrp * min(1, (i + 1) / w) * (.55 + .45 * math.cos(math.pi * x))))
    return R, dict(model='gpt', n_layer=12, lr=lrp, batch_size=256, optimizer='adamw', weight_decay=.1)
def h_long(g): R, c = synth_lm(g, g.choice([1000, 3000, 5000])); return dict(R=R, ok=True, fault=None, fmt=W.LM, c=c, arch='synthetic', kind='synthetic')
def h_slow(g): s = setup(g, 'lm', pair=('char', 'charmlp'), steps=5000, opt='adam', lr=3e-4, log=1, sched='constant', bs=16); R = go(s); return out(s, R, learned(R, rise=.3))
def h_scaler(g):
    s = setup(g, 'lm', steps=500, log=1); sc = [65536.0]; k = g.randrange(2, 5); skip = set(range(k)) | {g.randrange(200, 400)}
    def hook(c): c.skip = c.step in skip; 
    def ex(c):
        if c.step in skip: sc[0] /= 2; return dict(loss_scale=sc[0] * 2, skipped=1)
        return dict(loss_scale=sc[0], skipped=0)
    R = go(s, hook=hook, extra=ex)
    for r in R:
        if r.get('skipped'): r['gnorm'] = float('inf')
    return out(s, R, learned(R), fmt=[W.megatron, W.jsonl_plain])
def h_gan(g):
    kind = g.choice(['ns', 'hinge', 'wgangp']); st = g.choice([2000, 3000]); R = gan(kind, st, seed=g.randrange(10 ** 6), n_d=2 if kind == 'wgangp' else 1, lr_g=1e-3 if kind == 'wgangp' else g.choice([5e-4, 3e-4]), lr_d=1e-3 if kind == 'wgangp' else 5e-4, log=g.choice([10, 20, 50]), ev=g.choice([100, 200]), ema=g.choice([.99, .9, .5]))
    f = col(R, 'fid'); m = col(R, 'modes'); return dict(R=R, ok=m[-1] >= 7 and f[-3:].mean() < .4 * f[0] and f[-3:].mean() < 1.8 * smooth(f, 3).min() + 4, fault=None, fmt=W.GAN, c=dict(loss=kind, lr_g=5e-4, batch_size=128), arch='gan-' + kind)
def h_wdrift(g):
    R = gan('wgangp', 3000, seed=g.randrange(10 ** 6), n_d=2, lr_g=1e-3, lr_d=2e-3, log=g.choice([10, 20]), ev=200); v = col(R, 'g'); f = col(R, 'fid'); m = col(R, 'modes')
    return dict(R=R, ok=m[-1] >= 7 and f[-3:].mean() < .4 * f[0] and abs(v[-20:].mean() - v[20:40].mean()) > 1.5, fault=None, fmt=W.GAN, c=dict(loss='wgan-gp', lr_g=1e-3, lr_d=2e-3, n_critic=2), arch='gan-wgangp')
def rl_ok(R, top=120):
    v = np.array([e[0] for e in R['episodes']]); n = len(v) // 8; q = np.convolve(v, np.ones(20) / 20, 'valid'); pk = np.maximum.accumulate(q); k = pk > .4 * q.max()
    if (1 - q / pk)[k].max() > .4: return False      # a dip this deep is no control
    return v[-n:].mean() > top and v[-n:].mean() > 2 * v[:n].mean()
def h_rl(g):
    R = a2c(g.choice([220, 300]), T=g.choice([20, 40]), lr=g.choice([2e-3, 3e-3]), ent=g.choice([.01, .003]), cap=g.choice([200, 500]), seed=g.randrange(10 ** 6), opt=g.choice(['adam', 'rmsprop']))
    v = np.array([u['ret'] for u in R['updates']]); return dict(R=R, ok=rl_ok(R, 100) and v[-5:].mean() > .85 * v.max(), fault=None, fmt=W.RL, c=dict(algo='a2c', env='CartPole', lr=3e-3, gamma=.99), arch='a2c')
def h_reinf(g): R = a2c(150, T=60, lr=g.choice([3e-3, 5e-3]), cap=200, seed=g.randrange(10 ** 6), n=8); v = np.array([u['ret'] for u in R['updates']]); return dict(R=R, ok=rl_ok(R) and v[-5:].mean() > .85 * v.max(), fault=None, fmt=W.RL, c=dict(algo='reinforce', env='CartPole', lr=3e-3), arch='reinforce')
def h_cap(g): R = a2c(600, T=40, lr=2e-3, cap=g.choice([100, 200]), seed=g.randrange(10 ** 6)); v = np.array([e[0] for e in R['episodes']]); return dict(R=R, ok=np.median(v[len(v) // 2:]) == v.max() and v[-100:].mean() > .95 * v.max(), fault=None, fmt=W.RL, c=dict(algo='a2c', env='CartPole'), arch='a2c')
def h_grid(g): R = gridq(g.choice([400, 800, 1500]), size=g.choice([5, 6, 8]), lr=g.choice([.1, .3]), seed=g.randrange(10 ** 6)); v = np.array([e[0] for e in R['episodes']]); n = len(v) // 8; return dict(R=R, ok=v[-n:].mean() > v[:n].mean() + 5 and v[-n:].mean() > 2, fault=None, fmt=W.RL, c=dict(algo='q-learning', env='GridWorld', epsilon='1.0 to 0.05'), arch='qlearning')

# ---- faulty --------------------------------------------------------------------------------------
def f_slowdiv(g):
    w = g.randrange(2); s = setup(g, 'reg', pair=('linear', 'logreg') if w else ('teacher', 'mlp'), opt=g.choice(['sgd', 'momentum']), steps=g.choice([300, 600]), bs=64, sched='constant', log=g.choice([1, 5, 10]), width=32, depth=2, act='relu')
    base = s.t; lam = float(torch.linalg.eigvalsh(base.X.T @ base.X / len(base.X)).max()) * 2
    lr = g.uniform(1.01, 1.06) * (2 if s.on == 'sgd' else 3.8) / lam
    if w: 
        for q in s.opt.param_groups: q['lr'] = lr
    else:
        lr = .1 if s.on == 'sgd' else .02; gr = g.uniform(1.006, 1.012)
        for q in s.opt.param_groups: q['lr'] = lr
    s.c['lr'] = s.lr = lr
    R = go(s, clip=0, hook=None if w else lambda c: setattr(c, 'mult', gr ** c.step)); v = col(R, 'loss'); ff = v[np.isfinite(v)]; return out(s, R, len(ff) > 8 and ff[-3:].max() > 5 * smooth(ff, 3).min() and ff[-1] > 3 * ff[0], 'slowdiv')
def f_latediv(g):
    s = setup(g, g.choice(['lm', 'cls', 'reg', 'ae']), steps=g.choice([600, 1000]), sched=g.choice(['constant', 'cosine10']), opt=g.choice(['adam', 'momentum', 'rmsprop']), clip=0); at = int(s.steps * g.uniform(.45, .8)); k = g.uniform(1.02, 1.08); top = g.choice([100, 300, 1000])
    R = go(s, hook=lambda c: setattr(c, 'mult', min(top, k ** max(0, c.step - at)))); v = col(R, 'loss'); ff = v[np.isfinite(v)]; lo = smooth(ff, 9).min(); return out(s, R, len(ff) > 20 and np.median(ff[-5:]) > 1.8 * lo and np.median(ff[-5:]) - lo > .3 * (ff[0] - lo), 'latediv')
def f_suddeninf(g):
    s = setup(g, 'reg', pair=('teacher', 'mlp'), opt='sgd', steps=600, act='relu', log=g.choice([1, 5]), bs=32, sched='constant', depth=3); at = g.randrange(150, 500)
    R = go(s, hook=lambda c: setattr(c, 'mult', 3000.0 if c.step >= at else 1.0)); v = col(R, 'loss'); return out(s, R, not np.isfinite(v).all() and np.isfinite(v[:20]).all(), 'suddeninf')
def f_spike1(g):
    s = setup(g, g.choice(['lm', 'cls', 'ae']), steps=800, log=g.choice([1, 1, 5]), opt=g.choice(['adam', 'sgd']), sched='constant'); at = g.randrange(300, 650)
    def hook(c):
        if c.step == at:
            if s.t.seq: c.y = torch.randint(0, s.t.n_out, c.y.shape)
            elif s.t.kind == 'cls': c.x = c.x * 6; c.y = c.y[torch.randperm(len(c.y))]
            else: c.x = c.x * 4; c.y = c.y * 4
            c.clipme = 1
    R = go(s, hook=hook, clip=.3); v = col(R, 'loss'); i = at // s.log; m = np.median(v[max(0, i - 60):i]); sd = 1.4826 * np.median(abs(v[max(0, i - 60):i] - m)); return out(s, R, learned(R, rise=.3) and v[i] > m + 12 * sd and v[i] > 1.5 * m and np.median(v[i + 5:i + 25]) < 1.3 * m, 'spike1', fmt=grads(s))
def f_spikew(g):
    s = setup(g, g.choice(['lm', 'cls', 'ae']), steps=1000, log=g.choice([1, 5, 10]), opt='adam', sched='constant', ev=g.choice([0, 50])); at = g.randrange(350, 600); k = g.uniform(6, 30); d = g.randrange(3, 9)
    R = go(s, clip=0, hook=lambda c: setattr(c, 'mult', k if at <= c.step < at + d else 1.0)); v = col(R, 'loss'); i = at // s.log; m = np.median(v[max(0, i - 20):i]); p = v[i:i + 60 // s.log + 2]; e = np.median(v[-15:]); return out(s, R, finite(R) and p.max() - m > .2 * (v[0] - m) and p.max() > m + 10 * 1.4826 * np.median(abs(v[max(0, i - 40):i] - m)) and e < 1.5 * m and (p > 1.25 * m).sum() >= max(3, 15 // s.log), 'spikew')
def f_nanstart(g):
    s = setup(g, g.choice(['cls', 'reg', 'ae']), steps=300, log=g.choice([1, 5]), ev=g.choice([0, 50])); s.t.X[:, 3] = float('nan') if g.random() < .5 else float('inf'); R = go(s, stop_nan=g.choice([20, 400])); return out(s, R, not np.isfinite(col(R, 'loss')).any(), 'nanstart')
def f_nanlate(g):
    s = setup(g, g.choice(['cls', 'lm', 'ae']), steps=600, log=g.choice([1, 5, 10]), opt=g.choice(['adam', 'adamw'])); at = g.randrange(100, 500); w = g.randrange(3)
    def loss(t, m, x, y, q=None):
        if t.kind == 'cls':
            o = m(x).flatten(0, -2) if x.dim() > 1 else m(x); p = F.softmax(o, 1).gather(1, y.flatten()[:, None]); return -(p.log()).mean()   # 0 → -inf
        return loss_of(t, m, x, y, q)
    def hook(c):
        if c.step != at: return
        if w == 0:   # one broken row
            if c.x.is_floating_point(): c.x = c.x.clone(); c.x[0, 0] = NAN
            else: c.scale = NAN
        elif w == 1: c.scale = 1e38   # an unscaled fp16-like overflow: 1e38 × gradient
        else:
            for p in c.m.parameters(): p.data[...] = p.data * 1e20; break
    def hook2(c): 
        if c.step == at + 1: c.scale = 1.0
        hook(c)
    R = go(s, hook=hook2, clip=0, stop_nan=g.choice([10, 600])); v = col(R, 'loss'); n = min(len(v), at // s.log); return out(s, R, np.isfinite(v[:n]).all() and not np.isfinite(v[-3:]).any() and np.isnan(v[-1]), 'nanlate')
def f_evalnan(g):
    s = setup(g, g.choice(['cls', 'reg']), steps=600, ev=50, log=10); at = g.choice([0, 5]); R = go(s); k = 0
    for r in R:
        if 'vloss' in r:
            k += 1
            if k > at: r['vloss'] = NAN
    return out(s, R, finite(R), 'evalnan', kind='real, evaluation broken afterwards')
def f_overfit(g, strong):
    w = g.randrange(3); n = g.choice([60, 100, 150] if strong else [150, 250, 400])
    if w == 0: s = setup(g, 'lm', pair=('char', g.choice(['gru', 'lstm', 'transformer', 'charmlp'])), n_train=g.choice([60, 120]) if strong else g.choice([250, 500]), steps=1200, opt='adam', lr=4e-3, ev=40, log=10, bs=16, sched='constant')
    elif w == 1: s = setup(g, 'cls', pair=g.choice([('digits', 'mlp'), ('cancer', 'mlp'), ('digits', 'cnn')]), n_train=n, noise=.25 if strong else .12, width=128, depth=2, opt=g.choice(['adam', 'adamw']), lr=3e-3, pe=g.random() < .5, epochs=g.choice([30, 60, 100]), steps=None if g.random() < 0 else 0 or None, bs=16)
    else: s = setup(g, 'reg', pair=('diabetes', 'mlp'), n_train=n, width=128, depth=2, opt='adam', lr=3e-3 if strong else 1e-3, pe=g.random() < .6, epochs=g.choice([40, 80]), bs=16)
    if not s.pe and not s.ev: s.ev = 40; s.log = 10
    R = go(s); v = col(R, 'vloss'); a, b = ends(col(R, 'loss')); q = smooth(v, 3); i = int(q.argmin()); rise = np.median(v[-3:]) / q.min(); return out(s, R, len(v) >= 8 and b < .7 * a and finite(R) and (rise > 1.6 if strong else 1.2 < rise < 1.7) and i < .75 * len(v), 'overfit')
def f_ofmild(g): return f_overfit(g, False)
def f_ofstrong(g): return f_overfit(g, True)
def chance(s):
    with torch.no_grad(): return math.log(s.t.n_out) if s.t.kind == 'cls' and not s.t.seq else float(F.mse_loss(s.t.VY, s.t.Y.mean(0).expand_as(s.t.VY))) if s.t.kind == 'reg' else float(torch.distributions.Categorical(torch.bincount(s.t.Y.flatten()).float()).entropy())
def f_lrhigh(g):
    s = setup(g, g.choice(['cls', 'cls', 'lm']), opt=g.choice(['adam', 'rmsprop', 'adamw']), lr=g.choice([.1, .3, 1.0]), steps=500, sched=g.choice(['constant', 'cosine10']), depth=3, act='relu', pe=g.random() < .3, epochs=20); R = go(s); v = col(R, 'loss'); return out(s, R, finite(R) and np.median(v[-5:]) > .8 * chance(s), 'lrhigh')
def f_lrlow(g):
    s = setup(g, g.choice(['cls', 'lm', 'ae', 'reg']), lr=g.choice([1e-6, 3e-6, 1e-5]), opt=g.choice(['adam', 'sgd', 'adamw']), steps=600, sched=g.choice(['constant', 'cosine']), pe=g.random() < .3, epochs=15); R = go(s); a, b = ends(col(R, 'loss')); return out(s, R, finite(R) and b > .85 * a, 'lrlow')
def vanish(g, logged):
    s = setup(g, 'cls', pair=('digits', 'mlp'), width=64, depth=g.choice([6, 8, 12]), act='sigmoid', opt=g.choice(['sgd', 'momentum']), lr=g.choice([.01, .05]), steps=g.choice([600, 1000]), pe=not logged and g.random() < .5, epochs=20)
    def ex(c): L = [m for m in c.m if isinstance(m, nn.Linear)]; return {f'grad_norm/layers.{i}': float(m.weight.grad.norm()) for i, m in enumerate(L)} if per else {}
    per = logged and g.random() < .6; R = go(s, extra=ex, gnorm=logged); v = col(R, 'loss'); return out(s, R, abs(np.median(v[-20:]) - math.log(10)) < .05, 'vanish', fmt=[W.jsonl_wandb, W.jsonl_plain, W.csv_light, W.text_kv] if per else grads(s) if logged else s.fmt)
def f_vanlog(g): return vanish(g, True)
def f_vannolog(g): return vanish(g, False)
def f_deadrelu(g):
    s = setup(g, g.choice(['cls', 'reg']), pair=g.choice([('digits', 'mlp'), ('teacher', 'mlp'), ('cancer', 'mlp')]), width=32, depth=3, act='relu', opt=g.choice(['adam', 'sgd']), steps=600, sched='constant', log=g.choice([1, 5, 10])); at = g.choice([0, 0, 60, 150])
    def hook(c):
        if c.step == at:
            with torch.no_grad():
                for l in c.m:
                    if isinstance(l, nn.Linear) and l.out_features == 32: l.bias -= g.uniform(8, 20); break
                else: pass
                ls = [l for l in c.m if isinstance(l, nn.Linear)]; ls[1].bias -= 10
    R = go(s, hook=hook); v = col(R, 'loss')[max(5, at // s.log + 30 // s.log):]; return out(s, R, np.median(v[-10:]) > .9 * chance(s), 'deadrelu')
def f_gradmark(g):
    w = g.randrange(2)
    if w:
        s = setup(g, 'lm', pair=('char', 'rnn'), opt='sgd', lr=g.choice([1.0, 2.0, 4.0]), clip=0, steps=500, log=1, sched='constant', bs=16)
        for n, p in s.m.named_parameters():
            if 'weight_hh' in n: p.data *= g.uniform(1.5, 3)
        R = go(s)
    else:
        s = setup(g, g.choice(['reg', 'ae']), opt='sgd', lr=.02, steps=500, log=g.choice([1, 5]), sched='constant', depth=3, act='relu', bs=32, pair=g.choice([('teacher', 'mlp'), ('autoenc', 'mlp')])); at = g.randrange(150, 350); k = g.uniform(1.04, 1.15); R = go(s, hook=lambda c: setattr(c, 'mult', k ** max(0, c.step - at)))
    v, q = col(R, 'loss'), col(R, 'gnorm'); qf = q[np.isfinite(q)]; return out(s, R, len(qf) > 30 and qf[-20:].max() > 30 * np.median(qf[:30]) and (not np.isfinite(v[-1]) or v[-5:].max() > 2 * v.min()), 'gradmark', fmt=grads(s))
def f_gradonly(g):
    s = setup(g, g.choice(['lm', 'cls']), opt='adam', steps=1000, log=g.choice([1, 5, 10]), sched=g.choice(['constant', 'cosine10']), ev=0); at = g.randrange(300, 600); up = g.uniform(300, 600); k = g.uniform(10, 30)
    def loss(t, m, x, y, q=None):   # a term that is small in value and steep in slope: sharpness grows, the loss keeps falling
        l = loss_of(t, m, x, y); p = next(m.parameters()); u = p.flatten()[:50]; f = st[0]; plain['loss'] = l.item(); return l + f * 1e-2 * (torch.sin(u * 1e4)).mean() * 0.3
    st = [0.0]; plain = {}
    def hook(c): st[0] = k ** (min(1, max(0, c.step - at) / up)) - 1 if c.step > at else 0.0
    R = go(s, hook=hook, loss=loss, clip=1.0, extra=lambda c: dict(plain)); q = col(R, 'gnorm'); return out(s, R, learned(R, rise=.3) and np.median(q[-20:]) > 12 * np.median(q[at // s.log - 20:at // s.log]), 'gradonly', fmt=grads(s))
def f_collapse(g):
    kind = g.choice(['ns', 'hinge', 'hinge', 'ns', 'wgangp']); st = g.choice([2000, 2600]); at = int(st * g.uniform(.5, .7)); w = 1 if kind == 'wgangp' else g.randrange(2); lr = g.uniform(.006, .012)
    def hook(c):
        if c.step < at: return
        if w == 0:      # the discriminator stops learning: everything gathers at its maxima
            for q in c.od.param_groups: q['lr'] = 1e-6
            for q in c.og.param_groups: q['lr'] = 4e-3
            c.ng = 4
        else:           # no penalty any more, rates and momentum too high
            c.gp = 0.0
            for o in (c.od, c.og):
                for q in o.param_groups: q['lr'] = lr; q['betas'] = (.9, .9)
    R = gan(kind, st, seed=g.randrange(10 ** 6), n_d=2 if kind == 'wgangp' else 1, lr_g=1e-3, lr_d=1e-3, hook=hook, log=g.choice([10, 20, 50]), ev=g.choice([50, 100]), ema=g.choice([.99, .9])); f = col(R, 'fid'); m = col(R, 'modes')
    return dict(R=R, ok=np.isfinite(f).all() and m.max() >= 7 and smooth(f, 3).min() < 20 and m[-4:].max() <= 6 and f[-4:].min() > 3 * smooth(f, 3).min() and f[-4:].min() > 25, fault='collapse', fmt=[W.gan_studio, W.gan_jsonl, W.gan_csv, W.gan_text], c=dict(loss=kind, lr_g=1e-3, lr_d=1e-3, batch_size=128), arch='gan-' + kind)
def f_dwins(g):
    st = g.choice([2000, 3000]); w = g.randrange(2); at = 0 if w else int(st * g.uniform(.3, .5))
    def hook(c):
        if c.step == at + 1:
            for q in c.og.param_groups: q['lr'] = 1e-6 if w else 1e-5
            if not w:
                with torch.no_grad(): list(c.G.parameters())[-1].add_(6.0)
    R = gan('ns', st, seed=g.randrange(10 ** 6), lr_g=5e-4, lr_d=2e-3, gp=0.0, hook=hook, log=g.choice([10, 20, 50]), ev=200, n_d=2); d = col(R, 'd'); gg = col(R, 'g'); return dict(R=R, ok=np.median(d[-20:]) < .05 and np.median(gg[-20:]) > 5, fault='dwins', fmt=W.GAN, c=dict(loss='non-saturating', lr_g=5e-4, lr_d=2e-3, d_steps=2), arch='gan-ns')
def f_deadcritic(g):
    kind = g.choice(['wgan', 'hinge', 'ns', 'wgan']); at = g.randrange(20, 150)
    def hook(c):
        if c.step == at:
            with torch.no_grad(): list(c.D.parameters())[3].sub_(60.0)      # every unit of the second layer dead
    R = gan(kind, 1500, seed=g.randrange(10 ** 6), lr_g=5e-4, lr_d=5e-4, clip_w=0.0, gp=0.0, n_d=2, hook=hook, log=g.choice([10, 20]), ev=100); f = col(R, 'fid'); d = col(R, 'd'); return dict(R=R, ok=np.ptp(d[-20:]) < 1e-2 and f[-3:].min() > 40, fault='deadcritic', fmt=[W.gan_studio, W.gan_jsonl, W.gan_csv], c=dict(loss=kind, lr_g=5e-4, lr_d=5e-4, d_steps=2), arch='gan-' + kind)
def f_rlcollapse(g):
    up = g.choice([300, 400]); at = int(up * g.uniform(.5, .7)); k = g.choice([20, 40, 100])
    R = a2c(up, T=g.choice([20, 40]), lr=3e-3, ent=g.choice([.01, 0]), cap=g.choice([200, 500]), seed=g.randrange(10 ** 6), clip=0, hook=lambda c: setattr(c, 'lr', c.lr * (k if c.u >= at else 1))); v = smooth(np.array([e[0] for e in R['episodes']]), 20); n = len(v) // 6
    u = np.array([x['ret'] for x in R['updates']]); b = u.max(); return dict(R=R, ok=b > 100 and u[-5:].mean() < .4 * b, fault='rlcollapse', fmt=[W.rl_sb3, W.rl_jsonl, W.rl_monitor, W.rl_text], c=dict(algo='a2c', env='CartPole', lr=3e-3), arch='a2c')
def f_rlflat(g):
    w = g.randrange(3); sd = g.randrange(10 ** 6)
    if w == 0: R = a2c(250, lr=1e-7, seed=sd)
    elif w == 1: R = a2c(250, lr=g.choice([.3, 1.0]), ent=0, clip=0, seed=sd)
    else: R = gridq(800, size=10, eps0=.0, eps1=.0, slip=.0, lr=.001, seed=sd)
    v = np.array([e[0] for e in R['episodes']]); n = len(v) // 6; return dict(R=R, ok=abs(v[-n:].mean() - v[:n].mean()) < .2 * abs(v[:n].mean()) + 1 if w < 2 else v[-n:].mean() < 0 and abs(v[-n:].mean() - v[n:2*n].mean()) < 2, fault='rlflat', fmt=W.RL, c=dict(algo='q-learning' if w == 2 else 'a2c', env='GridWorld' if w == 2 else 'CartPole', lr=(1e-7, .3, .001)[w]), arch='qlearning' if w == 2 else 'a2c')
def f_rldip(g):
    up = 500; at = g.randrange(200, 260); k = g.choice([30, 60])
    R = a2c(up, T=40, lr=3e-3, cap=200, seed=g.randrange(10 ** 6), hook=lambda c: setattr(c, 'lr', c.lr * (k if at <= c.u < at + 6 else 1)), clip=0); u = np.array([x['ret'] for x in R['updates']]); lo = u[at:at + 150].min(); return dict(R=R, ok=u[:at].max() > 150 and lo < .45 * u[:at].max() and u[-10:].mean() > .85 * u.max(), fault='rldip', fmt=W.RL, c=dict(algo='a2c', env='CartPole', lr=3e-3), arch='a2c')
def f_resume(g):
    s = setup(g, g.choice(['lm', 'cls']), steps=900, opt='adam', sched=g.choice(['constant', 'cosine10']), log=g.choice([1, 5, 10])); a = g.randrange(400, 600) // s.log * s.log; b = max(0, a - g.choice([0, 50])) // s.log * s.log; w = g.randrange(2)
    R = [r for r in go(s) if r['step'] <= a]
    s2 = setup(random.Random(g.randrange(1 << 30)), s.fam, pair=(s.tn, s.arch), opt='adam', lr=s.lr * (1 if w == 0 else 8), steps=900, log=s.log, bs=s.bs)
    if w == 0: m = model_for(s.arch, s.t, **{k: s.c[k] for k in ('width', 'depth', 'act', 'drop') if k in s.c}); s.m = m; s.opt = optim_for('adam', m, s.lr)           # weights lost
    else: s.opt = optim_for('adam', s.m, s.lr * g.choice([8, 15]))                                                                                                 # optimizer lost, warm-up schedule lost
    R2 = go(s, start=b); x = col(R, 'loss'); y = col(R2, 'loss'); pre = np.median(x[-10:]); R += R2; s.c['resume'] = True; return out(s, R, np.median(y[:max(2, 10 // s.log)]) > max(1.4 * pre, pre + .2 * (x[0] - pre)) and np.isfinite(y).all(), 'resume', fmt=[f for f in s.fmt if f not in (W.csv_dense, W.hf_state)])
def f_never(g):
    s = setup(g, 'cls', steps=600, pe=g.random() < .4, epochs=20, width=16, depth=1, opt=g.choice(['sgd', 'adam']), lr=None, n_val=200); w = g.randrange(2)
    if w == 0: s.t.Y = torch.randint(0, s.t.n_out, s.t.Y.shape); s.t.VY = torch.randint(0, s.t.n_out, s.t.VY.shape); s.lr = 3e-4; R = go(s, hook=lambda c: setattr(c, 'y', torch.randint(0, s.t.n_out, c.y.shape)))
    else: R = go(s, hook=lambda c: setattr(c, 'skip', True))
    a, b = ends(col(R, 'loss')); return out(s, R, b > .93 * a and finite(R), 'never')
def f_synthspike(g):
    R, c = synth_lm(g, g.choice([1000, 3000])); n = len(R); at = int(n * g.uniform(.4, .8)); h = g.uniform(1, 4); w = n * g.uniform(.004, .03)
    for i in range(at, n): R[i]['loss'] += h * math.exp(-(i - at) / w); R[i]['gnorm'] *= 1 + 15 * math.exp(-(i - at) / w * 3)
    return dict(R=R, ok=True, fault='spikew', fmt=W.LM, c=c, arch='synthetic', kind='synthetic')
def f_synthdiv(g):
    R, c = synth_lm(g, g.choice([1000, 3000])); n = len(R); at = int(n * g.uniform(.4, .75)); h = g.uniform(1.5, 4.5); w = n * g.uniform(.005, .05)
    for i in range(at, n): R[i]['loss'] += h * (1 - math.exp(-(i - at) / w)); R[i]['gnorm'] *= 1 + 8 * (1 - math.exp(-(i - at) / w))
    return dict(R=R, ok=True, fault='latediv', fmt=W.LM, c=c, arch='synthetic', kind='synthetic')

PLAN = dict(h_cls=14, h_lm=14, h_reg=8, h_ae=6, h_bump=6, h_floor=6, h_batch1=8, h_tinyval=6, h_gap=7, h_bigg=6, h_odd=9, h_gspike=6, h_resume=8, h_diff=6, h_heads=5, h_ddescent=4, h_stepdrop=6, h_curric=5, h_few=8, h_cosend=6, h_long=6, h_slow=2, h_scaler=4, h_gan=12, h_wdrift=6, h_rl=10, h_reinf=6, h_cap=5, h_grid=6,
            f_slowdiv=7, f_latediv=9, f_suddeninf=5, f_spike1=7, f_spikew=9, f_nanstart=5, f_nanlate=9, f_evalnan=3, f_ofmild=9, f_ofstrong=9, f_lrhigh=8, f_lrlow=8, f_vanlog=7, f_vannolog=5, f_deadrelu=6, f_gradmark=7, f_gradonly=6, f_collapse=11, f_dwins=7, f_deadcritic=4, f_rlcollapse=8, f_rlflat=7, f_rldip=5, f_resume=8, f_never=8, f_synthspike=3, f_synthdiv=3)
REPORT_ARCH = {'lstm', 'cnn', 'gan-hinge', 'reinforce', 'rnn'}     # whole architectures held back; else odd seeds

def label(row):
    with open('labels.csv', 'a+') as f:
        fcntl.flock(f, fcntl.LOCK_EX); f.seek(0, 2)
        w = csv.writer(f, lineterminator='\n')
        if f.tell() == 0: w.writerow('slug kinds causes split scenario kind arch format'.split())
        w.writerow(row)
def one(name, i):
    t0 = time.time()
    for tries in range(8):
        g = random.Random(f'{name}-{i}-{tries}'); x = None
        try: x = globals()[name](g)
        except Exception: traceback.print_exc(); continue
        if x and x['ok']: break
        if time.time() - t0 > 45: break
    if not x or not x['ok']: print('DROP', name, i, round(time.time() - t0, 1), flush=True); return
    f = g.choice(x['fmt']); slug = f'{name[2:]}-{x["arch"]}-{i:02d}' if name[0] == 'f' else f'ok-{name[2:]}-{x["arch"]}-{i:02d}'; shutil.rmtree(slug, ignore_errors=True); os.makedirs(slug); f(slug, x['R'], x['c'], g)
    k, c = K[x['fault']] if x['fault'] else ('', '')
    label([slug, k, c, 'report' if i % 2 and i % 4 != 1 or x['arch'] in REPORT_ARCH else 'tune', name, x.get('kind', 'real'), x['arch'], f.__name__]); print('ok', slug, f.__name__, tries, round(time.time() - t0, 1), flush=True)
if __name__ == '__main__':
    part, of = int(sys.argv[2]), int(sys.argv[3]); jobs = [(n, i) for n, k in PLAN.items() for i in range(k)]; only = sys.argv[4:]
    if only: jobs = [j for j in jobs if j[0] in only]
    jobs.sort(key=lambda j: (j[1], random.Random(str(j)).random()))
    for q, (n, i) in enumerate(jobs):
        if q % of == part: one(n, i)
