"""Generative adversarial training in the plane: eight Gaussians on a ring calibrate, four within eight and twenty-five on a grid are developed
on, as are ten along a spiral; nine along a letter report. Quality is a Frechet distance of features (responsibilities of the modes and the coordinates), beside it the
number of modes that samples reach."""

import copy
import math

import torch
from torch.nn import functional as F

from tasks import nets
from verify import written
from . import loggers


def centres(split):
    if split == "calibration":
        return torch.tensor([[2 * math.cos(i * math.pi / 4), 2 * math.sin(i * math.pi / 4)] for i in range(8)])
    if split == "development":
        turn = lambda i, n, r: [r * math.cos(2 * math.pi * (i + 0.5) / n), r * math.sin(2 * math.pi * (i + 0.5) / n)]
        return torch.tensor([turn(i, 4, 0.8) for i in range(4)] + [turn(i, 8, 2.1) for i in range(8)])
    if split == "unseen":  # along a spiral
        return torch.tensor([[(0.6 + 0.16 * i) * math.cos(0.75 * i), (0.6 + 0.16 * i) * math.sin(0.75 * i)] for i in range(10)])
    if split == "wider":  # two heaps of four, far from each other
        near = torch.tensor([[0.0, 0.45], [0.45, 0.0], [0.0, -0.45], [-0.45, 0.0]])
        return torch.cat([near + torch.tensor([1.3, 0.9]), near - torch.tensor([1.3, 0.9])])
    if split == "other":  # an X
        line = torch.linspace(-1.6, 1.6, 5)
        return torch.cat([torch.stack([line, line], 1), torch.stack([line, -line], 1)[[0, 1, 3, 4]]])
    if split == "newer":  # an eight that lies
        t = torch.arange(10) * math.pi / 5
        return torch.stack([2.1 * torch.cos(t), 1.7 * torch.sin(2 * t)], 1)
    if split == "genuine":  # four rows of one to four
        return torch.tensor([[x - row / 2, 1.3 - 0.87 * row] for row in range(4) for x in range(row + 1)]) * 1.1
    if split == "everyday":  # a triangle of six
        return torch.tensor([[x - row / 2, 1.1 - 1.1 * row] for row in range(3) for x in range(row + 1)]) * 1.3
    if split == "likely":  # up and down
        return torch.tensor([[0.6 * i - 2.1, 0.9 * (-1) ** i] for i in range(8)])
    if split == "handy":  # an arrow
        return torch.tensor([[-1.8, 0.0], [-0.9, 0.0], [0.0, 0.0], [0.9, 0.0], [1.8, 0.0], [0.9, 1.1], [0.9, -1.1]])
    if split == "homely":  # a comb
        return torch.tensor([[0.95 * (i - 1.5), y - 0.6] for i in range(4) for y in (0.0, 1.2)])
    if split == "familiar":  # a clover
        leaf = lambda turn, r: [1.5 * math.cos(turn) + r * math.cos(turn + 1.3), 1.5 * math.sin(turn) + r * math.sin(turn + 1.3)]
        return torch.tensor([leaf(2.1 * i + 0.4, r) for i in range(3) for r in (-0.7, 0.0, 0.7)])
    if split == "common":  # a hexagon and its middle
        turn = torch.arange(6) * math.pi / 3
        return 1.6 * torch.cat([torch.zeros(1, 2), torch.stack([torch.cos(turn), torch.sin(turn)], 1)])
    if split == "fresh":  # a Z
        line = torch.linspace(-1.4, 1.4, 4)
        return torch.cat([torch.stack([line, line * 0 + 1.4], 1), torch.tensor([[0.0, 0.0]]), torch.stack([line, line * 0 - 1.4], 1)])
    return torch.tensor([[x - 2.0, y - 2.0] for x in range(5) for y in range(5)]) * 0.9


def sample(c, n):
    return c[torch.randint(0, len(c), (n,))] + 0.06 * torch.randn(n, 2)


def quality(x, real, c):
    """Frechet distance times 100, and how many modes get at least an eighth of their share."""
    f = lambda v: torch.cat([torch.exp(-torch.cdist(v, c) ** 2 / 0.3), v / 2], 1)
    a, b = f(x), f(real)
    d, nearest = torch.cdist(x, c).min(1)
    hit = torch.bincount(nearest[d < 0.35], minlength=len(c)) > len(x) / len(c) / 8
    return float(((a.mean(0) - b.mean(0)) ** 2).sum() + ((a.std(0) - b.std(0)) ** 2).sum()) * 100, int(hit.sum())


