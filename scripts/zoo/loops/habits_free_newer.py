"""How loops that somebody wrote for himself tell their numbers, for the split `newer`: each log has words, signs and digits of its own, drawn once for the
run from what people write; a line every so many steps, or one an epoch, or a table that is drawn. Same methods as in loggers.py."""

import time

from .habits_other import Epochs
from .lines import Lines, rest, stamp, thousandths

STEP = "step {s}|Step {s}/{n}|it {s}|Iteration {s}|iter={s}|({s:>6d})|global_step={s}|{s:6d}:|update {s}|epoch {e} step {s}|Step: {s}|n={s}".split("|")
SIGNS = [" ", ": ", "=", " = "]
BETWEEN = [", ", " | ", "  ", " - ", "; ", "\t", " "]
DIGITS = ["{:.4f}", "{:.5f}", "{:.3e}", "{:.6g}", "{:.5g}", "{}"]
LOSS = "loss|train_loss|Loss|L|tr_loss|training loss|avg_loss|batch_loss|J".split("|")
RATE = "lr|LR|learning_rate|eta|lrate|step_size".split("|")
GRADIENT = ["grad_norm", "gnorm", "|g|", "grad", "gradient norm", "total_norm", "gradnorm"]
HELD = "val|valid|dev|test|eval|holdout|cv".split("|")
BEFORE = [
    lambda: "",
    lambda: "",
    lambda: stamp("%Y-%m-%d %H:%M:%S "),
    lambda: stamp("[%H:%M:%S] "),
    lambda: f"{stamp('%H:%M:%S')}.{thousandths()} ",
    lambda: "INFO: ",
    lambda: f"[{stamp('%m-%d %H:%M')}] trainer: ",
    lambda: f"{stamp('%d/%b/%Y %H:%M:%S')} [INFO] ",
]


class Taste:
    """What one author likes."""

    def __init__(self, rng):
        pick = rng.choice
        self.step, self.sign, self.between, self.digits, self.before = pick(STEP), pick(SIGNS), pick(BETWEEN), pick(DIGITS), pick(BEFORE)
        if self.sign in (" ", " = ") and self.between == " ":
            self.between = ", "
        self.named = {"loss": pick(LOSS), "lr": pick(RATE), "grad_norm": pick(GRADIENT)}
        self.held, self.joint, self.percent, self.score = pick(HELD), pick(["_", " ", "/", "."]), rng.random() < 0.35, pick(["acc", "accuracy", "Acc"])
        self.rates, self.apart = pick(["{:.1e}", "{:.6f}", "{:g}"]), pick(["", "", "  ", ">>> ", "* ", "[eval] ", "    "])

    def one(self, name, value, rate=False):
        return f"{name}{self.sign}{(self.rates if rate else self.digits).format(value)}"

    def train(self, values):
        return [self.one(self.named.get(k, k), v, k == "lr") for k, v in values.items()]

    def evaluation(self, values):
        return [self.held_out(k, v) for k, v in values.items()]

    def held_out(self, k, v):
        name = f"{self.held}{self.joint}{self.score if k == 'accuracy' else k}"
        return f"{name}{self.sign}{100 * v:.2f}%" if k == "accuracy" and self.percent else self.one(name, v)

    def at(self, step, epoch, most):
        return self.step.format(s=step, n=most, e=int(epoch) + 1)


