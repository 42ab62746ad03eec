"""The cases of Hugging Face's Trainer, the same for its versions 4 and 5."""
import json
import os
import time

from fixture import Case
from transformers import TrainerCallback

KEPT = ("console.log", "trainer_state.json", "all_results.json", "train_results.json", "eval_results.json")


class Slowly(TrainerCallback):
    def on_step_begin(self, *_, **__):
        time.sleep(0.11)


def results_facts(case, hf):
    """all_results.json and its parts: one object that sums up the run."""
    for name in ("all_results.json", "train_results.json", "eval_results.json"):
        with open(name, encoding="utf-8") as f:
            for key, value in json.load(f).items():
                case.fact(name, key, json.dumps(value))


def healthy(out, hf):
    with Case(out, "healthy", *hf.RULES, "*_results.json by json.load: facts, no points.") as c:
        hf.run(hf.trainer(callbacks=[Slowly()]))
        hf.tidy()
        c.keep(*KEPT)
        hf.state_points(c)
        hf.state_facts(c)
        hf.console_points(c, "console.log", hf.history()[:-1])         # the last evaluation is after the training: no dict
        results_facts(c, hf)


def fast(out, hf):
    with Case(out, "fast", *hf.RULES, "The bar above a dict may be older than the dict; the one that is drawn again below it is not.") as c:
        hf.run(hf.trainer(report_to=[]))
        hf.tidy()
        hf.console_points(c, "console.log", hf.history()[:-1])
        c.keep("console.log")


def nan(out, hf):
    with Case(out, "nan", *hf.RULES, "The loss that is not a number is logged as 0.0 or as the mean of the others: that is what is read.",
              "stdout.log has no bar, so the step is unknown there: dicts of the training are counted from 1, an evaluation stands at the last.") as c:
        hf.run(hf.trainer(nan_from=160, report_to=[]), errors=False, log="stdout.log")
        hf.tidy()
        hf.state_points(c)
        entries = hf.history()[:-1]
        counted = [dict(e, step=sum("loss" in before for before in entries[:i + 1])) for i, e in enumerate(entries)]
        hf.console_points(c, "stdout.log", counted)
        c.keep("stdout.log", "trainer_state.json")


def resumed(out, hf):
    with Case(out, "resumed", *hf.RULES, "The second run goes on from checkpoint-30: its history has the first one's entries up to there.") as c:
        hf.run(hf.trainer(steps=60, callbacks=[Slowly()], report_to=[]), log="first.log")
        first = hf.history("out/trainer_state.json")
        hf.run(hf.trainer(steps=80, callbacks=[Slowly()], report_to=[]), resume="out/checkpoint-30", log="second.log")
        hf.tidy()
        hf.state_points(c)
        hf.console_points(c, "first.log", first[:-1])
        entries = hf.history()
        begun = max(i for i, e in enumerate(entries) if e["step"] == 30) + 1
        hf.console_points(c, "second.log", entries[begun:-1])
        c.keep("first.log", "second.log", "trainer_state.json")


def tensorboard(out, hf):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
    with Case(out, "tensorboard", "event files by EventAccumulator without a limit: each scalar of a tag at its step.") as c:
        hf.run(hf.trainer())
        hf.tidy()
        events = sorted(n for n in os.listdir(".") if "tfevents" in n)
        for name in events:
            seen = EventAccumulator(name, size_guidance={"scalars": 0}).Reload()
            for tag in seen.Tags()["scalars"]:
                for e in seen.Scalars(tag):
                    c.point(name, tag, e.step, e.value)
        c.keep(*events)


def all_cases(out, hf):
    for case in (healthy, fast, nan, resumed, tensorboard):
        case(out, hf)
