"""stable-baselines3's PPO and A2C: a beam is tilted so that the ball on it rolls to a mark and stays. The agents of the split `likely`; trained and logged as those
of `common` are."""

import os

import gymnasium
import numpy as np
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from . import agents_common


class Beam(gymnasium.Env):
    """Tilt it left, leave it or tilt it right; 40 steps, at most a point each for a ball on the mark."""

    observation_space = gymnasium.spaces.Box(-6, 6, (4,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.mark, self.at = self.np_random.uniform(-0.8, 0.8), self.np_random.uniform(-1.2, 1.2)
        self.speed, self.tilt, self.t = 0.0, 0.0, 0
        return self.see(), {}

    def see(self):
        return np.array([2 * (self.at - self.mark), 4 * self.speed, 3 * self.tilt, self.at], np.float32)

    def step(self, action):
        self.tilt = float(np.clip(0.8 * self.tilt + 0.12 * (int(action) - 1), -0.6, 0.6))
        self.speed = 0.9 * self.speed + 0.14 * self.tilt + 0.01 * float(self.np_random.standard_normal())
        self.at, self.t = float(np.clip(self.at + self.speed, -2, 2)), self.t + 1
        return self.see(), max(0.0, 1 - 1.3 * abs(self.at - self.mark)) * self.scale, False, self.t >= 40, {}


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.96, learning_rate=plan.agent["lr"], max_grad_norm=plan.agent["clip"] or 1e9)
    env = DummyVecEnv([lambda: Monitor(Beam(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Beam())] * 3)
    net = dict(net_arch=[32, 32])
    if a["algo"] == "ppo":
        return PPO("MlpPolicy", env, **usual, n_steps=128, batch_size=64, n_epochs=4, ent_coef=a["entropy"], policy_kwargs=net)
    return A2C("MlpPolicy", env, **usual, n_steps=10, ent_coef=a["entropy"], policy_kwargs=net)


def train(plan, directory, logger=None):
    return agents_common.train(plan, directory, logger, made, {"ppo": "sb3-ppo-beam", "a2c": "sb3-a2c-beam"})
