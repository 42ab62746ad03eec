"""Trainers of the split `genuine` that own the step: fastai's Learner, Poutyne's Model, pytorch-accelerated's Trainer,
Catalyst's Runner. The network says its loss itself, so its
faults are in it; a callback sets the rate and keeps what truly happened. All of them tell epochs."""

import os

import torch
from torch.utils.data import DataLoader, TensorDataset

from .plain import gradient_norm
from .tools_genuine import Run, terminal


def right(out, y):
    return (out["logits"].argmax(-1) == y).float().mean()


def rows(plan):
    """Training and held-out rows, each with its label twice: for the network, which says the loss, and for the trainer."""
    d = plan.data
    return TensorDataset(d.X, d.Y, d.Y), TensorDataset(d.VX, d.VY, d.VY)


def whole_epochs(plan):
    """A schedule that ends with the last of them."""
    epochs = max(2, round(plan.steps / plan.steps_per_epoch))
    plan.steps = epochs * plan.steps_per_epoch
    return epochs


def rate_now(plan, run):
    for group in run.optimizer.param_groups:
        group["lr"] = plan.rate * plan.schedule(min(run.model.step, plan.steps - 1))


def fastai(plan, directory):
    from fastai.basics import Callback, DataLoaders, Learner
    from fastai.callback.progress import CSVLogger
    from fastai.callback.training import GradientClip
    from fastai.data.load import DataLoader as Loader
    from fastai.optimizer import OptimWrapper

    epochs, (train, held) = whole_epochs(plan), rows(plan)
    run, how = Run(plan), plan.rng.choice(["table", "csv"])
    plan.logger = "fastai " + how

    class Keeps(Callback):
        order = 55

        def before_batch(self):
            if self.training:
                self.opt.set_hyper("lr", plan.rate * plan.schedule(min(run.model.step, plan.steps - 1)))

        def after_backward(self):
            plan.history.grad.append(gradient_norm(run.model))

        def before_validate(self):
            run.model.net.train(not plan.eval_mode)

        def after_epoch(self):
            told = self.recorder.values[-1]
            plan.history.evals.append((run.model.step, float(told[1]), float(told[2]) if len(told) > 2 else None))

    with terminal(plan, os.path.join(directory, "notebook.txt")):
        dls = DataLoaders(Loader(train, bs=plan.batch, shuffle=plan.shuffle, drop_last=True, num_workers=0), Loader(held, bs=300, num_workers=0))
        dls.n_inp = 2
        learn = Learner(
            dls,
            run.model,
            loss_func=lambda out, y: out["loss"],
            opt_func=lambda weights, **_: OptimWrapper(opt=run.optimizer),
            metrics=[] if plan.data.kind == "reg" else [right],
            cbs=[Keeps(), *([GradientClip(plan.clip)] if plan.clip else []), *([CSVLogger(plan.rng.choice(["history.csv", "log.csv"]))] if how == "csv" else [])],
            path=directory,
        )
        learn.fit(epochs, lr=plan.rate)
    return "epochs"


