"""Keras: what fit() returns, saved as JSON in the two ways that people save it. Real."""
# requires: keras==3.15.1 tensorflow-cpu==2.21.0
# requires: pandas==3.1.1
import json
import math
import sys

from fixture import Case

import keras
import numpy
import pandas

OUT = sys.argv[1]


def train(rate, epochs=8):
    """A line through noise; a rate that is far too high leaves the numbers within a few epochs."""
    keras.utils.set_random_seed(3)
    rng = numpy.random.default_rng(3)
    x = rng.normal(size=(64, 4)).astype("float32")
    y = x @ rng.normal(size=(4, 1)).astype("float32") + 0.1
    model = keras.Sequential([keras.layers.Input((4,)), keras.layers.Dense(1)])
    model.compile(optimizer=keras.optimizers.SGD(rate), loss="mse", metrics=["mae"])
    return model.fit(x, y, validation_split=0.25, epochs=epochs, batch_size=16, verbose=0).history


def points(case, file, history):
    for name, values in history.items():
        for epoch, value in enumerate(values):
            case.point(file, name, epoch, float(value))


RULE = "json.load: the nth number of a list is epoch n, from 0."
for name, rate in (("healthy", 0.05), ("diverged", 40.0)):
    with Case(OUT, name, RULE) as c:
        history = train(rate)
        with open("history.json", "w", encoding="utf-8") as f:
            json.dump(history, f)
        points(c, "history.json", json.load(open("history.json", encoding="utf-8")))

with Case(OUT, "pandas", "pandas.DataFrame(history).to_json(): its keys are the epochs; it writes null for what is not finite, which is told as NaN.") as c:
    pandas.DataFrame(train(40.0)).to_json("history.json")
    points(c, "history.json", {name: [math.nan if v is None else v for v in column.values()]
                               for name, column in json.load(open("history.json", encoding="utf-8")).items()})