def discriminator_loss(kind, real, fake):
    if kind == "ns":
        return F.softplus(-real).mean() + F.softplus(fake).mean()
    if kind == "ls":
        return ((real - 1) ** 2).mean() + (fake**2).mean()
    if kind == "relativistic":
        return F.softplus(fake - real).mean()
    if kind == "average":
        return F.relu(1 - (real - fake.mean())).mean() + F.relu(1 + (fake - real.mean())).mean()
    if kind == "hinge":
        return F.relu(1 - real).mean() + F.relu(1 + fake).mean()
    return fake.mean() - real.mean()


def penalty(kind, D, x, fake, weight):
    if not weight:
        return 0.0
    if kind == "wgan-gp":
        mix = torch.rand(len(x), 1)
        x = mix * x + (1 - mix) * fake
    x = x.detach().requires_grad_()
    g = torch.autograd.grad(D(x).sum(), x, create_graph=True)[0]
    return weight * ((g.norm(dim=1) - 1) ** 2).mean() if kind == "wgan-gp" else weight * 0.05 * (g**2).sum(1).mean()


FRESH = [
    ("Loss/D", "Loss/G", "Metrics/fid"),
    ("disc_loss", "gen_loss", "fid"),
    ("lossD", "lossG", "FID"),
    ("critic_loss", "generator_loss", "fid50k"),
]
WIDER = [("loss/discriminator", "loss/generator", "fid"), ("D_loss", "G_loss", "fid"), ("train/loss_d", "train/loss_g", "val/fid")]
OTHER = [("d_loss", "g_loss", "fid"), ("loss/d", "loss/g", "eval/fid"), ("dis_loss", "gen_loss", "frechet_distance")]
GENUINE = [("netD/loss", "netG/loss", "metrics/FID"), ("loss_disc", "loss_gen", "fid"), ("D_total", "G_total", "frechet"), ("critic/loss", "generator/loss", "val_fid")]
COMMON = [("d_loss", "g_loss", "fid"), ("loss_D", "loss_G", "FID"), ("D_loss", "G_loss", "fid"), ("train/d_loss", "train/g_loss", "eval/fid")]
EVERYDAY = [("loss/D", "loss/G", "fid"), ("D_loss", "G_loss", "FID"), ("discriminator_loss", "generator_loss", "fid"), ("lossD", "lossG", "fid")]
LIKELY = [("disc_loss", "gen_loss", "FID"), ("train/loss_D", "train/loss_G", "eval/FID"), ("loss_discriminator", "loss_generator", "fid"), ("d_loss", "g_loss", "frechet")]
FAMILIAR = [("loss_d", "loss_g", "fid"), ("D_loss", "G_loss", "FID"), ("d_loss", "g_loss", "val/fid"), ("Loss_D", "Loss_G", "fid"), ("train/d_loss", "train/g_loss", "metrics/fid")]
HOMELY = [("loss_d", "loss_g", "fid"), ("D_loss", "G_loss", "fid"), ("Loss_D", "Loss_G", "FID"), ("d_loss", "g_loss", "fid"), ("loss/d", "loss/g", "eval/fid"), ("discriminator_loss", "generator_loss", "FID")]
HANDY = [("d_loss", "g_loss", "fid"), ("D_loss", "G_loss", "FID"), ("loss_D", "loss_G", "fid"), ("train/loss_d", "train/loss_g", "val/fid"), ("disc_loss", "gen_loss", "fid_score"), ("Loss/D", "Loss/G", "fid")]
NEWER = [("D loss", "G loss", "FID"), ("D", "G", "FID"), ("Loss/D/loss", "Loss/G/loss", "fid50k_full"), ("disc/loss", "gen/loss", "eval/fid")]
NAMES = [
    ("errD", "errG", "fid_score"),
    ("discriminator_loss", "generator_loss", "fid"),
    ("Loss_D", "Loss_G", "FID"),
    ("D/loss", "G/loss", "metrics/fid"),
]


