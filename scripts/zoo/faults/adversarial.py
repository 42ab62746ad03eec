"""Generators and discriminators out of balance (F29 and its neighbours), and those that are not."""

import numpy as np
import torch

from verify import curves
from .fault import control, fault, when


def base(plan, kinds=("ns", "hinge", "wgan-gp")):
    kind = plan.rng.choice(list(kinds))
    plan.gan = {"kind": kind, "lr_g": plan.rng.choice([2e-3, 1e-3]), "lr_d": 2e-3, "n_d": 2 if kind == "wgan-gp" else 1}
    plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1000]), plan.rng.choice([5, 10]), plan.rng.choice([20, 40])
    if plan.split == "unseen":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([900, 1500]), plan.rng.choice([5, 10, 25]), plan.rng.choice([25, 50])
    if plan.split == "other":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1400]), plan.rng.choice([5, 20]), plan.rng.choice([20, 40])
    if plan.split == "newer":
        plan.gan["kind"] = {"hinge": "average"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([700, 1000]), plan.rng.choice([2, 7, 15]), plan.rng.choice([21, 45])
    if plan.split == "genuine":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1200]), plan.rng.choice([3, 10, 20]), plan.rng.choice([20, 50])
    if plan.split == "everyday":
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1000]), plan.rng.choice([5, 10, 20]), plan.rng.choice([20, 40])
    if plan.split == "familiar":
        plan.steps, plan.log_every, plan.gan_every = 700, plan.rng.choice([5, 10, 20]), plan.rng.choice([20, 50])
    if plan.split == "handy":
        plan.gan["kind"] = {"hinge": plan.rng.choice(["hinge", "ls"])}.get(kind, kind)
        plan.gan["width"] = 48
        plan.steps, plan.log_every, plan.gan_every = 640, plan.rng.choice([5, 8, 16]), plan.rng.choice([16, 32])
    if plan.split == "homely":
        plan.gan["kind"] = {"hinge": plan.rng.choice(["hinge", "relativistic"])}.get(kind, kind)
        plan.gan["width"] = 44
        plan.steps, plan.log_every, plan.gan_every = 600, plan.rng.choice([5, 10, 20]), plan.rng.choice([20, 30])
    if plan.split == "likely":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = 900, plan.rng.choice([5, 10, 25]), plan.rng.choice([25, 50])
    if plan.split == "common":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1000]), plan.rng.choice([5, 10, 25]), plan.rng.choice([25, 50])
    if plan.split == "wider":
        plan.gan["kind"] = {"hinge": "ls"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([900, 1300]), plan.rng.choice([1, 10, 30]), plan.rng.choice([30, 60])
    if plan.split == "fresh":
        plan.gan["kind"] = {"hinge": "relativistic"}.get(kind, kind)
        plan.steps, plan.log_every, plan.gan_every = plan.rng.choice([800, 1200]), plan.rng.choice([4, 8, 20]), plan.rng.choice([20, 40])


def modes_of(plan):
    return {"calibration": 8, "former": 25, "unseen": 10, "fresh": 9, "wider": 8, "other": 9, "newer": 10, "genuine": 10, "common": 7, "everyday": 6, "likely": 8, "familiar": 9, "handy": 7, "homely": 8, "development": 12}[plan.split]


def learned(plan):
    f, m, all_ = np.array(plan.history.fid), plan.history.modes, modes_of(plan)
    return (
        np.isfinite(f).all() and m[-1] >= all_ * 0.85 and f[-3:].mean() < 0.4 * f[0] and f[-3:].mean() < 1.8 * curves.smooth(f, 3).min() + 4
    )


@control("gan", frameworks="adversarial", data="none", runs=2)
def gan(plan):
    base(plan)
    return lambda: when(learned(plan))


@control("gan_drifting_loss", frameworks="adversarial", data="none", runs=0.75)
def gan_drifting_loss(plan):
    """A Wasserstein generator's loss wanders far while its samples get better."""
    base(plan, ["wgan-gp"])
    plan.gan["lr_d"] = 3e-3
    return lambda: when(learned(plan) and abs(np.mean(plan.history.g[-100:]) - np.mean(plan.history.g[100:200])) > 0.2)


@fault(
    "F29",
    "collapses",
    "mode_collapse score_drop discriminator_wins generator_wins",
    "mode_collapse discriminator_overpowers generator_starved lr_too_high",
    frameworks="adversarial",
    data="none",
    runs=1.5,
)
def collapses(plan):
    """Covers its modes, then falls onto a few: the discriminator stands still while the generator hurries, or both run too fast."""
    base(plan)
    plan.steps, at, how = 1100, plan.rng.randrange(600, 800), plan.rng.randrange(2)
    rate = plan.rng.uniform(0.006, 0.012)
    if plan.split == "handy":
        plan.steps, at = 640, at - 270
    if plan.split == "homely":
        plan.steps, at = 600, at - 290

    def hook(step, game):
        if step < at:
            return
        if how == 0 and plan.gan["kind"] != "wgan-gp":
            for group in game.step_D.param_groups:
                group["lr"] = 1e-6
            for group in game.step_G.param_groups:
                group["lr"] = 4e-3
            game.n_g = 4
            return
        game.gp = 0.0
        for o in (game.step_D, game.step_G):
            for group in o.param_groups:
                group.update(lr=rate, betas=(0.9, 0.9))

    plan.step_hooks.append(hook)

    def happened():
        f, m = np.array(plan.history.fid), np.array(plan.history.modes)
        low = curves.smooth(f, 3).min()
        return when(
            np.isfinite(f).all()
            and m.max() >= 0.75 * modes_of(plan)
            and m[-3:].max() <= 0.6 * modes_of(plan)
            and f[-3:].min() > 3 * low
            and f[-3:].min() > 15,
            onset=at,
        )

    return happened


@fault(
    "F29",
    "discriminator_wins",
    "discriminator_wins mode_collapse score_stuck adversarial_stalemate score_drop",
    "discriminator_overpowers generator_starved mode_collapse vanishing_gradients",
    frameworks="adversarial",
    data="none",
)
def discriminator_wins(plan):
    """Twice the steps and many times the rate of the generator, no penalty."""
    base(plan, ["ns"])
    plan.gan.update(lr_g=1e-6, lr_d=2e-3, n_d=2, gp=0.0)
    if plan.split == "fresh":  # begins beside the letter, not on its middle

        def aside(step, game):
            if step == 1:
                with torch.no_grad():
                    game.G[-1].bias.add_(2.5)

        plan.step_hooks.append(aside)
    return lambda: when(np.median(plan.history.d[-40:]) < 0.1 and np.median(plan.history.g[-40:]) > 4)


@fault(
    "F29",
    "dead_critic",
    "adversarial_stalemate generator_wins score_stuck loss_plateau loss_not_decreasing grad_vanishing mode_collapse score_drop",
    "vanishing_gradients dying_relu generator_starved mode_collapse optimizer_misconfigured lr_too_low",
    frameworks="adversarial",
    data="none",
)
def dead_critic(plan):
    """All units of the discriminator are off: its answer is the same for everything, and nobody moves."""
    base(plan, ["ns", "hinge"])
    plan.gan["gp"], at = 0.0, plan.rng.randrange(20, 120)

    def hook(step, game):
        if step == at:
            with torch.no_grad():
                for layer in [m for m in game.D.modules() if isinstance(m, torch.nn.Linear)][-1:]:
                    layer.weight.zero_()
            for group in game.step_D.param_groups:
                group["lr"] = 0.0

    plan.step_hooks.append(hook)
    return lambda: when(np.ptp(plan.history.d[-100:]) < 1e-2 and plan.history.fid[-1] > 15)
