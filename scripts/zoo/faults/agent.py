"""Agents: policies that fall, never rise, or stop exploring, and noisy ones that learn."""

import numpy as np

from .fault import control, fault, when


def base(plan, algo=None):
    """The same wishes in the words of both loops; hooks get the agent's dict there and the model here."""
    if plan.split == "development":
        plan.agent = dict(
            T=plan.rng.choice([24, 32]),
            lr=plan.rng.choice([1e-2, 5e-3]),
            entropy=plan.rng.choice([0.03, 0.01]),
            cap=10,
            clip=0.5,
            scale=1.0,
        )
        plan.agent.update(unit=1, offset=plan.rng.choice([0.0, 0.0, -12.0, -300.0]))
        plan.steps = plan.rng.choice([150, 300])
    elif plan.split == "unseen":
        unseen_base(plan)
    elif plan.split == "wider":
        plan.agent = dict(
            T=plan.rng.choice([24, 40]), lr=plan.rng.choice([3e-3, 1.5e-3]), entropy=plan.rng.choice([0.01, 0.003]), clip=0.5, scale=1.0
        )
        plan.agent.update(cap=0.7 * plan.agent["T"], unit=plan.rng.choice([1, 16 * plan.agent["T"]]))
        plan.steps = plan.rng.choice([120, 250])
    elif plan.split == "other":
        plan.agent = dict(T=plan.rng.choice([32, 48]), lr=plan.rng.choice([3e-3, 2e-3]), entropy=plan.rng.choice([0.01, 0.0]), clip=0.5, scale=1.0)
        plan.agent.update(cap=0.2 * plan.agent["T"], unit=plan.rng.choice([1, 16 * plan.agent["T"]]))
        plan.steps = plan.rng.choice([80, 160])
    elif plan.split == "newer":
        newer_base(plan)
    elif plan.split == "genuine":
        genuine_base(plan)
    elif plan.split == "everyday":
        everyday_base(plan, algo)
    elif plan.split == "likely":
        likely_base(plan, algo)
    elif plan.split == "familiar":
        familiar_base(plan, algo)
    elif plan.split == "handy":
        handy_base(plan, algo)
    elif plan.split == "homely":
        homely_base(plan, algo)
    elif plan.split == "common":
        common_base(plan, algo)
    elif plan.split == "fresh":
        fresh_base(plan, algo or plan.rng.choice(["hover", "grpo"]))
    elif plan.framework == "agent":
        plan.agent = dict(
            T=plan.rng.choice([20, 30]),
            lr=plan.rng.choice([2e-3, 3e-3]),
            entropy=plan.rng.choice([0.01, 0.003]),
            cap=plan.rng.choice([200, 300]),
            clip=0.5,
            scale=1.0,
        )
        plan.steps = 260
    else:
        plan.agent = dict(
            algo=plan.rng.choice(["ppo", "ppo", "a2c"]), lr=plan.rng.choice([1e-3, 7e-4]), entropy=plan.rng.choice([0.0, 0.005]), clip=0.5
        )
        plan.steps = 12000
    plan.calls = [0]


def unseen_base(plan):
    """One caught ball is one; a tank that is held well is worth some thirty."""
    if plan.framework == "sb3":
        plan.agent, plan.steps = dict(lr=plan.rng.choice([1e-3, 2e-3]), entropy=0.0, clip=10, cap=33), plan.rng.choice([6000, 9000])
        return
    plan.agent = dict(
        T=plan.rng.choice([32, 64]), lr=plan.rng.choice([1e-3, 2e-3]), entropy=plan.rng.choice([0.01, 0.003]), cap=5, clip=0.5, scale=1.0
    )
    plan.steps = plan.rng.choice([70, 110, 160])


def newer_base(plan):
    """A boat that docks well is paid some twenty, a lamp that follows the day some thirty-five."""
    if plan.framework == "sb3":
        plan.agent, plan.steps = dict(lr=plan.rng.choice([1e-3, 3e-3]), entropy=plan.rng.choice([0.0, 0.01]), clip=10, cap=34), plan.rng.choice([3000, 4000])
        return
    plan.agent = dict(T=plan.rng.choice([32, 48]), lr=plan.rng.choice([2e-3, 1e-3]), entropy=plan.rng.choice([0.01, 0.003]), clip=0.5, scale=1.0)
    plan.agent.update(cap=0.6 * plan.agent["T"], unit=16 * plan.agent["T"])
    plan.steps = plan.rng.choice([80, 130, 200])


