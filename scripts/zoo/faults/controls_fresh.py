"""Healthy runs of the split `fresh` alone: a density, margins, letters worn away, a teacher's soft answers; a long warm-up, small batches that make one
step, few rows disturbed anew, targets in thousands."""

import numpy as np
import torch
from torch.nn import functional as F

from tasks import nets
from tasks.plan import default_loss
from verify import curves
from .controls_tasks import on
from .fault import TORCH, control, when

HERE = dict(only="fresh")


@control("flow_density", frameworks="plain hf", data="reg", runs=1.5, **HERE)
def flow_density(plan):
    """A normalizing flow: minus the logarithm of a density, per column; it passes zero where the rows are dense enough."""
    on(plan, plan.rng.choice(["mackey", "demand"]), "flow")
    torch.manual_seed(plan.seed)
    plan.net, plan.size, plan.optimizer, plan.rate = nets.build("flow", plan.data), {}, "adamw", 2e-3
    plan.data.Y, plan.data.VY, plan.steps = plan.data.X[:, :1], plan.data.VX[:, :1], plan.rng.choice([500, 900])
    plan.loss = lambda z, y: 0.5 * (z**2).mean() + 0.919 - plan.net.volume.mean() / z.shape[1]

    def happened():
        loss, held = plan.history.loss, curves.vals(plan)
        return when(curves.finite(loss) and np.mean(loss[-30:]) < np.mean(loss[:10]) - 0.4 and held[-1] < min(held) + 0.1)

    return happened


@control("margins", frameworks=TORCH, data="cls", runs=1.5, **HERE)
def margins(plan):
    """A hinge on every wrong class: it falls to nothing, exactly, and stays there."""
    plan.loss, plan.evals = lambda out, y: F.multi_margin_loss(out, y), 15
    plan.declared = {"loss": "multi_margin"}
    return lambda: when(curves.learned(plan, 0.6, 0.2, 1.2))


@control("masked_words", frameworks="plain hf", data="lm", runs=1.5, **HERE)
def masked_words(plan):
    """A tenth of the letters is worn away: nobody can know them, and the loss cannot fall far below what they cost."""
    share, g = plan.rng.choice([0.1, 0.2]), torch.Generator().manual_seed(plan.seed)
    for part in (plan.data.Y, plan.data.VY):
        worn = torch.rand(part.shape, generator=g) < share
        part[worn] = torch.randint(0, plan.data.classes, (int(worn.sum()),), generator=g)
    return lambda: when(curves.learned(plan))


@control("distilled", frameworks="plain lightning", data="cls", runs=1.5, **HERE)
def distilled(plan):
    """A teacher's soft answers are asked for: the loss ends at their entropy, well above zero."""
    torch.manual_seed(plan.seed + 1)
    teacher, heat = nets.build(nets.WIDE[plan.split], plan.data, depth=1, act="tanh"), plan.rng.choice([2.0, 4.0])
    optimizer = torch.optim.Adam(teacher.parameters(), 3e-3)
    for _ in range(250):
        rows = torch.randint(0, len(plan.data.X), (48,))
        optimizer.zero_grad()
        default_loss(teacher(plan.data.X[rows]), plan.data.Y[rows]).backward()
        optimizer.step()
    seen = {}
    plan.batch_hooks.append(lambda s, x, y: (seen.update(x=x), (x, y))[1])

    def loss(out, y):
        x = seen.get("x")
        with torch.no_grad():
            soft = F.softmax(teacher(x if x is not None and len(x) == len(out) else plan.data.VX) / heat, 1)
        return F.cross_entropy(out, soft) * 0.9 + 0.1 * F.cross_entropy(out, y)

    plan.loss, plan.declared = loss, {"distill_temperature": heat}
    return lambda: when(curves.learned(plan, 0.9))


@control("slow_start", frameworks="plain hf", data="cls reg lm", runs=1.5, **HERE)
def slow_start(plan):
    """A quarter of the run is warm-up, and hardly anything moves at first."""
    plan.optimizer, plan.steps, plan.schedule_name = "adamw", plan.rng.choice([400, 800]), "warm-up and cosine"
    w = plan.steps // 4
    plan.schedule, plan.declared = (lambda s: min(1.0, ((s + 1) / w) ** 2) * (1.0 if s < w else curves.half(s - w, plan.steps - w))), {
        "warmup_steps": w
    }
    return lambda: when(curves.learned(plan))


@control("accumulated", frameworks="hf lightning", data="cls reg", runs=1.5, **HERE)
def accumulated(plan):
    """Four small batches make one step."""
    plan.accumulate, plan.batch, plan.optimizer = 4, 8, "adamw"
    plan.steps, plan.schedule = (plan.rng.choice([200, 300]) if plan.framework == "hf" else 900), None
    plan.schedule_name = "constant"
    return lambda: when(curves.learned(plan))


@control("rows_repeat", frameworks="plain lightning", data="cls reg", runs=1.5, **HERE)
def rows_repeat(plan):
    """Many epochs over few rows that are disturbed anew each time: the training loss stays above the held-out one's fall."""
    plan.data.keep(500)
    g, plan.optimizer, plan.steps, plan.evals = torch.Generator().manual_seed(plan.seed), "adamw", 600, 15
    plan.batch_hooks.append(lambda s, x, y: (x + 0.3 * torch.randn(x.shape, generator=g), y))
    return lambda: when(curves.learned(plan, val_rise=1.06))


@control("huge_targets", frameworks="plain hf", data="reg", runs=1.5, **HERE)
def huge_targets(plan):
    """Prices in thousands, and a loss of millions that falls as it should."""
    unit = plan.rng.choice([300.0, 2000.0])
    for targets in (plan.data.Y, plan.data.VY):
        targets.mul_(unit)
    inner = plan.loss
    plan.optimizer, plan.clip, plan.steps = "adamw", 0, plan.rng.choice([500, 900])
    plan.loss = lambda out, y: inner(out * unit, y)
    return lambda: when(curves.learned(plan))
