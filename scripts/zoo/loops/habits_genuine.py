"""Loggers of the split `genuine`, each a real package's own: Accelerate's trackers, Fabric's CSV, DVCLive, Sacred, MMEngine's message buffer, loguru, structlog,
python-json-logger, Rich, absl, fastprogress, dowel. Methods as in loggers.py."""

import logging
import os

from .lines import Lines, Quiet, rest


def plainly(values):
    return {k: v for k, v in values.items() if isinstance(v, (int, float, str))}


class Accelerated:
    """accelerator.log into TensorBoard, one call a step as the examples have it."""

    name, tracker = "accelerate tensorboard", "tensorboard"

    def __init__(self, directory, rng):
        from accelerate import Accelerator
        from accelerate.state import AcceleratorState, PartialState

        AcceleratorState._reset_state(True)
        self.directory, self.told = directory, Accelerator(cpu=True, log_with=self.tracker, project_dir=directory)
        self.prefix = rng.choice([("train/", "eval/"), ("train_", "eval_"), ("", "val_")])
        PartialState._reset_state()

    def settings(self, values):
        self.told.init_trackers("finetune", config=plainly(values))

    def train(self, step, epoch, values):
        self.told.log({(self.prefix[0] + k if k == "loss" else k): v for k, v in rest(values).items()}, step=step)

    def evaluation(self, step, epoch, values):
        self.told.log({self.prefix[1] + k: v for k, v in rest(values).items()}, step=step)

    def words(self, text):
        with open(os.path.join(self.directory, "stderr.log"), "a", encoding="utf-8") as f:
            f.write(text)

    def close(self):
        self.told.end_training()


class Fabric(Accelerated):
    """lightning.fabric's CSVLogger: the columns of a file are those of all rows."""

    name = "fabric csv"

    def __init__(self, directory, rng):
        from lightning.fabric.loggers import CSVLogger

        self.directory, self.log = directory, CSVLogger(directory, name=rng.choice(["fabric", "run"]), flush_logs_every_n_steps=20)
        self.names, self.last = rng.choice([("loss", "val_"), ("train_loss", "val_"), ("train/loss", "val/")]), None

    def settings(self, values):
        """It has no place for them."""

    def train(self, step, epoch, values):
        self.log.log_metrics({**{(self.names[0] if k == "loss" else k): v for k, v in rest(values).items()}, "epoch": epoch}, step)

    def evaluation(self, step, epoch, values):
        self.log.log_metrics({self.names[1] + k: v for k, v in rest(values).items()}, step)

    def close(self):
        self.log.save()


class Dvc(Accelerated):
    """DVCLive's tables: a file a metric."""

    name = "dvclive live"

    def __init__(self, directory, rng):
        from dvclive import Live

        logging.getLogger("dvclive").setLevel(logging.ERROR)
        self.directory = directory
        self.live = Live(os.path.join(directory, "dvclive"), dvcyaml=None, save_dvc_exp=False, report=None, monitor_system=False)

    def settings(self, values):
        self.live.log_params(plainly(values))

    def write(self, step, values, part):
        self.live.step = step
        for k, v in rest(values).items():
            self.live.log_metric(f"{part}/{k}" if k in ("loss", "accuracy") else k, v)
        self.live.make_summary()

    def train(self, step, epoch, values):
        self.write(step, {**values, "epoch": round(epoch, 3)}, "train")

    def evaluation(self, step, epoch, values):
        self.write(step, values, "eval")

    def close(self):
        self.live.end()


class Sacred(Accelerated):
    """A run as FileStorageObserver keeps it: run.json, config.json, metrics.json, cout.txt."""

    name, host = "sacred observer", {"hostname": "node7", "os": ["Linux", "Linux-6.1"], "python_version": "3.11.7"}

    def __init__(self, directory, rng):
        import sacred
        from sacred import host_info

        for gatherer in list(host_info.host_info_gatherers):
            host_info.host_info_gatherers.pop(gatherer)
        self.directory, self.part = directory, rng.choice([("training.", "validation."), ("train.", "val."), ("", "val_")])
        self.experiment = sacred.Experiment("baseline", interactive=True, save_git_info=False, base_dir=directory)
        self.experiment.observers.append(sacred.observers.FileStorageObserver(os.path.join(directory, "sacred"), copy_sources=False))

    def settings(self, values):
        self.experiment.main(lambda: None)
        self.experiment.add_config({k: v for k, v in plainly(values).items() if k != "seed"})
        self.run = self.experiment._create_run(options={"--loglevel": "ERROR"})
        self.run.host_info, self.run._get_captured_output = self.host, lambda: None
        self.run.experiment_info.update(base_dir=".", mainfile="train.py", sources=[])
        self.run._emit_started()

    def write(self, step, values, part):
        for k, v in rest(values).items():
            self.run.log_scalar(part + k if k in ("loss", "accuracy") else k, float(v), step)

    def train(self, step, epoch, values):
        self.write(step, values, self.part[0])

    def evaluation(self, step, epoch, values):
        self.write(step, values, self.part[1])

    def words(self, text):
        self.run.captured_out = text

    def close(self):
        self.run._emit_heartbeat()
        self.run._emit_completed(None)


