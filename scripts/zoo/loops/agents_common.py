"""stable-baselines3's PPO with a Gaussian policy, and its TD3, with their own loggers: a crane that shall hold its load above a mark. The agents of the
split `common`."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import PPO, TD3
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv

from verify import written
from .sb3 import Hooks


class Crane(gymnasium.Env):
    """A trolley is pushed, its load swings; 50 steps, at most a point each for a load above the mark."""

    observation_space = gymnasium.spaces.Box(-5, 5, (4,), np.float32)
    action_space = gymnasium.spaces.Box(-1, 1, (1,), np.float32)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.mark, self.t = self.np_random.uniform(-1, 1), 0
        self.at, self.speed, self.angle, self.swing = self.np_random.uniform(-1, 1), 0.0, 0.0, 0.0
        return self.see(), {}

    def see(self):
        return np.array([self.at - self.mark, self.speed * 3, self.angle * 3, self.swing * 3], np.float32)

    def step(self, action):
        push = 0.12 * float(np.clip(np.nan_to_num(action[0]), -1, 1))
        self.speed = 0.85 * self.speed + push
        self.swing = 0.9 * self.swing - 0.25 * self.angle - 0.5 * push
        self.angle += self.swing
        self.at, self.t = float(np.clip(self.at + self.speed, -2, 2)), self.t + 1
        off = abs(self.at + 0.4 * self.angle - self.mark)
        return self.see(), max(0.0, 1 - off) ** 2 * self.scale, False, self.t >= 50, {}


class Rare(Hooks):
    """A rollout of TD3 is an episode."""

    def _on_rollout_start(self):
        loss = self.model.logger.name_to_value.get("train/critic_loss", self.model.logger.name_to_value.get("train/loss") if self.plan.agent["algo"] == "dqn" else None)
        if loss is not None:
            self.plan.history.notes.setdefault("value_loss", []).append(float(loss))
        super()._on_rollout_start()


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.95, learning_rate=plan.agent["lr"])
    env = DummyVecEnv([lambda: Monitor(Crane(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Crane())] * (3 if a["algo"] == "ppo" else 0))
    if a["algo"] == "ppo":
        net = dict(net_arch=[48, 48], log_std_init=-0.5)
        usual.update(n_steps=100, batch_size=100, n_epochs=5, ent_coef=a["entropy"], max_grad_norm=a["clip"] or 1e9, policy_kwargs=net)
        return PPO("MlpPolicy", env, **usual)
    return TD3("MlpPolicy", env, **usual, buffer_size=5000, learning_starts=300, batch_size=64, train_freq=4, gradient_steps=2, policy_kwargs=dict(net_arch=[48, 48]))


FAMILIES = {"ppo": "sb3-ppo-gaussian", "td3": "sb3-td3"}


def train(plan, directory, logger=None, maker=made, families=FAMILIES):
    plan.history.returns, plan.history.entropy = [], []
    torch.manual_seed(plan.seed)
    monitor = plan.rng.random() < 0.25
    model = maker(plan, monitor, directory)
    if plan.agent["algo"] == "td3":
        from stable_baselines3.common.noise import NormalActionNoise

        model.action_noise = NormalActionNoise(np.zeros(1), 0.2 * np.ones(1))
    kinds = ["csv"] if monitor else plan.rng.choice([["csv"], ["json"], ["log"], ["stdout"], ["stdout"], ["tensorboard"]])
    plan.logger, plan.family = "sb3 " + ("monitor+" if monitor else "") + kinds[0], families[plan.agent["algo"]]
    path = os.path.join(directory, "train.log")
    import contextlib

    with open(path, "w", encoding="utf-8") as words, contextlib.redirect_stdout(words):
        model.set_logger(written.heard_of_agent(configure(directory, kinds), plan))
        try:
            model.learn(plan.steps, log_interval=(1 if plan.agent["algo"] == "ppo" else 2) * (2 if kinds == ["tensorboard"] else 1), callback=Rare(plan))
        except ValueError as error:  # a policy of NaN cannot be sampled from
            words.write(f'Traceback (most recent call last):\n  File "train.py", line 44, in <module>\n    model.learn(total_timesteps)\nValueError: {error}\n')
        model.logger.close()
    if os.path.getsize(path) == 0:
        os.remove(path)
    return "step"
