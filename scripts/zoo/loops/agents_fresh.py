"""Agents of the split `fresh`: a vanilla policy gradient with a Gaussian policy that holds a hovering drone at its height (as Spinning Up has it), and
a small writer of tokens that is rewarded by a rule, its baseline the mean of a group of answers (GRPO; Shao and others 2024)."""

import math
import time

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from .habits_files_fresh import Groups, Polars, Rllib, SpinningUp, StructLog
from .habits_small_fresh import LogFmt, TorchTune
from .lines import Lines, rest
from .updates import updates

DRONES, TOKENS, LENGTH, PROMPTS, GROUP = 32, 12, 8, 6, 10
NAMES = {
    SpinningUp: "AverageEpRet Entropy LossPi LossV KL",
    Rllib: "episode_reward_mean entropy policy_loss vf_loss kl",
    None: "return_mean entropy actor_loss critic_loss approx_kl",
}


class Printed(Lines):
    """What a trainer of language models prints of a dict, a line a step."""

    name, files = "trl print", ["train.log", "grpo.out"]

    def train(self, step, epoch, values):
        named = {k: round(v, 4) if abs(v) > 1e-3 else v for k, v in rest(values).items()}
        self.file.write(str({**named, "epoch": round(epoch, 2)}) + "\n")


class Drone:
    """Height over the wished one, speed and wind; thrust pushes. Forty steps, a point each at the right height."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.begin()

    def begin(self):
        self.high, self.speed = self.rng.uniform(-2, 2, DRONES), self.rng.uniform(-0.5, 0.5, DRONES)
        self.wind = self.rng.normal(0, 0.3, DRONES)

    def see(self):
        return torch.from_numpy(np.stack([self.high, self.speed, self.wind], 1).astype("f4"))

    def step(self, thrust):
        self.wind = 0.95 * self.wind + self.rng.normal(0, 0.08, DRONES)
        self.speed = np.clip(0.9 * self.speed + 0.25 * (np.clip(thrust, -2, 2) + self.wind - 0.5), -2, 2)
        self.high = np.clip(self.high + 0.25 * self.speed, -3, 3)
        return np.exp(-2 * np.abs(self.high))


def flown(a, env, policy, spread):
    """States, thrusts and rewards of one episode of all drones."""
    env.begin()
    S, A, R = [], [], []
    for _ in range(a["T"]):
        s = env.see()
        with torch.no_grad():
            mean = policy(s)[:, 0]
        thrust = mean + spread.detach().exp() * torch.randn(DRONES)
        R.append(env.step(torch.nan_to_num(thrust).numpy()))
        S.append(s), A.append(thrust)
    return torch.stack(S), torch.stack(A), np.array(R)


def improve(a, policy, spread, value, optimizers, played):
    S, A, R = played
    G = torch.from_numpy(np.cumsum(R[::-1], 0)[::-1].copy() * a["scale"]).float() / 10
    S, A, G = S.flatten(0, 1), A.flatten(), G.flatten()
    with torch.no_grad():
        advantage = G - value(S)[:, 0]
        advantage = (advantage - advantage.mean()) / (advantage.std() + 1e-6)
        before = policy(S)[:, 0]
    logp = -0.5 * ((A - policy(S)[:, 0]) / spread.exp()) ** 2 - spread
    loss, entropy = -(logp * advantage).mean(), (spread + 0.5 * math.log(2 * math.pi * math.e)).squeeze()
    optimizers[0].zero_grad()
    (loss - a["entropy"] * entropy).backward()
    if a["clip"]:
        nn.utils.clip_grad_norm_([*policy.parameters(), spread], a["clip"])
    optimizers[0].step()
    for _ in range(6):
        worth = F.mse_loss(value(S)[:, 0], G)
        optimizers[1].zero_grad()
        worth.backward()
        if a["clip"]:
            nn.utils.clip_grad_norm_(value.parameters(), 10.0)
        optimizers[1].step()
    with torch.no_grad():
        kl = float((((policy(S)[:, 0] - before) / spread.exp()) ** 2).mean() / 2)
    return float(entropy), float(loss), float(worth), kl


def hover(plan, directory, logger=None):
    a, env = plan.agent, Drone(plan.seed)
    make = lambda: nn.Sequential(nn.Linear(3, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, 1))
    policy, value, spread = make(), make(), nn.Parameter(torch.tensor([-0.5]))
    optimizers = [torch.optim.Adam([*policy.parameters(), spread], a["lr"]), torch.optim.Adam(value.parameters(), 3e-3)]
    kind = logger or plan.rng.choice([SpinningUp, SpinningUp, Rllib, StructLog, LogFmt, Polars, Groups])
    names, log, begun = NAMES.get(kind, NAMES[None]).split(), kind(directory, plan.rng), time.time()
    plan.logger, plan.family = kind.name, "vpg-gaussian"
    log.settings({"env": "Hover-v0", "algo": "vpg", "pi_lr": a["lr"], "vf_lr": 3e-3, "ent_coef": a["entropy"], "seed": plan.seed % 10000})
    for update in updates(plan, a, optimizers[0]):
        played = flown(a, env, policy, spread)
        entropy, loss, worth, kl = improve(a, policy, spread, value, optimizers, played)
        with torch.no_grad():
            spread.clamp_(-3.0, 1.0)
        paid = float(played[2].sum(0).mean())
        plan.history.returns.append(paid + 1e-3)
        plan.history.entropy.append(entropy)
        plan.history.notes.setdefault("value_loss", []).append(worth)
        told = dict(zip(names, (paid * (a["scale"] if a.get("paid") else 1), entropy, loss, worth, kl)))
        log.train((update + 1) * a["unit"], 0.0, {**told, "Time" if kind is SpinningUp else "time_total_s": round(time.time() - begun, 3)})
    log.close()


class Writer(nn.Module):
    """The next token from the prompt, the place and the last token."""

    def __init__(self):
        super().__init__()
        self.parts = nn.ModuleList([nn.Embedding(n, 24) for n in (PROMPTS, LENGTH, TOKENS + 1)])
        self.body = nn.Sequential(nn.Linear(72, 64), nn.GELU(), nn.Linear(64, TOKENS))

    def forward(self, prompt, place, last):
        return self.body(torch.cat([part(i) for part, i in zip(self.parts, (prompt, place, last))], -1))


def written(net, prompt):
    tokens = [torch.full_like(prompt, TOKENS)]
    with torch.no_grad():
        for i in range(LENGTH):
            p = F.softmax(torch.nan_to_num(net(prompt, torch.full_like(prompt, i), tokens[-1])), 1)
            tokens.append(torch.multinomial(p, 1)[:, 0])
    return torch.stack(tokens, 1)


def grpo(plan, directory, logger=None):
    a, net = plan.agent, Writer()
    optimizer = plan.optimizer_now = torch.optim.AdamW(net.parameters(), a["lr"], weight_decay=0.0)
    kind = logger or plan.rng.choice([Printed, Printed, TorchTune, StructLog, LogFmt, Groups])
    plan.logger, plan.family, log = kind.name, "grpo", kind(directory, plan.rng)
    log.settings({"learning_rate": a["lr"], "num_generations": GROUP, "beta": 0.0, "temperature": 1.0, "max_completion_length": LENGTH})
    prompts, places, T = torch.arange(PROMPTS).repeat_interleave(GROUP), torch.arange(LENGTH), PROMPTS * GROUP
    wanted = (5 * torch.arange(PROMPTS)[:, None] + 7 * places + torch.arange(PROMPTS)[:, None] * places) % TOKENS
    for update in updates(plan, a, optimizer):
        tokens = written(net, prompts)
        reward = (tokens[:, 1:] == wanted[prompts]).float().mean(1) * a["scale"]
        groups = reward.view(PROMPTS, GROUP)
        advantage = ((groups - groups.mean(1, keepdim=True)) / (groups.std(1, keepdim=True) + 1e-4)).flatten()
        logits = net(prompts[:, None].expand(T, LENGTH), places.expand(T, LENGTH), tokens[:, :-1])
        logp = F.log_softmax(logits, 2)
        taken, entropy = logp.gather(2, tokens[:, 1:, None])[..., 0], -(logp.exp() * logp).sum(2).mean()
        loss = -((taken - taken.detach()).exp() * advantage[:, None]).mean()
        optimizer.zero_grad()
        (loss - a["entropy"] * entropy).backward()
        norm = float(nn.utils.clip_grad_norm_(net.parameters(), a["clip"] or 1e9))
        optimizer.step()
        paid = float(reward.mean())
        plan.history.returns.append(paid + 1e-3)
        plan.history.entropy.append(float(entropy))
        told = {"loss": float(loss), "grad_norm": norm, "learning_rate": a["lr"], "reward": paid, "reward_std": float(groups.std(1).mean())}
        log.train(update + 1, 3 * (update + 1) / plan.steps, {**told, "entropy": float(entropy)})
    log.close()


def train(plan, directory, logger=None):
    torch.manual_seed(plan.seed)
    plan.history.returns, plan.history.entropy = [], []
    dict(hover=hover, grpo=grpo)[plan.agent["algo"]](plan, directory, logger)
    return "step"
