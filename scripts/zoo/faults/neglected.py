"""What no split before `handy` had and people meet often: one batch again and again, held-out targets in other units, a sigmoid before a loss that takes logits, fine-tuning at
a rate for beginners, a time limit, doubles among floats; a reward with the wrong sign, a generator whose rate is lost."""

import subprocess

import numpy as np
import torch
from torch.nn import functional as F

from loops import loggers
from tasks import nets
from tasks.plan import SCHEDULES, told_loss
from verify import curves
from . import adversarial, agent
from .controls_tasks import on
from .data import EVAL_PATH
from .fault import TORCH, fault, when
from .model import FLAT

HERE = dict(only="handy homely")


@fault("F17", "same_batch", "overfitting validation_divergence gap_from_start", "overfitting data_order_not_shuffled", frameworks=TORCH, data="cls reg", **HERE)
def same_batch(plan):
    """next(iter(loader)) within the loop, of a loader that does not shuffle: every step sees the same few rows."""
    first, plan.batch = {}, plan.rng.choice([16, 24, 32])
    plan.batch_hooks.append(lambda s, x, y: first.setdefault("rows", (x.clone(), y.clone())))
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps, plan.evals = "adam", 3e-3, "constant", plan.rng.choice([240, 400]), plan.rng.choice([12, 20])
    return lambda: when(curves.overfitted(plan))


@fault("F07", "held_out_in_units", "gap_from_start validation_divergence overfitting", EVAL_PATH + " metric_computation_bug", frameworks=TORCH + " keras", data="reg", **HERE)
def held_out_in_units(plan):
    """The scaler of the targets was fitted and applied to the training rows alone: the held-out ones are as they stand in the file."""
    plan.data.VY, plan.evals = plan.data.VY * plan.rng.choice([4.0, 30.0, 800.0]) + plan.rng.choice([6.0, 50.0]), plan.rng.choice([12, 20])
    return lambda: when(curves.bad_gap(plan))


@fault("F20", "double_sigmoid", FLAT, "double_softmax wrong_output_layer wrong_loss_function", frameworks=TORCH, data="cls", **HERE)
def double_sigmoid(plan):
    """BCEWithLogitsLoss behind a layer that is a sigmoid already: what is right for sure costs a third still, what is wrong for sure as much as guessing."""
    on(plan, plan.rng.choice(["biopsy", "biopsy", "defaults"] if plan.split == "handy" else ["bodies", "job_programme"]))
    plan.loss = lambda out, y: F.binary_cross_entropy_with_logits(torch.sigmoid(out[:, 1] - out[:, 0]), y.float())
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps, plan.evals = "adam", 3e-3, "constant", 500, plan.rng.choice([12, 20])

    def happened():
        right = max((r for _, _, r in plan.history.evals), default=0)
        return when(curves.finite(plan.history.loss) and right > 0.88 and curves.ends(plan.history.loss)[1] > 0.42)

    return happened


@fault(
    "F31",
    "tunes_too_fast",
    "loss_spike loss_divergence score_drop loss_plateau loss_not_decreasing loss_oscillation validation_divergence grad_spike grad_explosion score_stuck loss_at_chance",
    "lr_too_high catastrophic_forgetting exploding_gradients oscillating_loss",
    frameworks=TORCH,
    data="cls",
    as_it_is=True,
    lines=True,
    **HERE,
)
def tunes_too_fast(plan):
    """Weights that know the task, and the rate of a training that begins with none: what they knew is gone within some steps."""
    if plan.split == "homely":
        on(plan, plan.rng.choice(["bodies", "job_programme", "smileys", "balance"]))
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    optimizer = torch.optim.Adam(plan.net.parameters(), 3e-3)
    for _ in range(250):
        rows = torch.randint(0, len(plan.data.X), (48,))
        optimizer.zero_grad()
        told_loss(plan, plan.net, plan.net(plan.data.X[rows]), plan.data.Y[rows]).backward()
        optimizer.step()
    plan.optimizer, plan.schedule_name, plan.clip = plan.rng.choice(["adam", "momentum"]), plan.rng.choice(["constant", "linear"]), 0
    plan.rate, plan.steps, plan.log_every, plan.evals = 0.2 if plan.optimizer == "adam" else 1.5, plan.rng.choice([160, 240]), plan.rng.choice([1, 2, 4]), plan.rng.choice([8, 12])
    plan.declared, plan.habit = {"init_from": "pretrained.pt"}, plan.rng.choice(["last", "mean", "no rate"])

    def happened():
        v, chance = plan.history.loss, plan.data.chance()
        return when(v[0] < 0.5 * chance and (not curves.finite(v) or np.median(v[-20:]) > max(0.6 * chance, 2 * v[0])))

    return happened


