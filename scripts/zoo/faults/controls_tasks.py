"""Healthy runs of the splits since `unseen` whose task makes the loss look odd: it cannot reach zero, is below it, rises as its terms are weighed, or
is low on rows that nobody was shown."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from tasks import data, nets
from tasks.plan import default_loss
from verify import curves
from .fault import TORCH, control, when

DENSE = dict(unseen=["lorenz", "arm", "redraw"], fresh=["mackey", "demand", "picture"], wider=["orbits", "spectra", "turbine"], other=["tides", "yields"], newer=["cooling", "roll", "epidemic"], genuine=["wheel", "prey", "ishigami"], common=["diamonds", "ames", "car_prices"], everyday=["saratoga", "hotel", "mileage"], likely=["batting", "air_time", "trains"], familiar=["loan_rates", "airports_warmth", "aircraft_seats"], handy=["mathematics", "check_times", "diseases"], homely=["enterprises", "freedom", "nations"])
VIEWED = dict(unseen=["vowels", "orders"], fresh=["chirps", "glyphs"], wider=["gestures", "beats"], other=["gaits", "marks"], newer=["tremors", "weaves"], genuine=["waveform", "leaves"], common=["cells", "flavia"], everyday=["gene_expression", "greek"], likely=["signs", "control_charts"], familiar=["numerals", "chaos"], handy=["dice", "rhythms"], homely=["smileys", "dishes"])
HERE = dict(only="unseen fresh wider other newer genuine common everyday likely familiar handy homely")


def on(plan, name, family=None):
    """Another data set than was drawn."""
    plan.data = data.make(name, plan.seed)
    plan.family = family or plan.rng.choice(nets.families(plan.split, plan.data))


@control("smoothed_labels", data="cls lm", **HERE)
def smoothed_labels(plan):
    """A tenth to a third of each label is spread over all: the loss ends high, and all is right."""
    share = plan.rng.choice([0.1, 0.2, 0.3])
    plan.loss = lambda out, y: F.cross_entropy(out.reshape(-1, out.shape[-1]), y.reshape(-1), label_smoothing=share)
    plan.declared = {"label_smoothing": share}
    return lambda: when(curves.learned(plan))


@control("mixed_up", data="cls", **HERE)
def mixed_up(plan):
    """Mixup: two rows in one and both labels. The training loss stays far above the held-out one."""
    g = torch.Generator().manual_seed(plan.seed)

    def mix(s, x, y):
        share = 0.5 + 0.5 * float(torch.rand(1, generator=g))
        other = torch.randperm(len(x), generator=g)
        plan.history.notes["mix"] = (share, y[other])
        return share * x + (1 - share) * x[other], y

    def loss(out, y):
        share, other = plan.history.notes.pop("mix", (1.0, y))
        return share * default_loss(out, y) + (1 - share) * default_loss(out, other)

    plan.batch_hooks.append(mix)
    plan.loss, plan.evals, plan.declared = loss, 15, {"mixup": True}
    return lambda: when(curves.learned(plan, 0.9) and curves.gap(plan) < 1.0)


@control("heavy_dropout", data="cls reg", **HERE)
def heavy_dropout(plan):
    if plan.family in ("gcn", "factors", "siren"):
        plan.family = nets.WIDE[plan.split]
    plan.size.update(drop=plan.rng.choice([0.3, 0.5]), depth=2)
    plan.evals = 15
    return lambda: when(curves.learned(plan) and curves.gap(plan) < 1.05)


@control("code_costs_more", frameworks="plain", data="reg", runs=1.5, only="unseen")
def code_costs_more(plan):
    """A variational auto-encoder whose price on the code is raised from nothing: the sum climbs while the drawings stay good."""
    on(plan, "redraw")
    torch.manual_seed(plan.seed)
    net = plan.net = nets.build("vae", plan.data, depth=1)
    plan.family, plan.size, plan.optimizer, plan.rate, plan.steps = "vae", {}, "adamw", 3e-3, plan.rng.choice([600, 1200])
    until, top, drawn = plan.steps * 0.7, plan.rng.choice([4e-3, 8e-3]), []
    plan.step_hooks.append(lambda step, n: setattr(net, "beta", top * min(1.0, step / until)))

    def loss(out, y):
        drawn.append(float(F.mse_loss(out, y)))
        return F.mse_loss(out, y)

    plan.loss, plan.declared = loss, {"beta_max": top, "beta_warmup": int(until)}
    plan.extras.append(lambda m, o: {"recon_loss": drawn[-1], "kl": float(net.kl)})
    return lambda: when(
        curves.finite(drawn) and np.median(drawn[-30:]) < 0.6 * drawn[0] and np.median(drawn[-30:]) < 1.3 * min(curves.smooth(drawn, 15))
    )


@control("below_zero", frameworks=TORCH, data="reg", runs=1.5, **HERE)
def below_zero(plan):
    """The logarithm of a density: it passes zero and goes on."""
    on(plan, plan.rng.choice(DENSE[plan.split]))
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    spread = plan.net.spread = nn.Parameter(torch.zeros(1))
    plan.loss = lambda out, y: (0.5 * ((out - y) / spread.exp()) ** 2 + spread).mean()
    plan.optimizer, plan.rate, plan.steps = "adamw", 4e-3, plan.rng.choice([900, 1500])

    def happened():
        first, last = curves.ends(plan.history.loss)
        return when(
            curves.finite(plan.history.loss)
            and last < -0.1
            and first > 0.2
            and curves.vals(plan)[-1] < curves.vals(plan)[0]
            and curves.vals(plan)[-1] < min(curves.vals(plan)) + 0.15
        )

    return happened


@control("noise_told", data="reg", runs=1.5, only="unseen")
def noise_told(plan):
    """Diffusion: half of what is asked cannot be known, so the loss falls early and then lies still."""
    on(plan, "denoise")
    plan.steps = plan.rng.choice([600, 1500])
    return lambda: when(curves.learned(plan))


@control("contrasted", frameworks="plain hf", data="cls", **HERE)
def contrasted(plan):
    """Two views of each row are to find each other among all others: the loss begins at the logarithm of their number."""
    on(plan, plan.rng.choice(VIEWED[plan.split]), nets.WIDE[plan.split])
    plan.data.classes, n = 12, plan.rng.choice([24, 48])
    plan.size, plan.batch, plan.log_grad = dict(depth=2, act="gelu"), n, True
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    plan.data.kind, held = "reg", plan.data.VX[:n]
    plan.data.VX, plan.data.VY = torch.cat([held, held + 0.3 * torch.randn(held.shape)]), plan.data.VY[: 2 * n]
    plan.batch_hooks.append(lambda s, x, y: (torch.cat([x, x + 0.3 * torch.randn(x.shape)]), y))

    def loss(out, y):
        a, b = F.normalize(out, dim=1).chunk(2)
        return F.cross_entropy(a @ b.T / 0.2, torch.arange(len(a)))

    plan.loss = loss
    return lambda: when(curves.learned(plan))


@control("perplexity", frameworks="plain", data="lm", runs=1.5, **HERE)
def perplexity(plan):
    """The loss and what it is e to the power of."""
    plan.extras.append(lambda m, o: {"ppl": float(np.exp(np.mean(plan.history.loss[-plan.log_every :])))})
    return lambda: when(curves.learned(plan))


@control("odd_first_look", frameworks="plain", data="cls reg", **HERE)
def odd_first_look(plan):
    """Evaluated once before anything was learned, with weights several times too large: an enormous number, and then no more."""
    plan.evals, plan.optimizer, plan.rate = 12, "adam", 4e-3
    torch.manual_seed(plan.seed)
    plan.net = nets.build(plan.family, plan.data, **plan.size)
    with torch.no_grad():
        for p in plan.net.parameters():
            p.mul_(plan.rng.choice([2.0, 3.0]))
    plan.history.notes["look_first"] = True
    return lambda: when(curves.learned(plan) and curves.vals(plan)[0] > 2.5 * curves.vals(plan)[1])


@control("weights_logged", frameworks="plain", data="cls reg lm", **HERE)
def weights_logged(plan):
    """The norm of the weights grows all the time, as it does, and the share of units at rest is what it is."""
    plan.optimizer, plan.schedule_name = (
        plan.rng.choice(dict(unseen=["nadam", "adamax"], fresh=["radam", "amsgrad"], wider=["adam", "lookahead"], other=["adam", "adamw"], newer=["cautious", "adan"], genuine=["adam", "radam"], common=["adam", "adamw"], everyday=["adam", "adamw"], likely=["adam", "nadam"], familiar=["adam", "rmsprop"], handy=["adamw", "nadam"], homely=["adam", "adamax"])[plan.split]),
        "constant",
    )
    plan.extras.append(lambda m, o: {"weight_norm": float(sum((p.detach() ** 2).sum() for p in m.parameters()) ** 0.5)})
    return lambda: when(curves.learned(plan))
