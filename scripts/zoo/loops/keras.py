"""Keras 3 (on PyTorch) with model.fit: CSVLogger, and what fit prints with verbose=2. Its networks are its own; its axis is the epoch."""

import contextlib
import json
import os
import sys
import traceback

import keras
import numpy as np

from tasks.plan import USUAL

RATES = dict(sgd=0.05, adam=2e-3, rmsprop=1e-3)
LATER = dict(
    unseen=dict(nadam=2e-3, adagrad=0.02, adamw=2e-3, rmsprop=1e-3),
    fresh=dict(adamax=4e-3, lion=4e-4, adafactor=1e-2, adam=1.5e-3),
    wider=dict(sgd=0.05, adadelta=0.5, nadam=2e-3, adam=2e-3),
    other=dict(sgd=0.03, rmsprop=1e-3, adam=1e-3, adamw=1e-3),
    common=dict(adam=1e-3, sgd=0.03, rmsprop=1e-3),
    everyday=dict(adam=1e-3, adamw=1e-3, rmsprop=1e-3, sgd=0.02),
    likely=dict(adam=1e-3, adamw=2e-3, nadam=1e-3, sgd=0.05),
    handy=dict(adam=1e-3, adamw=2e-3, sgd=0.05, rmsprop=1e-3, adagrad=0.03),
    homely=dict(adam=1e-3, adamw=1e-3, sgd=0.04, rmsprop=1e-3, adamax=3e-3),
    familiar=dict(adam=1e-3, adamw=1e-3, rmsprop=2e-3, sgd=0.03, nadam=2e-3),
    genuine=dict(adam=1e-3, adamw=2e-3, rmsprop=1e-3, nadam=1e-3),
    newer=dict(adam=1e-3, adamw=2e-3, adamax=3e-3, muon=4e-3, lamb=6e-3),
)


class Scale(keras.layers.Layer):
    """A learned factor for each unit."""

    def build(self, shape):
        self.by = self.add_weight(shape=(shape[-1],), initializer="ones")

    def call(self, x):
        return x * self.by


