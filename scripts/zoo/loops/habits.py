"""Which loggers the loops of later splits choose from, by what they are needed for (loggers.py: USUAL)."""

from . import habits_files_fresh as f
from . import habits_lines_fresh as t
from . import habits_small_fresh as s
from . import loggers
from .habits_files_unseen import Long, Mlflow, Nested, Tags, Two
from .habits_common import COMMON
from .habits_everyday import EVERYDAY
from .habits_familiar import FAMILIAR
from .habits_handy import HANDY
from .habits_homely import HOMELY
from .habits_likely import LIKELY
from .habits_genuine import GENUINE
from .habits_lines_unseen import Bar, Dcgan, Dicts, Engine, EpochLine, Examples, Iterations, Loguru, Meters, Updates
from .habits_newer import NEWER
from .habits_other import OTHER
from .habits_wider import WIDER

CONSOLE = [Iterations, Examples, Meters, Loguru, Dicts]
LINES = [*CONSOLE, Updates, Engine, Bar, Nested, Two]
UNSEEN = dict(
    all=[*LINES, Long, Tags, Tags, Mlflow],
    lines=LINES,
    epochs=[EpochLine, EpochLine, Nested, Two, Meters, Loguru],
    output=[*CONSOLE, Bar, Engine, Nested],
    console=[*CONSOLE, Bar],
    games=[Nested, Long, Two, Tags, Loguru, Dicts, Engine, Dcgan, Dcgan],
)
PRINTED = [t.Megatron, t.OpenNmt, t.EspNet, t.Paddle, t.Timm, s.QuickStart, s.Ignite, s.Modded, s.Caffe, s.Estimator, s.LogFmt, s.PPrint]
PRINTED += [s.Composer, s.TorchTune]
GROWING = [*PRINTED, t.Detectron, f.StructLog]
FRESH = dict(
    all=[*GROWING, f.Polars, f.Sacred, f.Groups, f.Groups],
    lines=GROWING,
    epochs=[f.Ultralytics, f.Summary, f.Allen, s.Fastai, s.Fastai, f.Ultralytics, t.EspNet, s.Ignite],
    output=[*PRINTED, t.Detectron, f.StructLog],
    console=PRINTED,
    games=[f.StructLog, s.LogFmt, s.TorchTune, s.PPrint, f.Polars, f.Sacred, f.Groups],
)
# Half of the `wider` ones are the plain files of loggers.py: those runs are there for their curves.
BOTH = {what: [*[k for k in loggers.USUAL.get(what, []) if k is not loggers.TensorBoard] * 2, *new] for what, new in WIDER.items()}
OF_SPLIT = dict(unseen=UNSEEN, fresh=FRESH, wider=BOTH, other=OTHER, newer=NEWER, genuine=GENUINE, common=COMMON, everyday=EVERYDAY, likely=LIKELY, familiar=FAMILIAR, handy=HANDY, homely=HOMELY)
