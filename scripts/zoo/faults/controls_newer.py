"""Healthy runs since the split `newer`: preferences, redundancy, survival and other tasks whose loss begins or ends where nobody expects it; nets that are
pruned, rounded, adapted or taught with less and less help on the way; rows that arrive later; machines that warm up; long logs and short ones."""

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tasks import nets
from tasks.plan import default_loss
from verify import curves
from .controls_other import trained
from .controls_tasks import on
from .fault import TORCH, control, when
from .state import timed

HERE = dict(only="newer", runs=1.5)
BOTH = dict(only="newer genuine common everyday likely familiar handy homely", runs=1.5)
TEXT = dict(only="newer genuine common everyday likely familiar handy homely", as_it_is=True, lines=True)


def weights_of(net):
    return [p for p in net.parameters() if p.ndim > 1]


@control("preferred", frameworks="plain hf", data="cls", **BOTH)
def preferred(plan):
    """DPO: of two answers the better one is to gain on the worse, measured against a frozen copy. It begins at the logarithm of two; both rewards may fall."""
    d, beta = plan.data, plan.rng.choice([0.1, 0.5])
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, d, **plan.size)
    trained(plan, 60, plan.net, d.X, d.Y, F.cross_entropy)
    torch.manual_seed(plan.seed)
    frozen, g, seen, told = nets.build(plan.family, d, **plan.size), torch.Generator().manual_seed(plan.seed), {}, {}
    frozen.load_state_dict(plan.net.state_dict())
    frozen.eval()
    plan.batch_hooks.append(lambda s, x, y: (seen.update(x=x), (x, y))[1])

    def loss(out, y):
        x = d.VX if len(y) == len(d.VY) else seen["x"]
        worse = (y + torch.randint(1, max(2, d.classes), y.shape, generator=g)) % d.classes
        with torch.no_grad():
            before = F.log_softmax(frozen(x), 1)
        gain = beta * (F.log_softmax(out, 1) - before)
        chosen, rejected = gain.gather(1, y[:, None])[:, 0], gain.gather(1, worse[:, None])[:, 0]
        told.update({"rewards/chosen": float(chosen.mean()), "rewards/rejected": float(rejected.mean())})
        told.update({"rewards/margins": float((chosen - rejected).mean()), "rewards/accuracies": float((chosen > rejected).float().mean())})
        return -F.logsigmoid(chosen - rejected).mean()

    plan.loss, plan.optimizer, plan.declared = loss, "adamw", {"loss_type": "sigmoid", "beta": beta}
    plan.extras.append(lambda m, o: dict(told))
    return lambda: when(curves.learned(plan, 0.8) and abs(plan.history.loss[0] - 0.693) < 0.08)


@control("redundancy", frameworks="plain", data="reg", **HERE)
def redundancy(plan):
    """Barlow twins: two disturbed views shall agree column by column and no two columns shall say the same; a loss that ends well above nought."""
    on(plan, plan.rng.choice(["cooling", "epidemic", "roll"]), "swiglu")
    d, g, noise, price = plan.data, torch.Generator().manual_seed(plan.seed), plan.rng.uniform(0.3, 0.6), plan.rng.choice([0.02, 0.05])
    d.classes, plan.batch, plan.size = 16, 80, dict(depth=2, act="relu")
    d.Y, d.VY = torch.zeros(len(d.X), 1), torch.zeros(len(d.VX), 1)
    plan.batch_hooks.append(lambda s, x, y: (torch.cat([x + noise * torch.randn(x.shape, generator=g) for _ in (0, 1)]), torch.cat([y, y])))
    held = d.VX[:140]
    d.VX, d.VY = torch.cat([held + noise * torch.randn(held.shape, generator=g) for _ in (0, 1)]), d.VY[:280]

    def loss(out, y):
        a, b = ((z - z.mean(0)) / (z.std(0) + 1e-4) for z in out.chunk(2))
        alike = a.T @ b / len(a)
        same = torch.eye(16)
        return (((alike - 1) ** 2) * same).sum() + price * ((alike**2) * (1 - same)).sum()

    plan.loss, plan.optimizer, plan.declared = loss, "adamw", {"loss": "barlow_twins", "lambda": price}
    return lambda: when(curves.learned(plan))


