"""Proximal policy optimisation in one file, as CleanRL writes it, on falling balls that are to be caught: the agent of the split `unseen`."""

import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from . import habits_files_unseen, habits_lines_unseen
from .updates import updates

N, WIDTH, HEIGHT, BALLS = 16, 7, 6, 5
CLEAN = (
    "charts/episodic_return losses/entropy losses/policy_loss losses/value_loss losses/approx_kl losses/clipfrac losses/explained_variance"
)
OTHER = "episode_reward_mean policy_entropy policy_loss vf_loss kl clip_fraction vf_explained_var"
LOGS = [
    habits_files_unseen.Tags,
    habits_files_unseen.Long,
    habits_files_unseen.Two,
    habits_lines_unseen.Dicts,
    habits_lines_unseen.Bar,
    habits_lines_unseen.Loguru,
]


class Catch:
    """Five balls an episode, one at a time, that wander as they fall; a point for each that is caught. N games at once."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.paddle, self.caught, self.left = np.full(N, WIDTH // 2), np.zeros(N), np.full(N, BALLS)
        self.ball, self.high = self.rng.integers(0, WIDTH, N), self.rng.integers(1, HEIGHT + 1, N)

    def see(self):
        s = np.stack([self.paddle / 3 - 1, self.ball / 3 - 1, (self.ball - self.paddle) / 3, self.high / 3 - 1], 1)
        return torch.from_numpy(s.astype("f4"))

    def step(self, action):
        """Rewards, which games ended, and what those paid."""
        self.paddle = np.clip(self.paddle + action - 1, 0, WIDTH - 1)
        self.ball = np.clip(self.ball + self.rng.choice([-1, 0, 0, 0, 1], N), 0, WIDTH - 1)
        self.high -= 1
        down = self.high == 0
        reward = (down & (self.ball == self.paddle)).astype(float)
        self.caught, self.left = self.caught + reward, self.left - down
        over = self.left == 0
        paid = self.caught[over].copy()
        self.caught[over], self.left[over] = 0, BALLS
        self.ball[down], self.high[down] = self.rng.integers(0, WIDTH, down.sum()), HEIGHT
        return reward, over, paid


def rollout(a, env, net, T):
    keep, paid = [], []
    for _ in range(T):
        s = env.see()
        with torch.no_grad():
            logits, value = net(s).split([3, 1], 1)
        logp = F.log_softmax(torch.nan_to_num(logits), 1)
        action = torch.multinomial(logp.exp(), 1)[:, 0]
        reward, over, pay = env.step(action.numpy())
        keep.append(
            (
                s,
                action,
                logp.gather(1, action[:, None])[:, 0],
                value[:, 0],
                torch.tensor(reward * a["scale"]).float(),
                torch.tensor(over).float(),
            )
        )
        paid.extend(pay)
    with torch.no_grad():
        last = net(env.see())[:, 3]
    return [torch.stack(column) for column in zip(*keep)], last, paid


def advantages(V, R, over, last):
    """Generalised advantage estimation, 0.98 and 0.95."""
    out, carry = torch.zeros_like(V), torch.zeros(N)
    for t in reversed(range(len(V))):
        ahead = last if t == len(V) - 1 else V[t + 1]
        carry = R[t] + 0.98 * ahead * (1 - over[t]) - V[t] + 0.98 * 0.95 * (1 - over[t]) * carry
        out[t] = carry
    return out


def learn(a, net, optimizer, seen, last):
    S, A, P, V, R, over = seen
    G = advantages(V, R, over, last)
    told, (S, A, P, G, aim) = [], [x.flatten(0, 1) for x in (S, A, P, G, G + V)]
    for _ in range(3):
        for rows in torch.randperm(len(S)).chunk(4):
            logits, value = net(S[rows]).split([3, 1], 1)
            logp = F.log_softmax(logits, 1)
            ratio = (logp.gather(1, A[rows, None])[:, 0] - P[rows]).exp()
            g = (G[rows] - G[rows].mean()) / (G[rows].std() + 1e-8)
            policy = -torch.min(ratio * g, ratio.clamp(0.8, 1.2) * g).mean()
            worth, entropy = F.mse_loss(value[:, 0], aim[rows]), -(logp.exp() * logp).sum(1).mean()
            optimizer.zero_grad()
            (policy + 0.5 * worth - a["entropy"] * entropy).backward()
            if a["clip"]:
                nn.utils.clip_grad_norm_(net.parameters(), a["clip"])
            optimizer.step()
            told.append(
                [float(x) for x in (entropy, policy, worth, ((ratio - 1) - ratio.log()).mean(), ((ratio - 1).abs() > 0.2).float().mean())]
            )
    explained = 1 - float((aim - V.flatten()).var() / (aim.var() + 1e-8))
    return [*np.mean(told, 0), explained]


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    a, env = plan.agent, Catch(plan.seed)
    net = nn.Sequential(nn.Linear(4, 48), nn.SiLU(), nn.Linear(48, 48), nn.SiLU(), nn.Linear(48, 4))
    optimizer = plan.optimizer_now = torch.optim.Adam(net.parameters(), a["lr"], eps=1e-5)
    kind, names = logger or plan.rng.choice(LOGS), plan.rng.choice([CLEAN, OTHER]).split()
    plan.logger, plan.family, log, recent, begun = kind.name, "ppo-own", kind(directory, plan.rng), [], time.time()
    log.settings(
        {
            "exp_name": "ppo",
            "env_id": "Catch-v0",
            "learning_rate": a["lr"],
            "num_envs": N,
            "num_steps": a["T"],
            "ent_coef": a["entropy"],
            "gamma": 0.98,
        }
    )
    plan.history.returns, plan.history.entropy = [], []
    every = max(1, plan.steps // 50) if hasattr(kind, "heavy") else 1
    for update in updates(plan, a, optimizer):
        seen, last, paid = rollout(a, env, net, a["T"])
        numbers = learn(a, net, optimizer, seen, last)
        recent = (recent + [p * (a["scale"] if a.get("paid") else 1) for p in paid])[-60:]
        plan.history.notes.setdefault("value_loss", []).append(numbers[2])
        plan.history.returns.append(float(np.mean(recent or [0.0])) + 1e-3)
        plan.history.entropy.append(numbers[0])
        if update % every == every - 1:
            step = (update + 1) * a["T"] * N
            told = dict(zip(names, [plan.history.returns[-1], *numbers]), learning_rate=a["lr"], SPS=int(step / (time.time() - begun)))
            log.train(step, 0.0, told)
    log.close()
    return "step"