def hidden(plan, x):
    """The layers between input and head; families as in tasks/nets.py."""
    k, act, depth, L = plan.keras, plan.size["act"], plan.size["depth"], keras.layers
    init = k.get("initializer", "he_uniform" if act == "relu" else "glorot_uniform")
    dense = lambda activation=act: L.Dense(k.get("width", 32), activation=activation, kernel_initializer=init)
    if plan.family == "conv":
        x = L.Reshape((x.shape[1], 1))(x)
        for _ in range(depth):
            x = L.Conv1D(8, 3, padding="same", activation=act, kernel_initializer=init)(x)
        return L.Flatten()(x)
    if plan.family == "strided":
        x = L.Reshape((x.shape[1], 1))(x)
        for i in range(depth):
            x = L.Conv1D(12, 5, 2 if i < 2 else 1, padding="same", activation=act, kernel_initializer=init)(x)
        return L.Flatten()(x)
    if plan.family == "separable":
        x = L.Reshape((x.shape[1], 1))(x)
        for _ in range(depth):
            x = L.SeparableConv1D(12, 5, padding="same", activation=act, depthwise_initializer=init, pointwise_initializer=init)(x)
        return L.Flatten()(x)
    if plan.family == "funnel":
        for i in range(depth):
            width = k.get("width", 48)
            x = L.Dense(max(8, int(width * 0.75**i)) if width > 8 else width, activation=act, kernel_initializer=init)(x)
    if plan.family == "barrel":
        for i in range(depth):
            width = k.get("width", 40)
            x = L.Dense(max(8, width - 8 * abs(depth // 2 - i)) if width > 8 else width, activation=act, kernel_initializer=init)(x)
    if plan.family == "widedeep":
        line = L.Dense(k.get("units", plan.data.classes), use_bias=False, kernel_initializer=init)(x)
        for _ in range(depth):
            x = dense()(x)
        x = x if k.get("width", 32) < 8 else L.Concatenate()([x, line])
    if plan.family == "squeeze":
        x = dense()(x)
        for _ in range(depth):
            new = dense()(x)
            weigh = L.Dense(k.get("width", 32), "sigmoid")(L.Dense(max(1, k.get("width", 32) // 4), "relu")(new))
            x = L.Add()([x, L.Multiply()([new, weigh])])
    if plan.family == "film":
        half, told = x.shape[1] // 2, x
        x = dense(None)(told[:, half:])
        for _ in range(depth):
            scale, shift = (L.Dense(k.get("width", 32))(told[:, :half]) for _ in range(2))
            x = L.Add()([x, dense()(x * (1 + scale) + shift)])
    if plan.family == "lowrank":
        for i in range(depth):
            x = dense()(L.Dense(max(1, k.get("width", 45) // 3), use_bias=False, kernel_initializer=init)(x))
    if plan.family == "rezero":
        x = dense()(x)
        for _ in range(depth):
            x = L.Add()([x, L.Rescaling(0.4)(dense(None)(dense()(x)))])
    if plan.family == "scaled":
        for _ in range(depth):
            x = Scale()(dense()(x))
    if plan.family == "fc":
        for i in range(depth):
            width = k.get("width", 64)
            x = L.Dense(max(min(width, 24), width >> i), activation=act, kernel_initializer=init)(x)
    if plan.family == "skipfc":
        x = dense()(x)
        for _ in range((depth + 1) // 2):
            x = L.Add()([x, L.Rescaling(0.5)(dense()(dense()(x)))])
    if plan.family == "trumpet":
        for i in range(depth):
            width = k.get("width", 48)
            x = L.Dense(max(min(width, 16), width * (i + 1) // depth), activation=act, kernel_initializer=init)(x)
    if plan.family == "tied":
        x, again = dense()(x), dense()
        for _ in range(depth):
            x = L.Add()([x, L.Rescaling(0.5)(again(x))])
    if plan.family == "accordion":
        for i in range(depth):
            width = k.get("width", 56)
            x = L.Dense(width if i % 2 == 0 else max(min(width, 16), width // 2), activation=act, kernel_initializer=init)(x)
    if plan.family == "adding":
        x = all_ = dense()(x)
        for _ in range(depth):
            x = dense()(x)
            all_ = L.Add()([all_, L.Rescaling(0.7)(x)])
        x = all_
    if plan.family == "shoulder":
        for i in range(depth):
            width = k.get("width", 48)
            x = L.Dense(width * 3 // 2 if i == 0 and width > 2 else width, activation=act, kernel_initializer=init)(x)
    if plan.family == "averaging":
        x = dense()(x)
        for _ in range(depth):
            x = L.Add()([L.Rescaling(0.5)(x), dense()(x)])
    if plan.family == "wedge":
        for i in range(depth):
            width = k.get("width", 56)
            x = L.Dense(max(min(width, 16), width // 2) if depth > 1 and i == depth - 1 else width, activation=act, kernel_initializer=init)(x)
    if plan.family == "reminded":
        row, x = x, dense()(x)
        for i in range(depth):
            x = L.Add()([x, L.Rescaling(0.6)(dense()(L.Concatenate()([x, row]) if i % 2 else x))])
    if plan.family == "bottleneck":
        x = dense()(x)
        for _ in range(depth):
            narrow = L.Dense(max(1, k.get("width", 32) // 4), activation=act, kernel_initializer=init)(x)
            x = L.Add()([x, dense(None)(narrow)])
    if plan.family == "hourglass":
        for i in range(depth):
            width = k.get("width", 44)
            x = L.Dense(max(min(width, 14), width - 16 * min(i, depth - 1 - i)), activation=act, kernel_initializer=init)(x)
    if plan.family == "swiglu":
        x = dense()(x)
        for _ in range(depth):
            x = L.Add()([x, dense(None)(L.Multiply()([dense()(x), dense("tanh")(x)]))])
    if plan.family == "tower":
        for i in range(depth):
            width = k.get("width", 64)
            x = L.Dense(max(min(width, 12), width >> i), activation=act, kernel_initializer=init)(x)
    if plan.family == "preact":
        x = dense()(x)
        for _ in range(depth):
            x = L.Add()([x, dense()(x if k.get("width", 32) < 8 else L.LayerNormalization()(x))])
    if plan.family == "densely":
        for _ in range(depth):
            x = L.Concatenate()([x, dense()(x)])
    if plan.family == "highway":
        x = dense()(x)
        for _ in range(depth):
            gate = L.Dense(k.get("width", 32), "sigmoid", bias_initializer=keras.initializers.Constant(-1.0))(x)
            x = L.Add()([L.Multiply()([gate, dense()(x)]), L.Multiply()([1.0 - gate, x])])
    if plan.family in ("layernorm", "gated"):
        for _ in range(depth):
            x = dense(None)(x)
            x = L.LayerNormalization()(x) if plan.family == "layernorm" else L.Multiply()([x, dense("sigmoid")(x)])
            x = L.Activation(act)(x)
    if plan.family == "resnet":
        x = dense()(x)
        for _ in range(depth):
            x = L.Add()([x, dense(None)(dense()(x))])
    if plan.family == "mlp":
        for _ in range(depth):
            x = dense()(x)
    return x


def network(plan):
    """plan.size as elsewhere; plan.keras holds what faults change of the head: activation, units, loss, initializer."""
    k, data = plan.keras, plan.data
    keras.utils.set_random_seed(plan.seed % (1 << 31))
    start = keras.layers.Input((data.X.shape[1],))
    head = k.get("head", "linear" if data.kind == "reg" else "softmax")
    out = keras.layers.Dense(k.get("units", data.classes), activation=head, kernel_initializer=k.get("initializer", "glorot_uniform"))
    return keras.Model(start, out(hidden(plan, start)))


def compiled(plan):
    model, k = network(plan), plan.keras
    optimizers = dict(sgd=keras.optimizers.SGD, adam=keras.optimizers.Adam, rmsprop=keras.optimizers.RMSprop)
    optimizers.update(adamax=keras.optimizers.Adamax, lion=keras.optimizers.Lion, adafactor=keras.optimizers.Adafactor)
    optimizers.update(adadelta=keras.optimizers.Adadelta)
    optimizers.update({name: getattr(keras.optimizers, name.capitalize(), keras.optimizers.Adam) for name in ("lamb", "muon")})
    optimizers.update(nadam=keras.optimizers.Nadam, adagrad=keras.optimizers.Adagrad, adamw=keras.optimizers.AdamW)
    loss = k.get("loss", "mse" if plan.data.kind == "reg" else "sparse_categorical_crossentropy")
    model.compile(optimizers[plan.optimizer](plan.rate), loss=loss, metrics=[] if plan.data.kind == "reg" else ["accuracy"])
    return model


HOW = dict(unseen=["bars", "bars", "lambda", "print", "csv"], fresh=["semicolons", "semicolons", "history", "print"], wider=["print", "csv", "bars", "history"])
HOW["newer"] = ["best", "best", "stepped", "tabs", "bars", "history", "csv"]
HOW["genuine"] = ["tqdm", "tqdm", "reduces", "reduces", "bars", "csv"]
HOW["common"] = ["print", "print", "bars", "csv", "csv", "history", "frame"]
HOW["everyday"] = ["print", "bars", "bars", "csv", "csv", "csv", "history", "history", "frame"]
HOW["likely"] = ["print", "print", "bars", "csv", "csv", "history", "frame", "lambda"]
HOW["familiar"] = ["print", "print", "bars", "bars", "csv", "csv", "history", "semicolons", "lambda"]
HOW["handy"] = ["print", "print", "bars", "csv", "csv", "history", "frame", "lambda", "best"]
HOW["homely"] = ["print", "print", "bars", "bars", "csv", "csv", "history", "frame", "lambda", "reduces"]
HOW["other"] = ["print", "print", "history", "csv", "semicolons"]


BEST = "best.weights.h5"


def history(path, told):
    """What people do with what fit() returns."""
    with open(path, "w", encoding="utf-8") as f:
        json.dump({k: [float(x) for x in v] for k, v in told.items()}, f)


def lines(directory):
    """Keras' own example of a LambdaCallback: a line of JSON an epoch."""
    path = os.path.join(directory, "loss_log.json")
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: open(path, "a", encoding="utf-8").write(json.dumps({"epoch": epoch, **logs}) + "\n")
    )


def talkative(how):
    """Callbacks that print a line of their own each epoch."""
    if how == "best":
        return [keras.callbacks.ModelCheckpoint(BEST, monitor="val_loss", save_best_only=True, save_weights_only=True, verbose=1)]
    if how == "stepped":
        return [keras.callbacks.LearningRateScheduler(lambda epoch, rate: float(rate * 0.97), verbose=1)]
    if how == "reduces":
        return [keras.callbacks.ReduceLROnPlateau("val_loss", 0.5, patience=4, verbose=1, min_lr=1e-6)]
    if how == "tqdm":
        from tqdm import tqdm
        from tqdm.keras import TqdmCallback

        return [TqdmCallback(verbose=0, tqdm_class=lambda *a, **k: tqdm(*a, **{**k, "file": sys.stderr}))]
    return []


class Words(keras.callbacks.Callback):
    def __init__(self, plan):
        super().__init__()
        self.plan = plan

    def on_epoch_end(self, epoch, logs=None):
        h = self.plan.history
        h.loss.append(logs["loss"])
        if "val_loss" in logs:
            h.evals.append((epoch, logs["val_loss"], logs.get("val_accuracy")))


def train(plan, directory, logger=None):
    how = logger or plan.rng.choice(HOW.get(plan.split, ["csv", "print"]))
    plan.logger = "keras " + how
    if plan.split == "unseen":
        plan.epochs = min(plan.epochs, max(8, (300 if plan.family == "separable" else 1200) // plan.steps_per_epoch))
    if plan.split in ("fresh", "wider", "other", "newer", "genuine", *USUAL):
        plan.epochs = min(plan.epochs, max(22, (350 if plan.split == "handy" else 260) // plan.steps_per_epoch) if plan.split in ("handy", "homely") else max(8, 1000 // plan.steps_per_epoch))
    if plan.optimizer not in {**RATES, **LATER.get(plan.split, {})}:
        plan.optimizer = "adam"
        plan.rate = plan.keras.get("rate", RATES["adam"])
    callbacks = (
        [Words(plan)]
        + ([keras.callbacks.CSVLogger(os.path.join(directory, "training.log"))] if how == "csv" else [])
        + ([lines(directory)] if how == "lambda" else [])
        + ([keras.callbacks.TerminateOnNaN()] if plan.split == "fresh" and how != "print" else [])
        + ([keras.callbacks.CSVLogger(os.path.join(directory, "training.csv"), separator=";")] if how == "semicolons" else [])
        + ([keras.callbacks.CSVLogger(os.path.join(directory, "training.tsv"), separator="\t")] if how == "tabs" else [])
        + (talkative(how) if how != "tqdm" else [])
        + plan.keras.get("callbacks", [])
    )
    d = plan.data
    with open(os.path.join(directory, "nohup.out"), "w", encoding="utf-8") as words, contextlib.redirect_stdout(
        words
    ), contextlib.redirect_stderr(words):
        try:
            callbacks = callbacks + (talkative(how) if how == "tqdm" else [])
            model = compiled(plan)
            told = model.fit(
                np.asarray(d.X),
                np.asarray(d.Y),
                validation_data=(np.asarray(d.VX), np.asarray(d.VY)),
                epochs=plan.epochs,
                batch_size=plan.batch,
                verbose=dict(print=2, bars=1, best=2, stepped=2, reduces=2).get(how, 0),
                callbacks=callbacks,
                shuffle=plan.shuffle,
            )
            if how == "history":
                history(os.path.join(directory, "history.json"), told.history)
            if how == "frame":
                import pandas

                pandas.DataFrame(told.history).to_csv(os.path.join(directory, "history.csv"))
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
    if os.path.exists(BEST):
        os.remove(BEST)
    if how in ("csv", "lambda", "semicolons", "history", "frame", "tabs") and os.path.getsize(os.path.join(directory, "nohup.out")) == 0:
        os.remove(os.path.join(directory, "nohup.out"))
    return "epoch"
