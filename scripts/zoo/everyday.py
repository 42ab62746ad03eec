"""Which runs the splits `everyday`, `likely`, `familiar`, `handy` and `homely` have, and in which frameworks: so many of each fault and control, so that no fault has many more than another
and the frameworks have about the shares that people use them in."""

SHARES = dict(plain=0.22, hf=0.27, lightning=0.3, keras=0.55)  # where an entry may be trained in several: half of the faults are known in plain loops alone
SINGLE = """rate_diverges rate_sticks rate_low schedule_ends_early decay_per_batch oscillates clip_tiny stopped_early nan_rows log_of_zero half_overflow explodes
eval_nan bad_batch deep_sigmoid dead_relu zero_weights double_softmax too_small wrong_sign broadcast labels_shuffled not_shuffled imbalance unscaled leak
stale_batchnorm eval_preprocessing overfits forgets frozen not_cleared weights_lost state_lost memory_leak slow_loader slows_down warms_for_ever
sums_of_batches score_frozen dollars heavy_momentum rate_leaps units_change narrow_batches no_memory disk_full shapes collapses discriminator_wins
dead_critic policy_collapses never_learns stops_exploring values_explode trees_overfit trees_too_slow trees_too_short trees_rate_huge
trees_labels_shuffled trees_eval_preprocessing trees_leak""".split()
# Too small a network is in neither: a loss that stands high and still healthy logs have as well.
LIKELY = set(SINGLE) - {"too_small"} | set("killed unreachable label_out_of_range zero_variance relu_output decay_huge halves_at_once drops_everything bad_pocket".split())
FAMILIAR = LIKELY - {"stops_exploring"} | set("""all_masked one_row_left worker_dies collective_hangs steps_once_an_epoch built_anew held_out_shuffled epsilon_huge
first_weights_only fitted_too_slowly fitted_too_fast""".split())
# What is most usual three times, the rest twice: those of which nearly every attempt is an example.
OFTEN = set("""rate_diverges rate_sticks rate_low nan_rows explodes eval_nan bad_batch deep_sigmoid dead_relu double_softmax labels_shuffled leak eval_preprocessing overfits
frozen not_cleared weights_lost memory_leak slow_loader same_batch held_out_in_units tunes_too_fast no_memory""".split())
HANDY = OFTEN | set("""schedule_ends_early decay_per_batch oscillates clip_tiny stopped_early warms_for_ever decay_huge rate_leaps zero_variance log_of_zero half_overflow
all_masked zero_weights wrong_sign broadcast softmax_one_unit double_sigmoid not_shuffled imbalance unscaled stale_batchnorm forgets dollars held_out_shuffled units_change
state_lost slows_down sums_of_batches score_frozen built_anew steps_once_an_epoch disk_full shapes killed unreachable label_out_of_range worker_dies one_row_left time_limit
wrong_dtype policy_collapses never_learns stops_exploring values_explode paid_for_wrong collapses discriminator_wins dead_critic generator_lost trees_overfit trees_too_slow
trees_too_short trees_rate_huge trees_labels_shuffled trees_eval_preprocessing trees_leak""".split())
HOMELY = HANDY | set("plateau_upside_down metric_breaks shard_missing generator_asleep".split())
LEFT_OUT = set("schedule_ends_early+eval_preprocessing slow_loader+bad_batch memory_leak+bad_pocket rate_sticks+slows_down".split())
DOUBLING = "slow_divergence decay_sign warms_up_past bonus_not_penalty targets_drift noise_grows".split()
HEALTHY = dict(
    ordinary=18, ordinary_and_new=24, by_epoch=7, few_epochs=9, usual_numbers=8, gan=8, gan_drifting_loss=3, agent_learns=16,
    boosting=5, trees_stopped_in_time=5, trees_in_dollars=4, trees_finished=5,
    warmup_bump=6, cosine_end=6, converged_plateau=6, double_descent=5, clean_restart=6, large_gradients=6, tiny_validation=6, batch_of_one=6, curriculum=6,
    fine_tuned=6, smoothed_labels=6, heavy_tails=5, noise_floor=4, early_stopped=4, plateau_halves=4, twenty_points=4, no_evaluation=3, few_evaluations=3,
    one_cycle=3, warm_restarts=3, rate_drops=3, honest_gap=3, augmented=3, gradient_spikes=4, rounded=3, always_clipped=3, compiles_first=2, memory_saw=3,
    steady_machine=3, two_heads=2, weights_logged=2, perplexity=3, below_zero=2, loss_scale=3, thawed=2, heavy_dropout=3,
)  # fmt: skip
# Its agents' actions are numbers, whose certainty has no end. Of `familiar`: fewer that are like others, and some that those before it had not.
WELL = dict(
    HEALTHY, ordinary=14, ordinary_and_new=20, by_epoch=6, few_epochs=7, usual_numbers=7, gan=6, gan_drifting_loss=2, agent_learns=9, boosting=14, trees_stopped_in_time=8, trees_in_dollars=6,
    trees_finished=8, cosine_end=5, converged_plateau=5, clean_restart=5, large_gradients=5, curriculum=5, fine_tuned=5, smoothed_labels=4, heavy_tails=4, noise_floor=3,
    early_stopped=3, plateau_halves=3, twenty_points=3, gradient_spikes=3, rounded=2, always_clipped=2, memory_saw=2, steady_machine=2, perplexity=2, loss_scale=2,
    mixed_up=4, rare_but_found=4, cut_out=3, hopeless_half=3, by_heart_unharmed=3, focal=2, quantile=2, ranked=2, growing_part=2, cooled=2, rows_rotate=2, tasks_alternate=2,
    short_to_long=2, fitted=6, fitted_line=4, thousands_of_points=2, long_and_rare=2, each_small_step=2, averaged=2, batch_grows=2, pauses=2, adapters=2, pruned=2, rows_arrive=2, odd_first_look=2,
)  # fmt: skip
# Of `handy` and `homely`: games and agents as often as other frameworks, and fewer trees.
SHARES_OF = dict.fromkeys(("handy", "homely"), dict(plain=0.3, hf=0.24, lightning=0.18, keras=0.3))
GOOD = dict(
    WELL, ordinary=9, ordinary_and_new=12, gan=9, gan_drifting_loss=2, agent_learns=12, boosting=7, trees_stopped_in_time=5, trees_in_dollars=4, trees_finished=4, fitted=3, fitted_line=2, double_descent=6, few_epochs=8,
    usual_numbers=8, tiny_validation=7, converged_plateau=6, batch_of_one=7, fine_tuned=6, heavy_tails=5, warmup_bump=6, cosine_end=6, preferred=2, adapters=0,
)  # fmt: skip
FINE = dict(GOOD, ordinary=12, ordinary_and_new=14, boosting=8, trees_stopped_in_time=6, trees_in_dollars=5, trees_finished=5, thousands_of_points=1, early_stopped=2, rows_rotate=1)
ELSEWHERE = dict.fromkeys("rate_low+disk_full clip_tiny+disk_full warms_for_ever+unreachable eval_preprocessing+no_memory overfits+unreachable".split(), "hf lightning")