@fault("", "time_limit", "run_crashed", "process_killed", frameworks="plain", data="cls reg lm", **HERE)
def time_limit(plan):
    """What timeout(1) says when the time is up; the real one, of a command that sleeps."""
    at = plan.rng.randrange(60, 150)
    plan.logger_wish = loggers.choose(plan, "console")
    plan.declared["max_steps"], plan.schedule, plan.steps = plan.steps, plan.schedule or SCHEDULES[plan.schedule_name](plan.steps), at
    done = subprocess.run(["timeout", "--verbose", "0.1", "python3", "-c", "import time; time.sleep(5)"], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin:/usr/local/bin", "LC_ALL": "C"})
    plan.last_words = done.stderr
    return lambda: when("TERM" in done.stderr, onset=at)


@fault("F23", "wrong_dtype", "run_crashed", "wrong_input_type_shape tensor_shape_mismatch", frameworks=TORCH, data="cls reg", **HERE)
def wrong_dtype(plan):
    """One file was read as doubles."""
    at = plan.rng.randrange(40, 150)
    plan.batch_hooks.append(lambda s, x, y: (x.double() if s == at else x, y))
    plan.logger_wish = loggers.choose(plan, "console")
    return lambda: when(plan.history.notes.get("broke") and len(plan.history.loss) <= at, onset=at)


@fault(
    "",
    "paid_for_wrong",
    "policy_collapse return_flat score_drop score_stuck entropy_collapse",
    "reward_misspecified policy_update_too_large lr_too_high exploration_too_low",
    frameworks="agent",
    data="none",
    **HERE,
)
def paid_for_wrong(plan):
    """A cost was meant, a reward was given: the agent learns to do what it should not, and what is logged falls."""
    agent.base(plan)
    plan.agent["turned"] = True

    def happened():
        r = np.array(plan.history.returns)
        n = max(2, len(r) // 6)
        return when(len(r) > 10 and r[-n:].mean() < 0.7 * r[:3].mean())

    return happened


@fault(
    "F29",
    "generator_lost",
    "discriminator_wins mode_collapse score_drop loss_divergence loss_spike generator_wins score_stuck loss_oscillation",
    "lr_too_high discriminator_overpowers mode_collapse generator_starved exploding_gradients",
    frameworks="adversarial",
    data="none",
    **HERE,
)
def generator_lost(plan):
    """From some step on the generator's rate is hundreds of times what it was: its samples leave the plane."""
    adversarial.base(plan, ["ns", "hinge"])
    at, rate = plan.rng.randrange(220, 400), plan.rng.choice([0.3, 0.6])

    def hook(step, game):
        if step == at:
            for group in game.step_G.param_groups:
                group["lr"] = rate

    plan.step_hooks.append(hook)

    def happened():
        f, m = np.array(plan.history.fid), np.array(plan.history.modes)
        return when(m.max() >= 0.7 * adversarial.modes_of(plan) and (not np.isfinite(f).all() or (f[-3:].min() > 3 * f.min() and m[-3:].max() <= 0.4 * adversarial.modes_of(plan))), onset=at)

    return happened
