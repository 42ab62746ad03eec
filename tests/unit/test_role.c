/* What a logged name means: names of the common trainers, and names that only look like them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../analyzers/role.h"

static const struct {
    const char *name;
    enum role role;
    enum better better;
    bool bounded;
    const char *metric;
} rows[] = {
    {"loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"train/loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"train_loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"training loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"Loss/train", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"lm loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"train_loss_epoch", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"eval_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"val_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"valid loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"validation/loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"test_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"dev loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"Val Loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"eval/loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"loss_epoch", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"train_loss_step", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"box_loss", ROLE_LOSS_PART, BETTER_LOWER, false, "box loss"},
    {"loss_cls", ROLE_LOSS_PART, BETTER_LOWER, false, "loss cls"},
    {"loss_rpn_bbox", ROLE_LOSS_PART, BETTER_LOWER, false, "loss rpn bbox"},
    {"train-rmse", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "rmse"},
    {"eval-rmsle", ROLE_LOSS_EVAL, BETTER_LOWER, false, "rmsle"},
    {"valid_1's l2", ROLE_LOSS_EVAL, BETTER_LOWER, false, "l2"},
    {"l2", ROLE_LOSS_PART, BETTER_LOWER, false, "l2"}, /* a penalty, perhaps */
    {"learn/MultiClass", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "multiclass"},
    {"loss_oscillation", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"D(x)", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"train/D(G(z))", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"accuracy", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "accuracy"},
    {"train_accuracy", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "accuracy"},
    {"Valid. Accur.", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accur"},
    {"vacc", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "acc"},
    {"tacc", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "acc"},
    {"tloss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"trloss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"Base Lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"Rewards/Episode", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"AvgRew", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"PSNR on validation data", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "psnr"},
    {"psnr over the test set", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "psnr"},
    {"eprew", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"eplen", ROLE_EPISODE_LENGTH, BETTER_UNKNOWN, false, ""},
    {"val_accuracy", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accuracy"},
    {"val_acc", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "acc"},
    {"eval_accuracy", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accuracy"},
    {"top1", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "top1"},
    {"val/top5", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "top5"},
    {"Acc@1", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "acc 1"},
    {"metrics/mAP50(B)", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "map50"},
    {"bleu", ROLE_SCORE_TRAIN, BETTER_HIGHER, false, "bleu"},
    {"eval_bleu", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "bleu"},
    {"val_f1", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "f1"},
    {"rouge1", ROLE_SCORE_TRAIN, BETTER_HIGHER, false, "rouge1"},
    {"val_ppl", ROLE_SCORE_EVAL, BETTER_LOWER, false, "ppl"},
    {"eval/perplexity", ROLE_SCORE_EVAL, BETTER_LOWER, false, "perplexity"},
    {"cer", ROLE_SCORE_TRAIN, BETTER_LOWER, false, "cer"},
    {"wer", ROLE_SCORE_TRAIN, BETTER_LOWER, false, "wer"},
    {"FID score", ROLE_SCORE_EVAL, BETTER_LOWER, false, "fid score"},
    {"Best FID", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"fid", ROLE_SCORE_EVAL, BETTER_LOWER, false, "fid"},
    {"best_acc", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"IS", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "is"},
    {"L", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"}, /* as papers write them */
    {"J", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"val_L", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"test J", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"l", ROLE_EPISODE_LENGTH, BETTER_UNKNOWN, false, ""},
    {"rouge-L", ROLE_SCORE_TRAIN, BETTER_HIGHER, false, "rouge l"},
    {"|g|", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"||grad||", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"train/|g|", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"‖∇L‖", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"J(val)", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"loss (val)", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"loss (train)", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"Accuracy (Test)", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accuracy"},
    {"vld_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"eval cv/loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"}, /* the split twice: by the tool and by the name */
    {"valid/valid_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"train/train_loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"grad_l2_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"|x|", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"η", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"lrate", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"step_size", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"Base Learning Rate", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"holdout/loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"hold-out accuracy", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accuracy"},
    {"held_out_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"Validation score", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "score"},
    {"dandy-sound-17 - train/loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"}, /* exported charts of Weights & Biases */
    {"test-run-3 - loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"dandy-sound-17 - Loss/D/loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"dandy-sound-17 - lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"dandy-sound-17 - loss__MIN", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"Val - Loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"train/Loss/G/loss", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"D", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"G", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"score", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"acc_gap_too_big", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"d_loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"D_total", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"G/total", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"loss/loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"frechet", ROLE_SCORE_EVAL, BETTER_LOWER, false, "frechet"},
    {"D_loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"Discriminator_loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"loss/D", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"g_loss", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"Generator_loss", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"loss_G", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"train/rew", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"loss_iou", ROLE_LOSS_PART, BETTER_LOWER, false, "loss iou"},
    {"d0.loss_dice", ROLE_LOSS_PART, BETTER_LOWER, false, "d0 loss dice"},
    {"val/loss_acc", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss acc"},
    {"dice_loss", ROLE_LOSS_PART, BETTER_LOWER, false, "dice loss"},
    {"val_iou", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "iou"},
    {"classwise LOC precision", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"l_g_gan", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"l_d_fake", ROLE_LOSS_PART, BETTER_LOWER, false, "l d fake"},
    {"l_pix", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"valid FB1", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "fb1"},
    {"rollout/return_history", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"grad_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"train/grad_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"grad norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"gnorm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"grad_2.0_norm_total", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"grad_norm/encoder.layer.0.weight", ROLE_GRAD_PART, BETTER_UNKNOWN, false, ""},
    {"gradients/layer1", ROLE_GRAD_PART, BETTER_UNKNOWN, false, ""},
    {"learning_rate", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"optim/lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"optimizer.lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"current_lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"optim/grad_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"global_gradient_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"va_loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"model/loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"ce_loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "ce"},
    {"val/ce", ROLE_LOSS_EVAL, BETTER_LOWER, false, "ce"},
    {"gan/d_loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"monitor/lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"Monitor/loss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"monitor/val/loss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"monitor/grad_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"monitor/step_time", ROLE_STEP_TIME, BETTER_UNKNOWN, false, ""},
    {"monitor.lr", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"optimization/grad_norm", ROLE_GRAD_NORM, BETTER_UNKNOWN, false, ""},
    {"log_loss", ROLE_LOSS_PART, BETTER_LOWER, false, "log loss"},
    {"phase1/disc_loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"my_agent/entropy", ROLE_ENTROPY, BETTER_UNKNOWN, false, ""},
    {"quality/fid50k", ROLE_SCORE_EVAL, BETTER_LOWER, false, "fid50k"},
    {"best/fid", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"teacher/loss", ROLE_LOSS_PART, BETTER_LOWER, false, "teacher loss"},
    {"encoder/grad_norm", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"training.grad_norm/0.0.weight", ROLE_GRAD_PART, BETTER_UNKNOWN, false, ""},
    {"eval/grad_norm/0.0.weight", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"Loss/G/loss/mean", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""}, /* StyleGAN */
    {"Loss/D/loss/mean", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"Loss/D/loss/std", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"Loss/scores/real/mean", ROLE_LOSS_PART, BETTER_LOWER, false, "loss scores real mean"},
    {"loss/value", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"Loss/policy", ROLE_LOSS_POLICY, BETTER_UNKNOWN, false, ""},
    {"loss/critic", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"Loss value", ROLE_LOSS_PART, BETTER_LOWER, false, "loss value"},
    {"losses/qf1_loss", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"Environment/Cumulative Reward", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"charts/SPS", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"inception_score_mean", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "inception score mean"},
    {"num_modes", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "num modes"},
    {"return_mean", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"FrechetInceptionDistance", ROLE_SCORE_EVAL, BETTER_LOWER, false, "frechet inception distance"},
    {"losses/td_loss", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"ep_return", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"samples/s", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"tokens/s", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"steps_per_second", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"eval_steps_per_second", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"sec_per_step", ROLE_STEP_TIME, BETTER_UNKNOWN, false, ""},
    {"gpu_mem_gb", ROLE_MEMORY, BETTER_UNKNOWN, false, ""},
    {"lr-Adam", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"lr/pg0", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"optim/learning_rate_group0", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"train/learning_rate", ROLE_LEARNING_RATE, BETTER_UNKNOWN, false, ""},
    {"loss_scale", ROLE_LOSS_SCALE, BETTER_UNKNOWN, false, ""},
    {"loss scale", ROLE_LOSS_SCALE, BETTER_UNKNOWN, false, ""},
    {"scale", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"rollout/ep_rew_mean", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"episode_reward", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"mean_reward", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"eval/mean_reward", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"max 100 episode reward", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"episode_return", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"r", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"ep_len_mean", ROLE_EPISODE_LENGTH, BETTER_UNKNOWN, false, ""},
    {"rollout/ep_len_mean", ROLE_EPISODE_LENGTH, BETTER_UNKNOWN, false, ""},
    {"train/entropy_loss", ROLE_ENTROPY, BETTER_UNKNOWN, false, ""},
    {"entropy", ROLE_ENTROPY, BETTER_UNKNOWN, false, ""},
    {"train/approx_kl", ROLE_KL, BETTER_UNKNOWN, false, ""},
    {"approx_kl", ROLE_KL, BETTER_UNKNOWN, false, ""},
    {"kl", ROLE_KL_REFERENCE, BETTER_UNKNOWN, false, ""},
    {"objective/kl", ROLE_KL_REFERENCE, BETTER_UNKNOWN, false, ""},
    {"policy/approxkl_avg", ROLE_KL, BETTER_UNKNOWN, false, ""},
    {"policy/entropy_avg", ROLE_ENTROPY, BETTER_UNKNOWN, false, ""},
    {"loss/value_avg", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"amp/scale", ROLE_LOSS_SCALE, BETTER_UNKNOWN, false, ""},
    {"train_clip", ROLE_CLIPPED_SHARE, BETTER_UNKNOWN, false, ""},
    {"weight_norm", ROLE_WEIGHT_NORM, BETTER_UNKNOWN, false, "weight norm"},
    {"train/params norm", ROLE_WEIGHT_NORM, BETTER_UNKNOWN, false, "params norm"},
    {"weight_norm/fc1", ROLE_WEIGHT_PART, BETTER_UNKNOWN, false, "weight norm"},
    {"fc1.weight/max", ROLE_WEIGHT_PART, BETTER_UNKNOWN, false, "weight max"},
    {"parameters/fc1.bias/mean", ROLE_WEIGHT_MEAN, BETTER_UNKNOWN, false, "weight mean"},
    {"sequential/dense/kernel/histogram/min", ROLE_WEIGHT_PART, BETTER_UNKNOWN, false, "weight min"},
    {"dense/kernel_0/max", ROLE_WEIGHT_PART, BETTER_UNKNOWN, false, "weight max"},
    {"fc1.weight/zero_share", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"gradients/fc1.weight/max", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"fc1.weight.grad/mean", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"activations/relu1/zero_share", ROLE_ZERO_SHARE, BETTER_UNKNOWN, false, "activation zeros"},
    {"activations/relu1/max", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"dead_units/fc1", ROLE_DEAD_SHARE, BETTER_UNKNOWN, false, "dead units"},
    {"update_ratio", ROLE_UPDATE_RATIO, BETTER_UNKNOWN, false, "update ratio"},
    {"update_to_weight_ratio/fc1", ROLE_UPDATE_RATIO, BETTER_UNKNOWN, false, "update to weight ratio"},
    {"rewards/mean", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"value_loss", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"train/value_loss", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"policy_loss", ROLE_LOSS_POLICY, BETTER_UNKNOWN, false, ""},
    {"train/policy_gradient_loss", ROLE_LOSS_POLICY, BETTER_UNKNOWN, false, ""},
    {"Surrogate loss", ROLE_LOSS_POLICY, BETTER_UNKNOWN, false, ""},
    {"Mean value_function loss", ROLE_LOSS_VALUE, BETTER_UNKNOWN, false, ""},
    {"Mean KL", ROLE_KL, BETTER_UNKNOWN, false, ""},
    {"train/ent_coef_loss", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"train_Loss/D/loss", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"train_Loss/G/loss", ROLE_LOSS_GENERATOR, BETTER_UNKNOWN, false, ""},
    {"holdout's rmse", ROLE_LOSS_EVAL, BETTER_LOWER, false, "rmse"},
    {"holdout's binary_logloss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "logloss"},
    {"Tokens/s/device", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"TFLOP/s/device", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"throughput/device/batches_per_second", ROLE_THROUGHPUT, BETTER_UNKNOWN, false, ""},
    {"explained_variance", ROLE_EXPLAINED_VARIANCE, BETTER_HIGHER, false, ""},
    {"train/explained_variance", ROLE_EXPLAINED_VARIANCE, BETTER_HIGHER, false, ""},
    {"step_time", ROLE_STEP_TIME, BETTER_UNKNOWN, false, ""},
    {"gpu_mem", ROLE_MEMORY, BETTER_UNKNOWN, false, ""},
    {"memory", ROLE_MEMORY, BETTER_UNKNOWN, false, ""},
    {"data_time", ROLE_DATA_TIME, BETTER_UNKNOWN, false, ""},
    {"time_metrics/data_loading(s)", ROLE_DATA_TIME, BETTER_UNKNOWN, false, ""},
    {"batch_time", ROLE_STEP_TIME, BETTER_UNKNOWN, false, ""},
    {"system.gpu.0.gpu", ROLE_UTILISATION, BETTER_UNKNOWN, false, ""},
    {"val_tp", ROLE_CONFUSION, BETTER_UNKNOWN, false, "tp"},
    {"eval/false_negatives", ROLE_CONFUSION, BETTER_UNKNOWN, false, "fn"},
    {"val/n_predicted_classes", ROLE_PREDICTION_SPREAD, BETTER_UNKNOWN, false, ""},
    {"samples/distinct_2", ROLE_DIVERSITY, BETTER_UNKNOWN, false, ""},
    {"completions/clipped_ratio", ROLE_DIVERSITY, BETTER_UNKNOWN, false, ""},
    {"epoch", ROLE_PROGRESS, BETTER_UNKNOWN, false, ""},
    {"time", ROLE_PROGRESS, BETTER_UNKNOWN, false, ""},
    {"total_timesteps", ROLE_PROGRESS, BETTER_UNKNOWN, false, ""},
    {"eta", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"eps", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"beta1", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"seed", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"weight_decay", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"dropout", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"n_params", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"clip_fraction", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"no_loss_here", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"glossary", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"lossless_ratio", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"floss", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"patience", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"best_val_loss", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"min_loss", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"tel", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"trl", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"r2", ROLE_SCORE_TRAIN, BETTER_HIGHER, false, "r2"},
    {"auc", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "auc"},
    {"val_auc", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "auc"},
    {"iou", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "iou"},
    {"dice", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "dice"},
    {"metrics/mAP_0.5:0.95", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "map 0 5 0 95"},
    {"bbox/AP50", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "bbox ap50"},
    {"valid BLEU-1", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "bleu 1"},
    {"eval_rouge2", ROLE_SCORE_EVAL, BETTER_HIGHER, false, "rouge2"},
    {"val_mean_absolute_error", ROLE_SCORE_EVAL, BETTER_LOWER, false, "mean absolute error"},
    {"val_auc_3", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "auc 3"},
    {"NDCG@10", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "ndcg 10"},
    {"val_dice_coef", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "dice coef"},
    {"dice_loss", ROLE_LOSS_PART, BETTER_LOWER, false, "dice loss"},
    {"trainLoss", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"ValLoss", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"EpRewMean", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"train_losses", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss"},
    {"val_accs", ROLE_SCORE_EVAL, BETTER_HIGHER, true, "accs"},
    {"Total_Reward", ROLE_RETURN, BETTER_HIGHER, false, ""},
    {"TRAINING (phase 1). loss_vae", ROLE_LOSS_TRAIN, BETTER_LOWER, false, "loss vae"},
    {"loss1", ROLE_LOSS_PART, BETTER_LOWER, false, "loss1"},
    {"r_3", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"time_per_step", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"loss_num_classes", ROLE_NONE, BETTER_UNKNOWN, false, ""},
    {"验证集损失", ROLE_LOSS_EVAL, BETTER_LOWER, false, "loss"},
    {"训练准确率", ROLE_SCORE_TRAIN, BETTER_HIGHER, true, "accuracy"},
    {"Time cost", ROLE_PROGRESS, BETTER_UNKNOWN, false, ""},
    {"D_A", ROLE_LOSS_DISCRIMINATOR, BETTER_UNKNOWN, false, ""},
    {"cycle_B", ROLE_LOSS_PART, BETTER_LOWER, false, "cycle b"},
};
enum { ROWS = sizeof rows / sizeof *rows };

static void names_have_their_meaning(void **unused)
{
    (void)unused;
    int wrong = 0;
    for (size_t i = 0; i < ROWS; i++) {
        struct role_match m = role_of(rows[i].name);
        bool right = m.role == rows[i].role && m.better == rows[i].better && m.bounded == rows[i].bounded &&
                     strcmp(m.metric, rows[i].metric) == 0;
        if (!right) print_error("'%s' is %s, metric '%s'\n", rows[i].name, role_name(m.role), m.metric);
        wrong += !right;
    }
    assert_int_equal(wrong, 0);
}

static void separators_and_case_do_not_matter(void **unused)
{
    (void)unused;
    static const char *const same[] = {"train_loss", "Train Loss", "train/loss", "TRAIN-LOSS", "train.loss"};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        assert_int_equal(role_of(same[i]).role, ROLE_LOSS_TRAIN);
        assert_string_equal(role_of(same[i]).metric, "loss");
    }
}

static void the_splits_of_one_quantity_share_their_metric(void **unused)
{
    (void)unused;
    static const char *const pairs[][2] = {{"train_loss", "val_loss"},
                                           {"train_accuracy", "eval_accuracy"},
                                           {"train/f1", "val/f1"},
                                           {"loss", "eval/loss"},
                                           {"acc", "val_acc"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        assert_string_equal(role_of(pairs[i][0]).metric, role_of(pairs[i][1]).metric);
}

static void the_norm_of_a_layer_names_its_layer(void **unused)
{
    (void)unused;
    assert_int_equal(role_of("grad_norm/encoder.layer.0.weight").role, ROLE_GRAD_PART);
    assert_string_not_equal(role_of("grad_norm/encoder.layer.0.weight").part, role_of("grad_norm/encoder.layer.1.weight").part);
    assert_string_equal(role_of("grad_norm").part, "");
}

static void hostile_names_are_survived(void **unused)
{
    (void)unused;
    char name[3000];
    uint64_t seed = 1;
    assert_int_equal(role_of("").role, ROLE_NONE);
    for (int k = 0; k < 3000; k++) {
        size_t n = (size_t)k % (k % 50 ? 40 : sizeof name);
        for (size_t i = 0; i < n; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            name[i] = (char)(1 + (seed >> 33) % 255);
        }
        name[n] = 0;
        struct role_match m = role_of(name);
        assert_true(m.role < ROLE_COUNT && m.unit);
        assert_non_null(memchr(m.metric, 0, sizeof m.metric));
        assert_non_null(memchr(m.part, 0, sizeof m.part));
    }
}

static void role_names_lead_back(void **unused)
{
    (void)unused;
    for (int r = ROLE_NONE; r < ROLE_COUNT; r++) assert_int_equal(role_from_name(role_name((enum role)r)), r);
    assert_int_equal(role_from_name("no_such_role"), ROLE_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_have_their_meaning),
        cmocka_unit_test(separators_and_case_do_not_matter),
        cmocka_unit_test(the_splits_of_one_quantity_share_their_metric),
        cmocka_unit_test(the_norm_of_a_layer_names_its_layer),
        cmocka_unit_test(hostile_names_are_survived),
        cmocka_unit_test(role_names_lead_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
