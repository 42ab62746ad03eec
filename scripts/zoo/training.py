"""One training: from an entry of the table and a seed to a plan, to what the framework logs, to the answer whether it is an example."""

import importlib
import random

import beside
import everyday
from tasks.data import OF_SPLIT
from tasks.plan import LATER, USUAL, WRITTEN, Plan
from verify import beyond, shown

LOOPS = dict(
    plain="plain",
    hf="hf",
    lightning="lightning",
    keras="keras",
    boosting="boosting",
    adversarial="adversarial",
    skorch="skorch",
    agent=dict(calibration="agent", former="sb3", development="gridworld", unseen="ppo", fresh="agents_fresh", wider="agents_wider", other="agents_other", newer="agents_newer", common="agents_common", everyday="agents_everyday", likely="agents_likely", familiar="agents_familiar", handy="agents_handy", homely="agents_homely"),
    library="library_other",
    dqn="dqn",
    sac="sac",
)


GENUINE = dict(plain="trainers_genuine", lightning="lightning_genuine", agent="agents_genuine", library="library_genuine")  # where the split `genuine` has another one


COMMON = dict(lightning="lightning_common")
KERAS = 30  # from this number on the runs of the split `common` are Keras', which few entries draw
# What is told of as a fault of loops written by hand happens elsewhere as well: in the split `common` it does.
ELSEWHERE = dict.fromkeys("slow_divergence decay_sign rate_leaps units_change heavy_momentum log_of_zero bad_pocket eval_nan".split(), "hf lightning")
ELSEWHERE.update(not_shuffled="lightning", narrow_batches="hf lightning", forgets="hf lightning", decay_per_batch="lightning hf")


def loop_of(framework, split):
    if split in USUAL and framework in COMMON:
        return importlib.import_module("loops." + COMMON[framework])
    name = GENUINE.get(framework, LOOPS[framework]) if split == "genuine" else LOOPS[framework]
    return importlib.import_module("loops." + (name if isinstance(name, str) else name[split]))


def framework_of(entry, split, rng, number):
    """One split has agents of a library beside its own, and a loop for rows that others have not."""
    if split in everyday.SPLITS:
        return "keras" if number >= KERAS else everyday.framework(entry, ELSEWHERE.get(entry.name, ""), rng, split)
    framework = rng.choice(entry.frameworks)
    if split == "common" and number >= KERAS:
        return "keras"
    if split == "common" and rng.random() < 0.5 and framework == "plain":
        framework = rng.choice(ELSEWHERE.get(entry.name, "plain").split())
    if split == "unseen" and framework == "agent" and not entry.hint.get("entropy"):
        return rng.choice(["agent", "dqn"])
    if split == "newer" and framework == "agent" and not entry.hint.get("entropy"):
        return rng.choice(["agent", "agent", "sac"])
    if split in ("unseen", "newer") and framework == "keras" and "plain" in entry.frameworks:
        return rng.choice(["keras", "skorch"])
    return framework


