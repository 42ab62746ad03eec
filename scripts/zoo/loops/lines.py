"""What the loggers of later splits have in common: a text file that grows, and one that holds numbers alone. Same methods as in loggers.py."""

import json
import os
import time


class Lines:
    """A text file that grows; settings are printed first, kept in a file, or nowhere."""

    files, before = ["train.out"], 0

    def __init__(self, directory, rng):
        self.path, self.directory = os.path.join(directory, rng.choice(self.files)), directory
        self.file = open(self.path, "a", encoding="utf-8")
        self.where, self.now, self.told, self.begun = rng.choice(["printed", "file", "file", "nowhere"]), time.perf_counter(), {}, False

    def settings(self, values):
        self.told = values
        if self.where == "file":
            with open(os.path.join(self.directory, "args.json"), "w", encoding="utf-8") as f:
                json.dump(values, f, indent=2)
        if self.where == "printed":
            self.file.write("".join(f"{k:>20}: {v}\n" for k, v in values.items()))

    def took(self):
        before, self.now = self.now, time.perf_counter()
        return self.now - before

    def since(self, step):
        """Steps since the last line."""
        before, self.before = self.before, step
        return step - before

    def each(self, step):
        """Seconds a step since the last line."""
        return self.took() / max(1, self.since(step))

    def place(self, step, epoch):
        """Whole epochs gone, batches of this one, batches an epoch."""
        each = max(1, round(step / epoch)) if epoch else max(1, step)
        return (step - 1) // each, (step - 1) % each + 1, each

    def words(self, text):
        self.file.write(text)

    def close(self):
        self.file.close()


class Quiet(Lines):
    """A traceback goes elsewhere than the numbers."""

    aside = "stderr.log"

    def settings(self, values):
        self.where = "file" if self.where == "printed" else self.where
        super().settings(values)

    def words(self, text):
        with open(os.path.join(self.directory, self.aside), "a", encoding="utf-8") as f:
            f.write(text)


def rest(values, *known):
    return {k: v for k, v in values.items() if k not in known and isinstance(v, (int, float))}


def stamp(form):
    return time.strftime(form)


def thousandths():
    return f"{int(time.time() * 1000) % 1000:03d}"
