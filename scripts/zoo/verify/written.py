"""What a run of the splits since `everyday` wrote into its log, kept beside the log as rows of step and numbers: what a loop told its logger, less what the logger
leaves out and the digits it drops. Names: loss, held, score, lr, grad_norm, d, g, fid, modes, returned, entropy, value, and a loop's extras as they are."""

import os
import re

import numpy as np

from tasks.plan import WRITTEN

ENDED = re.compile(r"Traceback|Killed|Error:|exitcode|SIGKILL|watchdog|signal 9|signal TERM|No space left|Out of memory", re.I)
GAMES = [("fid", r"(?i)fid|frechet"), ("modes", "modes"), ("d", r"(?i)(^|/)(loss[/_]?d|d_loss|disc\w*_loss|loss_disc\w*)$"), ("g", r"(?i)(^|/)(loss[/_]?g|g_loss|gen\w*_loss|loss_gen\w*)$")]
OF_AGENT = {"rollout/ep_rew_mean": "returned", "train/entropy_loss": "entropy", "train/value_loss": "value", "train/loss": "loss", "train/approx_kl": "kl"}


class Heard:
    """A logger, and what passes through it."""

    def __init__(self, log, plan):
        self.log, self.plan, self.words_of = log, plan, getattr(log, "w", None)
        self.settings, self.close, self.words = log.settings, log.close, log.words
        self.rows = plan.history.__dict__.setdefault("written", [])
        self.by_epoch = callable(getattr(type(log), "row", None))
        if self.by_epoch:
            inner = log.row
            log.row = lambda epoch, told, held: (self.keep(epoch * log.each_epoch, told, held), inner(epoch, told, held))

    def keep(self, step, told, held):
        digits = getattr(self.log, "number", lambda name, value: value)
        row = {k: float(digits(k, v)) for k, v in told.items() if isinstance(v, (int, float)) and (k != "lr" or not self.words_of or self.words_of.keeps_rate)}
        row.update({{"loss": "held", "accuracy": "score"}.get(k, k): float(digits(k, v)) for k, v in held.items() if isinstance(v, (int, float))})
        if not hasattr(self.plan, "gan"):
            return self.rows.append({"step": step, **row})
        self.rows.append({"step": step, **{next((name for name, form in GAMES if re.search(form, k)), k): v for k, v in row.items()}})

    def train(self, step, epoch, values):
        if not self.by_epoch:
            self.keep(step, values, {})
        self.log.train(step, epoch, values)

    def evaluation(self, step, epoch, values):
        if not self.by_epoch:
            self.keep(step, {}, values)
        self.log.evaluation(step, epoch, values)


def heard(log, plan):
    return Heard(log, plan) if plan.split in WRITTEN else log


def heard_of_lightning(module, name, value, how):
    """What self.log is given: every log_every-th step is kept, or the mean of an epoch, which is known when its held-out loss is."""
    plan, step = module.plan, module.trainer.global_step
    if plan.split not in WRITTEN or module.trainer.sanity_checking:
        return
    out, waiting = plan.history.__dict__.setdefault("written", []), plan.history.notes.setdefault("waiting", [])
    kind = "held" if name == module.said[0][1] else "score" if "acc" in name else "loss" if "loss" in name else name
    if how.get("on_step") is False:
        return waiting.append(float(value))
    if kind == "held" and waiting:
        out.append({"step": step, "loss": sum(waiting) / len(waiting)})
        waiting.clear()
    if kind in ("held", "score") or (step + 1) % plan.log_every == 0:
        out.append({"step": step, kind: float(value)})
        if kind == "loss" and plan.monitored:
            out[-1]["lr"] = plan.optimizer_now.param_groups[0]["lr"]


def heard_of_agent(logger, plan):
    if plan.split in WRITTEN:
        rows, inner = plan.history.__dict__.setdefault("written", []), logger.dump

        def dump(step=0):
            now = logger.name_to_value
            rows.append({"step": step, **{OF_AGENT[k]: float(v) for k, v in now.items() if k in OF_AGENT and v is not None}})
            return inner(step)

        logger.dump = dump
    return logger


def rows(plan):
    """Of Keras and of trees all rounds are written; of Lightning without a logger what its bar showed."""
    h = plan.history
    if plan.framework in ("keras", "library") or hasattr(plan, "rounds"):
        out = [{"step": i + 1, "loss": v} for i, v in enumerate(h.loss)]
        return out + [{"step": s + (plan.framework == "keras"), "held": v, **({} if r is None else {"score": r})} for s, v, r in h.evals]
    if getattr(plan, "logger", "").startswith("sb3 monitor"):
        return [{"step": i, "returned": v} for i, v in enumerate(h.returns)]
    if getattr(plan, "logger", "") in ("lightning bar", "lightning dict"):
        every = plan.steps_per_epoch if plan.logger == "lightning dict" else plan.log_every
        out = [{"step": i + 1, "loss": h.loss[i], **({"grad_norm": h.grad[i]} if plan.log_grad and i < len(h.grad) else {})} for i in range(every - 1, len(h.loss), every)]
        return out + [{"step": s, "held": v, **({} if r is None else {"score": r})} for s, v, r in h.evals]
    return getattr(h, "written", [])


def series(plan, name):
    return np.array([row[name] for row in rows(plan) if name in row], float)


def ended(directory):
    """Whether a text of the run says that something ended it."""
    for folder, _, files in os.walk(directory):
        for name in files:
            if name.endswith((".log", ".out", ".txt", ".jsonl", ".json")):
                with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as f:
                    if ENDED.search(f.read()):
                        return True
    return False