def genuine_base(plan):
    """A kite that stands well is paid some twenty."""
    plan.agent = dict(lr=plan.rng.choice([3e-3, 6e-3]), entropy=plan.rng.choice([0.01, 0.003]), clip=0.5, scale=1.0, cap=21, unit=240)
    plan.agent.update(algo=plan.rng.choice(["ppo", "ppo", "a2c"]), collects=plan.rng.choice([1, 2]))
    plan.steps = plan.rng.choice([50, 70, 90])


def common_base(plan, algo):
    """A crane that holds its load above the mark is paid some thirty-five."""
    on_policy = algo or plan.rng.random() < 0.65
    plan.agent = dict(algo="ppo" if on_policy else "td3", lr=plan.rng.choice([1e-3, 2e-3]), entropy=plan.rng.choice([0.0, 0.003]), clip=0.5, cap=34)
    plan.steps = 10000 if on_policy else 4000


def everyday_base(plan, algo):
    """A car that keeps its distance is paid some twenty."""
    on_policy = algo or plan.rng.random() < 0.65
    plan.agent = dict(algo="ppo" if on_policy else "dqn", lr=plan.rng.choice([1e-3, 2e-3]), entropy=plan.rng.choice([0.0, 0.003]), clip=0.5, cap=22)
    plan.steps = 10000 if on_policy else 6000


def likely_base(plan, algo):
    """A ball that lies on the mark is paid some thirty."""
    by_rounds = algo or plan.rng.random() < 0.6
    plan.agent = dict(algo="ppo" if by_rounds else "a2c", lr=plan.rng.choice([1e-3, 2e-3]), entropy=plan.rng.choice([0.0, 0.005]), clip=0.5, cap=30)
    plan.steps = 9000


def familiar_base(plan, algo):
    """A ship that keeps her course is paid some thirty-five."""
    on_policy = algo or plan.rng.random() < 0.7
    plan.agent = dict(algo="ppo" if on_policy else "sac", lr=plan.rng.choice([1e-3, 2e-3]), entropy=plan.rng.choice([0.0, 0.003]), clip=0.5, cap=37)
    plan.steps = 9000 if on_policy else 4000


def handy_base(plan, algo):
    """A room that is kept warm is paid some thirty."""
    name = plan.rng.choice(["ppo", "ppo", "own", "own"] if algo else ["ppo", "ppo", "own", "own", "own", "a2c", "dqn"])
    plan.agent = dict(algo=name, lr=plan.rng.choice([1e-3, 2e-3] if name != "own" else [3e-3, 5e-3]), entropy=plan.rng.choice([0.0, 0.005]), clip=0.5, cap=30)
    plan.steps = dict(own=26000, dqn=6000).get(name, 9000)


def homely_base(plan, algo):
    """An antenna that stays on its satellite is paid some twenty-five."""
    name = plan.rng.choice(["ppo", "own", "own"] if algo else ["ppo", "ppo", "own", "own", "own", "a2c", "dqn"])
    plan.agent = dict(algo=name, lr=plan.rng.choice([1e-3, 2e-3] if name != "own" else [2e-3, 4e-3]), entropy=plan.rng.choice([0.0, 0.01]), clip=0.5, cap=28)
    plan.steps = dict(own=24000, dqn=5000).get(name, 8000)


def fresh_base(plan, algo):
    """algo: who plays; a drone that is held well is worth some thirty, an answer without a mistake one."""
    if algo == "hover":
        plan.agent = dict(T=40, lr=plan.rng.choice([5e-3, 1e-2]), entropy=plan.rng.choice([0.0, 0.003]), cap=27, unit=40 * 32)
        plan.steps = plan.rng.choice([90, 140])
    else:
        plan.agent = dict(lr=plan.rng.choice([6e-3, 1e-2]), entropy=plan.rng.choice([0.0, 0.005]), cap=1.0, unit=1)
        plan.steps = plan.rng.choice([120, 200])
    plan.agent.update(algo=algo, clip=0.5, scale=1.0)


def change_at(plan, at, agent_change, model_change):
    """Once, at a share of the run."""
    done = []

    def hook(now, what):
        if now >= at * plan.steps and not done:
            done.append(now)
            (agent_change if plan.framework == "agent" else model_change)(what)

    plan.step_hooks.append(hook)
    return done


def set_rate(factor):
    def change(model):
        rate = model.lr_schedule(1.0) * factor
        model.lr_schedule = lambda _: rate

    return change


