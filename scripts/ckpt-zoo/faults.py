"""faults - what is wrong with a training, or only looks so, and which kinds an expert would accept from its checkpoints alone.

A fault is a function of the plan (a dict that make.py reads); it changes what it must. Controls change as much and are healthy.
"""
import torch
from torch import nn

FAULTS, CONTROLS = {}, {}


def fault(*kinds, only=None):
    return lambda f: FAULTS.setdefault(f.__name__, (f, kinds, only)) and f


def control(only=None):
    return lambda f: CONTROLS.setdefault(f.__name__, (f, (), only)) and f


def weights(net):
    return [m for m in net.modules() if isinstance(m, (nn.Linear, nn.Conv2d))]


def bodies(net):
    """Parameters but for those of the last layer."""
    head = set(weights(net)[-1].parameters())
    return [p for p in net.parameters() if p not in head]


class Cut(nn.Module):
    def forward(self, x):
        return x.detach()


# ---- controls ---------------------------------------------------------------------------------------------------------------

@control()
def plain(plan):
    pass


@control()
def adamw_groups(plan):
    net = plan["net"]
    plan["groups"] = [{"params": [p for p in net.parameters() if p.ndim >= 2], "weight_decay": 0.1},
                      {"params": [p for p in net.parameters() if p.ndim < 2], "weight_decay": 0}]
    plan["optimizer"] = torch.optim.AdamW


@control()
def momentum(plan):
    plan.update(optimizer=torch.optim.SGD, settings={"momentum": 0.9}, lr=0.05)


@control()
def rmsprop(plan):
    plan.update(optimizer=torch.optim.RMSprop, lr=1e-3)


@control()
def frozen_backbone(plan):
    """A body that was trained before, and a new head."""
    plan["before"] = 300
    plan["then"] = lambda plan: [p.requires_grad_(False) for p in bodies(plan["net"])] and nn.init.normal_(weights(plan["net"])[-1].weight, std=0.02)
    plan["trainable_only"] = plan["seed"] % 2 == 0


@control()
def annealed_to_zero(plan):
    plan["schedule"] = lambda at: max(0.0, 1 - at / plan["steps"])


@control()
def learned_by_heart(plan):
    plan.update(one_batch=True, steps=600)


@control()
def small_rate(plan):
    plan["lr"] = 1e-5


@control()
def young(plan):
    plan.update(steps=20)


@control()
def half(plan):
    plan["dtype"] = torch.bfloat16


@control()
def adapter(plan):
    """LoRA: the base frozen after a training, two thin matrices beside it, the second from 0."""
    def add(plan):
        net = plan["net"]
        for p in net.parameters():
            p.requires_grad_(False)
        for m in weights(net):
            if isinstance(m, nn.Linear):
                m.lora_A = nn.Parameter(torch.randn(4, m.in_features) / m.in_features ** 0.5)
                m.lora_B = nn.Parameter(torch.zeros(m.out_features, 4))
                m.forward = lambda x, m=m: nn.functional.linear(x, m.weight + m.lora_B @ m.lora_A, m.bias)
    plan.update(before=300, then=add, trainable_only=True)


@control(only=("dense-relu", "dense-relu-deep", "conv-plain"))
def pruned(plan):
    """Half of the units of a layer taken out, and kept out."""
    def prune(plan):
        m = weights(plan["net"])[1]
        keep = (torch.arange(len(m.weight)) % 2 == 0).to(m.weight.dtype)
        for p in (m.weight, m.bias):
            mask = keep.view(-1, *[1] * (p.ndim - 1))
            p.data.mul_(mask)
            p.register_hook(lambda g, mask=mask: g * mask)
    plan.update(before=200, then=prune)


# ---- faults -----------------------------------------------------------------------------------------------------------------

@fault("weights_nonfinite")
def nan_in_weights(plan):
    plan["at_end"] = lambda plan: weights(plan["net"])[0].weight.data.view(-1)[3].fill_(float("nan"))


@fault("weights_nonfinite", "optimizer_state_nonfinite")
def loss_became_nan(plan):
    plan["loss"] = lambda loss, at: loss / 0 * 0 if at == plan["steps"] - 60 else loss


