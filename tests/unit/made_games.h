/* made_games - generated runs whose adversaries, agents, rates, scales or weights go wrong, and near misses of each.
 *
 * Included by made_runs.h, which has the tools; the rows of MADE_GAMES stand in its table. A name that begins with "well" is a near miss
 * and must be left alone by everybody. */
#ifndef MLWATCH_TEST_MADE_GAMES_H
#define MLWATCH_TEST_MADE_GAMES_H

static double since(int s, int onset) { return s < onset ? 0 : s - onset; }

/* gradients */
static double norm_cut(int s) { return s < ONSET ? norm_well(s) : 0; }
static double norm_none(int s) { return 0.0 * s; }
static double norm_above_bound(int s) { return s % 40 == 7 ? 0.9 : 1; } /* the share of a logging interval that was clipped */
static double norm_at_bound_half(int s) { return s < 200 ? 0.9 : 0.3 + 0 * s; }
static double norm_adding_up(int s) { return 2 * sqrt(s + 1.0) * exp(noise(0.01)); }
static double norm_warming_up(int s) { return (0.2 + 0.8 * fmin(1, s / 150.0)) * exp(noise(0.2)); }
static double norm_of_large_batches(int s) { return (0.5 + 4 * exp(-s / 20.0)) * exp(noise(0.02)); }
static double loss_standing_then(int s) { return fall(s, 2.3, 1.4, 60) * exp(noise(0.02)); }
static double loss_solved(int s) { return s < ONSET ? fall(s, 2.3, 0.001, 50) * exp(noise(0.04)) : 0; }

/* rates and scales */
static double rate_restarting(int s) { return 1e-3 * (0.5 + 0.5 * cos(acos(-1) * (s % ONSET) / (double)ONSET)) + 1e-6; }
static double rate_stepping(int s) { return 1e-3 * fmin(1, s / 50.0) * pow(0.1, s / 200); }
static double scale_halving(int s) { return s < ONSET ? 65536 : 65536 * pow(0.5, fmin(after(s), 20)); }
static double scale_finding(int s) { return s < 8 ? 65536 * pow(0.5, s) : 512 * (1 + s / 150); }
static double scale_of_one(int s) { return 1 + 0 * s; }

static double rate_dying(int s) { return 1e-3 * pow(0.9, s); }
static double rate_falling_far(int s) { return 1e-3 * pow(0.985, s); } /* to a ten-thousandth */

/* adversaries */
static double d_winning_at_once(int s) { return s < 3 ? 0.7 : 1e-8 * exp(noise(0.3)); }
static double g_refused(int s) { return 0.7 + 24 * (1 - exp(-s / 30.0)) + noise(0.1); }
static double d_losing(int s) { return s < ONSET ? d_balanced(s) : 1.25 + 0.25 * after(s) * exp(noise(0.05)); }
static double g_free(int s) { return s < ONSET ? g_balanced(s) : 0.95 * exp(-after(s) / 10); }
static double fid_turning(int s) { return (30 + 200 * exp(-s / 50.0)) * exp(noise(0.05) + fmin(since(s, 250) / 300, 0.65)); }
static double fid_settling(int s) { return (30 + 200 * exp(-s / 90.0)) * exp(noise(0.08)) * (s > 300 ? 1.1 : 1); }
static double d_jumping(int s) { return d_balanced(s) * (s % 60 == 11 ? 4 : 1); }

/* agents */
static double entropy_gone(int s) { return 0.65 * exp(-s / 25.0) + fabs(noise(1e-4)); }
static double entropy_of_actions(int s) { return 1.4 - s / 150.0 + noise(0.05); } /* continuous: it may go below 0 */
static double kl_usual(int s) { return 0.012 * exp(noise(0.5)) * (s % 90 == 13 ? 30 : 1); }
static double kl_leaping(int s) { return kl_usual(s) * (s < ONSET ? 1 : 150); }
static double value_loss_of(int s) { return 0.02 * pow(return_learning(s), 2) * exp(noise(0.3)); }
static double value_loss_leaving(int s) { return 400 * exp(noise(0.2) + fmin(after(s) / 6, 20)); }
static double value_loss_leaping(int s) { return value_loss_of(s) * (s < ONSET ? 1 : 1e6); }
static double return_found(int s) { return s < ONSET ? 0 : 1 + noise(0.05); } /* sparse: the first success */
static double value_loss_found(int s) { return s < ONSET ? 1e-7 * exp(noise(0.3)) : 0.2 * exp(noise(0.3)); }
static double variance_explained(int s) { return s < ONSET ? 0.8 + noise(0.05) : -3 + noise(0.5); }

