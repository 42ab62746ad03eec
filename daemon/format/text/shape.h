/* text_shape - lines that one tool alone writes and the general grammar would misread; rows of the table of text/family.c. */
#ifndef MLWATCH_TEXT_SHAPE_H
#define MLWATCH_TEXT_SHAPE_H

#include "family.h"

/* text_shape_counted - "250 val 3.2843", "250 hella 0.2833", "250 train 3.291042", each a line of its own: the loss of both parts of the data,
 * and the share of HellaSwag that was answered rightly (karpathy/build-nanogpt, train_gpt2.py). */
bool text_shape_counted(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out);
bool text_shape_may_count(struct span body);
/* text_shape_darknet - "12: 3.4, 3.6 avg loss, 0.001 rate, 3.4 seconds, 64 images": the number in front is the iteration; the mean is a
 * smoothed copy and left out. "mean_average_precision (mAP@0.50) = 0.71" is its evaluation. */
bool text_shape_darknet(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out);
/* text_shape_linear - "Norm: 9.1, NNZs: 20, Bias: -0.1, T: 2700, Avg. loss: 0.31" of scikit-learn's SGD: the norm is that of the
 * coefficients, told as "coef norm". */
bool text_shape_linear(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                       const struct format_out *out);
/* text_shape_copypaste - detectron2's "copypaste: Task: bbox", "copypaste: AP,AP50,AP75", "copypaste: 20.1,40.2,18.3". */
bool text_shape_copypaste(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                          const struct format_out *out);
/* text_shape_trees - "[1/40] 3 trees, 18 leaves (6 on avg), max depth = 4, train loss: 0.69, val loss: 0.71, in 0.002s" of scikit-learn's
 * HistGradientBoosting. How many trees a round grows is told as a setting, trees_per_round: of several, one a class
 * (analyzers/stats/boosted.h). */
bool text_shape_trees(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out);
/* text_shape_caffe - "Train net output #1: accuracy = 0.5", "Test net output #0: loss = 2.25 (* 1 = 2.25 loss)" below "Iteration 100, loss = 2.5" or
 * "Iteration 100, Testing net (#0)": what the net gives out, at that iteration. Of the training's outputs the loss is in the line above. */
bool text_shape_caffe(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                      const struct format_out *out);
/* text_shape_train_valid - "LOSS train 0.5 valid 0.75" of PyTorch's introduction, at the end of an epoch: at the last record of its batches. */
bool text_shape_train_valid(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                            const struct format_out *out);
/* text_shape_episodes - "Last 10 training episodes: mean/median reward 1.5/1.0, min/max reward 0.0/3.0" of ikostrikov/pytorch-a2c-ppo-acktr-gail
 * (main.py), below the line that counts: the mean and the median. */
bool text_shape_episodes(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                         const struct format_out *out);
/* text_shape_rate - "Epoch 00012: reducing learning rate of group 0 to 1.0000e-04." of torch's schedulers: the rate, where the records
 * do not tell it, as they do with Keras' ReduceLROnPlateau. */
bool text_shape_rate(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                     const struct format_out *out);
/* text_shape_ngboost - "[iter 10] loss=1.2 val_loss=1.4 scale=2.0 norm=1.1": the general grammar reads it; here it is only told whose rounds they
 * are, as boosting_library. */
bool text_shape_ngboost(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                        const struct format_out *out);
/* text_shape_unconverged - "ConvergenceWarning: Stochastic Optimizer: Maximum iterations (16) reached and the optimization hasn't converged
 * yet." of scikit-learn's networks: the number, as the setting stopped_at_iterations. */
bool text_shape_unconverged(struct text_families *f, struct text_run *r, const struct text_line *l, struct span *rest,
                            const struct format_out *out);

#endif