def rose(r):
    r = np.array(r)
    n = max(2, len(r) // 8)
    return (
        len(r) > 10 and r[-n:].mean() > 1.4 * r[:2].mean() and r[-n:].mean() > 0.85 * r.max() and (r / np.maximum.accumulate(r)).min() > 0.5
    )


def poor(plan, share=0.4):
    """Less than a share of what a good policy returns."""
    r, best = np.array(plan.history.returns), plan.agent.get("cap", 33)
    return r[-max(2, len(r) // 6) :].mean() < share * best


@control("agent_learns", frameworks="agent", data="none", runs=2)
def agent_learns(plan):
    base(plan)
    return lambda: when(rose(plan.history.returns))


def onset(plan, done):
    """In the log's own steps: environment steps."""
    if not done:
        return None
    return done[0] * (plan.agent.get("unit") or plan.agent["T"] * 16) if plan.framework == "agent" else done[0]


@fault(
    "",
    "policy_collapses",
    "policy_collapse score_drop entropy_collapse kl_blowup value_loss_explosion",
    "policy_update_too_large lr_too_high exploration_too_low",
    frameworks="agent",
    data="none",
    runs=2.5,
)
def policy_collapses(plan):
    """A good policy, then a step size fifty times too large."""
    base(plan)
    plan.agent["clip"], factor = 0, plan.rng.choice([40, 80]) * dict(unseen=5, newer=4, genuine=4, everyday=8, likely=8, familiar=8, handy=8, homely=8).get(plan.split, 1)  # their step is clipped
    done = change_at(plan, plan.rng.uniform(0.4, 0.6), lambda a: a.update(lr=a["lr"] * factor), set_rate(factor))

    def happened():
        r = np.array(plan.history.returns)
        return when(len(r) > 10 and r[-3:].mean() < 0.6 * r.max() and r.max() > 1.4 * r[:2].mean(), onset=onset(plan, done))

    return happened


@fault(
    "",
    "never_learns",
    "return_flat score_stuck loss_plateau loss_not_decreasing entropy_collapse",
    "exploration_too_low lr_too_low lr_too_high policy_update_too_large reward_misspecified params_not_updated",
    frameworks="agent",
    data="none",
    runs=2,
)
def never_learns(plan):
    """A step size of 1e-7, or one so large that the policy is frozen at once."""
    base(plan)
    if plan.rng.random() < 0.5:
        plan.agent["lr"] = 1e-7
    else:
        plan.agent.update(lr=plan.rng.choice([0.3, 1.0]), entropy=0.0, clip=0)

    def happened():
        r = np.array(plan.history.returns)
        n = max(2, len(r) // 6)
        never = plan.split not in ("fresh", "newer", "genuine") or r.max() < 0.5 * plan.agent["cap"]
        return when(len(r) > 10 and poor(plan) and never and r[-n:].mean() < 1.35 * r[n : 2 * n].mean())

    return happened


@fault(
    "",
    "stops_exploring",
    "entropy_collapse return_flat score_stuck policy_collapse score_drop",
    "exploration_too_low policy_update_too_large lr_too_high",
    frameworks="agent",
    data="none",
    runs=1.5,
    entropy=True,
)
def stops_exploring(plan):
    """Certainty is rewarded (the sign of the entropy term): one action for ever, long before the task is solved."""
    base(plan, "grpo")
    plan.agent["entropy"] = -plan.rng.choice([4.0, 8.0])
    if plan.framework == "sb3":
        plan.agent.update(lr=5e-3, entropy=-plan.rng.choice([4.0, 8.0]))

    def happened():
        e = np.array(plan.history.entropy)
        n = max(2, len(e) // 6)
        return when(len(e) > 8 and np.median(e[-n:]) < 0.08 and poor(plan, 0.65))

    return happened


@fault(
    "",
    "values_explode",
    "value_loss_explosion return_flat policy_collapse score_drop loss_divergence kl_blowup",
    "reward_misspecified policy_update_too_large lr_too_high exploding_gradients",
    frameworks="agent",
    data="none",
    runs=1.5,
)
def values_explode(plan):
    """Rewards of some thousands from one moment on: another version of the environment. Some log what it pays, some what it is worth."""
    base(plan, "hover")
    plan.agent["clip"] = 0

    def louder(model):
        for env in model.get_env().envs:
            env.unwrapped.scale = 3000.0

    done = change_at(plan, plan.rng.uniform(0.4, 0.6), lambda a: a.update(scale=1000.0), louder)
    plan.agent["paid"] = plan.rng.random() < 0.5

    def happened():
        """The value loss leapt, and the log has it: a log of returns alone does not show what values are."""
        v = np.array(plan.history.notes.get("value_loss", [0.0]))
        n = max(2, len(v) // 6)
        return when(done and plan.logger != "monitor" and np.median(v[-n:]) > 1e3 * np.median(v[n : 2 * n]), onset=onset(plan, done))

    return happened