def meant(entry, split, seed):
    """The framework and the plan before the entry changed it."""
    rng = random.Random(seed + "/how")
    framework = framework_of(entry, split, rng, int(seed.split("/")[2]))
    kinds = [k for k in entry.data if not (framework in ("keras", "skorch") and k == "lm")] or ["cls"]
    kind = rng.choice(kinds)
    if split in USUAL and kind == "lm" and len(kinds) > 1 and random.Random(seed + "/text").random() < (0.85 if split == "homely" else 0.6):
        kind = "cls" if "cls" in kinds else "reg"  # text takes three times as long
    if kind == "table":
        name = rng.choice(OF_SPLIT[split]["table"])
        plan = Plan(split, seed, "reg" if name in OF_SPLIT[split]["reg"] else "cls", data=name)
    else:
        plan = Plan(split, seed, None if kind == "none" else kind)
    plan.framework, plan.keras, plan.epochs = (
        framework,
        {},
        rng.choice(dict(unseen=[12, 20, 35, 60], fresh=[10, 16, 24, 40], wider=[8, 14, 30, 50], other=[5, 10, 18, 30, 60], newer=[7, 12, 20, 32, 50], genuine=[6, 11, 20, 40], common=[8, 15, 25, 40], everyday=[6, 10, 16, 25, 30], likely=[8, 12, 20, 35], familiar=[5, 10, 15, 30, 50], handy=[6, 10, 14, 20, 30], homely=[5, 8, 12, 18, 25, 40]).get(split, [15, 25])),
    )
    if framework in ("agent", "dqn", "sac"):
        plan.framework = "sb3" if split in ("former", *USUAL) or framework in ("dqn", "sac") else "agent"
    if framework == "keras":
        as_keras_has_it(plan)
    plan.own = split == "newer" and framework in ("plain", "adversarial") and int(seed.split("/")[2]) >= 2
    plan.name, plan.number, plan.as_it_is = entry.name, int(seed.split("/")[2]), bool(entry.hint.get("as_it_is"))
    return framework, plan


def make_plan(entry, split, seed):
    """A plan with the entry's fault in it, and the question whether it happened."""
    framework, plan = meant(entry, split, seed)
    question = entry.change(plan)
    plan.coarse = entry.is_control or entry.name in BY_EPOCH
    if split in ("development", *LATER):
        vary(framework, plan, entry)
    if split == "other" and framework == "plain":
        tell_as_others_do(plan, entry)
    if split == "newer" and framework == "plain":
        tell_by_epoch(plan, entry)
    if split in USUAL and framework == "plain":
        tell_commonly(plan, entry)
    return framework, plan, question


def as_keras_has_it(plan):
    keras = loop_of("keras", plan.split)
    known = keras.LATER.get(plan.split, keras.RATES)
    if plan.optimizer not in known or plan.split in LATER:
        plan.optimizer, plan.rate = ("adam", 2e-3) if plan.split not in LATER else plan.rng.choice(sorted(known.items()))
    if plan.split == "development":
        plan.family, plan.batch = {"mixer": "layernorm"}.get(plan.family, plan.family), max(32, plan.batch)
    if plan.split == "unseen":
        plan.family, plan.batch = plan.family if plan.family in ("separable", "densely") else "highway", max(24, plan.batch)
    if plan.split == "wider":
        plan.family, plan.batch = plan.family if plan.family == "barrel" else "widedeep", max(32, plan.batch)
    if plan.split == "other":
        plan.family, plan.batch = plan.family if plan.family == "tower" else "preact", max(32, plan.batch)
    if plan.split == "genuine":
        plan.family, plan.batch = plan.family if plan.family == "lowrank" else "rezero", max(36, plan.batch)
    if plan.split == "common":
        plan.family, plan.batch = plan.family if plan.family == "scaled" else "bottleneck", max(32, plan.batch)
    if plan.split == "familiar":
        plan.family, plan.batch = plan.family if plan.family == "accordion" else "adding", max(32, plan.batch)
    if plan.split == "handy":
        plan.family, plan.batch = plan.family if plan.family == "shoulder" else "averaging", max(96, plan.batch)
        plan.epochs = max(22, plan.epochs)
    if plan.split == "homely":
        plan.family, plan.batch = plan.family if plan.family == "wedge" else "reminded", max(128, plan.batch)
        plan.epochs = max(20, plan.epochs)
    if plan.split == "likely":
        plan.family, plan.batch = plan.family if plan.family == "trumpet" else "tied", max(32, plan.batch)
    if plan.split == "everyday":
        plan.family, plan.batch = plan.family if plan.family == "fc" else "skipfc", max(32, plan.batch)
    if plan.split == "newer":
        plan.family, plan.batch = plan.family if plan.family == "hourglass" else "swiglu", max(30, plan.batch)
    if plan.split == "fresh":
        plan.family, plan.batch = plan.family if plan.family in ("funnel", "film") else "squeeze", max(32, plan.batch)


