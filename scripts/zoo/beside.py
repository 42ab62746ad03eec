"""A faulty run of the split `common` beside its healthy twins: how they are made (the plan as it was meant, with the faulty one's data set, network, optimizer
and sizes), trained in the same framework, and asked (verify/beyond.py)."""

import os
import tempfile
import time

import torch

from loops import plain
from faults import adversarial, agent, boosting, fault, library
from tasks import data as data_sets
from tasks.optimizers import RATES
from verify import beyond

WHOLE = {"stopped_early", "trees_too_short", "fitted_too_shortly"}  # the twin is trained as long as was meant
ENDS = {"run_crashed", "run_stalled", "out_of_memory"}  # of what says nothing else the twins go on to their end: they need not be trained
TOLD_LABELS = {"leak", "trees_leak"}  # the twin has to do with the same labels drawn by lot

PLAYED = {}  # games have no rows: the twins of one are those of the next


class Silent:
    """A logger that keeps nothing."""

    name = "silent"

    def __init__(self, directory, rng):
        """Nothing to open."""

    def settings(self, values):
        """Nothing to keep."""

    def train(self, step, epoch, values):
        """Nothing to say."""

    evaluation, words = train, settings

    def close(self):
        """Nothing to close."""


def same_data(twin, plan, name, number):
    seed = plan.seed + (number if hasattr(plan, "rounds") else 0)  # trees that draw nothing differ by their rows alone
    twin.data = data_sets.make(plan.data.name, seed)
    if name in TOLD_LABELS and not hasattr(plan, "rounds"):
        twin.data.Y, twin.data.VY = plan.data.Y.clone(), plan.data.VY.clone()
    if name == "imbalance":
        balanced(twin, plan)


def balanced(twin, plan):
    """The same rare class, drawn as often as the other: some of it is found then."""
    for part in ("X", "Y", "VX", "VY"):
        setattr(twin.data, part, getattr(plan.data, part).clone())
    twin.data.classes, rare = 2, torch.nonzero(plan.data.Y == 1).flatten()

    def more(s, x, y):
        rows = rare[torch.randint(0, len(rare), (len(y) // 2,))]
        return torch.cat([x[: len(y) - len(rows)], twin.data.X[rows]]), torch.cat([y[: len(y) - len(rows)], twin.data.Y[rows]])

    def recall(step, told):
        with torch.no_grad():
            guess = twin.net(twin.data.VX).argmax(-1)
        return {**told, "recall": float(((guess == 1) & (twin.data.VY == 1)).sum() / (twin.data.VY == 1).sum())}

    twin.batch_hooks.append(more)
    twin.history.notes["spoil_eval"] = recall


def as_meant(twin, plan, name, framework):
    """What is the set-up is the faulty run's, what is the fault is as it was meant."""
    if framework == "boosting":
        boosting.base(twin)
        twin.trees, twin.rounds = plan.family, twin.rounds if name in WHOLE else plan.rounds
        return
    if framework == "adversarial":
        adversarial.base(twin)
        twin.gan.update(kind=plan.gan["kind"], n_d=2 if plan.gan["kind"] == "wgan-gp" else 1)
        twin.steps, twin.log_every, twin.gan_every = plan.steps, plan.log_every, plan.gan_every
        return
    if framework == "agent":
        agent.base(twin)
        twin.agent["algo"], twin.steps = plan.agent["algo"], plan.steps
        return
    if framework == "library":
        library.base(twin, bool(plan.library.get("line")))
        twin.library["n_iter_no_change"], twin.epochs, twin.batch = 10, 60 if name in WHOLE else plan.epochs, plan.batch
        return
    twin.batch, twin.evals, twin.log_every, twin.per_epoch, twin.log_grad = plan.batch, plan.evals, plan.log_every, plan.per_epoch, True
    twin.family, twin.optimizer, twin.epochs = plan.family, plan.optimizer, 20 if name in WHOLE else plan.epochs
    twin.rate = (twin.rate if framework == "keras" else RATES[plan.optimizer]) if plan.optimizer in RATES else twin.rate
    if name not in WHOLE:
        twin.steps = plan.declared.get("max_steps", plan.steps)


def trained(entry, split, seed, framework, plan, number):
    """One twin's numbers."""
    from training import loop_of, meant

    _, twin = meant(entry, split, seed)
    name = entry.name.split("+")[0]
    if framework not in ("adversarial", "agent"):
        same_data(twin, plan, name, number)
    as_meant(twin, plan, name, framework)
    twin.seed, twin.coarse = plan.seed + 7919 * number, False
    here = os.getcwd()
    with tempfile.TemporaryDirectory() as scratch:
        os.chdir(scratch)
        try:
            if framework in ("hf", "lightning"):  # the same net, rows and optimizer in a loop that is three times as fast
                plain.train(twin, ".", Silent)
            else:
                loop_of(framework, split).train(twin, ".", logger_for(framework))
        finally:
            os.chdir(here)
    twin.meant = meant_length(twin, framework)
    return beyond.told(twin, True)


def logger_for(framework):
    return dict(keras="csv", plain=Silent, adversarial=Silent).get(framework)


def meant_length(plan, framework):
    if framework == "boosting":
        return plan.rounds
    return plan.epochs if framework in ("keras", "library") else plan.declared.get("max_steps", plan.steps)


def worse(entry, split, seed, framework, plan):
    """What each of its faults says is seen beside the twins."""
    plan.meant = meant_length(plan, framework)
    mine, begun, table = beyond.told(plan), time.process_time(), {e.name: e for e in fault.ALL}
    alike = (plan.family, plan.steps, getattr(plan, "gan", {}).get("kind")) if framework in ("agent", "adversarial") else None
    ended = split in ("familiar", "handy", "homely") and set(entry.kinds.split()) <= ENDS
    twins = [dict(done=1.0)] * 3 if ended else PLAYED.get(alike) or [trained(entry, split, seed, framework, plan, k) for k in (1, 2)]
    if alike:
        PLAYED[alike] = twins
    elif not ended and time.process_time() - begun < 0.5:
        twins.append(trained(entry, split, seed, framework, plan, 3))
    seen = [beyond.beyond(mine, twins, table[name].kinds) for name in entry.name.split("+")]
    plan.history.notes["beyond"] = seen
    print("  beside twins:", entry.name, " / ".join(" ".join(names) or "nothing" for names in seen), flush=True)
    return all(seen)
