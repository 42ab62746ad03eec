"""A training that takes Keras a few seconds, and the reading of what it leaves; the same for its versions 2 and 3."""
import math
import re

from fixture import Case, console, console_lines, csv_rows

import numpy

RULES = ("log.csv by the csv module: every number at the row's epoch, which Keras counts from 0; NA is missing.",
         "verbose1.log, verbose2.log by regular expressions: what the line of an epoch says when it is whole, at the E of \"Epoch E/..\", from 1.",
         "What the bar shows within an epoch are running means: no points.",
         "Times of the bar (s, ms/step) are no metrics.")
BAR = re.compile(r" *(\d+)/(\d+) .*")


def data(n, seed):
    g = numpy.random.default_rng(seed)
    x = g.normal(size=(n, 6)).astype("float32")
    return x, (x.sum(1) > 0).astype("float32")


def console_points(case, path):
    """`n/n ... - name: value - name: value`: the last line of each epoch."""
    shown, epoch = {}, 0
    for line in console_lines(path):
        begins = re.match(r"Epoch (\d+)/\d+$", line.strip())
        if begins:
            epoch = int(begins.group(1))
        bar = BAR.match(line)
        if bar and bar.group(1) == bar.group(2):
            shown[epoch] = dict(re.findall(r" - (\w+): ([^ ]+)", line))
    for step in sorted(shown):
        case.record(path, step, {k: float(v) for k, v in shown[step].items() if k != "ETA"})


def run(out, name, keras, broken=False):
    with Case(out, name, *RULES) as c:
        keras.utils.set_random_seed(4)
        x, y = data(160, 1)
        if broken:
            x[150] = math.nan
        for verbose in (1, 2):
            model = keras.Sequential([keras.layers.Input((6,)), keras.layers.Dense(8, activation="relu"), keras.layers.Dense(1, activation="sigmoid")])
            model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
            with console(f"verbose{verbose}.log", errors=False):
                model.fit(x, y, batch_size=16, epochs=5, verbose=verbose, validation_data=data(32, 2), shuffle=False,
                          callbacks=[keras.callbacks.CSVLogger("log.csv"), keras.callbacks.ReduceLROnPlateau(patience=1, verbose=1),
                                     keras.callbacks.EarlyStopping(patience=4, verbose=1)])
            console_points(c, f"verbose{verbose}.log")
            assert len({p[2] for p in c.points if p[0] == f"verbose{verbose}.log"}) >= 4
        for row in csv_rows("log.csv"):
            c.record("log.csv", row["epoch"], row, skip=("epoch",))