def vary(framework, plan, entry):
    """Logs as rare as people's are, as long as thirty or forty points are left of a run."""
    if framework not in ("plain", "hf") + (("lightning",) if plan.split in LATER else ()):
        return
    if hasattr(plan, "carry_out") or entry.hint.get("as_it_is"):
        return
    choices, least = ((1, 2, 10, 20, 50), 40) if plan.split == "development" else ((1, 2, 3, 5, 8, 10, 20, 25, 50, 100), 30)
    if plan.split in ("newer", "genuine"):
        choices, least = (1, 2, 4, 6, 10, 15, 30, 60, 100), 22
    if plan.split == "common":
        choices, least = (1, 1, 5, 10, 20, 25, 50, 100), 25
    if plan.split == "everyday":
        choices, least = (1, 2, 5, 10, 20, 25, 50), 20
    if plan.split == "familiar":
        choices, least = (1, 2, 5, 8, 10, 20, 25, 50, 100), 20
    if plan.split == "handy":
        choices, least = (1, 2, 5, 10, 10, 20, 25, 40, 50), 20
    if plan.split == "homely":
        choices, least = (1, 3, 5, 10, 10, 15, 20, 25, 50), 20
    if plan.split == "likely":
        choices, least = (1, 4, 5, 10, 10, 25, 50), 20
    every = [n for n in choices if plan.steps >= least * n and (plan.split == "development" or plan.steps <= 800 * n)]
    plan.log_every = plan.rng.choice(every or [1])


UNCOUNTED = """own dashes|own paragraphs|own short|own columns|own epoch csv|own lists|own batches|own tutorial|own batch csv""".split("|")
# What a mean over an epoch, or the held-out rows alone, still show; of a step that leaps, say, they do not.
BY_EPOCH = """rate_low too_small labels_shuffled broadcast double_softmax overfits eval_preprocessing stale_batchnorm leak imbalance rate_sticks frozen
zero_weights relu_output deep_sigmoid unscaled decay_huge epsilon_huge clip_tiny schedule_ends_early stopped_early forgets wrong_sign rate_diverges
nan_rows eval_nan dead_relu decay_per_batch not_cleared decay_per_batch drops_everything warms_for_ever score_frozen halves_at_once first_weights_only
dollars narrow_batches log_of_zero explodes units_change""".split()
HELD_OUT = "rate_low too_small labels_shuffled rate_sticks frozen zero_weights relu_output overfits forgets decay_huge rate_diverges eval_nan".split()


