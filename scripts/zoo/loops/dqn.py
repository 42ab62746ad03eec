"""stable-baselines3's DQN with its own loggers, on a tank whose level is to be held: the other agent of the split `unseen`."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import DQN
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor

from .sb3 import Hooks


class Tank(gymnasium.Env):
    """Water runs in as it likes, and out through a valve that is turned down, left, or up; 40 steps, at most a point each."""

    observation_space = gymnasium.spaces.Box(-4, 4, (4,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.level, self.wish, self.t = self.np_random.uniform(0.2, 0.8), self.np_random.uniform(0.3, 0.7), 0
        self.valve, self.flow = 0.5, self.np_random.uniform(0.2, 0.8)
        return self.see(), {}

    def see(self):
        return np.array([self.level - self.wish, self.valve - 0.5, self.flow - 0.5, self.level - 0.5], np.float32) * 2

    def step(self, action):
        self.t += 1
        self.flow = float(np.clip(self.flow + self.np_random.normal(0, 0.03), 0.1, 0.9))
        self.valve = float(np.clip(self.valve + 0.2 * (int(action) - 1), 0, 1))
        self.level = float(np.clip(self.level + 0.25 * (self.flow - self.valve), 0, 1))
        return self.see(), max(0.0, 1 - 3 * abs(self.level - self.wish)) * self.scale, False, self.t >= 40, {}


class Rare(Hooks):
    """A rollout of DQN is four steps: what is kept is kept as often as returns move."""

    def _on_rollout_start(self):
        loss = self.model.logger.name_to_value.get("train/loss")
        if loss is not None and self.num_timesteps % 40 == 0:
            self.plan.history.notes.setdefault("value_loss", []).append(float(loss))
        if self.num_timesteps % 40 == 0:
            super()._on_rollout_start()


def train(plan, directory, logger=None):
    a = plan.agent
    plan.history.returns, plan.history.entropy = [], []
    torch.manual_seed(plan.seed)
    monitor = plan.rng.random() < 0.3
    env = Monitor(Tank(), os.path.join(directory, "0") if monitor else None)
    model = DQN(
        "MlpPolicy",
        env,
        learning_rate=a["lr"],
        max_grad_norm=a["clip"] or 1e9,
        buffer_size=3000,
        learning_starts=300,
        batch_size=64,
        target_update_interval=200,
        exploration_fraction=0.4,
        train_freq=4,
        gamma=0.9,
        seed=plan.seed % 99999,
        device="cpu",
        policy_kwargs={"net_arch": [32, 32]},
    )
    kinds = ["csv"] if monitor else plan.rng.choice([["csv"], ["json"], ["log"], ["tensorboard"]])
    plan.logger, plan.family = "sb3 " + ("monitor+" if monitor else "") + kinds[0], "sb3-dqn"
    model.set_logger(configure(directory, kinds))
    model.learn(plan.steps, log_interval=4 if kinds != ["tensorboard"] else 8, callback=Rare(plan))
    model.logger.close()
    return "step"