/* weights */
static double weights_well(int s) { return 40 * (1 + 1.4 * (1 - exp(-s / 200.0))) * exp(noise(0.001)); }
static double weights_growing(int s) { return 40 * exp(fmin(since(s, ONSET) / 20, 6)) * exp(noise(0.001)); }
static double weights_shrinking(int s) { return 40 * exp(-since(s, 100) / 90) * exp(noise(0.001)); }
static double weights_nan(int s) { return s < ONSET ? weights_well(s) : (double)NAN; }
static double weights_still(int s) { return 12.34567 + 0 * s; }
static double bias_growing(int s) { return 1e-4 + 0.02 * (1 - exp(-s / 100.0)); } /* two hundred times its start, by design */
static double dead_at_once(int s) { return s < ONSET ? 0.2 + noise(0.02) : 0.99; }
static double dead_half(int s) { return fmin(0.62, 0.2 + s / 900.0) + noise(0.02); }
static double zeros_many(int s) { return 0.86 + noise(0.02) + 0 * s; }
static double zeros_all(int s) { return s < ONSET ? 0.5 + noise(0.02) : 0.9995; }
static double ratio_well(int s) { return 2e-3 * exp(noise(0.3)) * (0.5 + 0.5 * cos(acos(-1) * s / 600.0)) + 1e-9; }
static double ratio_huge(int s) { return s < ONSET ? ratio_well(s) : 0.4 * exp(noise(0.2)); }
static double ratio_tiny(int s) { return 6e-7 * exp(noise(0.3)) + 0 * s; }
static double ratio_as_logarithm(int s) { return -2.9 + noise(0.1) - s / 200.0; }

/* checkpoints: a number of each as a whole, every 60 steps */
static double saved_growing(int s) { return 40 * pow(2.2, s / 60.0) * exp(noise(0.01)); }
static double saved_shrinking(int s) { return 40 * pow(0.6, s / 60.0) * exp(noise(0.01)); }
static double saved_well(int s)
{
    return 40 * (1 + 1.2 * (1 - exp(-s / 150.0))) * (s < 60 ? 0.2 : 1) * exp(noise(0.01));
} /* the first as made */
static double saved_of_another(int s) { return (s < 300 ? 1 : 9) * weights_well(s); }
static double saved_hardly_moving(int s) { return 3e-8 * exp(noise(0.3)) + 0 * s; }
static double saved_settling(int s) { return 0.2 * exp(-s / 30.0); }
static double saved_gradient_growing(int s) { return 0.3 * pow(3, s / 60.0) * exp(noise(0.1)); }
static double saved_gradient_well(int s) { return (0.3 + 2 * exp(-s / 90.0)) * exp(noise(0.3)); }

#define SAVED(number, f)       ROW(ROLE_CHECKPOINT, "checkpoint/" number, "checkpoint/" number, BETTER_UNKNOWN, f, 60)
#define PLAIN(role_, name_, f) ROW(role_, name_, "", BETTER_UNKNOWN, f, 1)
#define WEIGHTS(f)             PLAIN(ROLE_WEIGHT_NORM, "weight_norm", f)
#define RATIO(f)               PLAIN(ROLE_UPDATE_RATIO, "update_ratio", f)
#define ENTROPY(f)             PLAIN(ROLE_ENTROPY, "entropy", f)
#define VALUE_LOSS(f)          PLAIN(ROLE_LOSS_VALUE, "value_loss", f)
#define PART(role_, name_, part_, f)                                                                                             \
    {                                                                                                                            \
        .s = {.name = name_, .unit = "", .metric = "weight norm", .part = part_, .depth = 1, .role = role_}, .value = f,         \
        .every = 1                                                                                                               \
    }

