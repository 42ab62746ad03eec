"""The agents of the split `handy`: a heater that keeps a room at the wished warmth while the night gets colder. stable-baselines3's PPO, A2C and DQN, trained and logged
as those of `common` are; and an actor and critic written by hand, sixteen rooms at once, told by the loggers of loops written by hand."""

import os

import gymnasium
import numpy as np
import torch
from stable_baselines3 import A2C, DQN, PPO
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.vec_env import DummyVecEnv, VecEnvWrapper
from torch import nn
from torch.nn import functional as F

from . import agents_common, loggers


class Room(gymnasium.Env):
    """Less heat, the same, or more; what the heater gives comes late. 36 steps, at most a point each for the wished warmth."""

    observation_space = gymnasium.spaces.Box(-8, 8, (4,), np.float32)
    action_space = gymnasium.spaces.Discrete(3)

    def __init__(self, scale=1.0):
        self.scale = scale

    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        self.off, self.heat, self.given, self.t = self.np_random.uniform(-1.5, 1.5), 0.0, 0.0, 0
        self.night = self.np_random.uniform(-0.06, 0.02)
        return self.see(), {}

    def see(self):
        return np.array([2 * self.off, 5 * self.heat, 5 * self.given, 10 * self.night], np.float32)

    def step(self, action):
        self.heat = float(np.clip(self.heat + 0.08 * (int(action) - 1), -0.4, 0.4))
        self.given = 0.6 * self.given + 0.4 * self.heat
        self.night += 0.006 * float(self.np_random.standard_normal())
        self.off, self.t = float(np.clip(self.off + self.given + self.night, -3, 3)), self.t + 1
        return self.see(), max(0.0, 1 - abs(self.off)) * self.scale, False, self.t >= 36, {}


class Turned(VecEnvWrapper):
    """What the agent is paid has another sign than what is logged."""

    def reset(self):
        return self.venv.reset()

    def step_wait(self):
        seen, paid, done, more = self.venv.step_wait()
        return seen, -paid, done, more


def made(plan, monitor, directory):
    a, usual = plan.agent, dict(seed=plan.seed % 99999, device="cpu", gamma=0.95, learning_rate=plan.agent["lr"], max_grad_norm=plan.agent["clip"] or 1e9)
    env = DummyVecEnv([lambda: Monitor(Room(), os.path.join(directory, "train") if monitor else None)] + [lambda: Monitor(Room())] * (0 if a["algo"] == "dqn" else 3))
    env, net = Turned(env) if a.get("turned") else env, dict(net_arch=[40, 40])
    if a["algo"] == "ppo":
        return PPO("MlpPolicy", env, **usual, n_steps=72, batch_size=96, n_epochs=6, ent_coef=a["entropy"], policy_kwargs=net)
    if a["algo"] == "a2c":
        return A2C("MlpPolicy", env, **usual, n_steps=9, ent_coef=a["entropy"], policy_kwargs=net)
    return DQN("MlpPolicy", env, **usual, buffer_size=6000, learning_starts=360, batch_size=64, train_freq=4, gradient_steps=2, target_update_interval=300, exploration_fraction=0.4, policy_kwargs=net)


FAMILIES = {"ppo": "sb3-ppo-room", "a2c": "sb3-a2c-room", "dqn": "sb3-dqn-room"}
NAMES = [("episode_return", "policy_loss", "value_loss", "entropy"), ("mean_reward", "actor_loss", "critic_loss", "entropy"), ("charts/episodic_return", "losses/policy_loss", "losses/value_loss", "losses/entropy"), ("ep_rew_mean", "pg_loss", "v_loss", "entropy")]


class Rooms:
    """Sixteen of them; one that is done begins again."""

    def __init__(self, seed, room=Room):
        self.envs, self.unwrapped, self.scale = [room() for _ in range(16)], self, 1.0
        self.seen, self.sums, self.paid = [env.reset(seed=seed + i)[0] for i, env in enumerate(self.envs)], np.zeros(16), []

    def step(self, actions):
        rewards, over = np.zeros(16), np.zeros(16)
        for i, env in enumerate(self.envs):
            self.seen[i], rewards[i], _, done, _ = env.step(actions[i])
            self.sums[i] += rewards[i] * self.scale
            if done:
                over[i], self.seen[i] = 1, env.reset()[0]
                self.paid.append(self.sums[i])
                self.sums[i] = 0.0
        return rewards * self.scale, over


