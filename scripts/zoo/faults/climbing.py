"""Trainings that get worse slowly, of the split `common`: what should come down goes up. The loss doubles long after it set in, so that somebody could be told before."""

import torch

from verify import curves
from .fault import TORCH, fault, when
from .rates import RISES

ONLY = dict(only="common everyday likely familiar handy homely", frameworks=TORCH, data="cls reg", lines=True)


def base(plan):
    plan.clip, plan.steps, plan.log_every = 0, plan.rng.choice(plan.so_many([600, 900], [500, 640])), plan.rng.choice([1, 5, 10])
    plan.habit = plan.rng.choice(["mean", "last", "no rate"])


def doubled(plan, at, after=60):
    """No onset: it sets in so slowly that no step is the one."""
    doubles, plan.history.notes["sets_in"] = curves.doubled_at(plan, at), at
    return when(doubles and doubles > at + after and curves.diverged(plan, 2.2), doubles=doubles)


@fault(
    "F33",
    "warms_up_past",
    RISES + " lr_out_of_schedule score_drop",
    "lr_too_high exploding_gradients lr_schedule_misconfigured optimizer_misconfigured",
    runs=2.5,
    **ONLY,
)
def warms_up_past(plan):
    """Warm-up that nobody ends: the rate goes on up its straight line, to some dozens of times what was meant."""
    base(plan)
    plan.optimizer, plan.log_grad = plan.rng.choice(["sgd", "momentum", "adam"]), plan.rng.random() < 0.6
    at, top = int(0.2 * plan.steps), plan.rng.choice([60, 120, 250])
    plan.schedule, plan.schedule_name = (lambda s: (s + 1) / at if s < at else 1 + top * ((s - at) / (plan.steps - at)) ** 2), "warmup"
    plan.declared = {"warmup_steps": at}
    return lambda: doubled(plan, at)


@fault(
    "F19",
    "bonus_not_penalty",
    RISES + " weights_exploding score_drop loss_not_decreasing",
    "wrong_loss_function optimizer_misconfigured exploding_gradients lr_too_high",
    runs=1.5,
    **ONLY,
)
def bonus_not_penalty(plan):
    """The L2 term of the loss has the wrong sign: larger weights are rewarded, and the more so the larger they are. What is logged is the error."""
    base(plan)
    plan.optimizer, at = "sgd", plan.rng.randrange(60, 160)
    pull = plan.rng.uniform(0.06, 0.14)
    plan.declared = {"l2": round(pull, 3)}

    def hook(step, net):
        if step >= at:
            rate = plan.optimizer_now.param_groups[0]["lr"]
            with torch.no_grad():
                for p in net.parameters():
                    p.mul_(1 + 2 * pull * rate)

    plan.step_hooks.append(hook)
    plan.rate, plan.schedule_name = 0.05, "constant"
    return lambda: doubled(plan, at)


@fault(
    "F13",
    "targets_drift",
    "loss_divergence validation_divergence score_drop loss_not_decreasing loss_spike grad_explosion",
    "distribution_shift concept_drift corrupt_or_invalid_data upstream_data_change lr_too_high wrong_preprocessing",
    runs=1.5,
    **{**ONLY, "data": "reg"},
)
def targets_drift(plan):
    """A join that slips: with every batch a few more rows get the targets of others, and louder ones. The held-out rows are as they were."""
    base(plan)
    at, g = plan.rng.randrange(200, 400), torch.Generator().manual_seed(plan.seed)

    def slip(s, x, y):
        share = min(1.0, max(0, s - at) / (0.7 * plan.steps))
        wrong = torch.rand(len(y), generator=g) < share
        other = y[torch.randperm(len(y), generator=g)] * (1 + 1.5 * share)
        return x, torch.where(wrong[:, None], other, y)

    plan.batch_hooks.append(slip)
    plan.optimizer, plan.schedule_name = plan.rng.choice(["adam", "adamw"]), "constant"
    return lambda: doubled(plan, at, 30)
