"""An advantage actor-critic on CartPole, both written here and vectorised in NumPy: the calibration split's agent."""

import json
import os

import numpy as np
import torch
from torch.nn import functional as F

from tasks import nets
from . import loggers
from .updates import updates


class CartPole:
    """Barto, Sutton and Anderson 1983, with Gym's constants; n poles at once."""

    def __init__(self, n, cap, seed):
        self.rng, self.cap = np.random.default_rng(seed), cap
        self.state, self.age = self.rng.uniform(-0.05, 0.05, (n, 4)), np.zeros(n, int)

    def step(self, action):
        x, v, angle, turn = self.state.T
        force, c, s = np.where(action == 1, 10.0, -10.0), np.cos(angle), np.sin(angle)
        push = (force + 0.05 * turn**2 * s) / 1.1
        turn_rate = (9.8 * s - c * push) / (0.5 * (4 / 3 - 0.1 * c * c / 1.1))
        speed_up = push - 0.05 * turn_rate * c / 1.1
        self.state = np.stack([x + 0.02 * v, v + 0.02 * speed_up, angle + 0.02 * turn, turn + 0.02 * turn_rate], 1)
        self.age += 1
        done = (abs(self.state[:, 0]) > 2.4) | (abs(self.state[:, 2]) > 0.2095) | (self.age >= self.cap)
        lengths = self.age[done].copy()
        self.state[done], self.age[done] = self.rng.uniform(-0.05, 0.05, (int(done.sum()), 4)), 0
        return done, lengths


class Monitor:
    """stable-baselines3's monitor.csv: a line an episode."""

    name = "monitor"

    def __init__(self, directory, rng):
        self.file = open(os.path.join(directory, "monitor.csv"), "w", encoding="utf-8")
        self.file.write("#" + json.dumps({"t_start": 1767600000.5, "env_id": "CartPole-v1"}) + "\nr,l,t\n")
        self.time = 0.0

    def episode(self, length, pay):
        self.time += length * 1e-4
        self.file.write(f"{float(length * pay):.6f},{length},{self.time:.6f}\n")

    def settings(self, values):
        pass

    def train(self, step, epoch, values):
        pass

    def close(self):
        self.file.close()


def rollout(plan, env, policy, T):
    states, actions, ends, returns = [], [], [], []
    scale = np.array([1, 1, 5, 1])
    with torch.no_grad():
        for _ in range(T):
            s = torch.from_numpy((env.state * scale).astype("f4"))
            p = torch.nan_to_num(F.softmax(policy(s), 1), nan=0.5)
            a = torch.multinomial(p, 1)[:, 0].numpy()
            done, lengths = env.step(a)
            states.append(s), actions.append(a), ends.append(done), returns.extend(lengths)
        last = torch.from_numpy((env.state * scale).astype("f4"))
    return torch.cat(states), torch.from_numpy(np.concatenate(actions)), np.array(ends), returns, last


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    a, T, n = plan.agent, plan.agent["T"], 16
    env, policy, value = CartPole(n, a["cap"], plan.seed % 99999), nets.mlp(4, 2, 64, 1, "tanh"), nets.mlp(4, 1, 64, 2, "tanh")
    weights = list(policy.parameters()) + list(value.parameters())
    optimizer = plan.optimizer_now = torch.optim.Adam(weights, a["lr"])
    kind = logger or plan.rng.choice([loggers.Jsonl, loggers.Csv, Monitor, loggers.TensorBoard])
    plan.logger, plan.family, log, recent = kind.name, "a2c", kind(directory, plan.rng), []
    log.settings(
        {
            "algo": "a2c",
            "env": "CartPole-v1",
            "learning_rate": a["lr"],
            "gamma": 0.99,
            "ent_coef": a["entropy"],
            "n_envs": n,
            "seed": plan.seed % 10000,
        }
    )
    plan.history.returns, plan.history.entropy = [], []
    for update in updates(plan, a, optimizer):
        S, A, ends, lengths, last = rollout(plan, env, policy, T)
        values = learn(a, S, A, ends, last, policy, value, optimizer, weights, T, n)
        plan.history.notes.setdefault("value_loss", []).append(values["losses/value_loss"])
        pay = a["scale"] if a.get("paid") else 1  # what a step is worth, in the log's coin
        recent = (recent + [length * pay for length in lengths])[-40:]
        for length in lengths if kind is Monitor else ():
            log.episode(length, pay)
        if recent:
            plan.history.returns.append(float(np.mean(recent)))
            plan.history.entropy.append(values["losses/entropy"])
            log.train((update + 1) * T * n, 0.0, {"rollout/ep_rew_mean": float(np.mean(recent)), **values})
    log.close()
    return "step"


def learn(a, S, A, ends, last, policy, value, optimizer, weights, T, n):
    with torch.no_grad():
        g = value(last)[:, 0].numpy() / 0.02
    G = np.zeros((T, n))
    for t in reversed(range(T)):
        g = a["scale"] * 1.0 + 0.99 * g * (1 - ends[t])
        G[t] = g
    G = torch.from_numpy((G.reshape(-1) * 0.02).astype("f4"))
    V = value(S)[:, 0]
    adv = (G - V).detach()
    adv = (adv - adv.mean()) / (adv.std() + 1e-6)
    logp = F.log_softmax(policy(S), 1)
    entropy = -(logp.exp() * logp).sum(1).mean()
    policy_loss, value_loss = -(logp.gather(1, A[:, None])[:, 0] * adv).mean(), F.mse_loss(V, G)
    optimizer.zero_grad()
    (policy_loss + 10 * value_loss - a["entropy"] * entropy).backward()
    if a["clip"]:
        torch.nn.utils.clip_grad_norm_(weights, a["clip"])
    optimizer.step()
    return {
        "losses/policy_loss": float(policy_loss),
        "losses/value_loss": float(value_loss),
        "losses/entropy": float(entropy),
        "charts/learning_rate": a["lr"],
    }
