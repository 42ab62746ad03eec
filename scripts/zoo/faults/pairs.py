"""Two faults in one training, as most broken programs have them (62 % in DeepFD's collection): both should be among the best three."""

from . import by_hand, data, fault, machine, model, neglected, numbers, overlooked, rates, state  # noqa: F401 - for the entries they add

TABLE = {e.name: e for e in fault.ALL}


def pair(first, second, frameworks, kinds, **hint):
    a, b = TABLE[first], TABLE[second]

    @fault.fault(
        f"{a.knowledge} {b.knowledge}".strip(),
        f"{first}+{second}",
        " ".join(dict.fromkeys((a.kinds + " " + b.kinds).split())),
        " ".join(dict.fromkeys((a.causes + " " + b.causes).split())),
        frameworks,
        kinds,
        groups=f"{a.causes}|{b.causes}",
        **hint,
    )
    def both(plan):
        questions = [a.change(plan), b.change(plan)]

        def happened():
            answers = [q() for q in questions]
            return None if None in answers else {}

        return happened


pair("memory_leak", "overfits", "plain", "cls reg")
pair("schedule_ends_early", "eval_preprocessing", "plain lightning", "cls reg")
pair("slows_down", "eval_preprocessing", "plain", "cls reg")
pair("slow_loader", "bad_batch", "plain", "cls reg")
pair("memory_leak", "bad_pocket", "plain", "cls reg")
pair("rate_sticks", "slows_down", "plain", "cls lm")
pair("deep_sigmoid", "slow_loader", "plain", "cls")
pair("schedule_ends_early", "killed", "plain", "cls reg lm")
pair("clip_tiny", "disk_full", "plain", "cls reg lm")
pair("memory_leak", "eval_nan", "plain", "cls reg", only="unseen fresh wider other newer genuine common everyday likely familiar handy homely")
pair("stale_batchnorm", "slow_loader", "plain", "cls reg", only="unseen fresh wider newer genuine common everyday likely familiar handy homely")
pair("labels_shuffled", "unreachable", "plain", "cls", only="unseen fresh wider")
pair("eval_nan", "unreachable", "plain", "cls reg", only="fresh wider")
pair("rate_low", "slows_down", "plain", "cls reg", only="fresh wider other")
pair("overfits", "slow_loader", "plain", "cls reg", only="other newer genuine common everyday likely familiar handy homely")
pair("score_frozen", "memory_leak", "plain", "cls", only="other")
pair("overfits", "disk_full", "plain", "cls reg", only="other")
pair("eval_preprocessing", "no_memory", "plain", "cls reg", only="other newer genuine common everyday likely familiar handy homely")
pair("labels_shuffled", "memory_leak", "plain", "cls", only="newer genuine common everyday likely familiar handy homely")
pair("frozen", "slow_loader", "plain", "cls reg lm", only="newer genuine common everyday likely familiar handy homely")
pair("bad_batch", "eval_preprocessing", "plain", "cls reg", only="newer genuine common everyday likely familiar handy homely")
pair("decay_per_batch", "memory_leak", "plain", "cls reg", only="newer genuine common everyday likely familiar handy homely")
pair("leak", "slow_loader", "plain", "cls", only="genuine common everyday likely familiar handy homely")
pair("forgets", "memory_leak", "plain", "cls", only="genuine common everyday likely familiar")
pair("nan_rows", "slow_loader", "plain", "cls reg", only="genuine common everyday likely familiar handy homely")
pair("overfits", "unreachable", "plain", "cls reg", only="genuine common everyday likely familiar handy homely")
pair("rate_low", "disk_full", "plain hf", "cls reg lm", only="genuine common everyday likely familiar handy homely")
pair("too_small", "memory_leak", "plain", "cls", only="genuine common everyday likely familiar")
pair("not_cleared", "slow_loader", "plain", "cls reg", only="everyday likely familiar handy homely")
pair("bad_batch", "memory_leak", "plain", "cls reg", only="everyday likely familiar")
pair("eval_nan", "slows_down", "plain", "cls reg", only="everyday likely familiar")
pair("leak", "disk_full", "plain lightning", "cls", only="everyday likely familiar")
pair("warms_for_ever", "unreachable", "plain hf", "cls reg lm", only="newer genuine common everyday likely familiar handy homely")
pair("held_out_shuffled", "memory_leak", "plain", "cls reg", only="familiar handy homely")
pair("broadcast", "slow_loader", "plain", "reg", only="familiar")
pair("score_frozen", "slow_loader", "plain", "cls", only="familiar handy homely")
pair("warms_for_ever", "memory_leak", "plain", "cls reg", only="familiar")
pair("overfits", "worker_dies", "plain hf lightning", "cls reg", only="familiar handy homely")
pair("steps_once_an_epoch", "disk_full", "plain", "cls reg", only="familiar handy homely")
pair("same_batch", "slow_loader", "plain", "cls reg", only="handy homely")
pair("held_out_in_units", "memory_leak", "plain", "reg", only="handy homely")
pair("rate_low", "time_limit", "plain", "cls reg", only="handy homely")
pair("rate_low", "slow_loader", "plain", "cls reg", only="handy homely")
