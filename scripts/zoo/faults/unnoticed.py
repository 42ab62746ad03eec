"""What no split before `homely` had and people meet: a plateau looked for upside down, a metric that breaks at the first look, a shard that is not there, a generator whose optimizer
was given somebody else's weights."""

import numpy as np
from sklearn.metrics import accuracy_score, mean_squared_error

from verify import curves
from . import adversarial
from .fault import TORCH, fault, when
from .machine import at_step

HERE = dict(only="homely")


@fault(
    "F33",
    "plateau_upside_down",
    "lr_out_of_schedule lr_zero loss_plateau loss_not_decreasing score_stuck still_improving",
    "lr_schedule_misconfigured lr_too_low",
    frameworks="plain",
    data="cls reg",
    **HERE,
)
def plateau_upside_down(plan):
    """ReduceLROnPlateau of mode max, told of a loss: as long as it falls, the rate goes down by ten, every few looks."""
    patience, best, rate = plan.rng.choice([1, 2]), [-float("inf"), 0, 0], [1.0]
    plan.evals, plan.habit, plan.steps = plan.rng.choice([20, 25]), plan.rng.choice(["mean", "last"]), plan.rng.choice([300, 400])

    def at(step):
        looks = plan.history.evals
        if len(looks) > best[2]:
            best[2] = len(looks)
            better = looks[-1][1] > best[0]
            best[0], best[1] = max(best[0], looks[-1][1]), 0 if better else best[1] + 1
            if best[1] > patience:
                rate[0], best[1] = max(0.1 * rate[0], 1e-8), 0
        return rate[0]

    plan.schedule, plan.schedule_name, plan.optimizer, plan.rate = at, "plateau", "adam", plan.rng.choice([3e-4, 1e-3])
    return lambda: when(curves.finite(plan.history.loss) and rate[0] < 1e-2 and curves.hardly(plan, 0.6))


@fault("F23", "metric_breaks", "run_crashed", "metric_computation_bug wrong_input_type_shape tensor_shape_mismatch", frameworks=TORCH, data="cls reg", **HERE)
def metric_breaks(plan):
    """The first look gives scikit-learn's metric what it does not take: probabilities for labels, or one row more."""

    def look(net):
        out, y = net(plan.data.VX).detach().numpy(), plan.data.VY.numpy()
        return accuracy_score(y, out) if plan.data.kind == "cls" else mean_squared_error(y, out[1:])

    return at_step(plan, look)


@fault("", "shard_missing", "run_crashed", "dependency_unavailable corrupt_or_invalid_data", frameworks=TORCH, data="cls reg lm", **HERE)
def shard_missing(plan):
    """The loader comes to a file that was not copied."""
    place = plan.rng.choice(["data/train/shard_00007.npy", "data/part-0012.npy", "dataset/train_3.npy"])
    return at_step(plan, lambda net: np.load(place))


@fault(
    "F29",
    "generator_asleep",
    "discriminator_wins mode_collapse score_stuck adversarial_stalemate score_drop",
    "generator_starved discriminator_overpowers params_not_updated mode_collapse vanishing_gradients",
    frameworks="adversarial",
    data="none",
    **HERE,
)
def generator_asleep(plan):
    """Both optimizers were given the discriminator's weights: the generator stays what it was, and is found out."""
    adversarial.base(plan, ["ns"])
    plan.gan.update(gp=0.0)

    def hook(step, game):
        if step == 1:
            for group in game.step_G.param_groups:
                group["lr"] = 0.0

    plan.step_hooks.append(hook)
    return lambda: when(np.median(plan.history.d[-40:]) < 0.15 and plan.history.fid[-1] > 0.8 * plan.history.fid[0])
