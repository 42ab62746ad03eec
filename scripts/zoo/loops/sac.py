"""stable-baselines3's SAC with its own loggers, a lamp whose brightness is to follow the day: the other agent of the split `newer`."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import SAC
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor

from .sb3 import Hooks


class Lamp(gymnasium.Env):
    """The daylight rises and falls; the lamp is dimmed with some delay; 40 steps, at most a point each for light as it is wished."""

    observation_space = gymnasium.spaces.Box(-4, 4, (4,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.t, self.lamp, self.phase = 0, self.np_random.uniform(0, 1), self.np_random.uniform(0, 6)
        return self.see(), {}

    def day(self):
        return 0.4 + 0.4 * np.sin(0.15 * self.t + self.phase)

    def see(self):
        light = self.day()
        return np.array([light - 0.4, self.lamp - 0.5, light + self.lamp - 0.9, 0.4 * np.cos(0.15 * self.t + self.phase)], np.float32) * 2

    def step(self, action):
        self.t += 1
        self.lamp = float(np.clip(self.lamp + 0.3 * float(np.nan_to_num(action[0])), 0, 1))
        return self.see(), max(0.0, 1 - 3 * abs(self.day() + self.lamp - 0.9)) * self.scale, False, self.t >= 40, {}


class Rare(Hooks):
    """A rollout of SAC is a few steps: what is kept is kept as often as returns move."""

    def _on_rollout_start(self):
        if self.num_timesteps % 40 == 0:
            loss = self.model.logger.name_to_value.get("train/critic_loss")
            if loss is not None:
                self.plan.history.notes.setdefault("value_loss", []).append(float(loss))
            super()._on_rollout_start()


def train(plan, directory, logger=None):
    a = plan.agent
    plan.history.returns, plan.history.entropy = [], []
    torch.manual_seed(plan.seed)
    model = SAC(
        "MlpPolicy",
        Monitor(Lamp()),
        learning_rate=a["lr"],
        buffer_size=4000,
        learning_starts=200,
        batch_size=64,
        train_freq=4,
        gradient_steps=1,
        gamma=0.9,
        ent_coef=a["entropy"] or "auto",
        seed=plan.seed % 99999,
        device="cpu",
        policy_kwargs={"net_arch": [32, 32]},
    )
    kinds = plan.rng.choice([["csv"], ["json"], ["log"], ["tensorboard"]])
    plan.logger, plan.family = "sb3 " + kinds[0], "sb3-sac"
    model.set_logger(configure(directory, kinds))
    try:
        model.learn(plan.steps, log_interval=2 if kinds != ["tensorboard"] else 4, callback=Rare(plan))
    except ValueError as error:  # a policy of NaN cannot be sampled from
        with open(os.path.join(directory, "stderr.log"), "w", encoding="utf-8") as f:
            f.write(f'Traceback (most recent call last):\n  File "sac.py", line 58, in <module>\n    model.learn(steps)\nValueError: {error}\n')
    model.logger.close()
    return "step"