@control("survivors", frameworks="plain hf", data="reg", **HERE)
def survivors(plan):
    """Cox's partial likelihood: who of those still there is next. It begins at a logarithm of the batch, and what there is to know takes little off it."""
    on(plan, plan.rng.choice(["soil", "bicycles", "pipes"]))
    d, plan.batch, plan.optimizer = plan.data, plan.rng.choice([50, 80]), "adamw"
    g = torch.Generator().manual_seed(plan.seed)
    for name in ("Y", "VY"):
        y = getattr(d, name)
        setattr(d, name, torch.log(-torch.log(torch.rand(y.shape, generator=g).clamp(1e-6, 1 - 1e-6))) * 0.6 - y)  # Gumbel: the hazard is what y tells

    def loss(out, y):
        one = lambda risk: (torch.logcumsumexp(risk, 0) - risk).mean()
        parts = zip(out[:, 0].split(plan.batch), y[:, 0].split(plan.batch))  # the logarithm is one of how many are asked at once
        return torch.stack([one(risk[y.argsort(descending=True)]) for risk, y in parts if len(y) == plan.batch]).mean()

    plan.loss, plan.declared = loss, {"loss": "cox_ph"}

    def happened():
        v, held = plan.history.loss, curves.vals(plan)
        fell = np.mean(v[-60:]) < np.mean(v[:10]) - 0.3
        return when(curves.finite(v) and fell and (len(held) < 3 or held[-1] < min(held) + 0.08 * abs(held[0] - min(held)) + 0.02))

    return happened


@control("sum_of_letters", frameworks="plain lightning", data="lm", **BOTH)
def sum_of_letters(plan):
    """The loss of a text is the sum over its letters: it begins at some dozens, and gradients are as large."""
    n = plan.data.X.shape[1]
    plan.loss = lambda out, y: n * default_loss(out, y)
    plan.optimizer, plan.clip = "adamw", plan.rng.choice([0, 5.0])
    return lambda: when(curves.learned(plan))


@control("balanced_experts", frameworks="plain", data="cls", **HERE)
def balanced_experts(plan):
    """Four experts and a term that keeps them all busy: it lies at one for ever, as it should, and is logged."""
    d, price = plan.data, plan.rng.choice([0.01, 0.1])

    class Experts(nn.Module):
        def __init__(self):
            super().__init__()
            n = d.X.shape[1]
            self.gate, self.told = nn.Linear(n, 4), 1.0
            self.each = nn.ModuleList([nn.Sequential(nn.Linear(n, 28), nn.GELU(), nn.Linear(28, d.classes)) for _ in range(4)])

        def forward(self, x):
            share = F.softmax(self.gate(x), 1)
            first = F.one_hot(share.argmax(1), 4).float()
            self.told = 4 * (first.mean(0) * share.mean(0)).sum()
            return sum(share[:, i : i + 1] * part(x) for i, part in enumerate(self.each))

        def penalty(self):
            return price * self.told

    torch.manual_seed(plan.seed)
    plan.net, plan.size, plan.family = Experts(), {}, "balanced experts"
    plan.extras.append(lambda m, o: {"aux_loss": float(m.net.told)})
    plan.declared = {"num_experts": 4, "router_aux_loss_coef": price}
    return lambda: when(curves.learned(plan))


@control("weighed_by_doubt", frameworks="plain", data="reg", **HERE)
def weighed_by_doubt(plan):
    """Two tasks whose weights are learned (Kendall and others 2018): the sum passes nought and goes on, the parts fall and stay above it."""
    on(plan, plan.rng.choice(["throws", "epidemic"]))
    seen = {}
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    doubt = plan.net.doubt = nn.Parameter(torch.zeros(2))

    def loss(out, y):
        parts = ((out - y) ** 2).mean(0)
        seen.update(loss_range=float(parts[0]), loss_height=float(parts[1]))
        return (0.5 * parts * torch.exp(-doubt) + 0.5 * doubt).sum()

    plan.loss, plan.optimizer, plan.steps, plan.rate = loss, "adamw", plan.rng.choice([800, 1400]), 4e-3
    plan.extras.append(lambda m, o: dict(seen))

    def happened():
        first, last = curves.ends(plan.history.loss)
        held = curves.vals(plan)
        return when(curves.finite(plan.history.loss) and last < -0.2 < first and (len(held) < 3 or held[-1] < min(held) + 0.15 * abs(min(held))))

    return happened