# How many of a pair of faults, of one whose loss doubles, and of any other; which are those.
SPLITS = dict(everyday=(3, 7, 4, set(SINGLE)), likely=(4, 9, 4, LIKELY), familiar=(2, 8, 3, FAMILIAR), handy=(2, 6, 2, HANDY), homely=(2, 8, 2, HOMELY))
WELL_OF, KERAS_ALONE = dict(familiar=WELL, handy=GOOD, homely=FINE), dict(familiar=(1, -1), handy=(2, 1), homely=(2, 1))


def number(entry, split):
    pair, doubling, usual, known = SPLITS[split]
    if entry.is_control:
        return WELL_OF.get(split, HEALTHY).get(entry.name, 0)
    if split in ("handy", "homely") and entry.name in LEFT_OUT:
        return 0
    if "+" in entry.name:
        return pair * (split == "everyday" or not entry.name.startswith("too_small"))
    usual += 3 * (split == "familiar" and "boosting" in entry.frameworks)  # which train in no time
    usual += (split in ("handy", "homely")) * ((entry.name in OFTEN) + 2 * bool({"adversarial", "agent"} & set(entry.frameworks)))
    return doubling if entry.name in DOUBLING else usual if entry.name in known else 0


def numbers(entry, split, keras, scale):
    """From keras on they are Keras', which few entries draw."""
    control, fault = KERAS_ALONE.get(split, (3, 1))
    more, all_ = control if entry.is_control else fault, number(entry, split)
    return [*range(round(all_ * scale)), *(keras + n for n in range(more if all_ and "keras" in entry.frameworks and scale >= 1 else 0))]


def framework(entry, elsewhere, rng, split):
    all_ = dict.fromkeys([*entry.frameworks, *elsewhere.split(), *ELSEWHERE.get(entry.name, "").split()])
    return rng.choices(list(all_), [SHARES_OF.get(split, SHARES).get(name, 1) for name in all_])[0]
