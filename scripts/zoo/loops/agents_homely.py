"""The agents of the split `homely`: an antenna that stays on a satellite which passes. stable-baselines3's PPO, A2C and DQN, trained and logged as those of `common` are; and
PPO written by hand, with a network for the policy and one for what is expected, told by the loggers of loops written by hand."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv
from torch import nn
from torch.nn import functional as F

from . import agents_common
from .agents_handy import Mind, Turned, by_hand


class Antenna(gymnasium.Env):
    """The motor is slowed, left or driven on; the satellite passes ever faster, then slower. 32 steps, at most a point each."""

    observation_space = gymnasium.spaces.Box(-8, 8, (4,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.off, self.motor, self.t = self.np_random.uniform(-1.2, 1.2), 0.0, 0
        self.side, self.zenith = self.np_random.choice([-1.0, 1.0]), self.np_random.uniform(8, 24)
        return self.see(), {}

    def passing(self):
        return self.side * (0.04 + 0.22 / (1 + (0.25 * (self.t - self.zenith)) ** 2))

    def see(self):
        return np.array([2 * self.off, 6 * self.motor, 6 * self.passing(), 0.05 * self.t], np.float32)

    def step(self, action):
        self.motor = float(np.clip(0.9 * self.motor + 0.09 * (int(action) - 1), -0.5, 0.5))
        self.off += self.motor - self.passing() + 0.01 * float(self.np_random.standard_normal())
        self.off, self.t = float(np.clip(self.off, -3, 3)), self.t + 1
        return self.see(), max(0.0, 1 - abs(self.off)) * self.scale, False, self.t >= 32, {}


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.94, learning_rate=plan.agent["lr"], max_grad_norm=plan.agent["clip"] or 1e9)
    env = DummyVecEnv([lambda: Monitor(Antenna(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Antenna())] * (0 if a["algo"] == "dqn" else 3))
    env, net = Turned(env) if a.get("turned") else env, dict(net_arch=[32, 32])
    if a["algo"] == "ppo":
        return PPO("MlpPolicy", env, **usual, n_steps=64, batch_size=64, n_epochs=5, ent_coef=a["entropy"], policy_kwargs=net)
    if a["algo"] == "a2c":
        return A2C("MlpPolicy", env, **usual, n_steps=8, ent_coef=a["entropy"], policy_kwargs=net)
    return DQN("MlpPolicy", env, **usual, buffer_size=5000, learning_starts=320, batch_size=64, train_freq=4, gradient_steps=2, target_update_interval=250, exploration_fraction=0.4, policy_kwargs=net)


FAMILIES = {"ppo": "sb3-ppo-antenna", "a2c": "sb3-a2c-antenna", "dqn": "sb3-dqn-antenna"}
NAMES = [("reward", "policy_loss", "value_loss", "entropy"), ("episode_reward", "loss/policy", "loss/value", "entropy"), ("avg_return", "actor_loss", "critic_loss", "entropy"), ("rollout/ep_rew_mean", "train/policy_loss", "train/value_loss", "train/entropy")]


class Two(nn.Module):
    """What to do, and what it is worth."""

    def __init__(self):
        super().__init__()
        stack = lambda out: nn.Sequential(nn.Linear(4, 32), nn.Tanh(), nn.Linear(32, 32), nn.Tanh(), nn.Linear(32, out))
        self.does, self.worth = stack(3), stack(1)

    def forward(self, x):
        return torch.cat([self.does(x), self.worth(x)], 1)


class Clipped(Mind):
    """Schulman and others 2017: four times over the same steps, none of which counts beyond a fifth of a change."""

    room, ahead, family, game = Antenna, 16, "ppo-by-hand-antenna", "Antenna-v0"

    def network(self):
        return Two()

    def learn(self, seen, action, value, reward, over, ahead):
        gain, carry = torch.zeros_like(value), torch.zeros(16)
        for t in reversed(range(len(value))):
            carry = reward[t] + 0.94 * (1 - over[t]) * ahead - value[t] + 0.94 * 0.95 * (1 - over[t]) * carry
            gain[t], ahead = carry, value[t]
        seen, action, gain, aim, told = seen.flatten(0, 1), action.flatten(), gain.flatten(), (gain + value).flatten(), []
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr_schedule(1.0)
        with torch.no_grad():
            before = F.log_softmax(self.net(seen)[:, :3], 1).gather(1, action[:, None])[:, 0]
        for rows in [rows for _ in range(4) for rows in torch.randperm(len(seen)).chunk(2)]:
            logits, worth = self.net(seen[rows]).split([3, 1], 1)
            logp, g = F.log_softmax(logits, 1), (gain[rows] - gain[rows].mean()) / (gain[rows].std() + 1e-8)
            ratio = (logp.gather(1, action[rows, None])[:, 0] - before[rows]).exp()
            policy = -torch.minimum(ratio * g, ratio.clamp(0.8, 1.2) * g).mean()
            critic, entropy = F.mse_loss(worth[:, 0], aim[rows]), -(logp.exp() * logp).sum(1).mean()
            self.optimizer.zero_grad()
            (policy + 0.5 * critic - self.a["entropy"] * entropy).backward()
            if self.a["clip"]:
                nn.utils.clip_grad_norm_(self.net.parameters(), self.a["clip"])
            self.optimizer.step()
            told.append([float(policy), float(critic), float(entropy)])
        return np.mean(told, 0)


def train(plan, directory, logger=None):
    if plan.agent["algo"] == "own":
        return by_hand(plan, directory, logger, Clipped, NAMES)
    return agents_common.train(plan, directory, logger, made, FAMILIES)