class Game:
    """Both players and their optimizers; faults change these fields while it is played."""

    def __init__(self, plan):
        torch.manual_seed(plan.seed)
        width, depth = (36, 1) if plan.split == "fresh" else (plan.gan.get("width", 64), 2)
        make = {
            "calibration": nets.mlp,
            "former": nets.resnet,
            "unseen": nets.ROWS["highway"],
            "fresh": nets.ROWS["squeeze"],
            "wider": nets.ROWS["barrel"],
            "other": nets.ROWS["tower"],
            "newer": nets.ROWS["hourglass"],
            "genuine": nets.ROWS["crelu"],
            "common": nets.ROWS["scaled"],
            "everyday": nets.ROWS["skipfc"],
            "likely": nets.ROWS["trumpet"],
            "familiar": nets.ROWS["adding"],
            "handy": nets.ROWS["averaging"],
            "homely": nets.ROWS["reminded"],
            "development": nets.gated,
        }[plan.split]
        self.G, self.D = make(8, 2, width, depth), make(2, 1, width, depth)
        self.step_G = torch.optim.Adam(self.G.parameters(), plan.gan.get("lr_g", 1e-3), (0.5, 0.9))
        self.step_D = torch.optim.Adam(self.D.parameters(), plan.gan.get("lr_d", 1e-3), (0.5, 0.9))
        self.average = copy.deepcopy(self.G)
        self.n_d, self.n_g, self.gp = plan.gan.get("n_d", 1), 1, plan.gan.get("gp", 1.0)


def train(plan, directory, logger=None):
    game, kind = Game(plan), plan.gan["kind"]
    c, fixed = centres(plan.split), torch.randn(600, 8)
    real = sample(c, 600)
    log = logger or loggers.choose(plan, "games")
    plan.logger, plan.family = (
        log.name,
        "gan-" + {"calibration": "ring", "former": "grid", "unseen": "spiral", "fresh": "letter", "wider": "heaps", "other": "cross", "newer": "eight", "genuine": "rows", "common": "hexagon", "everyday": "triangle", "likely": "zigzag", "familiar": "clover", "handy": "arrow", "homely": "comb", "development": "rings"}[plan.split],
    )
    log = written.heard(log(directory, plan.rng), plan)
    log.settings({"loss": kind, **{k: v for k, v in plan.gan.items() if k != "kind"}, "batch_size": 64, "seed": plan.seed % 10000})
    names = plan.rng.choice(
        dict(unseen=NAMES, fresh=FRESH, wider=WIDER, other=OTHER, newer=NEWER, genuine=GENUINE, common=COMMON, everyday=EVERYDAY, likely=LIKELY, familiar=FAMILIAR, handy=HANDY, homely=HOMELY).get(
            plan.split, [("d_loss", "g_loss", "fid"), ("loss_D", "loss_G", "FID"), ("D_loss", "G_loss", "fid")]
        )
    )
    plan.history.fid, plan.history.modes, plan.history.d, plan.history.g = [], [], [], []
    for step in range(1, plan.steps + 1):
        for hook in plan.step_hooks:
            hook(step, game)
        d, g = play(game, kind, c)
        plan.history.d.append(d)
        plan.history.g.append(g)
        plan.history.loss.append(d + g)
        told = {}
        if step % plan.gan_every == 0:
            with torch.no_grad():
                fid, modes = quality(game.average(fixed), real, c)
            plan.history.fid.append(fid)
            plan.history.modes.append(modes)
            told = {names[2]: fid, **({"modes": modes} if plan.log_grad else {})}
        if step % plan.log_every == 0 or told:
            log.train(step, step / 100, {names[0]: d, names[1]: g, **told})
    log.close()
    return "step"


def play(game, kind, c):
    for _ in range(game.n_d):
        x = sample(c, 64)
        fake = game.G(torch.randn(64, 8)).detach()
        loss_d = discriminator_loss(kind, game.D(x), game.D(fake))
        game.step_D.zero_grad()
        (loss_d + penalty(kind, game.D, x, fake, game.gp)).backward()
        game.step_D.step()
    for _ in range(game.n_g):
        out = game.D(game.G(torch.randn(64, 8)))
        if kind in ("relativistic", "average"):
            out = out - game.D(sample(c, 64)).detach()
        loss_g = {
            "relativistic": lambda: F.softplus(-out).mean(),
            "average": lambda: 2 * F.relu(1 - out).mean(),
            "ns": lambda: F.softplus(-out).mean(),
            "ls": lambda: ((out - 1) ** 2).mean(),
        }.get(kind, lambda: -out.mean())()
        game.step_G.zero_grad()
        loss_g.backward()
        game.step_G.step()
    with torch.no_grad():
        for a, b in zip(game.average.parameters(), game.G.parameters()):
            a.lerp_(b, 0.03)
    return loss_d.item(), loss_g.item()
