"""The agent of the split `wider`: advantages over several steps, one body for actor and critic, RMSprop. It chases a light around a ring of twelve lamps,
which it sees wrongly now and then. Its log counts updates or environment steps."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import loggers
from .habits_wider import Phases, Tabs
from .updates import play

LAMPS, PLAYERS, MOVES = 12, 16, np.array([-2, -1, 0, 1, 2])
NAMES = [
    ("reward/mean", "entropy", "loss/policy", "loss/value"),
    ("avg_return", "policy_entropy", "pg_loss", "vf_loss"),
    ("train/episode_reward", "train/entropy", "train/actor_loss", "train/critic_loss"),
]


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(LAMPS + 3, 40), nn.Tanh(), nn.Linear(40, 40), nn.Tanh())
        self.actor, self.critic = nn.Linear(40, len(MOVES)), nn.Linear(40, 1)

    def forward(self, s):
        h = self.body(s)
        return self.actor(h), self.critic(h)[:, 0]


def seen(rng, far, drift):
    """Where the light is from here, one time in ten somewhere else, and which way it went."""
    told = np.where(rng.random(PLAYERS) < 0.1, rng.integers(0, LAMPS, PLAYERS), far % LAMPS)
    return torch.from_numpy(np.concatenate([np.eye(LAMPS)[told], np.eye(3)[drift + 1]], 1).astype("f4"))


def episodes(net, rng, T):
    """States, actions, rewards (T, players): one on the light, a third beside it."""
    far, drift, S, A, R = rng.integers(0, LAMPS, PLAYERS), rng.integers(-1, 2, PLAYERS), [], [], []
    for _ in range(T):
        s = seen(rng, far, drift)
        with torch.no_grad():
            a = torch.multinomial(torch.nan_to_num(F.softmax(net(s)[0], 1), nan=0.2), 1)[:, 0]
        drift = np.where(rng.random(PLAYERS) < 0.15, rng.integers(-1, 2, PLAYERS), drift)
        far = (far + drift - MOVES[a.numpy()]) % LAMPS
        S.append(s), A.append(a), R.append((far == 0) + 0.33 * ((far == 1) | (far == LAMPS - 1)))
    return torch.stack(S), torch.stack(A), np.array(R)


def learn(a, S, A, R, net, optimizer):
    T = len(R)
    logits, V = net(S.view(-1, S.shape[2]))
    V, told = V.view(T, -1), torch.from_numpy(R.astype("f4")) * a["scale"] * 0.3
    G, advantage, last = torch.zeros_like(V), torch.zeros_like(V), torch.zeros(PLAYERS)
    with torch.no_grad():
        for t in reversed(range(T)):
            after = V[t + 1] if t + 1 < T else V[t]
            last = told[t] + 0.8 * after - V[t] + 0.8 * 0.9 * last
            advantage[t], G[t] = last, last + V[t]
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    logp = F.log_softmax(logits, 1)
    entropy = -(logp.exp() * logp).sum(1).mean()
    policy = -(logp.gather(1, A.view(-1, 1))[:, 0] * advantage.view(-1)).mean()
    value = F.mse_loss(V, G)
    optimizer.zero_grad()
    (policy + 0.5 * value - a["entropy"] * entropy).backward()
    if a["clip"]:
        nn.utils.clip_grad_norm_(net.parameters(), a["clip"])
    optimizer.step()
    return float(entropy), float(policy), float(value)


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    a, rng, net = plan.agent, np.random.default_rng(plan.seed), ActorCritic()
    optimizer = plan.optimizer_now = torch.optim.RMSprop(net.parameters(), a["lr"], 0.99, 1e-5)
    kind, names = logger or plan.rng.choice([loggers.Jsonl, loggers.Csv, Tabs, Phases]), plan.rng.choice(NAMES)
    plan.logger, plan.family, log = kind.name, "a2c-shared", kind(directory, plan.rng)
    log.settings({"algo": "a2c", "env": "ring", "learning_rate": a["lr"], "ent_coef": a["entropy"], "seed": plan.seed % 10000})
    rollout, update = lambda: episodes(net, rng, a["T"]), lambda played: learn(a, *played, net, optimizer)
    return play(plan, a, optimizer, log, names, rollout, update, lambda: {"learning_rate": a["lr"]})
