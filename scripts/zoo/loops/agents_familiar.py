"""stable-baselines3's PPO with a Gaussian and its SAC: a rudder that holds a ship to her course while the waves push. The agents of the split `familiar`; trained
and logged as those of `common` are."""

import os

import gymnasium
import numpy as np
from stable_baselines3 import PPO, SAC
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from . import agents_common


class Rudder(gymnasium.Env):
    """The rudder turns the ship with some delay; 45 steps, at most a point each for the course."""

    observation_space = gymnasium.spaces.Box(-6, 6, (4,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.off, self.turn, self.rudder, self.t = self.np_random.uniform(-1.2, 1.2), 0.0, 0.0, 0
        self.phase = self.np_random.uniform(0, 6)
        return self.see(), {}

    def see(self):
        return np.array([2 * self.off, 5 * self.turn, 2 * self.rudder, np.sin(0.4 * self.t + self.phase)], np.float32)

    def step(self, action):
        self.rudder = 0.6 * self.rudder + 0.4 * float(np.clip(np.nan_to_num(action[0]), -1, 1))
        push = 0.02 * np.sin(0.4 * self.t + self.phase) + 0.01 * float(self.np_random.standard_normal())
        self.turn = 0.8 * self.turn + 0.09 * self.rudder + push
        self.off, self.t = float(np.clip(self.off + self.turn, -2.5, 2.5)), self.t + 1
        return self.see(), max(0.0, 1 - 1.2 * abs(self.off)) * self.scale, False, self.t >= 45, {}


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.95, learning_rate=plan.agent["lr"])
    env = DummyVecEnv([lambda: Monitor(Rudder(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Rudder())] * (3 if a["algo"] == "ppo" else 0))
    if a["algo"] == "ppo":
        usual.update(n_steps=90, batch_size=90, n_epochs=6, ent_coef=a["entropy"], max_grad_norm=a["clip"] or 1e9, policy_kwargs=dict(net_arch=[32, 32], log_std_init=-0.5))
        return PPO("MlpPolicy", env, **usual)
    return SAC("MlpPolicy", env, **usual, buffer_size=5000, learning_starts=270, batch_size=64, train_freq=(1, "episode"), gradient_steps=12, policy_kwargs=dict(net_arch=[32, 32]))


def train(plan, directory, logger=None):
    return agents_common.train(plan, directory, logger, made, {"ppo": "sb3-ppo-rudder", "sac": "sb3-sac-rudder"})
