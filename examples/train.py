#!/usr/bin/env python3
"""Six short trainings, five of which go wrong for a real reason.

  train.py FAULT OUT_DIR [--seed N] [--steps N]

FAULT is vanishing-gradients, overfitting, divergence, mode-collapse, nan or healthy. Each one trains a small
network on one CPU core in well under half a minute, writes into OUT_DIR the log that a training script of its
kind would leave, and then looks at its own numbers: the exit status is 1 unless what was meant to happen did.
Needs PyTorch and scikit-learn. Nothing is downloaded: the data are scikit-learn's bundled sets, a ring of
Gaussians, and the source of Python's standard library.
"""
import argparse
import csv
import json
import math
import os
import pathlib
import sys

import torch
from sklearn import datasets
from torch import nn
from torch.nn import functional as F

# ---- what the six share ---------------------------------------------------------------------------------------


def mlp(sizes, activation):
    """A stack of linear layers with an activation between them; no normalisation, no residuals."""
    layers = []
    for n_in, n_out in zip(sizes, sizes[1:]):
        layers += [nn.Linear(n_in, n_out), activation()]
    return nn.Sequential(*layers[:-1])


def table(loader):
    """Inputs with mean 0 and deviation 1, targets, in a shuffled order."""
    data = loader()
    x = torch.tensor(data.data, dtype=torch.float32)
    x = (x - x.mean(0)) / (x.std(0) + 1e-6)
    order = torch.randperm(len(x))
    return x[order], torch.tensor(data.target)[order]


def grad_norm(model):
    """Euclidean norm over all gradients, before any clipping."""
    return math.sqrt(sum(float(p.grad.double().pow(2).sum()) for p in model.parameters()))


def update(optimizer, loss, model, clip=None):
    """One optimizer step; returns the loss and the gradient norm."""
    optimizer.zero_grad()
    loss.backward()
    norm = grad_norm(model)
    if clip:
        nn.utils.clip_grad_norm_(model.parameters(), clip)
    optimizer.step()
    return loss.item(), norm


def set_lr(optimizer, lr):
    for group in optimizer.param_groups:
        group["lr"] = lr


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n")


def digits(value, n=6):
    """The value with n significant digits: logs stay short."""
    return float(f"{value:.{n}g}")


# ---- the six --------------------------------------------------------------------------------------------------


def vanishing_gradients(out, seed, steps=1000):
    """Ten sigmoid layers, default initialisation: each layer shrinks the gradient by about a factor of ten."""
    args = dict(model="mlp", depth=10, width=64, activation="sigmoid", optimizer="sgd", lr=0.05, momentum=0.9,
                batch_size=64, steps=steps, seed=seed, dataset="digits")
    write_json(out / "config.json", args)
    x, y = table(datasets.load_digits)
    model = mlp([64] + [args["width"]] * args["depth"] + [10], nn.Sigmoid)
    optimizer = torch.optim.SGD(model.parameters(), args["lr"], momentum=args["momentum"])
    layers = [m for m in model if isinstance(m, nn.Linear)]
    losses = []
    with open(out / "metrics.jsonl", "w") as log:
        for step in range(1, steps + 1):
            rows = torch.randint(0, 1400, (args["batch_size"],))
            loss, norm = update(optimizer, F.cross_entropy(model(x[rows]), y[rows]), model)
            losses.append(loss)
            if step % 5 == 0:
                record = {"step": step, "train/loss": digits(loss), "train/grad_norm": digits(norm), "lr": args["lr"]}
                record.update((f"grad_norm/layers.{i}", digits(float(l.weight.grad.norm()), 4))
                              for i, l in enumerate(layers))
                log.write(json.dumps(record) + "\n")
            if step % 100 == 0:
                with torch.no_grad():
                    logits = model(x[1400:])
                record = {"step": step, "val/loss": digits(F.cross_entropy(logits, y[1400:]).item()),
                          "val/accuracy": digits((logits.argmax(1) == y[1400:]).float().mean().item())}
                log.write(json.dumps(record) + "\n")
    first, last = (float(layers[i].weight.grad.norm()) for i in (0, -1))
    mean = sum(losses[-50:]) / len(losses[-50:])
    print(f"loss {mean:.4f} at the end, chance is ln 10 = {math.log(10):.4f}; "
          f"gradient norm {first:.1e} in the first layer, {last:.1e} in the last")
    return abs(mean - math.log(10)) < 0.03 and first < 1e-4 * last


