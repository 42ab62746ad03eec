"""ms-swift: logging.jsonl. Shape: Hugging Face's Trainer trains, and the lines are those that add_train_message and ProgressCallbackNew.on_log of
modelscope/ms-swift:swift/trainers/patcher.py write; the package itself is too heavy for a fixture."""
# requires: torch==2.15.0 numpy==2.4.6 lightning==2.6.6 transformers==4.57.6 accelerate==1.15.0 tensorboard==2.21.0 stable-baselines3==2.9.2 gymnasium==1.4.0 pandas==3.1.1
import json
import sys
import time

from fixture import Case, json_lines
import hugging_face as hf
from transformers import TrainerCallback

STEP = "global_step/max_steps"


def clock(seconds):
    seconds = int(seconds)
    return f"{seconds // 60}m {seconds % 60}s" if seconds >= 60 else f"{seconds}s"


class Lines(TrainerCallback):
    """The entry as the Trainer logs it, then the place in the run, the clocks and the speed; floats rounded to eight digits."""

    def on_train_begin(self, args, state, control, **_):
        self.start = time.time()

    def on_log(self, args, state, control, logs=None, **_):
        spent = time.time() - self.start
        speed = spent / state.global_step
        line = dict(logs)
        line[STEP] = f"{state.global_step}/{state.max_steps}"
        line["elapsed_time"] = clock(spent)
        line["remaining_time"] = clock((state.max_steps - state.global_step) * speed)
        line = {k: round(v, 8) if isinstance(v, float) else v for k, v in line.items()}
        line["memory(GiB)"] = 1.25
        line["train_speed(s/it)"] = round(speed, 6)
        with open("logging.jsonl", "a", encoding="utf-8") as f:
            f.write(json.dumps(line) + "\n")


def run(out, name, **more):
    with Case(out, name, "by the json module: numbers at the first part of \"global_step/max_steps\"; the entry with train_runtime sums up: facts.") as c:
        hf.run(hf.trainer(callbacks=[Lines()], report_to=[], **more))
        c.keep("logging.jsonl")
        for row in json_lines("logging.jsonl"):
            if hf.SUMMARY not in row:
                c.record("logging.jsonl", row[STEP].split("/")[0], row)


if __name__ == "__main__":
    run(sys.argv[1], "healthy")
    run(sys.argv[1], "nan", nan_from=160)
