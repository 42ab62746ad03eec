"""Which loggers the split `newer` has, and how often: half are words of somebody's own, half are what programs and services keep. The two of games stand here."""

from . import habits_files_newer as f
from . import habits_free_newer as own
from . import habits_programs_newer as p
from . import habits_tools_newer as t
from . import loggers
from .habits_files_unseen import Long, Mlflow, Tags
from .habits_other import EpochTable, Lists, Underscored
from .habits_wider import Listed, Phases
from .lines import Lines, rest


class Brackets(Lines):
    """[Epoch 3/10] [Batch 20/100] [D loss: 0.68] [G loss: 0.91]"""

    name, files = "gan brackets", ["output.txt", "train.log"]

    def train(self, step, epoch, values):
        done, at, each = self.place(step, epoch)
        self.file.write(f"[Epoch {done}/40] [Batch {at}/{each}] " + " ".join(f"[{k}: {v:.4f}]" for k, v in rest(values).items()) + "\n")


class LossLog(Lines):
    """(epoch: 1, iters: 100, time: 0.012, data: 0.001) D: 0.61 G: 0.93"""

    name, files = "gan loss log", ["loss_log.txt"]

    def train(self, step, epoch, values):
        if not self.begun:
            self.begun = True
            self.file.write("================ Training Loss (Sun Nov 22 10:02:11 2026) ================\n")
        done, at, _ = self.place(step, epoch)
        told = " ".join(f"{k.replace(' ', '_')}: {v:.3f}" for k, v in rest(values).items())
        self.file.write(f"(epoch: {done + 1}, iters: {at}, time: {self.took():.3f}, data: 0.001) {told} \n")


PROGRAMS = [t.Titan, t.LitGpt, t.LlmC, t.Nanotron, t.MaxText, t.Olmo, t.Neox, t.Coqui, t.Flax, t.Mxnet, p.OpenClip, p.Hapi, p.Matlab]
GROWING = [*PROGRAMS, t.DlLogger, p.MlPerf, f.ClearMl, f.Verl, f.Factory, loggers.Jsonl, loggers.Csv, Underscored, Phases]
SERVICES = [f.WandbExport, f.WandbExport, f.BoardExport, f.Monitor, f.DvcLive, f.Trackio, Mlflow, f.TwoWriters, f.TwoWriters, loggers.TensorBoard, Tags]
LEFT = [f.Pairs, f.SaveText, f.SaveText, Listed, Long, p.FastText]
NEWER = dict(
    all=[*[own.Free] * 22, *GROWING, *SERVICES, loggers.TensorBoard, *LEFT],
    lines=[*[own.Free] * 14, *GROWING],
    epochs=[*[own.FreeEpochs] * 6, *[own.Blocks, own.TwoLines, own.BarThenLine] * 2, own.Drawn, p.Mae, p.Mae, p.RecBole, p.Chainer, p.Flux]
    + [p.Tensorpack, p.SageMaker, f.Keyed, f.Yaml, f.Spread, EpochTable, EpochTable, Lists],
    output=[*[own.Free] * 9, *PROGRAMS, p.FastText, own.BarThenLine],
    console=[*[own.Free] * 9, *PROGRAMS, p.FastText],
    games=[Brackets, LossLog, own.Free, f.WandbExport, f.Verl, f.ClearMl, f.DvcLive, t.Flax, f.TwoWriters, loggers.Csv],
)
# From the third run of a kind on nobody has a tool: words of their own alone.
OWN = dict(
    all=[*[own.Free] * 8, f.SaveText, f.Pairs, loggers.Csv],
    lines=[own.Free],
    epochs=[*[own.FreeEpochs] * 5, *[own.Blocks, own.TwoLines, own.BarThenLine] * 2, own.Drawn, f.Keyed, f.Yaml, f.Spread, EpochTable, Lists],
    output=[*[own.Free] * 4, own.BarThenLine],
    console=[own.Free],
    games=[own.Free, Brackets, LossLog],
)
# Those whose log counts something else than steps.
UNCOUNTED = [own.FreeEpochs, own.Blocks, own.TwoLines, own.BarThenLine, own.Drawn, p.Mae, p.RecBole, p.Chainer, p.Flux, p.Tensorpack, p.SageMaker]
UNCOUNTED = [kind.name for kind in [*UNCOUNTED, f.Keyed, f.Yaml, f.Spread, EpochTable, Lists, t.Mxnet, p.FastText]]
