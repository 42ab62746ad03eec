"""The PyTorch loop as tutorials have it, with the places where people get it wrong."""

import math
import traceback

import torch

from tasks.plan import USUAL, evaluate
from verify import written
from . import loggers


def gradient_norm(model):
    grads = [p.grad.detach() for p in model.parameters() if p.grad is not None]
    return torch.stack(torch._foreach_norm(grads)).double().norm().item() if grads else 0.0


def batches(plan, start):
    """Endless batches of shuffled epochs: (step, x, y)."""
    generator = torch.Generator().manual_seed(plan.seed)
    n, per_epoch = len(plan.data.X), plan.steps_per_epoch
    order, step = torch.arange(n), start
    while True:
        if step % per_epoch == 0 or step == start:
            order = torch.randperm(n, generator=generator) if plan.shuffle else plan.data.Y.reshape(n, -1)[:, 0].argsort(stable=True)
        k = step % per_epoch
        rows = order[k * plan.batch : (k + 1) * plan.batch]
        yield step, plan.data.X[rows], plan.data.Y[rows]
        step += 1


def one_step(plan, model, optimizer, x, y):
    """Forward, backward, step; returns loss and the norm of the gradient before it was clipped."""
    if plan.clear:
        optimizer.zero_grad()
    loss = model(x, y)["loss"]
    if loss.requires_grad:
        loss.backward()
    norm = gradient_norm(model)
    if plan.clip and math.isfinite(norm):
        torch.nn.utils.clip_grad_norm_(model.parameters(), plan.clip)
    if not plan.history.notes.pop("skip", False):
        optimizer.step()
    return loss.item(), norm


def train(plan, directory, logger=None):
    chosen = logger or loggers.choose(plan, "epochs" if plan.per_epoch else "all")
    while plan.extras and hasattr(chosen, "bare"):  # what else is told would be lost there
        chosen = loggers.choose(plan, "all")
    if hasattr(chosen, "heavy"):  # kept as it is, so with few points
        plan.log_every = max(plan.log_every, plan.steps // (45 if plan.split in USUAL else 80))
    model = plan.ready()
    log = written.heard(chosen(directory, plan.rng), plan)
    plan.logger = chosen.name
    log.settings(plan.settings)
    try:
        loop(plan, model, log)
    except Exception:  # the interpreter's own words end up where the output goes
        plan.history.notes["broke"] = True
        log.words("".join(traceback.format_exc()))
    if plan.last_words:
        log.words(plan.last_words)
    log.close()
    return "step"


def looked(plan, model, step):
    """What an evaluation tells, with what a fault or a control adds."""
    held, right = evaluate(plan, model, step)
    told = {"loss": held, **({} if right is None else {"accuracy": right}), **plan.history.notes.get("eval_values", {})}
    if plan.history.notes.get("spoil_eval"):
        told = plan.history.notes["spoil_eval"](step, told)
    plan.history.notes.setdefault("told_evals", []).append(told)
    return told


def look(plan, model, log, step, epoch):
    log.evaluation(step, epoch, looked(plan, model, step))


def shown(plan, window, step):
    """The loss as loops show it: the mean since the last line, the last step's, a running average, or the mean of the epoch so far."""
    loss = plan.history.loss
    if plan.habit == "last":
        return loss[-1]
    if plan.habit == "smooth":
        part = loss[-200:]
        weights = [0.95 ** (len(part) - i) for i in range(len(part))]
        return sum(v * w for v, w in zip(part, weights)) / sum(weights)
    if plan.habit == "epoch":
        part = loss[-(step % plan.steps_per_epoch + 1) :]
        return sum(part) / len(part)
    return sum(window) / len(window)


def numbers(plan, model, optimizer, window, norm, step):
    """What is told of the steps since the last line."""
    values = {
        "loss": shown(plan, window, step),
        **({"grad_norm": norm} if plan.log_grad else {}),
        **({} if plan.habit == "no rate" else {"lr": optimizer.param_groups[0]["lr"]}),
    }
    more = {}
    for extra in plan.extras:
        more.update(extra(model, optimizer))
    if more:
        plan.history.notes.setdefault("extras", []).append(more)
    return {**values, **more}


def loop(plan, model, log):
    optimizer = plan.optimizer_now = plan.build_optimizer(plan.history.notes.get("weights") or list(model.parameters()))
    if plan.history.notes.get("look_first"):
        look(plan, model, log, 0, 0.0)
    window, every = [], plan.steps_per_epoch if plan.per_epoch else plan.log_every
    for step, x, y in batches(plan, plan.start):
        if step >= plan.steps:
            return
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * plan.schedule(step)
        loss, norm = one_step(plan, model, optimizer, x, y)
        plan.history.grad.append(norm)
        window.append(loss)
        epoch = (step + 1) / plan.steps_per_epoch
        if (step + 1) % every == 0:
            log.train(step + 1, epoch, numbers(plan, model, optimizer, window, norm, step))
            window = []
        if plan.eval_every and (step + 1) % plan.eval_every == 0:
            look(plan, model, log, step + 1, epoch)
        if len(window) > 60 and all(not math.isfinite(v) for v in plan.history.loss[-60:]):
            return