class Free(Lines):
    name, files = "free steps", ["train.log", "log.txt", "stdout.txt", "run1.log", "output.txt"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.taste = Taste(rng)

    def say(self, start, step, epoch, parts):
        t = self.taste
        place = t.at(step, epoch, self.told.get("max_steps", step))
        self.file.write(t.before() + start + place + (" " if place.endswith(":") else t.between) + t.between.join(parts) + "\n")

    def train(self, step, epoch, values):
        self.say("", step, epoch, self.taste.train(rest(values)))

    def evaluation(self, step, epoch, values):
        self.say(self.taste.apart, step, epoch, self.taste.evaluation(rest(values)))


class ByEpoch(Epochs):
    """As many epochs as there are, where the loop itself counts them; the last may be a short one."""

    def settings(self, values):
        super().settings(values)
        self.rows = -(-values["max_steps"] // self.each_epoch)

    def train(self, step, epoch, values):
        if not self.done and not self.sums and step > self.each_epoch:
            self.each_epoch, self.rows = step, max(1, self.told.get("max_steps", step) // step)
        super().train(step, epoch, values)


class FreeEpochs(ByEpoch):
    """A line an epoch."""

    name = "free epochs"
    forms = ["Epoch {e}/{n}", "Epoch [{e}/{n}]", "epoch {e}", "Epoch: {e}", "[epoch {e:03d}]", "E{e:02d}", "ep={e}", "{e:3d}", "Epoch {e:03d}"]

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.taste, self.form, self.rows = Taste(rng), rng.choice(self.forms), rng.choice([6, 10, 15, 25, 40, 60])

    def row(self, epoch, told, held):
        t = self.taste
        parts = t.train({"loss": told["loss"]}) + t.evaluation(held) + t.train(rest(told, "loss"))
        start = self.form.format(e=epoch, n=self.rows)
        self.file.write(t.before() + (start + ": " if t.between in (" ", "  ") else start + t.between) + t.between.join(parts) + "\n")


class Blocks(FreeEpochs):
    """A heading and the numbers below it, one a line."""

    name = "free blocks"
    forms = ["=== Epoch {e} / {n} ===", "--- epoch {e} ---", "Epoch {e}/{n}", "######## EPOCH {e} ########"]

    def row(self, epoch, told, held):
        t = self.taste
        t.sign = ": " if t.sign == "=" else t.sign
        lines = t.train(rest(told)) + t.evaluation(held) + [f"time{t.sign}{self.took():.1f}s"]
        self.file.write(self.form.format(e=epoch, n=self.rows) + "\n" + "".join(f"  {line}\n" for line in lines) + "\n")


class TwoLines(FreeEpochs):
    """Training and held-out numbers have a line each, and the epoch stands before both."""

    name = "free two lines"
    forms = ["Epoch {e}", "epoch={e}", "[{e}/{n}]"]

    def row(self, epoch, told, held):
        t, start = self.taste, self.form.format(e=epoch, n=self.rows)
        self.file.write(f"{start} TRAIN " + t.between.join(t.train(rest(told))) + "\n")
        if held:
            bare = [f"{t.score if k == 'accuracy' else k}{t.sign}{t.digits.format(v)}" for k, v in held.items()]
            self.file.write(f"{start} {t.held.upper()}  " + t.between.join(bare) + "\n")


class Drawn(FreeEpochs):
    """PrettyTable or tabulate's grid, printed anew when all is over; rich's, with its own lines."""

    name = "drawn table"

    def __init__(self, directory, rng):
        super().__init__(directory, rng)
        self.rich, self.lines = rng.random() < 0.4, []

    def row(self, epoch, told, held):
        held = {f"val {'acc' if k == 'accuracy' else k}": v for k, v in held.items()}
        self.lines.append({"epoch": epoch, "train loss": told["loss"], **held, **rest(told, "loss")})

    def close(self):
        self.flush()
        names = list(dict.fromkeys(k for line in self.lines for k in line))
        cell = lambda v: "" if v is None else f"{v:.4f}" if isinstance(v, float) and abs(v) >= 1e-2 else f"{v:.3g}"
        rows = [[cell(line.get(k)) for k in names] for line in self.lines]
        wide = [max(len(k), *[len(r[i]) for r in rows]) for i, k in enumerate(names)] if rows else []
        across = lambda left, mid, right, dash: left + mid.join(dash * (w + 2) for w in wide) + right + "\n"
        line = lambda bar, cells: bar + bar.join(f" {c:>{w}} " for c, w in zip(cells, wide)) + bar + "\n"
        if rows and self.rich:
            self.file.write(across("┏", "┳", "┓", "━") + line("┃", names) + across("┡", "╇", "┩", "━"))
            self.file.write("".join(line("│", r) for r in rows) + across("└", "┴", "┘", "─"))
        elif rows:
            edge = across("+", "+", "+", "-")
            self.file.write(edge + line("|", names) + edge + "".join(line("|", r) for r in rows) + edge)
        self.file.close()

    def words(self, text):
        self.file.write(text)


class BarThenLine(FreeEpochs):
    """What a bar of an epoch leaves in a file, and the line printed below it."""

    name = "free bars"
    forms = ["Epoch {e}/{n}", "Epoch {e}"]

    def row(self, epoch, told, held):
        n, took = self.each_epoch, max(1e-3, self.took())
        clock = time.strftime("%M:%S", time.gmtime(took))
        bars = "".join(f"\r{p:3d}%|{'█' * (p // 10):<10}| {n * p // 100}/{n} [{clock}<{clock}, {n / took:.2f}it/s]" for p in (0, 45, 100))
        t = self.taste
        parts = t.train({"loss": told["loss"]}) + t.evaluation(held) + t.train(rest(told, "loss"))
        self.file.write(bars + "\n" + self.form.format(e=epoch, n=self.rows) + ": " + t.between.join(parts) + "\n")