@control("pruned", frameworks="plain", data="cls reg", steps=True, **BOTH)
def pruned(plan):
    """A third of the weights is set to nought at three times, and stays so: a little step up each time, and it is made good again."""
    plan.optimizer, plan.steps, plan.schedule_name = "adamw", plan.rng.choice([900, 1400]), "constant"
    at, masks = [int(plan.steps * share) for share in (0.3, 0.45, 0.6)], {}
    plan.declared = {"prune_at": at, "prune_amount": 0.2}

    def hook(step, net):
        with torch.no_grad():
            if step in at:
                for p in weights_of(net):
                    left = masks.get(p, torch.ones_like(p))
                    least = torch.quantile(p.abs()[left > 0], 0.2)
                    masks[p] = left * (p.abs() > least)
            for p, mask in masks.items():
                p.mul_(mask)

    plan.step_hooks.append(hook)
    plan.extras.append(lambda m, o: {"sparsity": 1 - float(sum(k.sum() for k in masks.values())) / max(1, sum(k.numel() for k in masks.values())) if masks else 0.0})
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.1))


@control("rounded", frameworks="plain hf", data="cls reg", **BOTH)
def rounded(plan):
    """From half of the run on the weights are rounded to sixteen levels when they are used (quantisation-aware training): a step up, and down again."""
    plan.optimizer, plan.steps, half, kept = "adamw", plan.rng.choice([700, 1200]), None, {}
    half = plan.steps // 2
    plan.declared = {"qat_start_step": half, "bits": 5}

    def before(step, net):
        if step >= half:
            with torch.no_grad():
                for p in weights_of(net):
                    if p in kept:
                        p.add_(kept[p])  # what rounding took away comes back before the step
                    unit = p.abs().max() / 15 + 1e-9
                    near = (p / unit).round() * unit
                    kept[p] = p - near
                    p.copy_(near)

    plan.step_hooks.append(before)
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.12))


@control("adapters", frameworks="plain hf", data="cls lm", **BOTH)
def adapters(plan):
    """LoRA: a net that was trained on something near it stays as it is, two thin matrices beside a few of its layers learn; gradients are tiny, and so are steps."""
    torch.manual_seed(plan.seed)
    net = plan.net = nets.build(plan.family, plan.data, **plan.size)
    trained(plan, plan.rng.choice([60, 120]), net, plan.data.X, plan.data.Y, default_loss)
    small = []
    for p in net.parameters():
        p.requires_grad_(False)
    for part in [m for m in net.modules() if isinstance(m, nn.Linear)]:
        a, b = nn.Parameter(torch.randn(4, part.in_features) / part.in_features**0.5), nn.Parameter(torch.zeros(part.out_features, 4))
        small += [a, b]
        part.register_forward_hook(lambda m, x, y, a=a, b=b: y + 2.0 * x[0] @ a.T @ b.T)
    net.small = nn.ParameterList(small)
    plan.optimizer, plan.rate, plan.declared = "adamw", 3e-3, {"lora_r": 4, "lora_alpha": 8, "trainable_params": sum(p.numel() for p in small)}
    plan.history.notes["weights"] = small

    def happened():
        v = curves.vals(plan)
        fell = np.mean(plan.history.loss[-60:]) < 0.93 * np.mean(plan.history.loss[:15])
        return when(curves.finite(plan.history.loss) and fell and (len(v) < 3 or np.mean(v[-2:]) < 1.06 * min(v)))

    return happened


@control("less_help", frameworks="plain", data="lm", steps=True, **BOTH)
def less_help(plan):
    """Scheduled sampling: ever more of the letters that are read are others than the true ones, so the training loss climbs while what is held out gets better."""
    g, most = torch.Generator().manual_seed(plan.seed), plan.rng.uniform(0.25, 0.4)
    plan.steps, plan.evals, plan.optimizer = plan.rng.choice([400, 700]), 20, "adamw"
    share = lambda step: most * max(0.0, step / plan.steps - 0.2) / 0.8
    plan.declared = {"scheduled_sampling": "linear", "sampling_max": round(most, 2)}

    def garble(step, x, y):
        other = torch.rand(x.shape, generator=g) < share(step)
        return torch.where(other, torch.randint(0, plan.data.classes, x.shape, generator=g), x), y

    plan.batch_hooks.append(garble)
    plan.extras.append(lambda m, o: {"teacher_forcing_ratio": round(1 - share(len(plan.history.loss)), 4)})

    def happened():
        v = curves.vals(plan)
        return when(curves.finite(plan.history.loss) and v[-1] < 0.9 * v[0] and v[-1] < 1.04 * min(v))

    return happened


