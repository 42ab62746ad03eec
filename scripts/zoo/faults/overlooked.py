"""What is overlooked in loops that otherwise work, of the split `familiar`: labels that are all masked, a batch of one row that is left, a worker that dies, a step
that is taken once an epoch, a network built anew in each of them, held-out labels in another order; and noise that grows, with which the loss
gets worse slowly."""

import os
import signal

import numpy as np
import torch
from torch.nn import functional as F

from loops import loggers
from tasks import nets
from verify import curves
from .climbing import ONLY, base, doubled
from .fault import TORCH, fault, when
from .machine import at_step
from .rates import RISES, SLOW

HERE = dict(only="familiar handy homely")


@fault("F21", "all_masked", "loss_nonfinite grad_nonfinite", "loss_masking_error nan_invalid_math corrupt_or_invalid_data", frameworks=TORCH, data="lm", **HERE)
def all_masked(plan):
    """The mean is taken over the labels that count, by hand; of one batch none does, nought is divided by nought, and one step later no weight is a number."""
    at = plan.rng.randrange(15, 60)

    def loss(out, y):
        counts = (y != -100).flatten()
        return (F.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1), reduction="none") * counts).sum() / counts.sum()

    plan.loss = loss
    plan.batch_hooks.append(lambda s, x, y: (x, torch.full_like(y, -100)) if s == at else (x, y))
    return lambda: when(curves.nonfinite_at(plan), onset=curves.nonfinite_at(plan))


@fault("F38", "one_row_left", "run_crashed", "batch_size_unsuitable batchnorm_stats_mismatch tensor_shape_mismatch wrong_input_type_shape", frameworks=TORCH, data="cls reg", **HERE)
def one_row_left(plan):
    """The last batch of an epoch has one row, of which batch normalisation can make no spread."""
    at = max(40, plan.steps_per_epoch * max(1, 60 // plan.steps_per_epoch))
    plan.family, plan.size = nets.WIDE[plan.split], {**plan.size, "norm": True}
    plan.batch_hooks.append(lambda s, x, y: (x[:1], y[:1]) if s == at else (x, y))
    plan.logger_wish = loggers.choose(plan, "console")
    return lambda: when(plan.history.notes.get("broke") and len(plan.history.loss) <= at, onset=at)


class Dies(torch.utils.data.Dataset):
    def __len__(self):
        return 8

    def __getitem__(self, i):
        os.kill(os.getpid(), signal.SIGKILL)


@fault("", "worker_dies", "run_crashed out_of_memory", "process_killed out_of_memory", frameworks=TORCH, data="cls reg", **HERE)
def worker_dies(plan):
    """A DataLoader's worker is killed from outside."""
    return at_step(plan, lambda net: next(iter(torch.utils.data.DataLoader(Dies(), num_workers=1))))


@fault("F43", "steps_once_an_epoch", SLOW, "params_not_updated lr_too_low insufficient_training gradient_accumulation_scaling", frameworks="plain", data="cls reg", **HERE)
def steps_once_an_epoch(plan):
    """optimizer.step() stands one level too far out: once an epoch, with the gradient of its last batch."""
    each = plan.steps_per_epoch
    plan.step_hooks.append(lambda s, net: plan.history.notes.update(skip=True) if (s + 1) % each else None)
    return lambda: when(each > 9 and curves.hardly(plan, 0.85))


@fault(
    "F48",
    "built_anew",
    "loss_oscillation loss_spike restart_discontinuity loss_plateau loss_not_decreasing score_stuck loss_at_chance",
    "checkpoint_not_loaded resume_state_lost params_not_updated bad_initialisation oscillating_loss",
    frameworks="plain",
    data="cls reg",
    lines=True,
    **HERE,
)
def built_anew(plan):
    """The network is built within the loop over epochs: what an epoch learned is gone with the next one."""
    first, each = {}, max(40, plan.steps_per_epoch)
    plan.optimizer, plan.schedule_name, plan.habit, plan.steps = "adam", "constant", plan.rng.choice(["mean", "last"]), max(plan.steps, 5 * each)

    def hook(step, net):
        if step == 0:
            first.update({k: v.clone() for k, v in net.state_dict().items()})
        if step and step % each == 0:
            net.load_state_dict(first)

    plan.step_hooks.append(hook)

    def happened():
        v = np.array(plan.history.loss)
        ends, begins = np.median([np.mean(v[k - 5 : k]) for k in range(each, len(v), each)]), np.median(v[each::each])
        return when(curves.finite(v) and begins > 0.8 * v[0] and ends < 0.7 * begins)

    return happened


@fault(
    "F09",
    "held_out_shuffled",
    "gap_from_start validation_divergence overfitting score_stuck loss_plateau loss_at_chance",
    "prediction_order_misaligned wrong_preprocessing train_serve_preprocessing_skew metric_computation_bug label_noise distribution_shift label_map_mismatch",
    frameworks=TORCH + " keras",
    data="cls reg",
    **HERE,
)
def held_out_shuffled(plan):
    """The held-out rows were sorted, their labels were not: what is trained learns, what is held out never does."""
    plan.data.VY, plan.evals = plan.data.VY[torch.randperm(len(plan.data.VY), generator=torch.Generator().manual_seed(plan.seed))], plan.rng.choice([12, 25])
    return lambda: when(curves.bad_gap(plan) and np.median(curves.vals(plan)[-3:]) > 0.85 * plan.data.chance())


UNLIKE = "distribution_shift upstream_data_change wrong_preprocessing corrupt_or_invalid_data concept_drift low_quality_data lr_too_high"


@fault("F07", "noise_grows", RISES + " loss_not_decreasing score_drop loss_oscillation", UNLIKE, **{**ONLY, **HERE})
def noise_grows(plan):
    """Noise meant as augmentation, whose strength is counted in steps where epochs were meant; the held-out rows are as they were."""
    base(plan)
    g, strength, at = torch.Generator().manual_seed(plan.seed), plan.rng.uniform(5, 12), plan.rng.randrange(120, 300)
    plan.batch_hooks.append(lambda s, x, y: (x + strength * max(0, s - at) / plan.steps * torch.randn(x.shape, generator=g), y))
    plan.optimizer, plan.schedule_name = plan.rng.choice(["adam", "adamw"]), plan.rng.choice(["constant", "linear"])
    return lambda: doubled(plan, at, 30)
