"""Agents of the split `genuine`: Tianshou's PPO and A2C with its own trainer, collectors and loggers; a kite that is to stand at a wished angle in gusts.
What is logged is Tianshou's: TensorBoard's events, and the bars and tests that its trainer prints."""

import contextlib
import os

import gymnasium
import numpy as np
import torch
from torch import nn

KITES, LONG = 8, 30


class Kite(gymnasium.Env):
    """Three ropes to pull; thirty moments, at most a point each near the wished angle. scale is the agent's, for a fault may change it."""

    observation_space, action_space = gymnasium.spaces.Box(-9, 9, (4,), np.float32), gymnasium.spaces.Discrete(3)

    def __init__(self, a):
        self.a = a

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.angle, self.turn, self.wish, self.wind, self.t = *self.np_random.uniform(-1, 1, 3), 0.0, 0
        return self.see(), {}

    def see(self):
        return np.array([self.angle, 2 * self.turn, self.angle - self.wish, 3 * self.wind], np.float32)

    def step(self, action):
        self.t, self.wind = self.t + 1, 0.9 * self.wind + 0.06 * self.np_random.standard_normal()
        self.turn = 0.75 * self.turn + 0.14 * (int(action) - 1) + 0.3 * self.wind
        self.angle = float(np.clip(self.angle + self.turn, -2.5, 2.5))
        return self.see(), float(np.exp(-4 * abs(self.angle - self.wish))) * self.a["scale"], False, self.t >= LONG, {}


def policy_of(a, optimizer, actor, critic):
    from tianshou.policy import A2CPolicy, PPOPolicy

    usual = dict(vf_coef=0.5, ent_coef=a["entropy"], max_grad_norm=a["clip"] or None, discount_factor=0.93, gae_lambda=0.93, action_space=Kite.action_space)
    more = dict(eps_clip=0.2, advantage_normalization=True) if a["algo"] == "ppo" else {}
    return (PPOPolicy if a["algo"] == "ppo" else A2CPolicy)(actor, critic, optimizer, lambda logits: torch.distributions.Categorical(logits=torch.nan_to_num(logits)), **usual, **more)


def train(plan, directory, logger=None):
    from tianshou.data import Collector, VectorReplayBuffer
    from tianshou.env import DummyVectorEnv
    from tianshou.trainer import OnpolicyTrainer
    from tianshou.utils import TensorboardLogger
    from tianshou.utils.net.common import Net
    from tianshou.utils.net.discrete import Actor, Critic
    from torch.utils.tensorboard import SummaryWriter

    torch.manual_seed(plan.seed)
    np.random.seed(plan.seed % (1 << 31))
    a, board = plan.agent, plan.rng.random() < 0.5
    part = lambda kind: kind(Net(4, hidden_sizes=[40, 40], activation=nn.Tanh), *([3] if kind is Actor else []), **({"softmax_output": False} if kind is Actor else {}))
    actor, critic = part(Actor), part(Critic)
    optimizer = plan.optimizer_now = torch.optim.Adam([*actor.parameters(), *critic.parameters()], a["lr"], eps=1e-5)
    policy = policy_of(a, optimizer, actor, critic)
    plan.history.returns, plan.history.entropy, plan.logger, plan.family = [], [], "tianshou " + ("tensorboard" if board else "print"), "tianshou-" + a["algo"]
    plan.tool, count = "tianshou", [0]
    envs = DummyVectorEnv([lambda: Kite(a) for _ in range(KITES)])
    envs.seed(plan.seed % 99999)
    held = DummyVectorEnv([lambda: Kite(a) for _ in range(KITES)])
    held.seed(plan.seed % 99999 + 100)

    def begins(epoch, env_step):
        for hook in plan.step_hooks:
            hook(count[0], a)
        count[0] += 1
        policy._weight_ent = a["entropy"]
        for group in optimizer.param_groups:
            group["lr"] = a["lr"]

    class Keeps(OnpolicyTrainer):
        def train_step(self):
            told = super().train_step()
            plan.history.returns.append(float(told[1]["rew"]) / a["scale"])
            return told

        def log_update_data(self, data, losses):
            super().log_update_data(data, losses)
            plan.history.entropy.append(float(np.mean(losses.get("loss/ent", 0.0))))
            plan.history.notes.setdefault("value_loss", []).append(float(np.mean(losses.get("loss/vf", 0.0))))

    log = dict(logger=TensorboardLogger(SummaryWriter(directory), train_interval=1, update_interval=1)) if board else {}
    with open(os.path.join(directory, "train.log"), "w", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        Keeps(
            policy,
            Collector(policy, envs, VectorReplayBuffer(KITES * LONG, KITES)),
            Collector(policy, held),
            max_epoch=plan.steps // a["collects"],
            step_per_epoch=a["unit"] * a["collects"],
            repeat_per_collect=3 if a["algo"] == "ppo" else 1,
            episode_per_test=KITES,
            batch_size=120 if a["algo"] == "ppo" else 240,
            step_per_collect=a["unit"],
            train_fn=begins,
            **log,
        ).run()
    if board:
        log["logger"].writer.close()
        os.remove(words.name)
    return "epochs"  # its losses count other steps than its rewards
