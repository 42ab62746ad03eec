"""Which loggers the report split's loops choose from, by what they are needed for (loggers.py: USUAL)."""

from .habits_files import Long, Mlflow, Nested, Tags, Two
from .habits_text import Bar, Dcgan, Dicts, Engine, EpochLine, Examples, Iterations, Loguru, Meters, Updates

CONSOLE = [Iterations, Examples, Meters, Loguru, Dicts]
LINES = [*CONSOLE, Updates, Engine, Bar, Nested, Two]
REPORT = dict(
    all=[*LINES, Long, Tags, Tags, Mlflow],
    lines=LINES,
    epochs=[EpochLine, EpochLine, Nested, Two, Meters, Loguru],
    output=[*CONSOLE, Bar, Engine, Nested],
    console=[*CONSOLE, Bar],
    games=[Nested, Long, Two, Tags, Loguru, Dicts, Engine, Dcgan, Dcgan],
)
