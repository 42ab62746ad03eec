/* text_tongue - see text/tongue.h. */
#include "tongue.h"

#include <stdbool.h>
#include <string.h>

/* Words of Spanish, Portuguese, French, Italian, German, Turkish, Russian, Japanese and Korean, as loops print them. */
static const struct word {
    const char *said, *english;
} epochs[] = {{"Época", "epoch"},  {"época", "epoch"},  {"Epoca", "epoch"}, {"epoca", "epoch"},   {"Époque", "epoch"},
              {"époque", "epoch"}, {"Epoche", "epoch"}, {"Epok", "epoch"},  {"epok", "epoch"},    {"Эпоха", "epoch"},
              {"эпоха", "epoch"},  {"에포크", "epoch"}, {"에폭", "epoch"},  {"エポック", "epoch"}},
  others[] = {{"pérdida", "loss"},
              {"Pérdida", "loss"},
              {"perdida", "loss"},
              {"Perdida", "loss"},
              {"perda", "loss"},
              {"Perda", "loss"},
              {"perte", "loss"},
              {"Perte", "loss"},
              {"perdita", "loss"},
              {"Perdita", "loss"},
              {"Verlust", "loss"},
              {"kayıp", "loss"},
              {"Kayıp", "loss"},
              {"потери", "loss"},
              {"Потери", "loss"},
              {"потеря", "loss"},
              {"лосс", "loss"},
              {"損失", "loss"},
              {"손실", "loss"},
              {"exactitud", "accuracy"},
              {"Exactitud", "accuracy"},
              {"precisión", "accuracy"},
              {"Precisión", "accuracy"},
              {"acurácia", "accuracy"},
              {"Acurácia", "accuracy"},
              {"précision", "accuracy"},
              {"Précision", "accuracy"},
              {"accuratezza", "accuracy"},
              {"Genauigkeit", "accuracy"},
              {"doğruluk", "accuracy"},
              {"Doğruluk", "accuracy"},
              {"точность", "accuracy"},
              {"Точность", "accuracy"},
              {"精度", "accuracy"},
              {"正解率", "accuracy"},
              {"정확도", "accuracy"},
              {"entrenamiento", "train"},
              {"treino", "train"},
              {"treinamento", "train"},
              {"entraînement", "train"},
              {"eğitim", "train"},
              {"обучение", "train"},
              {"обучения", "train"},
              {"訓練", "train"},
              {"훈련", "train"},
              {"validación", "valid"},
              {"validação", "valid"},
              {"doğrulama", "valid"},
              {"валидация", "valid"},
              {"валидации", "valid"},
              {"検証", "valid"},
              {"검증", "valid"},
              {"de", ""},
              {"da", ""},
              {"do", ""},
              {"en", ""},
              {"di", ""},
              {"на", ""}};

static bool letter(char c) { return span_letter_char(c) || (unsigned char)c >= 0x80; }

static size_t word_at(struct span s)
{
    size_t n = 0;
    while (n < s.n && letter(s.p[n])) n++;
    return n;
}

static const char *english(const struct word *words, size_t n, struct span word)
{
    for (size_t i = 0; i < n; i++)
        if (span_is(word, words[i].said)) return words[i].english;
    return NULL;
}

struct span text_tongue(struct span line, char buffer[TEXT_REWORD_MAX_BYTES])
{
    size_t at = line.n && line.p[0] == '[', n = at, k;
    const char *said = english(epochs, sizeof epochs / sizeof *epochs, (struct span){line.p + at, word_at(span_from(line, at))});
    if (!said || line.n > TEXT_REWORD_MAX_BYTES / 2) return (struct span){"", 0};
    memcpy(buffer, line.p, at);
    for (; at < line.n; at += k) {
        struct span word = {line.p + at, word_at(span_from(line, at))};
        if (word.n && !said) said = english(others, sizeof others / sizeof *others, word);
        k = word.n ? word.n : 1;
        struct span told = said ? span_of(said) : (struct span){line.p + at, k};
        memcpy(buffer + n, told.p, told.n); /* a line takes half of the buffer, and no word doubles */
        n += told.n;
        said = NULL;
    }
    return span_trim((struct span){buffer, n});
}
