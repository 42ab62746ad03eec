"""The network and its output, the loss (section B)."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tasks import data, nets
from verify import curves, twin
from .fault import TORCH, fault, when

FLAT = "loss_plateau loss_not_decreasing loss_at_chance score_stuck"


def layer_norms(plan):
    """What a user logs who suspects the first layers: the norm of each weight's gradient."""

    def extra(model, optimizer):
        named = [(n, p) for n, p in model.net.named_parameters() if p.ndim > 1 and p.grad is not None]
        return {f"grad_norm/{n}": float(p.grad.norm()) for n, p in named}

    plan.extras.append(extra)


@fault(
    "F27",
    "deep_sigmoid",
    "grad_vanishing grad_zero " + FLAT,
    "vanishing_gradients bad_initialisation",
    frameworks=TORCH + " keras",
    data="cls",
    runs=1.5,
)
def deep_sigmoid(plan):
    plan.family = nets.BARE[plan.split]
    plan.size = dict(depth=plan.rng.choice([6, 8, 10]), act="sigmoid")
    plan.optimizer, plan.rate, plan.schedule_name = "sgd", plan.rng.choice([0.01, 0.05]), "constant"
    if plan.framework == "plain" and plan.rng.random() < 0.6:
        layer_norms(plan)
    return lambda: when(curves.stuck(plan, 0.97))


def linear_layers(net):
    return [m for m in net.modules() if isinstance(m, (nn.Linear, nn.Conv1d, nn.Conv2d))]


@fault(
    "F26",
    "dead_relu",
    FLAT + " grad_zero grad_vanishing dead_units weights_frozen prediction_collapse loss_spike loss_divergence score_drop",
    "dying_relu lr_too_high bad_initialisation",
    frameworks=TORCH,
    data="cls reg",
    runs=1.5,
)
def dead_relu(plan):
    """Biases far below zero, from the start or after a jolt: no unit is ever active again."""
    plan.family = nets.BARE[plan.split]
    plan.size, plan.optimizer, plan.rate = dict(depth=2, act="relu"), plan.rng.choice(["sgd", "adam"]), 0.01
    plan.schedule_name, at = "constant", plan.rng.choice([0, 0, 80, 150])
    plan.rate = 2e-3 if plan.optimizer == "adam" else 0.02

    def hook(step, net):
        if step == at:
            with torch.no_grad():
                for layer in (part for part in linear_layers(net)[:-1] if part.bias is not None):
                    layer.bias.sub_(plan.size["depth"] * 30.0)

    plan.step_hooks.append(hook)
    if plan.framework == "plain" and plan.rng.random() < 0.5:

        def alive(model, optimizer):
            with torch.no_grad():
                first = linear_layers(model.net)[0]
                x = plan.data.X[:64]
                x = x.view(-1, *model.net.shape) if hasattr(model.net, "shape") else x
                return {"dead_fraction": float((first(x) <= 0).float().mean())}

        plan.extras.append(alive)
    return lambda: when(
        curves.finite(plan.history.loss) and np.median(plan.history.loss[-20:]) > 0.9 * plan.data.chance(), onset=at + 1 if at else None
    )


@fault(
    "F25",
    "zero_weights",
    FLAT + " weights_frozen grad_zero grad_vanishing prediction_collapse",
    "bad_initialisation dying_relu vanishing_gradients params_not_updated",
    frameworks=TORCH + " keras",
    data="cls",
)
def zero_weights(plan):
    """Every weight starts at zero: all units are the same unit, and what they are multiplied with is zero."""
    plan.family = nets.BARE[plan.split]
    plan.size = dict(depth=2, act="relu")
    plan.optimizer, plan.rate = "sgd", 0.02
    if plan.framework == "keras":
        plan.keras["initializer"] = "zeros"

    def hook(step, net):
        if step == 0:
            with torch.no_grad():
                for p in net.parameters():
                    p.zero_()

    plan.step_hooks.append(hook)
    return lambda: when(curves.stuck(plan, 0.97))


@fault(
    "F18",
    "relu_output",
    FLAT + " prediction_collapse",
    "wrong_output_layer wrong_loss_function underfit_capacity dying_relu params_not_updated",
    frameworks=TORCH + " keras",
    data="reg",
    runs=1.5,
)
def relu_output(plan):
    """Prices in thousands and an output that stays within [0, 1]; or losses, below zero, and one that cannot go there. A part of the range
    cut off leaves no more of a trace than noisy targets do: it is the whole that is out of reach here."""
    squash, unit = plan.rng.choice([torch.relu, torch.sigmoid]), plan.rng.choice([20.0, 50.0])
    for targets in (plan.data.Y, plan.data.VY):
        targets.mul_(unit).sub_(unit if squash is torch.relu else 0.0)
    plan.optimizer, plan.rate, plan.steps, plan.schedule_name = "adam", 1e-2, 800, "cosine10"
    plan.loss = lambda out, y: F.mse_loss(squash(out), y)
    if plan.framework == "keras":
        plan.keras["head"] = "relu" if squash is torch.relu else "sigmoid"

    def happened():
        first, last = curves.ends(plan.history.loss)
        return when(curves.finite(plan.history.loss) and last > 0.75 * first and twin.ends(plan) < 0.5 * last)

    return happened


