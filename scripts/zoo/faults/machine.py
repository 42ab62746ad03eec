"""The program ends before the training does, in the words of what ended it (section G and the machine)."""

import datetime
import os
import signal
import subprocess
import tempfile
import time
import urllib.request

import torch
from torch import distributed

from loops import loggers
from tasks import nets
from tasks.plan import SCHEDULES
from .fault import TORCH, fault, when


def at_step(plan, trouble):
    at = plan.rng.randrange(60, 200)
    plan.logger_wish = loggers.choose(plan, "output")
    plan.log_every = plan.rng.choice([1, 5])

    def hook(step, net):
        if step == at:
            trouble(net)

    plan.step_hooks.append(hook)
    return lambda: when(plan.history.notes.get("broke") and len(plan.history.loss) <= at, onset=at)  # else it ended before


@fault("F67", "no_memory", "out_of_memory run_crashed", "out_of_memory", frameworks=TORCH)
def no_memory(plan):
    """A batch with one very long row."""
    return at_step(plan, lambda net: torch.empty(1 << 46))


@fault("", "disk_full", "run_crashed", "disk_full", frameworks=TORCH)
def disk_full(plan):
    """/dev/full says what a full disk says."""

    def save(net):
        with open("/dev/full", "wb") as f:
            torch.save(net.state_dict(), f)
            f.flush()

    return at_step(plan, save)


@fault("F22", "label_out_of_range", "run_crashed", "label_out_of_range", frameworks=TORCH, data="cls")
def label_out_of_range(plan):
    """Labels counted from 1: the last class does not exist."""
    at = plan.rng.randrange(40, 150)
    plan.batch_hooks.append(lambda s, x, y: (x, y + plan.data.classes if s == at else y))
    plan.logger_wish = loggers.choose(plan, "console")
    return lambda: when(len(plan.history.loss) <= at, onset=at)


@fault("F23", "shapes", "run_crashed", "tensor_shape_mismatch wrong_input_type_shape", frameworks=TORCH, data="cls reg")
def shapes(plan):
    """A file with one column fewer turns up."""
    at = plan.rng.randrange(40, 150)
    plan.family = nets.WIDE[plan.split]
    plan.batch_hooks.append(lambda s, x, y: (x[:, :-1] if s == at else x, y))
    plan.logger_wish = loggers.choose(plan, "console")
    return lambda: when(len(plan.history.loss) <= at, onset=at)


@fault("F68", "unreachable", "run_crashed", "dependency_unavailable", frameworks=TORCH)
def unreachable(plan):
    """The tracking server does not answer."""
    return at_step(plan, lambda net: urllib.request.urlopen("http://127.0.0.1:9/api/2.0/metrics", timeout=5))


@fault("", "collective_hangs", "run_crashed run_stalled", "hang_in_collective", frameworks="plain hf")
def collective_hangs(plan):
    """Two ranks; one does not come to the second all-reduce, and the other gives up waiting."""

    def other_rank(place):
        distributed.init_process_group("gloo", init_method="file://" + place, rank=1, world_size=2, timeout=datetime.timedelta(seconds=3))
        distributed.all_reduce(torch.ones(4))
        time.sleep(6)
        os._exit(0)

    def wait(net):
        with tempfile.TemporaryDirectory() as folder:
            child = os.fork()
            if child == 0:
                other_rank(os.path.join(folder, "meet"))
            try:
                distributed.init_process_group(
                    "gloo",
                    init_method="file://" + os.path.join(folder, "meet"),
                    rank=0,
                    world_size=2,
                    timeout=datetime.timedelta(seconds=3),
                )
                distributed.all_reduce(torch.ones(4))
                distributed.all_reduce(torch.ones(4))
            finally:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
                distributed.destroy_process_group()

    return at_step(plan, wait)


@fault("", "killed", "run_crashed out_of_memory", "process_killed out_of_memory", frameworks="plain")
def killed(plan):
    """SIGKILL from outside; the shell that started it says so."""
    at = plan.rng.randrange(60, 200)
    plan.logger_wish = loggers.choose(plan, "console")
    plan.declared["max_steps"], plan.schedule, plan.steps = plan.steps, plan.schedule or SCHEDULES[plan.schedule_name](plan.steps), at
    with tempfile.TemporaryDirectory() as place:
        for name, text in (
            ("train.py", "import os; os.kill(os.getpid(), 9)"),
            ("train.sh", "export OMP_NUM_THREADS=1\npython3 train.py\n"),
        ):
            with open(os.path.join(place, name), "w", encoding="utf-8") as f:
                f.write(text)
        done = subprocess.run(["bash", "train.sh"], cwd=place, capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"})
    plan.last_words = done.stderr
    return lambda: when("Killed" in done.stderr, onset=at)
