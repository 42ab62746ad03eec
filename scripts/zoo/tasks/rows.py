"""What the makers of data sets of several splits share: text as rows of numbers, categories as columns, one word of many."""

import numpy as np


def sentences(text, letters, length=16):
    """Text as rows of token numbers: X are the letters, Y the next ones. What is none of the letters is left out."""
    ids = np.array([letters.index(c) for c in text if c in letters], "i8")
    rows = ids[: len(ids) // (length + 1) * (length + 1)].reshape(-1, length + 1)
    return "lm", rows[:, :-1], rows[:, 1:], len(letters)


def categories(rng, n, levels):
    columns = [np.eye(k)[rng.integers(0, k, n)] for k in levels]
    return np.concatenate(columns, 1), columns


def picker(rng):
    return lambda words: words[int(rng.integers(len(words)))]
