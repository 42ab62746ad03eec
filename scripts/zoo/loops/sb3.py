"""stable-baselines3 with its own loggers, on a task made here: PPO, and A2C of that library, once the report split's agents."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import A2C, PPO
from stable_baselines3.common.callbacks import BaseCallback
from stable_baselines3.common.logger import configure
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv


class Reach(gymnasium.Env):
    """A point with inertia is pushed left, not at all or right, and should lie still on a goal; 40 steps, a reward of at most 1 each."""

    observation_space = gymnasium.spaces.Box(-4, 4, (3,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0, sparse=False):
        self.scale, self.sparse = scale, sparse

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.x, self.v, self.t, self.goal = self.np_random.uniform(-1, 1), 0.0, 0, self.np_random.uniform(-1, 1)
        return self.see(), {}

    def see(self):
        return np.array([self.x - self.goal, self.v, self.x], np.float32)

    def step(self, action):
        self.v = 0.8 * self.v + 0.15 * (int(action) - 1)
        self.x = float(np.clip(self.x + self.v, -2, 2))
        self.t += 1
        near = abs(self.x - self.goal)
        reward = (1.0 if near < 1e-4 else 0.0) if self.sparse else max(0.0, 1 - near) ** 2
        return self.see(), reward * self.scale, False, self.t >= 40, {}


class Hooks(BaseCallback):
    """Faults reach in before each rollout; what was returned is kept for the verification."""

    def __init__(self, plan):
        super().__init__()
        self.plan = plan

    def _on_step(self):
        return True

    def _on_rollout_start(self):
        h = self.plan.history
        if len(self.model.ep_info_buffer):
            h.returns.append(float(np.mean([e["r"] for e in self.model.ep_info_buffer])))
        values = self.model.logger.name_to_value
        if "train/entropy_loss" in values:
            h.entropy.append(-values["train/entropy_loss"])
        for key in ("approx_kl", "value_loss", "explained_variance"):
            if "train/" + key in values:
                h.notes.setdefault(key, []).append(float(values["train/" + key]))
        for hook in self.plan.step_hooks:
            hook(self.num_timesteps, self.model)


def train(plan, directory, logger=None):
    a = plan.agent
    plan.history.returns, plan.history.entropy = [], []
    torch.manual_seed(plan.seed)
    monitor = plan.rng.random() < 0.3
    make = lambda i: lambda: Monitor(
        Reach(a.get("scale", 1.0), a.get("sparse", False)), os.path.join(directory, str(i)) if monitor and i == 0 else None
    )
    env = DummyVecEnv([make(i) for i in range(4)])
    common = dict(
        learning_rate=a["lr"],
        ent_coef=a["entropy"],
        max_grad_norm=a["clip"] or 1e9,
        seed=plan.seed % 99999,
        device="cpu",
        gamma=0.95,
        policy_kwargs={"net_arch": [32, 32]},
    )
    if a["algo"] == "ppo":
        model = PPO(
            "MlpPolicy", env, n_steps=64, batch_size=128, n_epochs=a.get("epochs", 4), clip_range=a.get("clip_range", 0.2), **common
        )
    else:
        model = A2C("MlpPolicy", env, n_steps=16, **common)
    kinds = ["csv"] if monitor else plan.rng.choice([["csv"], ["json"], ["log"], ["tensorboard"]])
    plan.logger, plan.family = "sb3 " + ("monitor+" if monitor else "") + kinds[0], "sb3-" + a["algo"]
    model.set_logger(configure(directory, kinds))
    try:
        model.learn(plan.steps, log_interval=1 if a["algo"] == "ppo" else 4, callback=Hooks(plan))
    except ValueError as error:  # a policy of NaN cannot be sampled from
        with open(os.path.join(directory, "stderr.log"), "w", encoding="utf-8") as f:
            f.write(
                'Traceback (most recent call last):\n  File "train.py", line 31, in <module>\n    model.learn(steps)\nValueError:'
                f" {error}\n"
            )
    model.logger.close()
    return "step"
