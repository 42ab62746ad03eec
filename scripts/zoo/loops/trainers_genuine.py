"""Who carries out a plan of the split `genuine` that others give to plain.py: plain.py's loop with a package's logger, or a package's own trainer, as far as
that one has a place for what the plan asks."""

from . import own_genuine as own
from . import plain
from . import tools_genuine as tools

STEPS, EPOCHS, OWN = [tools.ignite, tools.ignite, tools.mmengine], [tools.speechbrain], [own.fastai, own.fastai, own.poutyne, own.accelerated]
LATER = [own.catalyst, own.catalyst, own.catalyst, own.poutyne, own.fastai, own.accelerated]  # from the third run of a kind on
STOPS_ITSELF = "early_stopped stopped_in_time few_epochs by_epoch plateau_halves imbalance stopped_early swa_tail".split()


def able(plan, wish):
    """The trainers that lose nothing of this plan."""
    notes = plan.history.notes
    if "look_first" in notes or plan.start or plan.accumulate > 1:
        return []
    steps = [tools.ignite] if plan.extras else STEPS
    if wish or plan.per_epoch or plan.as_it_is or not plan.coarse:
        return steps
    if plan.extras or plan.name in STOPS_ITSELF:
        return steps
    free = plan.clear and plan.shuffle and plan.evals and not {"spoil_eval", "eval_values", "skip"} & set(notes)
    return [*steps, *EPOCHS, *((LATER if plan.number > 1 else OWN) if free else [])]


def train(plan, directory, logger=None):
    choices = able(plan, logger)
    if not choices or plan.rng.random() < 0.4:
        return plain.train(plan, directory, logger)
    tool = plan.rng.choice(choices)
    if tool in (*EPOCHS, *OWN, *LATER):
        plan.batch = max(plan.batch, plan.rng.choice([7, 12, 25]) * len(plan.data.X) // plan.steps + 1)
        plan.evals = plan.evals or 10
    plan.tool = tool.__name__
    axis = tool(plan, directory)
    plan.epochs = max(1, round(plan.steps / plan.steps_per_epoch))
    return axis