@control("harder_and_harder", frameworks="plain", data="cls", steps=True, **BOTH)
def harder_and_harder(plan):
    """Adversarial training whose bound grows from nothing: the loss on attacked rows climbs, the clean held-out one falls and stays."""
    most = plan.rng.choice([0.15, 0.3])
    plan.steps, plan.evals, plan.optimizer, plan.clip = plan.rng.choice([500, 900]), 20, "adamw", 1.0
    bound = lambda step: most * min(1.0, step / (0.7 * plan.steps))
    plan.declared = {"attack": "fgsm", "eps_max": most, "eps_rampup_steps": int(0.7 * plan.steps)}

    def attack(step, x, y):
        seen = x.detach().clone().requires_grad_(True)
        out = F.cross_entropy(plan.net(seen), y)
        return x + bound(step) * torch.autograd.grad(out, seen)[0].sign(), y

    plan.batch_hooks.append(attack)
    plan.extras.append(lambda m, o: {"eps": round(bound(len(plan.history.loss)), 5)})

    def happened():
        v = curves.vals(plan)
        return when(curves.finite(plan.history.loss) and v[-1] < 0.85 * plan.data.chance() and v[-1] < 1.08 * min(v))

    return happened


@control("rows_arrive", frameworks="plain", data="cls reg", steps=True, **BOTH)
def rows_arrive(plan):
    """Active learning: few rows at first, more at four times. The training loss steps up each time, the held-out one steps down."""
    plan.steps, plan.optimizer, plan.schedule_name, plan.evals = 1000, "adamw", "constant", 25
    g, sizes = torch.Generator().manual_seed(plan.seed), [150, 300, 600, 1200, len(plan.data.X)]
    plan.declared = {"labelled_rows": sizes, "round_steps": 200}
    now = lambda step: min(sizes[min(4, step // 200)], len(plan.data.X))

    def some(step, x, y):
        rows = torch.randint(0, now(step), (len(x),), generator=g)
        return plan.data.X[rows], plan.data.Y[rows]

    plan.batch_hooks.append(some)
    plan.extras.append(lambda m, o: {"labelled": now(len(plan.history.loss) - 1)})

    def happened():
        v = curves.smooth(curves.vals(plan), 2)
        return when(curves.finite(plan.history.loss) and v[-1] < 0.9 * v[0] and v[-1] < 1.06 * v.min())

    return happened


@control("always_clipped", frameworks=TORCH, data="cls lm", **BOTH)
def always_clipped(plan):
    """The norm lies above the bound at every step, and with an optimizer that knows no lengths nothing is lost by it."""
    plan.clip, plan.log_grad, plan.optimizer = plan.rng.choice([0.05, 0.1]), True, plan.rng.choice(["adamw", "adan"])
    return lambda: when(curves.learned(plan) and (not plan.history.grad or np.median(plan.history.grad) > plan.clip))


@control("compiles_first", frameworks="plain", data="cls reg lm", **BOTH)
def compiles_first(plan):
    """The first steps take a hundred times as long, while a compiler is at work; then all is even."""
    plan.steps = 300
    logged = timed(plan, lambda s: 0.0003, compute=0.003)
    plan.step_hooks.append(lambda step, net: time.sleep(0.5) if step < 2 else None)
    return lambda: when(curves.learned(plan) and np.median([d / s for d, s in logged]) < 0.25)


@control("memory_saw", frameworks="plain", data="cls reg", **BOTH)
def memory_saw(plan):
    """What was used is thrown away every so often, not at once: memory is a saw that stands on level ground."""
    plan.steps, base, period, kept = plan.rng.choice([500, 900]), plan.rng.uniform(150, 500), plan.rng.choice([37, 90]), []
    each = int(base * plan.rng.uniform(0.1, 0.25) / period * 2**18)

    def keep(step, x, y):
        if step % period == 0:
            kept.clear()
        kept.append(torch.zeros(each))
        return x, y

    plan.batch_hooks.append(keep)
    plan.extras.append(lambda m, o: {"memory_mb": round(base + sum(k.numel() * 4 for k in kept) / 2**20, 1)})
    return lambda: when(curves.learned(plan))


@control("negatives_drawn", frameworks="plain hf", data="cls", **HERE)
def negatives_drawn(plan):
    """Word2vec's way: a true pair against five that were drawn, each a yes or a no. It begins at six times the logarithm of two."""
    on(plan, plan.rng.choice(["displays", "weaves", "packets"]), "swiglu")
    d, plan.batch, plan.optimizer = plan.data, plan.rng.choice([30, 50]), "adamw"
    g = torch.Generator().manual_seed(plan.seed)
    side = F.normalize(torch.randn(d.classes, 12, generator=g), dim=1)
    d.Y, d.VY, d.kind, d.classes = side[d.Y], side[d.VY], "reg", 12

    def loss(out, y):
        told = lambda other: (out * other).sum(1)
        drawn = [-F.logsigmoid(-told(y[torch.randperm(len(y), generator=g)])).mean() for _ in range(5)]
        return -F.logsigmoid(told(y)).mean() + sum(drawn)

    plan.loss, plan.declared = loss, {"negatives": 5}
    return lambda: when(curves.learned(plan, 0.85) and plan.history.loss[0] > 3)


@control("denoised", frameworks=TORCH, data="reg", **HERE)
def denoised(plan):
    """Diffusion: which noise was added to the row? Where little was added nobody can tell; the loss falls at once and then lies still, and wavers by the draw."""
    on(plan, plan.rng.choice(["cooling", "epidemic", "roll"]), "swiglu")
    d, g = plan.data, torch.Generator().manual_seed(plan.seed)
    n = d.X.shape[1]

    def noisy(rows):
        t, noise = torch.rand(len(rows), 1, generator=g), torch.randn(rows.shape, generator=g)
        turn = 0.5 * np.pi * t
        return torch.cat([rows * turn.cos() + noise * turn.sin(), 2 * t - 1], 1), noise

    clean, d.classes = d.X, n
    d.X, d.Y = noisy(clean)
    d.VX, d.VY = noisy(d.VX)
    plan.batch_hooks.append(lambda s, x, y: noisy(clean[torch.randint(0, len(clean), (len(x),), generator=g)]))
    plan.size, plan.optimizer, plan.steps = dict(depth=2, act="gelu", width=64), "adamw", plan.rng.choice([700, 1400])
    return lambda: when(curves.learned(plan))


@control("thousands_of_points", frameworks="plain", data="cls reg", runs=1, **TEXT)
def thousands_of_points(plan):
    plan.log_every, plan.steps, plan.evals, plan.batch = 1, plan.rng.choice(plan.so_many([2500, 5000], [2000])), plan.rng.choice([20, 50]), plan.rng.choice([14, 30])
    plan.optimizer, plan.rate, plan.extras = "adamw", 1e-3, []
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.12))


@control("three_thousand_of_text", frameworks="plain", data="lm", runs=0.5, **TEXT)
def three_thousand_of_text(plan):
    plan.log_every, plan.steps, plan.evals, plan.batch = 2, 3000, 15, 3
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.1))


