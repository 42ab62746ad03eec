/* fresh - does a tensor look as an initialiser left it?
 *
 * torch draws linear and convolutional weights from U(-b, b), b = 1 / sqrt(fan in), and recurrent ones with the hidden size; Keras from
 * U(-b, b), b = sqrt(6 / (fan in + fan out)); He (2015) has sqrt(6 / fan in) and normal forms; transformers have N(0, 0.02).
 * A uniform draw of n values comes within b x 20 / n of its border and never crosses it; its standard deviation has a standard error of
 * 0.447 / sqrt(n), a normal one's of 0.707 / sqrt(n). What was trained meets one of many spreads by chance: so tails are asked, too. */
#include <math.h>

#include "parts.h"

static bool about(double is, double should, double within) { return fabs(is / should - 1) <= within; }

static bool is_uniform(const struct tensor_summary *s, double border)
{
    double n = (double)s->count, far = fmax(-s->min, s->max);
    return far <= border * (1 + 1e-6) && far >= border * (1 - 20 / n) && about(s->std, border / sqrt(3), 4 * 0.447 / sqrt(n));
}

/* The largest of n normal values follows a Gumbel law around `usual` (Fisher & Tippett 1928); its first and last hundredth are left out. Keras
 * draws again what is beyond two standard deviations of the normal it began with, which are 2.27 of those that come out. */
static bool is_normal(const struct tensor_summary *s, double sd)
{
    double n = 2 * (double)s->count, far = fmax(-s->min, s->max) / s->std, scale = sqrt(2 * log(n));
    double usual = scale - (log(log(n)) + log(4 * M_PI)) / (2 * scale);
    bool tail = (far > usual - 1.53 / scale && far < usual + 4.6 / scale) || (far > 2.2 && far < 2.28);
    return s->count >= 256 && about(s->std, sd, 2 * 0.707 / sqrt((double)s->count)) && tail;
}

bool looks_fresh(const struct checkup_tensor *t)
{
    const struct tensor_summary *s = &t->summary;
    if (!t->summed || t->n_dims < 2 || s->count < 64 || s->nan || s->inf || s->std <= 0 || t->shape[0] == 0) return false;
    double n = (double)s->count, fan_in = n / (double)t->shape[0], kernel = 1;
    if (fabs(s->mean) > 4 * s->std / sqrt(n)) return false;
    for (uint32_t i = 2; i < t->n_dims && i < 4; i++) kernel *= (double)t->shape[i];
    double fan_out = (double)t->shape[0] * kernel, both = fan_in + fan_out;
    const double borders[] = {1 / sqrt(fan_in),
                              sqrt(6 / both),
                              sqrt(6 / fan_in),
                              sqrt(3 / fan_in),
                              2 / sqrt((double)t->shape[0]),
                              sqrt(3 / (double)t->shape[0])};
    const double spreads[] = {0.02, 1, sqrt(2 / fan_in), 1 / sqrt(fan_in), sqrt(2 / both)};
    for (size_t i = 0; i < sizeof borders / sizeof *borders; i++)
        if (is_uniform(s, borders[i])) return true;
    for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++)
        if (is_normal(s, spreads[i])) return true;
    return false;
}
