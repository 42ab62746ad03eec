"""The agent of the split `other`: PPO in a page, a gatherer on a line of nine fields who must go to where the fruit is and is told what it costs to walk."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import loggers
from .habits_other import Player, Underscored
from .updates import play

FIELDS, PLAYERS = 9, 16
NAMES = [
    ("episode_reward_mean", "entropy", "policy_loss", "value_loss", "approx_kl"),
    ("return", "pi_entropy", "actor", "critic_loss", "kl"),
    ("mean_reward", "entropy", "surrogate_loss", "value_function_loss", "kl"),
]


def told(at, fruit):
    return torch.from_numpy(np.concatenate([np.eye(FIELDS)[at], np.eye(FIELDS)[fruit]], 1).astype("f4"))


def episodes(net, rng, T):
    at, fruit, S, A, P, R = rng.integers(0, FIELDS, PLAYERS), rng.integers(0, FIELDS, PLAYERS), [], [], [], []
    for _ in range(T):
        s = told(at, fruit)
        with torch.no_grad():
            p = torch.nan_to_num(F.softmax(net[0](s), 1), nan=1 / 3)
        a = torch.multinomial(p, 1)[:, 0]
        step = np.where(rng.random(PLAYERS) < 0.1, rng.integers(-1, 2, PLAYERS), a.numpy() - 1)
        at = np.clip(at + step, 0, FIELDS - 1)
        found = at == fruit
        S.append(s), A.append(a), P.append(p.gather(1, a[:, None])[:, 0]), R.append(found - 0.01 * (step != 0))
        fruit = np.where(found, rng.integers(0, FIELDS, PLAYERS), fruit)
    return torch.stack(S), torch.stack(A), torch.stack(P), np.array(R)


def learn(a, S, A, P, R, net, optimizer):
    T, gains = len(R), torch.from_numpy(R.astype("f4")) * a["scale"]
    with torch.no_grad():
        V = net[1](S)[:, :, 0]
        advantage, last = torch.zeros_like(V), torch.zeros(PLAYERS)
        for t in reversed(range(T)):
            after = V[t + 1] if t + 1 < T else V[t]
            last = gains[t] + 0.9 * after - V[t] + 0.9 * 0.9 * last
            advantage[t] = last
        G = (advantage + V).view(-1)
        advantage = ((advantage - advantage.mean()) / (advantage.std() + 1e-6)).view(-1)
    s, taken, old = S.view(-1, S.shape[2]), A.view(-1), P.view(-1).clamp_min(1e-8)
    for _ in range(3):
        logp = F.log_softmax(net[0](s), 1)
        ratio = logp.gather(1, taken[:, None])[:, 0].exp() / old
        policy = -torch.min(ratio * advantage, ratio.clamp(0.8, 1.2) * advantage).mean()
        value, entropy = F.mse_loss(net[1](s)[:, 0], G), -(logp.exp() * logp).sum(1).mean()
        optimizer.zero_grad()
        (policy + 0.5 * value - a["entropy"] * entropy).backward()
        if a["clip"]:
            nn.utils.clip_grad_norm_(net.parameters(), a["clip"])
        optimizer.step()
    kl = float((old.log() - logp.gather(1, taken[:, None])[:, 0]).mean())
    return float(entropy), float(policy), float(value), kl


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    layers = lambda out: nn.Sequential(nn.Linear(2 * FIELDS, 32), nn.Tanh(), nn.Linear(32, out))
    a, rng, net = plan.agent, np.random.default_rng(plan.seed), nn.ModuleList([layers(3), layers(1)])
    optimizer = plan.optimizer_now = torch.optim.Adam(net.parameters(), a["lr"])
    kind, names = logger or plan.rng.choice([loggers.Jsonl, loggers.Csv, Player, Underscored]), plan.rng.choice(NAMES)
    plan.logger, plan.family, log = kind.name, "ppo-gatherer", kind(directory, plan.rng)
    log.settings(
        {"algo": "ppo", "env": "gatherer", "lr": a["lr"], "ent_coef": a["entropy"], "max_steps": plan.steps, "seed": plan.seed % 10000}
    )
    rollout, update = lambda: episodes(net, rng, a["T"]), lambda played: learn(a, *played, net, optimizer)
    return play(plan, a, optimizer, log, names, rollout, update)
