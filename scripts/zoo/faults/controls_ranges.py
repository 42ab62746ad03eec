"""Healthy runs of other sizes than usual: noise that cannot be learned away, two classes and fifty, forty points and five thousand, losses
of a millionth. Only the development split has them."""

import numpy as np

from tasks import data
from tasks.plan import default_loss
from verify import curves
from .fault import TORCH, control, when

HERE = dict(only="development", as_it_is=True)
TEXT = dict(HERE, lines=True)  # long logs are kept where they are small


def other_data(plan, name):
    plan.data = data.make(name, plan.seed)
    plan.rate, plan.batch = min(plan.rate, 2e-2), max(plan.batch, 16)


def right_in_the_end(plan):
    right = [r or 0 for _, _, r in plan.history.evals]
    return float(np.mean(right[-3:])) if right else 0.0


def settled(plan, least):
    """As many right as can be, and neither loss far above its best."""
    val = curves.vals(plan)
    return curves.finite(plan.history.loss) and len(val) > 3 and right_in_the_end(plan) > least and np.mean(val[-3:]) < 1.05 * min(val)


@control("hard_coin", frameworks=TORCH + " keras", data="cls", runs=2, **HERE)
def hard_coin(plan):
    """0.7 is all that can be had of two classes: the loss goes from 0.69 to 0.61 and stays."""
    other_data(plan, "coin")
    plan.evals, plan.log_every = plan.rng.choice([10, 20, 40]), plan.rng.choice([1, 5])
    return lambda: when(settled(plan, 0.64))


@control("hard_guesses", frameworks=TORCH + " keras", data="cls", runs=1.5, **HERE)
def hard_guesses(plan):
    """Ten classes, of which 0.64 can be had."""
    other_data(plan, "guesses")
    plan.evals, plan.log_every = plan.rng.choice([10, 20, 40]), plan.rng.choice([1, 5])
    return lambda: when(settled(plan, 0.52))


@control("rare_class", frameworks=TORCH, data="cls", runs=1.5, **HERE)
def rare_class(plan):
    """Six rows in a hundred are of the second class, and it is learned."""
    other_data(plan, "rare")
    plan.evals = 20
    return lambda: when(curves.learned(plan) and settled(plan, 0.96))


@control("forty_points", frameworks="plain hf", data="cls reg lm", runs=2.5, **HERE)
def forty_points(plan):
    plan.log_every = plan.rng.choice([5, 10, 50])
    plan.steps, plan.evals = plan.log_every * plan.rng.choice([25, 40]), plan.rng.choice([5, 10])
    return lambda: when(curves.learned(plan))


@control("long_run", frameworks="plain", data="cls reg", runs=1, **TEXT)
def long_run(plan):
    plan.log_every, plan.steps, plan.evals, plan.batch = 1, 5000, plan.rng.choice([20, 100]), plan.rng.choice([16, 32])
    plan.rate = min(plan.rate, 2e-2)
    return lambda: when(curves.learned(plan, 0.85, 0.2, 1.12))


@control("logged_rarely", data="cls reg lm", runs=1.5, **HERE)
def logged_rarely(plan):
    plan.log_every, plan.steps, plan.evals = plan.rng.choice([20, 50]), 2500, plan.rng.choice([10, 25])
    return lambda: when(curves.learned(plan))


@control("small_units", frameworks="plain hf", data="reg", runs=1, **HERE)
def small_units(plan):
    """A loss of millionths: the targets are metres where they might be millimetres."""
    factor = plan.rng.choice([1e-6, 1e-4])
    plan.loss = lambda out, y: factor * default_loss(out, y)
    plan.optimizer, plan.rate, plan.clip, plan.options = "adam", 3e-3, 0, {"eps": 1e-12}
    return lambda: when(curves.learned(plan))


@control("noisy_steps", data="cls reg lm", runs=1.5, **TEXT)
def noisy_steps(plan):
    """Batches of two to eight, each of them logged."""
    plan.batch, plan.log_every, plan.steps, plan.evals = plan.rng.choice([2, 4, 8]), 1, plan.rng.choice([600, 1500]), 20
    plan.optimizer, plan.rate = plan.rng.choice([("adam", 5e-4), ("adam", 1e-3), ("sgd", 1e-2)])
    part = lambda: max(100, len(plan.history.loss) // 6)
    return lambda: when(
        curves.finite(plan.history.loss)
        and np.mean(plan.history.loss[-part() :]) < 0.8 * np.mean(plan.history.loss[:50])
        and np.mean(curves.vals(plan)[-3:]) < 1.08 * min(curves.vals(plan))
    )
