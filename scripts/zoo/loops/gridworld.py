"""REINFORCE with a baseline in a small maze, both written here: the development split's agent. Its log counts updates, and some of its
returns are below zero all the way, as where every step costs."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import loggers
from .updates import updates

SIDE, EPISODES = 6, 32
MOVES = np.array([[0, 1], [1, 0], [0, -1], [-1, 0]])
NAMES = [("episode_return", "entropy", "policy_loss", "value_loss"), ("mean_reward", "policy_entropy", "actor_loss", "critic_loss")]


def players():
    make = lambda outputs: nn.Sequential(nn.Linear(SIDE * SIDE, 32), nn.GELU(), nn.LayerNorm(32), nn.Linear(32, outputs))
    return make(4), make(1)


def episodes(policy, rng, T):
    """States, actions, who still walks, and rewards of T steps each; 10 for the corner, less the later it is reached."""
    place, alive = rng.integers(0, SIDE - 2, (EPISODES, 2)), np.ones(EPISODES, bool)
    states, actions, masks, rewards = [], [], [], []
    for t in range(T):
        s = torch.zeros(EPISODES, SIDE * SIDE)
        s[torch.arange(EPISODES), torch.from_numpy(place[:, 0] * SIDE + place[:, 1])] = 1
        with torch.no_grad():
            a = torch.multinomial(torch.nan_to_num(F.softmax(policy(s), 1), nan=0.25), 1)[:, 0]
        place = np.clip(place + MOVES[a.numpy()], 0, SIDE - 1)
        there = alive & (place == SIDE - 1).all(1)
        states.append(s), actions.append(a), masks.append(alive.copy()), rewards.append(there * 10.0 * (1 - 0.5 * t / T))
        alive &= ~there
    return torch.cat(states), torch.cat(actions), np.array(masks), np.array(rewards)


def learn(a, played, policy, value, optimizer, weights):
    S, A, masks, rewards = played
    G = np.cumsum(rewards[::-1], 0)[::-1].copy() * a["scale"]
    rows = torch.from_numpy(masks.ravel())
    S, A, G = S[rows], A[rows], torch.from_numpy((G.ravel() * 0.2).astype("f4"))[rows]
    V = value(S)[:, 0]
    advantage = (G - V).detach()
    advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
    logp = F.log_softmax(policy(S), 1)
    entropy = -(logp.exp() * logp).sum(1).mean()
    policy_loss, value_loss = -(logp.gather(1, A[:, None])[:, 0] * advantage).mean(), F.mse_loss(V, G)
    optimizer.zero_grad()
    (policy_loss + value_loss - a["entropy"] * entropy).backward()
    if a["clip"]:
        nn.utils.clip_grad_norm_(weights, a["clip"])
    optimizer.step()
    return float(entropy), float(policy_loss), float(value_loss)


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    a, rng, (policy, value) = plan.agent, np.random.default_rng(plan.seed), players()
    weights = list(policy.parameters()) + list(value.parameters())
    optimizer = plan.optimizer_now = torch.optim.Adam(weights, a["lr"])
    kind, names = logger or plan.rng.choice([loggers.Jsonl, loggers.Csv, loggers.TensorBoard]), plan.rng.choice(NAMES)
    plan.logger, plan.family, log = kind.name, "reinforce", kind(directory, plan.rng)
    log.settings({"algo": "reinforce", "env": "maze", "learning_rate": a["lr"], "ent_coef": a["entropy"], "seed": plan.seed % 10000})
    plan.history.returns, plan.history.entropy = [], []
    for update in updates(plan, a, optimizer):
        played = episodes(policy, rng, a["T"])
        entropy, policy_loss, value_loss = learn(a, played, policy, value, optimizer, weights)
        plan.history.returns.append(float(played[3].sum(0).mean()) + 1e-3)
        plan.history.entropy.append(entropy)
        plan.history.notes.setdefault("value_loss", []).append(value_loss)
        told = plan.history.returns[-1] * (a["scale"] if a.get("paid") else 1) + a["offset"]
        log.train(update + 1, 0.0, dict(zip(names, (told, entropy, policy_loss, value_loss)), learning_rate=a["lr"]))
    log.close()
    return "step"