def poutyne(plan, directory):
    import poutyne as p

    epochs, (train, held) = whole_epochs(plan), rows(plan)
    run, how = Run(plan), plan.rng.choice(["csv", "bars", "bars", "tensorboard"])
    plan.logger = "poutyne " + how

    class Keeps(p.Callback):
        def on_train_batch_begin(self, batch_number, logs):
            rate_now(plan, run)

        def on_backward_end(self, batch_number):
            plan.history.grad.append(gradient_norm(run.model))

        def on_epoch_end(self, epoch_number, logs):
            plan.history.evals.append((run.model.step, float(logs["val_loss"]), logs.get("val_accuracy", logs.get("val_right", 0.0) * 1.0)))

    class Both(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = run.model

        def forward(self, x, y):
            self.inner.net.train(self.training or not plan.eval_mode)
            return self.inner(x, y)

    def pairs(part, batch, mixed):
        return DataLoader([((x, y), z) for x, y, z in part], batch_size=batch, shuffle=mixed, drop_last=mixed)

    score = [] if plan.data.kind == "reg" else [right]
    calls = [Keeps()] + ([p.ClipNorm(run.model.parameters(), plan.clip)] if plan.clip else [])
    calls += [p.CSVLogger(os.path.join(directory, "log.csv"))] if how == "csv" else []
    if how == "tensorboard":
        from torch.utils.tensorboard import SummaryWriter

        calls.append(p.TensorBoardLogger(SummaryWriter(directory)))
    with terminal(plan, os.path.join(directory, "train.out")):
        model = p.Model(Both(), run.optimizer, lambda out, y: out["loss"], batch_metrics=score, device="cpu")
        shown = dict(verbose=how == "bars", progress_options=dict(coloring=False, show_every_n_train_steps="none", equal_weights=False))
        model.fit_generator(pairs(train, plan.batch, plan.shuffle), pairs(held, 300, False), epochs=epochs, callbacks=calls, **shown)
    return "epochs"


def accelerated(plan, directory):
    """Its words: a paragraph an epoch."""
    from pytorch_accelerated import Trainer
    from pytorch_accelerated.callbacks import MoveModulesToDeviceCallback, LogMetricsCallback, PrintProgressCallback, TerminateOnNaNCallback, TrainerCallback

    epochs, (train, held), right_now = whole_epochs(plan), rows(plan), []
    run = Run(plan)
    plan.logger = "pytorch-accelerated"

    class Keeps(TrainerCallback):
        def on_train_step_begin(self, trainer, **_):
            rate_now(plan, run)

        def on_eval_epoch_end(self, trainer, **_):
            score = sum(right_now) / len(right_now) if right_now else None
            plan.history.evals.append((run.model.step, float(trainer.run_history.get_latest_metric("eval_loss_epoch")), score))
            if score is not None:
                trainer.run_history.update_metric("accuracy", score)
            right_now.clear()

    class Ours(Trainer):
        def calculate_train_batch_loss(self, batch):
            out = self.model(batch[0], batch[1])
            return {"loss": out["loss"], "model_outputs": out["logits"], "batch_size": len(batch[0])}

        def calculate_eval_batch_loss(self, batch):
            run.model.net.train(not plan.eval_mode)
            with torch.no_grad():
                out = self.model(batch[0], batch[1])
            right_now.extend([] if plan.data.kind == "reg" else [float(right(out, batch[1]))])
            return {"loss": out["loss"], "model_outputs": out["logits"], "batch_size": len(batch[0])}

    with terminal(plan, os.path.join(directory, plan.rng.choice(["train.log", "nohup.out"]))):
        calls = (MoveModulesToDeviceCallback, Keeps, PrintProgressCallback, LogMetricsCallback, TerminateOnNaNCallback)
        trainer = Ours(run.model, None, run.optimizer, callbacks=calls)
        size = dict(per_device_batch_size=plan.batch, train_dataloader_kwargs=dict(num_workers=0, drop_last=True, shuffle=plan.shuffle), eval_dataloader_kwargs=dict(num_workers=0))
        trainer.train(train, epochs, held, gradient_clip_value=plan.clip or None, **size)
    return "epochs"


def catalyst(plan, directory):
    """The runner's own lines, an epoch two or three, and its CSV."""
    from catalyst import dl, metrics

    epochs, (train, held) = whole_epochs(plan), rows(plan)
    run, how, seen = Run(plan), plan.rng.choice(["console", "csv"]), {}
    plan.logger = "catalyst " + how

    class Runner(dl.Runner):
        def get_loggers(self):
            return {"console": dl.ConsoleLogger(), **({"csv": dl.CSVLogger(logdir=os.path.join(directory, "logs"), use_logdir_postfix=False)} if how == "csv" else {})}

        def on_loader_start(self, runner):
            super().on_loader_start(runner)
            self.meters = {k: metrics.AdditiveMetric(compute_on_call=False) for k in ("loss", *(() if plan.data.kind == "reg" else ("accuracy",)))}

        def handle_batch(self, batch):
            x, y, _ = batch
            if self.is_train_loader:
                rate_now(plan, run)
                run.optimizer.zero_grad()
            else:
                run.model.net.train(not plan.eval_mode)
            out = run.model(x, y)
            if self.is_train_loader:
                out["loss"].backward()
                plan.history.grad.append(gradient_norm(run.model))
                if plan.clip:
                    torch.nn.utils.clip_grad_norm_(run.model.parameters(), plan.clip)
                run.optimizer.step()
            self.batch_metrics = {"loss": out["loss"].detach(), **({} if plan.data.kind == "reg" else {"accuracy": right(out, y)})}
            for name, meter in self.meters.items():
                meter.update(float(self.batch_metrics[name]), len(x))

        def on_loader_end(self, runner):
            for name, meter in self.meters.items():
                self.loader_metrics[name] = seen[name] = meter.compute()[0]
            if not self.is_train_loader:
                plan.history.evals.append((run.model.step, seen["loss"], seen.get("accuracy")))
            super().on_loader_end(runner)

    loaders = {"train": DataLoader(train, plan.batch, shuffle=plan.shuffle, drop_last=True), "valid": DataLoader(held, 300)}
    with terminal(plan, os.path.join(directory, "train.out")):
        Runner().train(model=run.model, engine=dl.CPUEngine(), loaders=loaders, num_epochs=epochs, verbose=False, seed=plan.seed % 10000)
    return "epochs"
