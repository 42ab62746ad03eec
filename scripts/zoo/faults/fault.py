"""The table of faults and controls, and how one is declared.

    @fault("F31", "rate_sticks", kinds="...", causes="...", frameworks="plain hf", data="cls lm")
    def rate_sticks(plan):
        plan.rate = 0.3                                    change the plan; it is trained afterwards
        return lambda: {"onset": 1} if ... else None       None: it did not happen, the run is thrown away

kinds and causes are those an expert accepts for that fault from its log alone; the first number is its entry in the failure knowledge.
"""

TORCH = "plain hf lightning"
BY_EPOCH = ("keras", "skorch")  # their logs count epochs
ALL = []


class Entry:
    def __init__(self, knowledge, name, function, kinds, causes, frameworks, data, runs, hint):
        self.knowledge, self.name, self.change, self.kinds, self.causes = knowledge, name, function, kinds, causes
        self.frameworks, self.data, self.runs, self.hint = frameworks.split(), data.split(), runs, hint
        self.is_control = not causes


def fault(knowledge, name, kinds, causes, frameworks=TORCH, data="cls reg lm", runs=1.0, **hint):
    """runs: how many of it, as a share of the usual number. hint: wishes for Plan (data, family)."""

    def add(function):
        ALL.append(Entry(knowledge, name, function, kinds, causes, frameworks, data, runs, hint))
        return function

    return add


def control(name, frameworks=TORCH, data="cls reg lm", runs=1.0, **hint):
    return fault("", name, "", "", frameworks, data, runs, **hint)


def when(happened, **numbers):
    """The answer of a question: its numbers (onset, doubles) where it happened."""
    return {k: v for k, v in numbers.items() if v is not None} if happened else None