def overfitting(out, seed, steps=600):
    """A wide network, 160 rows, one label in seven wrong: it learns the rows by heart."""
    args = dict(model="mlp", hidden=128, optimizer="Adam", lr=0.002, weight_decay=0.0, batch_size=16,
                train_rows=160, val_rows=400, label_noise=0.15, max_steps=steps, seed=seed, dataset="digits")
    (out / "hparams.yaml").write_text("".join(f"{k}: {v}\n" for k, v in args.items()))
    x, y = table(datasets.load_digits)
    n = args["train_rows"]
    wrong = torch.rand(n) < args["label_noise"]
    y[:n][wrong] = torch.randint(0, 10, (int(wrong.sum()),))
    model = mlp([64, args["hidden"], args["hidden"], 10], nn.ReLU)
    optimizer = torch.optim.Adam(model.parameters(), args["lr"])
    per_epoch, train, val, row = n // args["batch_size"], [], [], 0
    with open(out / "metrics.csv", "w", newline="") as f:
        log = csv.DictWriter(f, ["epoch", "lr-Adam", "step", "train_loss", "val_acc", "val_loss"])
        log.writeheader()
        for step in range(steps):
            if step % per_epoch == 0:
                order = torch.randperm(n)
            rows = order[step % per_epoch * args["batch_size"]:][:args["batch_size"]]
            loss, _ = update(optimizer, F.cross_entropy(model(x[rows]), y[rows]), model)
            train.append(loss)
            place = dict(epoch=step // per_epoch, step=step)
            if step % 5 == 4:
                log.writerow(dict(place, train_loss=digits(loss)))
            if step % per_epoch == per_epoch - 1:
                with torch.no_grad():
                    logits = model(x[n:n + args["val_rows"]])
                target = y[n:n + args["val_rows"]]
                val.append(F.cross_entropy(logits, target).item())
                log.writerow(dict(place, val_loss=digits(val[-1]),
                                  val_acc=digits((logits.argmax(1) == target).float().mean().item())))
                log.writerow({**place, "lr-Adam": args["lr"]})
    best, first, last = min(val), sum(train[:10]) / 10, sum(train[-10:]) / 10
    print(f"validation loss {best:.3f} at its best in epoch {val.index(best)}, {val[-1]:.3f} at the end; "
          f"training loss {first:.3f} to {last:.4f}")
    return val[-1] > 1.5 * best and last < 0.1 * first


def divergence(out, seed, steps=900):
    """The warm-up never ends: past the edge of stability the loss turns, climbs for hundreds of steps and is lost."""
    args = dict(model="mlp", depth=2, hidden=64, activation="tanh", optimizer="sgd", momentum=0.9, peak_lr=3.0,
                schedule="quadratic_warmup", warmup_steps=steps, batch_size=64, steps=steps, seed=seed,
                dataset="digits")
    x, y = table(datasets.load_digits)
    model = mlp([64, args["hidden"], args["hidden"], 10], nn.Tanh)
    optimizer = torch.optim.SGD(model.parameters(), 0.0, momentum=args["momentum"])
    losses = []
    with open(out / "train.log", "w") as log:
        log.write("settings: " + " ".join(f"{k}={v}" for k, v in args.items()) + "\n")
        for step in range(1, steps + 1):
            lr = args["peak_lr"] * (step / args["warmup_steps"]) ** 2
            set_lr(optimizer, lr)
            rows = torch.randint(0, 1400, (args["batch_size"],))
            loss, norm = update(optimizer, F.cross_entropy(model(x[rows]), y[rows]), model)
            losses.append(loss)
            if step % 3 == 0:
                log.write(f"step={step} loss={loss:.6g} grad_norm={norm:.5g} lr={lr:.5g}\n")
            if step % 60 == 0:
                with torch.no_grad():
                    log.write(f"step={step} val_loss={F.cross_entropy(model(x[1400:]), y[1400:]).item():.6g}\n")
    means = [sum(losses[i:i + 20]) / 20 for i in range(0, steps - 19, 20)]
    best = min(means)
    print(f"loss {means[0]:.3f} at the start, {best:.3f} at its best near step {20 * means.index(best)}, "
          f"{means[-1]:.3g} at the end")
    return best < 0.2 * means[0] and math.isfinite(means[-1]) and means[-1] > means[0]


def ring(n, modes=8, radius=2.0, spread=0.08):
    """n points from Gaussians on a circle."""
    angle = torch.randint(0, modes, (n,)) * (2 * math.pi / modes)
    return radius * torch.stack([angle.cos(), angle.sin()], 1) + spread * torch.randn(n, 2)


def ring_score(points, modes=8, radius=2.0):
    """A Frechet-like distance to the ring (0 = same, on soft mode memberships) and how many modes are covered."""
    angle = torch.arange(modes) * (2 * math.pi / modes)
    centres = radius * torch.stack([angle.cos(), angle.sin()], 1)

    def moments(p):
        features = torch.exp(-torch.cdist(p, centres) ** 2 / 0.5)
        return features.mean(0), features.std(0)

    (m1, s1), (m2, s2) = moments(points), moments(ring(2000))
    distance, nearest = torch.cdist(points, centres).min(1)
    count = torch.bincount(nearest[distance < 0.4], minlength=modes)
    return 100 * float(((m1 - m2) ** 2 + (s1 - s2) ** 2).sum()), int((count > len(points) / modes / 8).sum())


def mode_collapse(out, seed, steps=2000):
    """Half way both rates begin to climb to 0.02, with momentum 0.9: the two chase each other from mode to mode."""
    args = dict(dataset="ring8", loss="non-saturating", r1=0.1, optimizer="adam", beta1=0.9, beta2=0.99, g_lr=0.001,
                d_lr=0.002, final_lr=0.02, ramp_start=steps // 2, ramp_steps=steps * 3 // 10, z_dim=8, batch_size=128,
                total_steps=steps, seed=seed)
    generator, critic = mlp([args["z_dim"], 64, 64, 2], nn.ReLU), mlp([2, 64, 64, 1], nn.ReLU)
    g_adam = torch.optim.Adam(generator.parameters(), args["g_lr"], (args["beta1"], args["beta2"]))
    d_adam = torch.optim.Adam(critic.parameters(), args["d_lr"], (args["beta1"], args["beta2"]))
    fixed, scores = torch.randn(1000, args["z_dim"]), []

    def noise():
        return torch.randn(args["batch_size"], args["z_dim"])

    with open(out / "train.log", "w") as log, open(out / "scores.csv", "w", newline="") as f:
        table_ = csv.writer(f)
        table_.writerow(["step", "fid", "modes_covered"])
        log.write("args: " + " ".join(f"{k}={v}" for k, v in args.items()) + "\n")
        for step in range(1, steps + 1):
            ramp = min(1.0, max(0.0, (step - args["ramp_start"]) / args["ramp_steps"]))
            set_lr(g_adam, args["g_lr"] + (args["final_lr"] - args["g_lr"]) * ramp)
            set_lr(d_adam, args["d_lr"] + (args["final_lr"] - args["d_lr"]) * ramp)
            real = ring(args["batch_size"]).requires_grad_()
            judged = critic(real)
            slope, = torch.autograd.grad(judged.sum(), real, create_graph=True)
            d_loss = F.softplus(-judged).mean() + F.softplus(critic(generator(noise()).detach())).mean()
            update(d_adam, d_loss + args["r1"] / 2 * slope.pow(2).sum(1).mean(), critic)
            g_loss, _ = update(g_adam, F.softplus(-critic(generator(noise()))).mean(), generator)
            if step % 10 == 0:
                log.write(f"Step: {step:>6} Progress: {step / steps:.1%} Discriminator_loss: {d_loss.item():.5f} "
                          f"Generator_loss: {g_loss:.5f}\n")
            if step % 50 == 0:
                with torch.no_grad():
                    scores.append(ring_score(generator(fixed)))
                table_.writerow([step, f"{scores[-1][0]:.3f}", scores[-1][1]])
    best = min(s[0] for s in scores)
    most = max(s[1] for s in scores)
    print(f"{most} of 8 modes and a distance of {best:.1f} at best; "
          f"{scores[-1][1]} modes and {scores[-1][0]:.1f} at the end")
    return most >= 7 and max(s[1] for s in scores[-5:]) <= 4 and min(s[0] for s in scores[-5:]) > 3 * best


def nan(out, seed, steps=600):
    """The logarithm of a half-precision softmax that rounds to zero: inf in the loss, NaN in every weight after it."""
    args = dict(model="mlp", hidden=64, optimizer="adam", learning_rate=0.01, train_batch_size=16, max_steps=steps,
                seed=seed, fp16=True, loss="-log(half(softmax(x))[y])", dataset="breast_cancer")
    write_json(out / "config.json", args)
    x, y = table(datasets.load_breast_cancer)
    model = mlp([30, args["hidden"], args["hidden"], 2], nn.ReLU)
    optimizer = torch.optim.Adam(model.parameters(), args["learning_rate"])
    every, window, history, per_epoch = 5, [], [], 450 // args["train_batch_size"]
    for step in range(1, steps + 1):
        rows = torch.randint(0, 450, (args["train_batch_size"],))
        probability = torch.softmax(model(x[rows]), 1).half()[torch.arange(len(rows)), y[rows]]
        loss, norm = update(optimizer, -torch.log(probability.float()).mean(), model)
        window.append(loss)
        place = {"epoch": round(step / per_epoch, 2)}
        if step % every == 0:
            history.append({**place, "grad_norm": norm, "learning_rate": args["learning_rate"],
                            "loss": round(sum(window) / every, 6), "step": step})
            window = []
        if step % 50 == 0:
            with torch.no_grad():
                logits = model(x[450:])
            history.append({**place, "eval_accuracy": (logits.argmax(1) == y[450:]).float().mean().item(),
                            "eval_loss": F.cross_entropy(logits, y[450:]).item(), "step": step})
    write_json(out / "trainer_state.json", dict(
        best_metric=None, best_model_checkpoint=None, epoch=steps / per_epoch, eval_steps=50, global_step=steps,
        log_history=history, logging_steps=every, max_steps=steps, train_batch_size=args["train_batch_size"]))
    train = [h for h in history if "loss" in h]
    bad = next((h["step"] for h in train if not math.isfinite(h["loss"])), None)
    print(f"loss {train[0]['loss']:.3f} at the start, first not finite at step {bad}, {train[-1]['loss']} at the end")
    return bad is not None and 20 < bad < 0.9 * steps and math.isnan(train[-1]["loss"])


class CharModel(nn.Module):
    """Next character from the ones before it: embedding, GRU, linear."""

    def __init__(self, characters, width):
        super().__init__()
        self.embed = nn.Embedding(characters, 32)
        self.memory = nn.GRU(32, width, batch_first=True)
        self.out = nn.Linear(width, characters)

    def forward(self, x):
        return self.out(self.memory(self.embed(x))[0])


def library_text(limit=200_000):
    """The first modules of Python's standard library, as numbers; characters outside ASCII become spaces."""
    text = ""
    for path in sorted(pathlib.Path(os.__file__).parent.glob("*.py")):
        text += path.read_text(encoding="utf-8", errors="replace")
        if len(text) > limit:
            break
    return torch.tensor([ord(c) if ord(c) < 128 else 32 for c in text[:limit]])


def healthy(out, seed, steps=800):
    """A character model with warm-up, cosine decay and clipping, on text enough not to be learned by heart."""
    args = dict(model="gru", width=96, optimizer="adamw", lr=0.004, warmup_steps=40, schedule="cosine", clip=1.0,
                batch_size=16, context=32, steps=steps, seed=seed, dataset="standard library source")
    write_json(out / "config.json", args)
    text = library_text()
    cut = len(text) * 9 // 10
    model = CharModel(128, args["width"])
    optimizer = torch.optim.AdamW(model.parameters(), args["lr"])

    def batch(low, high, n):
        at = torch.randint(low, high - args["context"] - 1, (n,))[:, None] + torch.arange(args["context"] + 1)
        return text[at[:, :-1]], text[at[:, 1:]]

    def loss_of(x, y):
        return F.cross_entropy(model(x).flatten(0, 1), y.flatten())

    held_out, train, val = batch(cut, len(text), 128), [], []
    with open(out / "log.csv", "w", newline="") as f:
        log = csv.writer(f)
        log.writerow(["step", "train_loss", "val_loss", "grad_norm", "lr"])
        for step in range(1, steps + 1):
            decay = 0.5 * (1 + math.cos(math.pi * step / steps))
            lr = args["lr"] * min(1.0, step / args["warmup_steps"]) * decay
            set_lr(optimizer, lr)
            loss, norm = update(optimizer, loss_of(*batch(0, cut, args["batch_size"])), model, args["clip"])
            train.append(loss)
            measured = ""
            if step % 40 == 0:
                with torch.no_grad():
                    val.append(loss_of(*held_out).item())
                measured = digits(val[-1])
            if step % 2 == 0:
                log.writerow([step, digits(loss), measured, digits(norm, 4), digits(lr, 4)])
    last = sum(train[-40:]) / 40
    print(f"training loss {train[0]:.3f} to {last:.3f}, "
          f"validation loss {val[0]:.3f} to {val[-1]:.3f}, lowest {min(val):.3f}")
    return last < 0.6 * train[0] and val[-1] < 1.01 * min(val) and max(train) < 1.2 * train[0]


RUNS = {"vanishing-gradients": vanishing_gradients, "overfitting": overfitting, "divergence": divergence,
        "mode-collapse": mode_collapse, "nan": nan, "healthy": healthy}


def main():
    parser = argparse.ArgumentParser(description="train one small network, soundly or with a real fault")
    parser.add_argument("fault", choices=RUNS)
    parser.add_argument("out_dir", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", type=int, help="optimizer steps (default: what the fault needs)")
    args = parser.parse_args()
    torch.manual_seed(args.seed)
    torch.set_num_threads(1)
    args.out_dir.mkdir(parents=True, exist_ok=True)
    options = {"steps": args.steps} if args.steps else {}
    happened = RUNS[args.fault](args.out_dir, args.seed, **options)
    print(f"{args.fault}: " + ("as intended" if happened else "did not happen"))
    return 0 if happened else 1


if __name__ == "__main__":
    sys.exit(main())
