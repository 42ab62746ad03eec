"""What a log that tells of a run in another way can still show: the kinds that it takes the ground from, the faults that it hides, the alarms
that are right of what is left. By the names of the ways (variants/)."""

import measures

SCORES = {"score_stuck", "score_drop", "metric_nonfinite", "prediction_collapse"}
HELD_OUT = {"overfitting", "gap_from_start", "validation_too_good", "validation_divergence"}
GRADS = {"grad_explosion", "grad_spike", "grad_nonfinite", "grad_zero", "grad_vanishing", "grad_adds_up", "clipping_always_on"}
RATE = {"lr_out_of_schedule", "lr_zero"}
CLOCK = {"throughput_drop", "input_starved", "run_stalled"}
LENGTH = {"still_improving", "loss_plateau"}
WORDS = {"run_crashed", "out_of_memory", "run_stalled", "loss_scale_collapse", "log_gap"}
LOSS = {
    "loss_nonfinite",
    "loss_masked",
    "loss_divergence",
    "loss_spike",
    "loss_plateau",
    "loss_not_decreasing",
    "loss_at_chance",
    "loss_oscillation",
    "loss_periodic",
    "still_improving",
    "softmax_floor",
    "restart_discontinuity",
    "silent_restart",
    "loss_starts_high",
}
GAMES = {
    "return_flat",
    "policy_collapse",
    "mode_collapse",
    "generator_wins",
    "discriminator_wins",
    "adversarial_stalemate",
    "value_loss_explosion",
}
UNITS = {"loss_at_chance", "softmax_floor", "loss_starts_high", "validation_too_good"}
# Kinds that a way takes what they measure from; the other way round for the two that leave only losses.
NEEDS = {
    "no held-out numbers": HELD_OUT | SCORES | {"mode_collapse"},
    "no held-out loss": {"overfitting", "gap_from_start", "validation_too_good", "validation_divergence"},
    "no scores": SCORES | {"validation_too_good", "gap_from_start", "mode_collapse"},
    "no training score": {"gap_from_start", "prediction_collapse", "score_stuck"},
    "no gradient": GRADS,
    "no learning rate": RATE,
    "no settings": RATE | UNITS | {"clipping_always_on", "still_improving"},
    "no clock": CLOCK,
    "loss times 10": UNITS,
    "loss times 0.1": UNITS,
    "loss and a constant": UNITS,
    "in bits": UNITS,
    "sum of the batch": UNITS | {"gap_from_start"},
    "average of 50": {"loss_spike", "loss_periodic", "loss_oscillation", "restart_discontinuity"},
    "steps anew at half": LENGTH | {"lr_out_of_schedule", "validation_too_good"},
    "smoothed": {"loss_spike"},
    "means of the epoch": {"loss_spike", "loss_periodic", "loss_oscillation"},
    "60 % of it": LENGTH | WORDS,
    "80 % of it": LENGTH | WORDS,
    "goes on as it ended": LENGTH | WORDS | {"loss_periodic"},
    "a line an epoch": WORDS | CLOCK | {"loss_spike", "loss_periodic", "loss_oscillation", "grad_spike", "loss_starts_high"},
}
ALONE = {
    "losses and scores": LOSS | WORDS | HELD_OUT | SCORES | GAMES,
    "training loss alone": LOSS | WORDS,
    "losses alone": LOSS | WORDS | HELD_OUT,
}
# Faults that a way may hide: one batch that a sparse log skips or a mean levels, and trees that are best in the first rounds; an end of the
# schedule, which makes of a plateau more than a convergence; the floor of a softmax applied twice, which is a number in nats beside a score; a
# NaN that only an evaluation had.
ONE_BATCH = {"trees_overfit", "bad_batch", "eval_nan", "nan_rows", "log_of_zero", "half_overflow"}
IN_EVALUATION = {"eval_nan", "log_of_zero", "zero_variance", "nan_rows"}
BY_RATE = {"schedule_ends_early", "decay_per_batch"}
ROUNDS = {"trees_too_short", "trees_labels_shuffled", "fitted_too_shortly"}  # a library counts its rounds: there are no steps but these
HIDES = {
    "every 2nd record": ONE_BATCH,
    "every 3rd record": ONE_BATCH,
    "every 5th record": ONE_BATCH,
    "means of 2": {"bad_batch", "trees_overfit"},
    "means of 5": {"bad_batch", "trees_overfit"},
    "smoothed": {"bad_batch"},
    "average of 50": {"bad_batch", "state_lost", "weights_lost"},
    "a line an epoch": {"bad_batch", "trees_overfit", "state_lost", "weights_lost"},
    "losses and scores": BY_RATE | {"too_small", "decay_huge"},
    "no held-out numbers": IN_EVALUATION | {"double_softmax"},
    "no held-out loss": IN_EVALUATION,
    "training loss alone": IN_EVALUATION | BY_RATE | {"double_softmax"},
    "losses alone": BY_RATE | {"double_softmax"},
    "no scores": {"double_softmax"},
    "no learning rate": BY_RATE,
    "no settings": {"too_small", "decay_huge"},
    "twice as dense": ROUNDS,
    "steps times 32": ROUNDS,
    "loss times 10": {"double_softmax"},
    "loss times 0.1": {"double_softmax"},
    "loss and a constant": {"double_softmax"},
    "in bits": {"double_softmax"},
    "sum of the batch": {"double_softmax"},
    "perplexity": {"double_softmax"},
}
# Alarms that are right of what is left: a part of a run was still going down; a loss whose level or rise only what is gone explained.
EXCUSED = {
    "60 % of it": {"still_improving"},
    "80 % of it": {"still_improving"},
    "training loss alone": {"loss_divergence", "loss_at_chance"},
    "losses alone": {"loss_at_chance"},
    "no scores": {"loss_at_chance"},
    "no held-out numbers": {"loss_divergence", "loss_at_chance"},
    "no held-out loss": {"loss_divergence"},
    "no settings": {"loss_divergence", "grad_explosion"},
    "losses and scores": {"loss_divergence"},
    "loss times 10": UNITS,
    "loss times 0.1": UNITS,
    "in bits": UNITS,
    "sum of the batch": UNITS - {"validation_too_good"},
    "steps anew at half": {"restart_discontinuity", "still_improving"},
    "loss and a constant": UNITS | {"loss_plateau"},
}
CUTS = {"60 % of it": 0.6, "80 % of it": 0.8}
EARLY = 0.65  # an onset is well before the cut where it comes in this share of what is left


def tellable(label, way):
    """Accepted kinds that this log can still show."""
    if way in ALONE:
        return label["kinds"] & ALONE[way]
    return label["kinds"] - NEEDS.get(way, set())


def counted(label, plain, way):
    """Is the run found as it is, by a kind that can be told of the variant, of a fault that shows there?"""
    if set(label["fault"].split("+")) & HIDES.get(way, set()):
        return False
    if way in CUTS and (label["onset"] or 0) > CUTS[way] * EARLY * (label["length"] or 1):
        return False
    kinds = tellable(label, way)
    return any(f["kind"] in kinds for f in measures.loud(plain))


def alarms(answer, way):
    return {f["kind"] for f in measures.loud(answer)} - EXCUSED.get(way, set())
