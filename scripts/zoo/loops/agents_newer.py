"""The agent of the split `newer`: PPO as CleanRL has it (minibatches, several passes, advantages by GAE), a boat that is to dock against the current. Its logs:
CleanRL's lines and tags, RSL-RL's blocks, Tianshou's tests, and what services keep."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .habits_files_newer import BoardExport, ClearMl, TwoWriters, Verl, WandbExport
from .habits_free_newer import Free
from .lines import Lines, rest
from .updates import play

BOATS, PUSH = 16, torch.tensor([[0.0, 0.0], [1, 0], [-1, 0], [0, 1], [0, -1]])
NAMES = ["charts/episodic_return", "losses/entropy", "losses/policy_loss", "losses/value_loss", "losses/approx_kl"]
PLAIN = [
    ("mean_return", "entropy", "pg_loss", "v_loss", "kl"),
    ("rollout/return_mean", "train/entropy", "train/policy_loss", "train/value_loss", "train/approx_kl"),
    ("episode_return", "policy_entropy", "actor_loss", "critic_loss", "kl_div"),
]


class CleanRl(Lines):
    """Each episode that ends is printed, and the speed; the losses go to TensorBoard under the tags of NAMES."""

    name, heavy, known = "cleanrl", True, NAMES

    def __init__(self, directory, rng):
        from torch.utils.tensorboard import SummaryWriter

        self.files = ["train.out", "stdout.log"]
        super().__init__(directory, rng)
        self.writer = SummaryWriter(directory)

    def train(self, step, epoch, values):
        told = rest(values)
        self.file.write(f"global_step={step}, episodic_return={told[self.known[0]]}\nSPS: {int(1 / max(self.took(), 1e-6))}\n")
        for k, v in told.items():
            self.writer.add_scalar(k, v, step)

    def close(self):
        self.writer.close()
        super().close()


class RslRl(Lines):
    """A block an iteration, numbers behind names of a width."""

    name, files, count = "rsl-rl", ["train.log", "nohup.out"], 0
    known = ["Mean reward", "Mean entropy", "Surrogate loss", "Value function loss", "Mean KL"]

    def train(self, step, epoch, values):
        self.count += 1
        head = f" Learning iteration {self.count - 1}/{self.told.get('iterations', self.count)} "
        lines = "".join(f"{k + ':':>35} {v:.4f}\n" for k, v in rest(values).items())
        took = self.took()
        self.file.write(
            f"{'#' * 80}\n{head:^80}\n\n{'Computation:':>35} {1 / max(took, 1e-6):.0f} steps/s (collection: {took / 2:.3f}s, learning {took / 2:.3f}s)\n"
            f"{lines}{'-' * 80}\n{'Total timesteps:':>35} {step}\n{'Iteration time:':>35} {took:.2f}s\n\n"
        )


class Tianshou(Lines):
    """Numbers of an epoch, and its test with what was best."""

    name, files, count, best = "tianshou", ["train.log", "output.txt"], 0, (float("-inf"), 0)
    known = ["rew", "ent", "clip_loss", "vf_loss", "kl"]

    def train(self, step, epoch, values):
        self.count, told = self.count + 1, rest(values)
        parts = ", ".join(f"{k}={v:.3f}" for k, v in {"env_step": step, "gradient_step": 4 * self.count, **told}.items())
        n = self.told.get("step_per_epoch", 1)
        self.file.write(f"Epoch #{self.count}: {n + 1}it [00:00, {n / max(self.took(), 1e-6):.2f}it/s, {parts}]\n")
        self.best = max(self.best, (told["rew"], self.count))
        self.file.write(
            f"Epoch #{self.count}: test_reward: {told['rew']:.6f} ± 0.410000, best_reward: {self.best[0]:.6f} ± 0.410000 in #{self.best[1]}\n"
        )




def episodes(net, g, T):
    """States, actions, their probabilities, and rewards (T, boats): a point a step at the berth, less beside it."""
    at, go, S, A, P, R = torch.rand(BOATS, 2, generator=g) * 3 - 1.5, torch.zeros(BOATS, 2), [], [], [], []
    current = 0.25 * torch.randn(BOATS, 2, generator=g)
    for _ in range(T):
        s = torch.cat([at, go, current], 1)
        with torch.no_grad():
            p = torch.nan_to_num(F.softmax(net[0](s), 1), nan=0.2)
        a = torch.multinomial(p, 1)[:, 0]
        go = 0.7 * go + 0.16 * (PUSH[a] + current)
        at = (at + go).clamp(-3, 3)
        S.append(s), A.append(a), P.append(p.gather(1, a[:, None])[:, 0]), R.append(torch.exp(-2 * at.norm(dim=1)))
    return torch.stack(S), torch.stack(A), torch.stack(P), torch.stack(R)


def advantages(R, V):
    out, last = torch.zeros_like(V), torch.zeros(BOATS)
    for t in reversed(range(len(R))):
        after = V[t + 1] if t + 1 < len(R) else V[t]
        last = R[t] + 0.92 * after - V[t] + 0.92 * 0.92 * last
        out[t] = last
    return out


def learn(a, S, A, P, R, net, optimizer):
    """Two passes of two minibatches; what the last of them said."""
    with torch.no_grad():
        V = net[1](S)[:, :, 0]
        gain = advantages(a["scale"] * R, V)
    G, gain, s, taken, old = (gain + V).view(-1), gain.view(-1), S.view(-1, 6), A.view(-1), P.view(-1).clamp_min(1e-8)
    for _ in range(2):
        for rows in torch.randperm(len(s)).chunk(2):
            logp, good = F.log_softmax(net[0](s[rows]), 1), gain[rows]
            good = (good - good.mean()) / (good.std() + 1e-8)
            change = logp.gather(1, taken[rows, None])[:, 0] - old[rows].log()
            policy = torch.max(-good * change.exp(), -good * change.exp().clamp(0.8, 1.2)).mean()
            value, entropy = 0.5 * F.mse_loss(net[1](s[rows])[:, 0], G[rows]), -(logp.exp() * logp).sum(1).mean()
            optimizer.zero_grad()
            (policy + 0.5 * value - a["entropy"] * entropy).backward()
            if a["clip"]:
                nn.utils.clip_grad_norm_(net.parameters(), a["clip"])
            optimizer.step()
    kl = float((change.exp() - 1 - change).mean().detach())
    return float(entropy), float(policy), float(value), kl


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    layers = lambda out: nn.Sequential(nn.Linear(6, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh(), nn.Linear(40, out))
    a, g, net = plan.agent, torch.Generator().manual_seed(plan.seed), nn.ModuleList([layers(5), layers(1)])
    optimizer = plan.optimizer_now = torch.optim.Adam(net.parameters(), a["lr"], eps=1e-5)
    kind = logger or plan.rng.choice([CleanRl, CleanRl, RslRl, RslRl, Tianshou, Tianshou, Free, Verl, ClearMl, WandbExport, BoardExport, TwoWriters])
    names = getattr(kind, "known", None) or plan.rng.choice(PLAIN)
    plan.logger, plan.family, log = kind.name, "ppo-docking", kind(directory, plan.rng)
    told = {"env_id": "Dock-v0", "learning_rate": a["lr"], "ent_coef": a["entropy"], "num_envs": BOATS, "num_steps": a["T"], "gamma": 0.92}
    log.settings({**told, "iterations": plan.steps, "step_per_epoch": a["T"] * BOATS, "seed": plan.seed % 10000})
    rollout, update = lambda: episodes(net, g, a["T"]), lambda played: learn(a, *played, net, optimizer)
    return play(plan, a, optimizer, log, names, rollout, update)