@control("plateau_halves", frameworks="plain", data="cls reg", **BOTH)
def plateau_halves(plan):
    """ReduceLROnPlateau as it should be: the rate is cut when the held-out loss stands, not before, and each cut brings a little."""
    plan.optimizer, plan.steps, plan.evals, rate, seen = "adamw", plan.rng.choice(plan.so_many([900, 1400], [600, 900])), 30, [1.0], [0]
    plan.rate, plan.schedule_name = plan.rate * 1.5, "reduce on plateau"
    plan.declared = {"patience": 3, "factor": 0.3}

    def at(step):
        v = curves.vals(plan)
        if len(v) - seen[0] > 5 and min(v[-3:]) > 0.998 * min(v[:-3]) and rate[0] > 2e-3:
            rate[0], seen[0] = rate[0] * 0.3, len(v)
        return rate[0]

    plan.schedule = at
    return lambda: when(curves.learned(plan, val_rise=1.12) and rate[0] < 1)


@control("ordinary_and_new", frameworks="plain hf lightning keras", data="cls reg lm", only="newer genuine common everyday likely familiar handy homely", runs=8)
def ordinary_and_new(plan):
    """Nothing special, in whatever size comes."""
    plan.evals = plan.rng.choice([0, 6, 15, 30])
    if plan.framework == "lightning":
        plan.steps = max(1, plan.steps // plan.steps_per_epoch) * plan.steps_per_epoch
        plan.evals = plan.evals or 6
    return lambda: when(curves.learned(plan))