#define MADE_GAMES                                                                                                               \
    {"gradients add up", {LOSS(loss_well), NORM(norm_adding_up)}},                                                               \
        {"well, gradients grow while the rate warms up", {LOSS(loss_well), NORM(norm_warming_up)}},                              \
        {"well, gradients of large batches", {LOSS(loss_well), NORM(norm_of_large_batches)}},                                    \
        {"rate dies", {LOSS(loss_well), PLAIN(ROLE_LEARNING_RATE, "lr", rate_dying)}},                                           \
        {"well, the rate falls far", {LOSS(loss_well), PLAIN(ROLE_LEARNING_RATE, "lr", rate_falling_far)}},                      \
        {"generator is refused at once", {D_LOSS(d_winning_at_once), G_LOSS(g_refused)}},                                        \
        {"rewards change their scale", {RETURN(return_learning), VALUE_LOSS(value_loss_leaping)}},                               \
        {"well, a reward is found", {RETURN(return_found), VALUE_LOSS(value_loss_found)}},                                       \
        {"gradients are cut", {LOSS(loss_standing_then), NORM(norm_cut)}},                                                       \
        {"well, solved with gradients of zero", {LOSS(loss_solved), NORM(norm_cut)}},                                            \
        {"well, the norm is not computed", {LOSS(loss_well), NORM(norm_none)}},                                                  \
        {"everything is clipped", {LOSS(loss_well), PLAIN(ROLE_CLIPPED_SHARE, "grad_clipped", norm_above_bound)}},               \
        {"well, clipped at first", {LOSS(loss_well), PLAIN(ROLE_CLIPPED_SHARE, "grad_clipped", norm_at_bound_half)}},            \
        {"rate begins again", {LOSS(loss_well), PLAIN(ROLE_LEARNING_RATE, "lr", rate_restarting)}},                              \
        {"well, the rate falls in steps", {LOSS(loss_well), PLAIN(ROLE_LEARNING_RATE, "lr", rate_stepping)}},                    \
        {"loss scale collapses", {LOSS(loss_well), PLAIN(ROLE_LOSS_SCALE, "loss_scale", scale_halving)}},                        \
        {"well, the scale is found", {LOSS(loss_well), PLAIN(ROLE_LOSS_SCALE, "loss_scale", scale_finding)}},                    \
        {"well, the scale is one", {LOSS(loss_well), PLAIN(ROLE_LOSS_SCALE, "loss_scale", scale_of_one)}},                       \
        {"generator wins", {D_LOSS(d_losing), G_LOSS(g_free)}},                                                                  \
        {"well, the discriminator stumbles", {D_LOSS(d_jumping), G_LOSS(g_balanced)}},                                           \
        {"fid turns",                                                                                                            \
         {D_LOSS(d_balanced), G_LOSS(g_balanced), ROW(ROLE_SCORE_EVAL, "fid", "fid", BETTER_LOWER, fid_turning, 10)}},           \
        {"well, fid settles",                                                                                                    \
         {D_LOSS(d_balanced), G_LOSS(g_balanced), ROW(ROLE_SCORE_EVAL, "fid", "fid", BETTER_LOWER, fid_settling, 10)}},          \
        {"policy is certain of nothing", {RETURN(return_standing), ENTROPY(entropy_gone)}},                                      \
        {"well, certain and right", {RETURN(return_learning), ENTROPY(entropy_gone)}},                                           \
        {"well, continuous actions", {RETURN(return_learning), ENTROPY(entropy_of_actions)}},                                    \
        {"policy leaps", {RETURN(return_learning), PLAIN(ROLE_KL, "approx_kl", kl_leaping)}},                                    \
        {"well, the policy leaps at times", {RETURN(return_learning), PLAIN(ROLE_KL, "approx_kl", kl_usual)}},                   \
        {"value loss explodes",                                                                                                  \
         {RETURN(return_standing), VALUE_LOSS(value_loss_leaving),                                                               \
          PLAIN(ROLE_EXPLAINED_VARIANCE, "explained_variance", variance_explained)}},                                            \
        {"well, the value loss grows with the return", {RETURN(return_learning), VALUE_LOSS(value_loss_of)}},                    \
        {"weights explode", {LOSS(loss_standing_then), WEIGHTS(weights_growing)}},                                               \
        {"weights shrink", {LOSS(loss_standing_then), WEIGHTS(weights_shrinking)}},                                              \
        {"weights become NaN", {LOSS(loss_well), WEIGHTS(weights_nan)}},                                                         \
        {"weights stand", {LOSS(loss_stuck), WEIGHTS(weights_still)}},                                                           \
        {"well, weights grow, a bias from nothing",                                                                              \
         {LOSS(loss_well), WEIGHTS(weights_well), PART(ROLE_WEIGHT_PART, "weight_norm/fc1.bias", "fc1 bias", bias_growing)}},    \
        {"well, a tensor is frozen",                                                                                             \
         {LOSS(loss_well), WEIGHTS(weights_well), PART(ROLE_WEIGHT_PART, "weight_norm/stem", "stem", weights_still)}},           \
        {"units die", {LOSS(loss_standing_then), PLAIN(ROLE_DEAD_SHARE, "dead_units", dead_at_once)}},                           \
        {"activations are zero", {LOSS(loss_standing_then), PLAIN(ROLE_ZERO_SHARE, "activations/relu1/zero_share", zeros_all)}}, \
        {"well, sparse layers",                                                                                                  \
         {LOSS(loss_well), PLAIN(ROLE_DEAD_SHARE, "dead_units", dead_half),                                                      \
          PLAIN(ROLE_ZERO_SHARE, "activations/relu1/zero_share", zeros_many)}},                                                  \
        {"saved weights grow",                                                                                                   \
         {LOSS(loss_well), SAVED("weight_norm", saved_growing), SAVED("grad_norm", saved_gradient_growing)}},                    \
        {"saved weights shrink", {LOSS(loss_well), SAVED("weight_norm", saved_shrinking)}},                                      \
        {"saved weights hardly move", {LOSS(loss_stuck), SAVED("weight_change", saved_hardly_moving)}},                          \
        {"well, the first save is of the weights as made",                                                                       \
         {LOSS(loss_well), SAVED("weight_norm", saved_well), SAVED("weight_change", saved_settling),                             \
          SAVED("grad_norm", saved_gradient_well)}},                                                                             \
        {"well, another model is saved", {LOSS(loss_well), SAVED("weight_norm", saved_of_another)}},                             \
        {"steps are too large", {LOSS(loss_standing_then), RATIO(ratio_huge)}},                                                  \
        {"steps are too small", {LOSS(loss_stuck), RATIO(ratio_tiny)}},                                                          \
        {"well, steps shrink with the rate", {LOSS(loss_well), RATIO(ratio_well)}},                                              \
    {                                                                                                                            \
        "well, steps as logarithms", { LOSS(loss_well), RATIO(ratio_as_logarithm) }                                              \
    }

#endif
