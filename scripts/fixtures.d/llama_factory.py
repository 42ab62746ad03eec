"""LLaMA-Factory: trainer_log.jsonl. Shape: Hugging Face's Trainer trains, and the lines are those that LogCallback.on_log of
hiyouga/LLaMA-Factory:src/llamafactory/train/callbacks.py writes; the package itself is too heavy for a fixture."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import datetime
import json
import sys
import time

from fixture import Case, json_lines
import hugging_face as hf
from transformers import TrainerCallback

STEP = "current_steps"


class Lines(TrainerCallback):
    """One object per logging call: the counts, four metrics if the entry has them, the clocks as texts."""

    def on_train_begin(self, args, state, control, **_):
        self.start = time.time()

    def on_log(self, args, state, control, **_):
        entry, n, total = state.log_history[-1], state.global_step, state.max_steps
        spent = time.time() - self.start
        line = {"current_steps": n, "total_steps": total, "loss": entry.get("loss"), "eval_loss": entry.get("eval_loss"),
                "lr": entry.get("learning_rate"), "epoch": entry.get("epoch"), "percentage": round(n / total * 100, 2),
                "elapsed_time": str(datetime.timedelta(seconds=int(spent))),
                "remaining_time": str(datetime.timedelta(seconds=int((total - n) * spent / n)))}
        with open("trainer_log.jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps({k: v for k, v in line.items() if v is not None}) + "\n")


def run(out, name, **more):
    with Case(out, name, "by the json module: every number but current_steps, at current_steps; the clocks are texts.",
              "The logged loss of a NaN is 0.0: Trainer hides it.") as c:
        hf.run(hf.trainer(callbacks=[Lines()], report_to=[], **more))
        c.keep("trainer_log.jsonl")
        for row in json_lines("trainer_log.jsonl"):
            c.record("trainer_log.jsonl", row[STEP], row, skip=(STEP,))


if __name__ == "__main__":
    run(sys.argv[1], "healthy")
    run(sys.argv[1], "nan", nan_from=160)
    run(sys.argv[1], "nan-unfiltered", nan_from=160, logging_nan_inf_filter=False)
