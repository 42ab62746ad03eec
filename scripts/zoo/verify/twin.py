"""The same training without the fault: the same data, optimizer and number of steps, and another seed for the weights and the batches. A
fault is one only when its twins, which differ in nothing else, end measurably better."""

import numpy as np
import torch

from tasks import nets
from tasks.plan import SCHEDULES, default_loss


def one_end(plan, steps, seed, size, options):
    """The median loss of the last tenth of a twin's steps."""
    torch.manual_seed(seed)
    net = nets.build(plan.family, plan.data, **size)
    inside = type("Inside", (), {"optimizer": plan.optimizer, "rate": plan.rate, "options": options})
    optimizer = type(plan).build_optimizer(inside, list(net.parameters()))
    rate, n, losses = SCHEDULES[plan.schedule_name](steps), len(plan.data.X), []
    for step in range(steps):
        rows = torch.randint(0, n, (plan.batch,))
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * rate(step)
        optimizer.zero_grad()
        loss = default_loss(net(plan.data.X[rows]), plan.data.Y[rows]) + (net.penalty() if hasattr(net, "penalty") else 0.0)
        loss.backward()
        if plan.clip:
            torch.nn.utils.clip_grad_norm_(net.parameters(), plan.clip)
        optimizer.step()
        losses.append(loss.item())
    return float(np.median(losses[-max(1, steps // 10) :]))


def ends(plan, size=None, options=None, seeds=2):
    """The worst of the ends of some twins, that is what the faulty run must be beyond. size and options: the network's and the optimizer's
    where they are the fault."""
    steps = plan.steps if plan.framework not in ("keras", "skorch") else plan.epochs * plan.steps_per_epoch
    size, options = plan.size if size is None else size, plan.options if options is None else options
    return max(one_end(plan, min(steps, 1500), plan.seed + 1 + k, size, options) for k in range(seeds))