class Guru(Lines):
    """loguru with its own format."""

    name, files = "loguru sink", ["train.log", "loguru.log", "out.log"]

    def __init__(self, directory, rng):
        from loguru import logger

        super().__init__(directory, rng)
        logger.remove()
        self.sink = logger.add(self.path, enqueue=False)
        self.log, self.form = logger.patch(lambda r: r.update(name="__main__", function="main", line=92)), rng.choice(["{} {:>6d} | {}", "[{}] iteration {}: {}", "{} - step {} - {}"])

    def say(self, kind, step, values):
        self.log.info(self.form.format(kind, step, ", ".join(f"{k}={v:.5g}" for k, v in rest(values).items())))

    def train(self, step, epoch, values):
        self.say("train", step, values)

    def evaluation(self, step, epoch, values):
        self.say("eval", step, values)

    def close(self):
        self.log.remove(self.sink)
        super().close()


class Struct(Guru):
    """structlog: lines of key=value with the event first, or JSON."""

    name, files = "structlog", ["train.log", "events.log"]

    def __init__(self, directory, rng):
        import structlog

        Lines.__init__(self, directory, rng)
        last = rng.choice([structlog.processors.JSONRenderer(), structlog.dev.ConsoleRenderer(colors=rng.random() < 0.5), structlog.processors.LogfmtRenderer()])
        parts = [structlog.processors.add_log_level, structlog.processors.TimeStamper("iso"), last]
        self.log = structlog.wrap_logger(structlog.PrintLogger(self.file), parts)

    def say(self, kind, step, values):
        self.log.info(kind, step=step, **rest(values))

    def train(self, step, epoch, values):
        self.say("train_step", step, {**values, "epoch": round(epoch, 3)})

    def evaluation(self, step, epoch, values):
        self.say("validation", step, {f"val_{k}": v for k, v in rest(values).items()})

    def close(self):
        Lines.close(self)


class JsonLogger(Guru):
    """python-json-logger behind the logging module: numbers stand as fields beside a message."""

    name, files = "json logger", ["train.json.log", "app.log"]

    def __init__(self, directory, rng):
        from pythonjsonlogger.json import JsonFormatter

        Lines.__init__(self, directory, rng)
        self.log, handler = logging.getLogger(f"trainer{id(self)}"), logging.StreamHandler(self.file)
        handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(message)s"))
        self.log.handlers, self.log.propagate = [handler], False
        self.log.setLevel(logging.INFO)

    def say(self, kind, step, values):
        self.log.info(kind, extra={"step": step, **rest(values)})

    def evaluation(self, step, epoch, values):
        self.say("eval", step, {f"val_{k}": v for k, v in rest(values).items()})

    def close(self):
        Lines.close(self)


class Absl(Guru):
    """absl.logging, as programs of JAX have it."""

    name, files = "absl", ["train.INFO", "stderr.txt"]

    def __init__(self, directory, rng):
        from absl import logging as absl

        Lines.__init__(self, directory, rng)
        self.handler = logging.StreamHandler(self.file)
        self.handler.setFormatter(absl.PythonFormatter())
        self.log = logging.Logger("absl")
        self.log.addHandler(self.handler)
        self.named = rng.random() < 0.5

    def say(self, kind, step, values):
        if self.named:
            return self.log.info("[%d] %s", step, ", ".join(f"{k}={v:.6f}" for k, v in rest(values).items()))
        self.log.info("%s step %d: %s", kind, step, {k: round(v, 6) for k, v in rest(values).items()})

    def evaluation(self, step, epoch, values):
        self.say("eval", step, {f"eval_{k}": v for k, v in rest(values).items()})

    def close(self):
        Lines.close(self)


class RichLog(Guru):
    """rich.console.Console.log into a file: the hour and the words."""

    name, files = "rich console", ["console.log", "nohup.out"]

    def __init__(self, directory, rng):
        from rich.console import Console

        Lines.__init__(self, directory, rng)
        self.log = Console(file=self.file, width=160, force_terminal=rng.random() < 0.3, log_path=False)

    def say(self, kind, step, values):
        self.log.log(f"[bold]{kind}[/] step {step} " + " ".join(f"{k} {v:.4g}" for k, v in rest(values).items()))

    def close(self):
        Lines.close(self)


class Dowel(Quiet):
    """dowel's (garage's) table in the terminal and its CSV: a row an interval."""

    name, files = "dowel", ["garage.log"]

    def __init__(self, directory, rng):
        import dowel

        super().__init__(directory, rng)
        self.log, self.out, self.held = dowel, dowel.CsvOutput(os.path.join(directory, "progress.csv")), {}
        dowel.logger.remove_all()
        dowel.logger.add_output(self.out)
        dowel.logger.add_output(dowel.TextOutput(self.path))

    def train(self, step, epoch, values):
        self.flush()
        self.held = {"TotalSteps": step, "Epoch": round(epoch, 3), **{("Loss" if k == "loss" else k): v for k, v in rest(values).items()}}

    def evaluation(self, step, epoch, values):
        if self.held:
            self.held.update({f"Evaluation/{k}": v for k, v in rest(values).items()})

    def flush(self):
        if not self.held:
            return
        for k, v in self.held.items():
            self.log.tabular.record(k, v)
        self.log.logger.log(self.log.tabular)
        self.log.logger.dump_all()

    def close(self):
        self.flush()
        self.log.logger.remove_all()
        super().close()


GROWING = [Guru, Struct, Struct, JsonLogger, Absl, RichLog]
FILES = [Accelerated, Fabric, Fabric, Dvc, Sacred, Dowel]
GENUINE = dict(
    all=[*GROWING, *FILES, *FILES],
    lines=GROWING,
    epochs=[*GROWING, *FILES],
    output=GROWING,
    console=GROWING,
    games=[*GROWING, *FILES],
)
