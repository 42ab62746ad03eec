"""scikit-learn's estimators, as they print."""

import numpy as np

from verify import curves
from .controls_tasks import on
from .fault import control, fault, when
from .model import FLAT

ONLY = dict(only="other newer genuine common everyday likely familiar handy homely", frameworks="library")


def base(plan, line=False):
    plan.epochs, plan.batch = plan.rng.choice([30, 60, 120]), plan.rng.choice([32, 64, 200])
    plan.library = dict(line=True) if line else {}
    if not line:
        plan.library.update(n_iter_no_change=plan.rng.choice([10, 200]), solver=plan.rng.choice(["adam", "sgd"]))
        plan.library["learning_rate_init"] = 2e-3 if plan.library["solver"] == "adam" else 0.05


def fell(plan, share):
    v = plan.history.loss
    return len(v) >= 5 and curves.finite(v) and v[-1] < share * v[0] and v[-1] < 1.05 * min(v)


@control("fitted", data="cls reg", runs=2, **ONLY)
def fitted(plan):
    base(plan)
    return lambda: when(fell(plan, 0.7))


@control("fitted_line", data="cls", runs=1, **ONLY)
def fitted_line(plan):
    """SGDClassifier: the norm of the line and the mean loss of each epoch, as its cost wanders down."""
    base(plan, True)
    if plan.split == "homely":
        on(plan, plan.rng.choice(["bodies", "job_programme"]))
    plan.library.update(alpha=1e-3)
    return lambda: when(fell(plan, 0.9))


@fault(
    "F32",
    "fitted_too_slowly",
    "still_improving loss_plateau loss_not_decreasing",
    "lr_too_low insufficient_training",
    data="cls reg",
    **ONLY,
)
def fitted_too_slowly(plan):
    base(plan)
    plan.library.update(solver="sgd", learning_rate_init=plan.rng.choice([1e-5, 1e-4]), n_iter_no_change=500)
    return lambda: when(curves.finite(plan.history.loss) and plan.history.loss[-1] > 0.85 * plan.history.loss[0])


@fault("F37", "fitted_too_shortly", "still_improving", "insufficient_training lr_too_low", data="cls reg", **ONLY)
def fitted_too_shortly(plan):
    """max_iter is reached, with a warning, while each iteration still takes off some per cent."""
    base(plan)
    plan.library.update(solver="adam", learning_rate_init=3e-4, n_iter_no_change=500)
    plan.epochs = plan.rng.choice([8, 12, 16])

    def happened():
        v = plan.history.loss
        return when(curves.finite(v) and v[-1] < 0.9 * v[0] and v[-1] < 0.96 * v[int(0.8 * len(v)) - 1])

    return happened


@fault("F16", "fitted_too_small", FLAT, "underfit_capacity", data="cls", **ONLY)
def fitted_too_small(plan):
    base(plan)
    plan.library.update(hidden_layer_sizes=(1,), activation="tanh", solver="adam", learning_rate_init=5e-3, n_iter_no_change=500)
    plan.epochs = 60

    def happened():
        v = plan.history.loss
        return when(curves.finite(v) and v[-1] > 0.6 * plan.data.chance() and v[-1] > 0.97 * v[int(0.6 * len(v))])

    return happened


@fault(
    "F31",
    "fitted_too_fast",
    "loss_divergence loss_nonfinite run_crashed loss_oscillation loss_plateau loss_not_decreasing loss_spike loss_at_chance score_stuck",
    "lr_too_high exploding_gradients oscillating_loss dying_relu",
    data="cls reg",
    **ONLY,
)
def fitted_too_fast(plan):
    """Steps as long as the weights: the loss leaps about, stands, or leaves all bounds, of which the library says so and stops."""
    base(plan)
    plan.library.update(solver="sgd", learning_rate_init=plan.rng.choice([2.0, 5.0]), n_iter_no_change=500)
    plan.epochs = plan.rng.choice([30, 60])

    def happened():
        v = np.array(plan.history.loss or [np.inf])
        return when(not np.isfinite(v).all() or len(v) < plan.epochs or np.median(v[-10:]) > 0.8 * plan.data.chance())

    return happened