def tell_as_others_do(plan, entry):
    """A line an epoch, held-out numbers alone, or batches counted anew."""
    if hasattr(plan, "carry_out") or hasattr(plan, "logger_wish") or entry.hint.get("lines") or entry.hint.get("steps"):
        return
    from loops import habits_other, loggers

    if (entry.is_control or entry.name in BY_EPOCH) and plan.rng.random() < 0.5:
        plan.logger_wish = loggers.choose(plan, "epochs")
        plan.log_every = max(1, min(plan.log_every, plan.steps // 150))
    elif (entry.is_control or entry.name in HELD_OUT) and plan.evals and plan.rng.random() < 0.15:
        plan.logger_wish, plan.evals = habits_other.HeldOut, plan.rng.choice([12, 20, 40])


def tell_by_epoch(plan, entry):
    """In the split `newer`: a line an epoch, or spaCy's rows, one an evaluation."""
    if hasattr(plan, "carry_out") or hasattr(plan, "logger_wish") or entry.hint.get("lines") or entry.hint.get("steps") or entry.hint.get("as_it_is"):
        return
    from loops import habits_programs_newer, loggers

    if (entry.is_control or entry.name in BY_EPOCH) and plan.rng.random() < 0.38:
        plan.logger_wish, plan.evals = loggers.choose(plan, "epochs"), 60 if plan.evals else 0
        plan.log_every = max(1, min(plan.log_every, plan.steps // 150))
    elif (entry.is_control or entry.name in HELD_OUT) and plan.evals and plan.data.kind == "cls" and plan.rng.random() < 0.08:
        plan.logger_wish, plan.evals = habits_programs_newer.Spacy, plan.rng.choice([20, 40])


def tell_commonly(plan, entry):
    """In the splits since `common`: more than a third of the loops tell once an epoch, where that shows what is there."""
    if hasattr(plan, "carry_out") or hasattr(plan, "logger_wish") or entry.hint.get("lines") or entry.hint.get("steps") or entry.hint.get("as_it_is"):
        return
    from loops import loggers

    if (entry.is_control or entry.name in BY_EPOCH) and plan.rng.random() < 0.35:
        plan.logger_wish = loggers.choose(plan, "epochs")
        plan.log_every = max(1, min(plan.log_every, plan.steps // 150))


def uncounted(split, logger):
    """Whether the log's steps are other ones than the loop's."""
    if split == "newer":
        from loops.habits_newer import UNCOUNTED as names

        return logger in names
    if split in USUAL:
        from loops.habits_common import UNCOUNTED as names

        return logger in names
    return split == "other" and logger in UNCOUNTED


def carry_out(entry, split, seed, directory):
    """Train one run; its label, or None when it is no example of the entry."""
    framework, plan, question = make_plan(entry, split, seed)
    if hasattr(plan, "carry_out"):
        axis = plan.carry_out(directory)
    else:
        wish = plan.logger_wish if framework == "plain" and hasattr(plan, "logger_wish") else None
        if framework == "plain" and entry.hint.get("lines") and not wish:
            from loops.loggers import choose

            wish = choose(plan, "lines")
        wish = "console" if framework == "hf" and "run_crashed" in entry.kinds else wish
        axis = loop_of(framework, split).train(plan, directory, wish)
    answer = question()
    if split in USUAL and answer is not None and not beyond.steady(plan, entry.kinds):
        return print(f"slowed down by others {seed}", flush=True)
    if split in WRITTEN and answer is not None and not shown.said(entry, plan, directory):
        return print(f"not shown in its log {seed} {framework} {plan.family} {plan.data.name} {plan.logger}", flush=True)
    if split in ("likely", "familiar", "handy", "homely") and answer and "doubles" in answer and not shown.foreseen(plan, answer["doubles"]):
        return print(f"too few records before it doubles {seed} {framework} {plan.logger}", flush=True)
    if split in USUAL and answer is not None and not entry.is_control and not beside.worse(entry, split, seed, framework, plan):
        return print(f"no worse than its twins {seed} {framework} {plan.family} {plan.data.name}", flush=True)
    if plan.history.notes.get("broke") and "run_crashed" not in entry.kinds:
        return print(f"broke {seed} {framework} {plan.family} {plan.data.name}", flush=True)
    if answer is None:
        return None
    if uncounted(split, plan.logger) or axis == "epochs":
        answer = {k: v for k, v in answer.items() if k not in ("onset", "doubles")}
    return dict(
        answer,
        length=length_of(plan, framework, axis),
        framework=getattr(plan, "tool", framework if plan.framework != "sb3" else "sb3"),
        logger=plan.logger,
        family=plan.family,
        data="-" if framework in ("adversarial", "agent", "dqn", "sac") else plan.data.name,
        seed=seed,
        seen=shown.come_to(entry, plan, directory) if split in ("handy", "homely") else "",
    )


def length_of(plan, framework, axis):
    """In the steps of the log."""
    if framework == "boosting":
        return plan.rounds
    if framework == "agent" and plan.split not in ("former", *USUAL):
        return plan.steps * (plan.agent.get("unit") or plan.agent["T"] * 16)
    return plan.steps if axis == "step" else plan.epochs