@fault("F18", "softmax_one_unit", FLAT + " prediction_collapse", "wrong_output_layer wrong_loss_function", frameworks="keras", data="cls")
def softmax_one_unit(plan):
    """softmax over a single unit is always 1."""
    plan.data.Y, plan.data.VY = (plan.data.Y % 2).float(), (plan.data.VY % 2).float()
    plan.data.classes = 1
    plan.keras.update(head="softmax", units=1, loss="binary_crossentropy")
    return lambda: when(max(plan.history.loss) - min(plan.history.loss) < 0.2 * max(plan.history.loss))


@fault("F20", "double_softmax", FLAT, "double_softmax wrong_output_layer wrong_loss_function", frameworks=TORCH, data="cls", runs=1.5)
def double_softmax(plan):
    """Probabilities for a loss that takes logits: it cannot go below -log(e / (e + n - 1))."""
    plan.loss = lambda out, y: F.cross_entropy(torch.softmax(out.reshape(-1, out.shape[-1]), 1), y.reshape(-1))
    plan.schedule_name, plan.steps, plan.evals = "constant", plan.so_many(1000, 600), 20
    plan.optimizer, plan.rate = "adam", 3e-3
    floor = -np.log(np.e / (np.e + plan.data.classes - 1))

    def happened():
        """Good answers, and a loss that lies on its floor."""
        last, right = curves.ends(plan.history.loss)[1], max((r for _, _, r in plan.history.evals), default=0)
        return when(right > 0.8 and floor - 1e-3 < last < floor + 0.15)

    return happened


@fault(
    "F19",
    "wrong_sign",
    "loss_divergence grad_explosion loss_nonfinite score_drop validation_divergence grad_nonfinite weights_exploding loss_not_decreasing "
    "loss_at_chance score_stuck",
    "wrong_loss_function lr_too_high exploding_gradients",
    frameworks=TORCH,
    data="cls reg",
)
def wrong_sign(plan):
    """The error is made larger: the sign was turned for a maximiser. What is logged is the error itself."""
    inner = plan.loss

    class Turned(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x.clone()

        @staticmethod
        def backward(ctx, g):
            return -g

    plan.loss = lambda out, y: Turned.apply(inner(out, y))
    plan.optimizer, plan.rate, plan.schedule_name = "adam", 2e-3, "constant"
    return lambda: when(curves.ends(plan.history.loss)[1] > 3 * plan.history.loss[0] or not curves.finite(plan.history.loss))


@fault("F16", "too_small", FLAT, "underfit_capacity", frameworks=TORCH + " keras", data="cls")
def too_small(plan):
    """One hidden unit, trained until nothing more comes: training and held-out loss stay high together."""
    plan.optimizer, plan.rate, plan.schedule_name, plan.steps, plan.epochs = (
        "adam",
        5e-3,
        plan.rng.choice(["constant", "cosine10"]),
        1200,
        40,
    )
    plan.family = nets.WIDE[plan.split]
    usual = dict(depth=1 if plan.split == "former" else 2, act="tanh")
    plan.size = dict(usual) if plan.framework == "keras" else dict(usual, width=1)
    plan.keras["width"] = 1

    def happened():
        """Far from what the usual width learns in the same steps, and no longer on its way there."""
        loss, n = plan.history.loss, len(plan.history.loss) // 5
        last, before = np.median(loss[-n:]), np.median(loss[-2 * n : -n])
        return when(
            curves.finite(loss) and last > 0.6 * plan.data.chance() and last > 0.97 * before and twin.ends(plan, size=usual) < 0.7 * last
        )

    return happened


@fault(
    "F23", "broadcast", FLAT, "tensor_shape_mismatch wrong_loss_function wrong_output_layer underfit_capacity", frameworks=TORCH, data="reg"
)
def broadcast(plan):
    """(n, 1) against (n,): the loss compares everything with everything, and the mean is the best answer."""
    if plan.split == "newer" and plan.data.classes > 1:  # several columns would fit each other
        plan.data = data.make(plan.rng.choice(["pipes", "roll", "bicycles", "soil"]), plan.seed)
        plan.family = plan.rng.choice(nets.families(plan.split, plan.data))
    plan.loss = lambda out, y: ((out - y.squeeze(1)) ** 2).mean()
    return lambda: when(curves.ends(plan.history.loss)[1] > 0.85 * plan.data.chance())