class Mind:
    """The network, its optimizer, and the words by which faults of other agents reach in."""

    room, ahead, family, game = Room, 18, "actor-critic-room", "Room-v0"

    def __init__(self, plan):
        self.net = self.network()
        self.rooms, self.lr_schedule, self.a = Rooms(plan.seed % 99999, self.room), lambda _: plan.agent["lr"], plan.agent
        self.optimizer = torch.optim.Adam(self.net.parameters(), plan.agent["lr"])

    def network(self):
        return nn.Sequential(nn.Linear(4, 48), nn.Tanh(), nn.Linear(48, 48), nn.Tanh(), nn.Linear(48, 4))

    def get_env(self):
        return type("Envs", (), {"envs": [self.rooms]})

    def play(self):
        rows = []
        for _ in range(self.ahead):
            seen = torch.from_numpy(np.stack(self.rooms.seen))
            with torch.no_grad():
                logits, value = self.net(seen).split([3, 1], 1)
            action = torch.multinomial(torch.nan_to_num(logits).softmax(1), 1)[:, 0]
            reward, over = self.rooms.step(action.numpy())
            rows.append((seen, action, value[:, 0], torch.from_numpy(reward * (-1 if self.a.get("turned") else 1)).float(), torch.from_numpy(over).float()))
        with torch.no_grad():
            ahead = self.net(torch.from_numpy(np.stack(self.rooms.seen)))[:, 3]
        return [torch.stack(column) for column in zip(*rows)], ahead

    def learn(self, seen, action, value, reward, over, ahead):
        """Returns with a share of what is expected (0.95, 0.9), and three steps of the policy's gradient."""
        gain, carry = torch.zeros_like(value), torch.zeros(16)
        for t in reversed(range(len(value))):
            carry = reward[t] + 0.95 * (1 - over[t]) * ahead - value[t] + 0.95 * 0.9 * (1 - over[t]) * carry
            gain[t], ahead = carry, value[t]
        seen, action, gain, aim, told = seen.flatten(0, 1), action.flatten(), gain.flatten(), (gain + value).flatten(), []
        for group in self.optimizer.param_groups:
            group["lr"] = self.lr_schedule(1.0)
        for rows in torch.randperm(len(seen)).chunk(3):
            logits, worth = self.net(seen[rows]).split([3, 1], 1)
            logp, g = F.log_softmax(logits, 1), (gain[rows] - gain[rows].mean()) / (gain[rows].std() + 1e-8)
            policy = -(logp.gather(1, action[rows, None])[:, 0] * g).mean()
            critic, entropy = F.mse_loss(worth[:, 0], aim[rows]), -(logp.exp() * logp).sum(1).mean()
            self.optimizer.zero_grad()
            (policy + 0.5 * critic - self.a["entropy"] * entropy).backward()
            if self.a["clip"]:
                nn.utils.clip_grad_norm_(self.net.parameters(), self.a["clip"])
            self.optimizer.step()
            told.append([float(policy), float(critic), float(entropy)])
        return np.mean(told, 0)


def by_hand(plan, directory, logger, make=Mind, names=NAMES):
    torch.manual_seed(plan.seed)
    chosen, names, h = logger or loggers.choose(plan, "games"), plan.rng.choice(names), plan.history
    plan.logger, plan.family, plan.tool = chosen.name, make.family, "agent"
    h.returns, h.entropy, h.written = [], [], []
    mind, log, batch = make(plan), chosen(directory, plan.rng), 16 * make.ahead
    log.settings(dict(env_id=make.game, learning_rate=plan.agent["lr"], num_envs=16, num_steps=make.ahead, ent_coef=plan.agent["entropy"], gamma=0.95, seed=plan.seed % 10000, max_steps=plan.steps))
    for step in range(batch, plan.steps + 1, batch):
        for hook in plan.step_hooks:
            hook(step, mind)
        policy, critic, entropy = mind.learn(*(played := mind.play())[0], played[1])
        if not mind.rooms.paid:
            continue
        h.returns.append(float(np.mean(mind.rooms.paid[-24:])))
        h.entropy.append(entropy)
        h.notes.setdefault("value_loss", []).append(critic)
        log.train(step, step / (2 * batch), dict(zip(names, (h.returns[-1], float(policy), float(critic), float(entropy)))))
        h.written.append(dict(step=step, returned=h.returns[-1], entropy=float(entropy), value=float(critic)))
    log.close()
    return "step"


def train(plan, directory, logger=None):
    if plan.agent["algo"] == "own":
        return by_hand(plan, directory, logger)
    return agents_common.train(plan, directory, logger, made, FAMILIES)
