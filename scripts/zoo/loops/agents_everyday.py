"""stable-baselines3's PPO with three actions, and its DQN: a car that keeps its distance to the one before it, which brakes and speeds up as it likes. The
agents of the split `everyday`; trained and logged as those of `common` are."""

import os

import gymnasium
import numpy as np
from stable_baselines3 import DQN, PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from . import agents_common


class Follow(gymnasium.Env):
    """Brake, roll or speed up; 30 steps, at most a point each for the right distance."""

    observation_space = gymnasium.spaces.Box(-6, 6, (3,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.off, self.ahead, self.speed, self.t = self.np_random.uniform(-1.5, 1.5), 0.0, 0.0, 0
        return self.see(), {}

    def see(self):
        return np.array([self.off, self.ahead - self.speed, self.speed], np.float32)

    def step(self, action):
        self.ahead = 0.9 * self.ahead + 0.05 * float(self.np_random.standard_normal())
        self.speed = float(np.clip(0.95 * self.speed + 0.1 * (int(action) - 1), -0.6, 0.6))
        self.off, self.t = float(np.clip(self.off + self.ahead - self.speed, -3, 3)), self.t + 1
        return self.see(), max(0.0, 1 - abs(self.off)) * self.scale, False, self.t >= 30, {}


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.95, learning_rate=plan.agent["lr"], max_grad_norm=plan.agent["clip"] or 1e9)
    env = DummyVecEnv([lambda: Monitor(Follow(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Follow())] * (3 if a["algo"] == "ppo" else 0))
    if a["algo"] == "ppo":
        return PPO("MlpPolicy", env, **usual, n_steps=120, batch_size=120, n_epochs=5, ent_coef=a["entropy"], policy_kwargs=dict(net_arch=[40, 40]))
    more = dict(buffer_size=6000, learning_starts=300, batch_size=64, train_freq=(1, "episode"), gradient_steps=20, target_update_interval=200, exploration_fraction=0.3)
    return DQN("MlpPolicy", env, **usual, **more, policy_kwargs=dict(net_arch=[40, 40]))


def train(plan, directory, logger=None):
    return agents_common.train(plan, directory, logger, made, {"ppo": "sb3-ppo-distance", "dqn": "sb3-dqn-distance"})