@fault("weights_frozen")
def detached_part(plan):
    """The head learns, the body is cut off and stands as it was drawn."""
    net = plan["net"]
    last = list(net.children())[-1]
    last.register_forward_pre_hook(lambda m, args: (args[0].detach(),))


@fault("weights_frozen")
def forgotten_in_optimizer(plan):
    plan["groups"] = [{"params": list(weights(plan["net"])[-1].parameters())}]


@fault("weights_frozen")
def replaced_after_optimizer(plan):
    """A layer is made anew when the optimizer already holds the old one."""
    def replace(plan):
        m = weights(plan["net"])[-1 if plan["seed"] % 2 else 0]
        m.weight = nn.Parameter(torch.empty_like(m.weight).uniform_(-1, 1) / m.weight[0].numel() ** 0.5)
    plan["after_optimizer"] = replace


@fault("weights_frozen")
def rate_of_zero(plan):
    plan["lr"] = 0.0


@fault("weights_frozen")
def gradient_times_zero(plan):
    for p in weights(plan["net"])[0].parameters():
        p.register_hook(lambda g: g * 0)


@fault("dead_units", "weights_frozen", only=("dense-relu", "dense-relu-deep", "conv-plain"))
def dead_relu(plan):
    m = weights(plan["net"])[1]
    dead = int(len(m.bias) * (0.6 + 0.08 * (plan["seed"] % 4)))
    m.bias.data[:dead] = -30


@fault("dead_units", "weights_frozen", only=("dense-relu", "dense-relu-deep", "conv-plain"))
def died_in_training(plan):
    """A kick in mid-training throws most units of a layer below 0 for good."""
    m = weights(plan["net"])[0]
    plan["during"] = lambda plan, at: at == 60 and m.bias.data[: int(0.8 * len(m.bias))].fill_(-50)


@fault("grad_vanishing", only=("dense-tanh", "dense-gelu-ln"))
def deep_sigmoid(plan):
    layers, width = 8 + plan["seed"] % 5, 32
    sizes = [16] + [width] * layers
    plan["net"] = nn.Sequential(*[m for a, b in zip(sizes, sizes[1:]) for m in (nn.Linear(a, b), nn.Sigmoid())], nn.Linear(width, 5))


@fault("grad_explosion", "update_ratio_high", "weights_exploding", "weights_nonfinite", only=("dense-relu", "dense-relu-deep", "conv-plain"))
def huge_initialisation(plan):
    for m in weights(plan["net"]):
        nn.init.normal_(m.weight, std=3 + plan["seed"] % 3)


@fault("update_ratio_low")
def epsilon_above_gradients(plan):
    plan["settings"] = {"eps": (0.1, 1.0)[plan["seed"] % 2]}


@fault("update_ratio_high", "weights_exploding", "weights_nonfinite", "grad_explosion", "dead_units", "batchnorm_stats_wild")
def rate_far_too_high(plan):
    plan["lr"] = 0.5 + plan["seed"] % 3


@fault("weights_decaying")
def decay_outweighs_gradient(plan):
    plan.update(optimizer=torch.optim.SGD, settings={"momentum": 0.9, "weight_decay": 1.0 + plan["seed"] % 3}, lr=0.05)


@fault("weights_exploding", "update_ratio_high", "weights_nonfinite", "grad_explosion", "batchnorm_stats_wild")
def decay_of_the_wrong_sign(plan):
    plan.update(optimizer=torch.optim.SGD, settings={"momentum": 0.9}, lr=0.05)
    grow = 1.03 + 0.02 * (plan["seed"] % 3)
    plan["during"] = lambda plan, at: [m.weight.data.mul_(grow) for m in weights(plan["net"])]


@fault("batchnorm_stats_wild", only=("conv-bn", "residual-conv"))
def statistics_never_kept(plan):
    plan["mode"] = lambda net: [m.eval() for m in net.modules() if isinstance(m, nn.BatchNorm2d)]


@fault("batchnorm_stats_wild", "weights_nonfinite", only=("conv-bn", "residual-conv"))
def statistics_of_wild_inputs(plan):
    """A record with absurd values now and then: batch norm hides it in training and keeps it in the statistics."""
    plan["input"] = lambda x, at: x * 1e6 if at % 20 == 0 else x
