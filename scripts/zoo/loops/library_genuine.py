"""Estimators of the split `genuine` that print each epoch: pytorch-tabnet, and a small JAX program (Flax's network, Optax's steps, absl's words). plan.library as in
library_other.py; the axis is the epoch."""

import logging
import os
import re

import numpy as np

from .tools_genuine import terminal


def tabnet(plan, directory):
    from pytorch_tabnet.tab_model import TabNetClassifier, TabNetRegressor
    import torch

    d, wish, path = plan.data, plan.library, os.path.join(directory, plan.rng.choice(["tabnet.log", "nohup.out"]))
    narrow = wish.get("hidden_layer_sizes") == (1,)
    slow = dict(lr=wish.get("learning_rate_init", 0.02) if "learning_rate_init" in wish else 0.02)
    size = dict(n_d=1, n_a=1, n_steps=1, n_independent=1, n_shared=0) if narrow else dict(n_d=8, n_a=8, n_steps=2)
    model = (TabNetRegressor if d.kind == "reg" else TabNetClassifier)(
        **size, optimizer_fn=torch.optim.SGD if wish.get("solver") == "sgd" else torch.optim.Adam, optimizer_params=slow, seed=plan.seed % 10000, verbose=1, device_name="cpu"
    )
    Y, VY = (np.asarray(part).reshape(len(part), -1) if d.kind == "reg" else np.asarray(part) for part in (d.Y, d.VY))
    with terminal(plan, path):
        model.fit(np.asarray(d.X), Y, [(np.asarray(d.VX), VY)], max_epochs=plan.epochs, patience=0, batch_size=max(200, plan.batch), virtual_batch_size=100, drop_last=True)
    plan.logger, plan.family = "tabnet print", "tabnet"
    with open(path, encoding="utf-8") as f:
        plan.history.loss = [float(v) for v in re.findall(r"\| loss: (\S+)", f.read())]
    return "epoch"


class Words(logging.Handler):
    """absl's own handler, but with a file of this run."""

    def __init__(self, file):
        from absl import logging as absl

        super().__init__()
        self.file = file
        self.setFormatter(absl.PythonFormatter())

    def emit(self, record):
        self.file.write(self.format(record) + "\n")


def flax(plan, directory):
    import jax
    import optax
    from absl import logging as absl
    from flax import linen as nn
    from jax import numpy as jnp

    d, wish = plan.data, plan.library
    act = jnp.tanh if wish.get("activation") == "tanh" else nn.relu

    class Net(nn.Module):
        @nn.compact
        def __call__(self, x):
            for wide in wish.get("hidden_layer_sizes", (32,)):
                x = act(nn.Dense(wide)(x))
            return nn.Dense(d.classes)(x)

    net, rate = Net(), wish.get("learning_rate_init", 2e-3)
    X, Y, VX, VY = (np.asarray(part) for part in (d.X, d.Y, d.VX, d.VY))

    def loss_of(weights, x, y):
        out = net.apply(weights, x)
        return jnp.mean((out - y) ** 2) if d.kind == "reg" else optax.softmax_cross_entropy_with_integer_labels(out, y).mean()

    weights = net.init(jax.random.PRNGKey(plan.seed % 10000), X[:1])
    steps = optax.sgd(rate, momentum=0.9) if wish.get("solver") == "sgd" else optax.adam(rate)
    state, order = steps.init(weights), np.random.default_rng(plan.seed)

    @jax.jit
    def step(weights, state, x, y):
        loss, g = jax.value_and_grad(loss_of)(weights, x, y)
        change, state = steps.update(g, state, weights)
        return optax.apply_updates(weights, change), state, loss

    score = jax.jit(lambda weights, x, y: (net.apply(weights, x).argmax(-1) == y).mean())
    with terminal(plan, os.path.join(directory, plan.rng.choice(["train.INFO", "stdout.log"]))) as file:
        handler, long = Words(file), len(X) // plan.batch
        absl.get_absl_logger().addHandler(handler)
        absl.get_absl_logger().propagate = False
        absl.set_verbosity(absl.INFO)
        absl.info("config: learning_rate=%g batch_size=%d num_epochs=%d", rate, plan.batch, plan.epochs)
        for epoch in range(plan.epochs):
            told = []
            for part in order.permutation(len(X))[: long * plan.batch].reshape(long, -1):
                weights, state, loss = step(weights, state, X[part], Y[part])
                told.append(float(loss))
            plan.history.loss.append(float(np.mean(told)))
            held = {"eval_loss": float(loss_of(weights, VX, VY)), **({} if d.kind == "reg" else {"eval_accuracy": float(score(weights, VX, VY))})}
            absl.info("epoch:% 3d, train_loss: %.4f, %s", epoch + 1, plan.history.loss[-1], ", ".join(f"{k}: {v:.4f}" for k, v in held.items()))
        absl.get_absl_logger().removeHandler(handler)
    plan.logger, plan.family = "flax absl", "flax-mlp"
    return "epoch"


def train(plan, directory, logger=None):
    tool = flax if plan.rng.random() < 0.6 else tabnet
    plan.epochs = min(plan.epochs, 60) if tool is flax else min(plan.epochs, 40)
    plan.tool = tool.__name__
    return tool(plan, directory)
