"""Trainers of the split `genuine` that let their user write the step: PyTorch Ignite's engines, MMEngine's runner, SpeechBrain's Brain. The step is plain.py's;
the loop, the words and the files are theirs."""

import contextlib
import logging
import os
import traceback

import torch

from . import plain

logging.raiseExceptions = False  # a handler of a package may outlive the file of the run it was made for


class Run:
    """A plan in somebody else's loop: one() is a step, look() an evaluation."""

    def __init__(self, plan):
        self.plan, self.model = plan, plan.ready()
        self.optimizer = plan.optimizer_now = plan.build_optimizer(plan.history.notes.get("weights") or list(self.model.parameters()))
        self.step, self.window, self.norm = plan.start, [], 0.0
        self.batches = plain.batches(plan, plan.start)
        self.every = plan.steps_per_epoch if plan.per_epoch else plan.log_every

    def one(self):
        """Trains on the next batch; the loss."""
        self.step, x, y = next(self.batches)
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate * self.plan.schedule(self.step)
        loss, self.norm = plain.one_step(self.plan, self.model, self.optimizer, x, y)
        self.plan.history.grad.append(self.norm)
        self.window = [*self.window, loss][-max(self.every, 1) :]
        self.step += 1
        return loss

    def numbers(self):
        return plain.numbers(self.plan, self.model, self.optimizer, self.window, self.norm, self.step - 1)

    def look(self):
        return plain.looked(self.plan, self.model, self.step)

    @property
    def over(self):
        """As plain.py: enough of a loss that is none."""
        last = self.plan.history.loss[-60:]
        return self.step >= self.plan.steps or (len(last) == 60 and not torch.tensor(last).isfinite().any())

    @property
    def epochs(self):
        return -(-self.plan.steps // self.plan.steps_per_epoch)

    @property
    def looks_now(self):
        return bool(self.plan.eval_every) and self.step % self.plan.eval_every == 0


@contextlib.contextmanager
def terminal(plan, path):
    """Both outputs go to a file, and so does what ends the program; others' handlers that were bound to them go with them."""
    with open(path, "a", encoding="utf-8") as words, contextlib.redirect_stdout(words), contextlib.redirect_stderr(words):
        try:
            yield words
        except Exception:
            plan.history.notes["broke"] = True
            words.write(traceback.format_exc())
        if plan.last_words:
            words.write(plan.last_words)


def ignite(plan, directory):
    """Engines; told by a bar that stays, by the logging module as the examples have it, or to TensorBoard."""
    from ignite.engine import Engine, Events
    from ignite.handlers import ProgressBar
    from ignite.handlers.tensorboard_logger import OutputHandler, TensorboardLogger

    run, how = Run(plan), plan.rng.choice(["bar", "words", "words", "tensorboard"] if not plan.per_epoch else ["words", "tensorboard"])
    plan.logger = "ignite " + how
    with terminal(plan, os.path.join(directory, plan.rng.choice(["output.log", "ignite.out"]))) as words:
        handler = logging.StreamHandler(words)
        handler.setFormatter(logging.Formatter("%(asctime)s %(name)s %(levelname)s: %(message)s"))
        trainer = Engine(lambda engine, _: (run.one(), run.numbers() if run.step % run.every == 0 else {})[1])
        evaluator = Engine(lambda engine, _: run.look())
        trainer.logger = logging.Logger("trainer", logging.INFO)
        evaluator.logger = logging.Logger("evaluator", logging.INFO)
        for told in (trainer.logger, evaluator.logger):
            told.addHandler(handler)
        evaluator.add_event_handler(Events.ITERATION_COMPLETED, lambda e: e.state.metrics.update(e.state.output))
        every = Events.ITERATION_COMPLETED(every=run.every)
        if how == "bar":
            ProgressBar(persist=True, desc="Epoch", file=words).attach(trainer, output_transform=lambda o: o, event_name=every)
        if how == "words":
            say = lambda e: trainer.logger.info(
                f"Epoch[{e.state.epoch}/{e.state.max_epochs}] Iteration[{e.state.iteration}/{plan.steps}] " + " ".join(f"{k}: {v:.4f}" for k, v in e.state.output.items())
            )
            trainer.add_event_handler(every, say)
        board = TensorboardLogger(log_dir=directory) if how == "tensorboard" else None
        if board:
            board.attach(trainer, OutputHandler("training", output_transform=lambda o: o), every)
            board.attach(evaluator, OutputHandler("validation", "all", global_step_transform=lambda *_: trainer.state.iteration), Events.COMPLETED)

        def after(engine):
            if run.looks_now:
                evaluator.run([0])
                if how == "words":
                    evaluator.logger.info(f"Validation Results - Epoch[{engine.state.epoch}] " + " ".join(f"{k}: {v:.4f}" for k, v in evaluator.state.metrics.items()))
                if how == "bar":
                    print(f"Validation - Epoch: {engine.state.epoch} Iteration: {engine.state.iteration} " + " ".join(f"{k}: {v:.5g}" for k, v in evaluator.state.metrics.items()))
            if run.over:
                engine.terminate()

        trainer.add_event_handler(Events.ITERATION_COMPLETED, after)
        try:
            trainer.run(range(plan.steps_per_epoch), max_epochs=run.epochs)
        finally:
            if board:
                board.close()
    return "step"


def mmengine(plan, directory):
    """The runner with its hooks: words in the terminal's file and in its own, scalars as lines of JSON."""
    from mmengine.evaluator import BaseMetric
    from mmengine.hooks import Hook
    from mmengine.model import BaseModel
    from mmengine.runner import Runner

    run = Run(plan)
    plan.logger = "mmengine runner"

    class Model(BaseModel):
        def __init__(self):
            super().__init__()
            self.net = run.model

        def forward(self, inputs, mode="tensor"):
            return inputs

        def train_step(self, data, optim_wrapper):
            loss = run.one()
            told = run.numbers() if run.step % run.every == 0 else {}
            return {k: torch.tensor(float(v)) for k, v in {**told, "loss": loss}.items() if isinstance(v, (int, float)) and k != "lr"}

        def val_step(self, data):
            return [run.look()]

    class Told(BaseMetric):
        def process(self, batch, samples):
            self.results += samples

        def compute_metrics(self, results):
            return results[-1]

    class Ends(Hook):
        def after_train_iter(self, runner, batch_idx, data_batch=None, outputs=None):
            if run.over:
                runner.train_loop._max_iters = runner.iter + 1

    held = dict(val_dataloader=dict(batch_size=1, dataset=[0], sampler=dict(type="DefaultSampler", shuffle=False)), val_evaluator=[Told()], val_cfg={})
    with terminal(plan, os.path.join(directory, "stderr.log")):
        runner = Runner(
            Model(),
            directory,
            train_dataloader=dict(batch_size=1, dataset=list(range(64)), sampler=dict(type="InfiniteSampler")),
            train_cfg=dict(by_epoch=False, max_iters=plan.steps, val_interval=plan.eval_every or plan.steps + 1),
            optim_wrapper=dict(optimizer=run.optimizer),
            **(held if plan.eval_every else {}),
            default_hooks=dict(logger=dict(type="LoggerHook", interval=run.every, log_metric_by_epoch=False), checkpoint=None),
            custom_hooks=[Ends()],
            log_processor=dict(by_epoch=False, window_size=run.every),
            experiment_name=f"exp{plan.seed}",
            cfg=dict(settings={k: v for k, v in plan.settings.items() if isinstance(v, (int, float, str))}),
        )
        runner.train()
    clean_up_mmengine(plan, directory)
    return "step"


def clean_up_mmengine(plan, directory):
    """What it logged stays; the terminal says the same, but for what ended it."""
    for folder, _, names in list(os.walk(directory)):
        for name in names:
            if name.endswith(".py") or (name == "stderr.log" and not plan.history.notes.get("broke") and not plan.last_words):
                os.remove(os.path.join(folder, name))


def speechbrain(plan, directory):
    """A line of train_log.txt an epoch, and the bars of the terminal."""
    torch.version.cuda, kept = None, torch.version.cuda  # its torchaudio was built for another one
    import speechbrain as sb
    from speechbrain.utils.train_logger import FileTrainLogger

    torch.version.cuda = kept
    run, at = Run(plan), os.path.join(directory, "train_log.txt")
    plan.logger, log, looks = "speechbrain train_log", FileTrainLogger(at), bool(plan.eval_every)

    class Brain(sb.Brain):
        def fit_batch(self, batch):
            run.one()
            return torch.tensor(plan.history.loss[-1])

        def evaluate_batch(self, batch, stage):
            self.told = run.look()
            return torch.tensor(self.told["loss"])

        def on_stage_end(self, stage, stage_loss, epoch):
            if stage == sb.Stage.TRAIN:
                self.train_loss = stage_loss
            if stage == sb.Stage.VALID or not looks:
                held = {"valid_stats": dict(self.told)} if looks else {}
                meta = {"epoch": epoch, **({} if plan.habit == "no rate" else {"lr": run.optimizer.param_groups[0]["lr"]})}
                log.log_stats(meta, train_stats={"loss": self.train_loss}, **held)

    with terminal(plan, os.path.join(directory, "log.txt")):
        brain = Brain(torch.nn.ModuleDict({"model": run.model}), opt_class=None, hparams={}, run_opts={"device": "cpu", "noprogressbar": True})
        brain.optimizers_dict = {}
        brain.fit(range(1, run.epochs + 1), list(range(plan.steps_per_epoch)), [0] if looks else None)
    plan.steps = run.epochs * plan.steps_per_epoch  # the last one too is a whole one
    return "epochs"
