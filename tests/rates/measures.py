"""The numbers of the table, each with its interval. Definitions, so that nobody argues later:

found       faulty runs with at least one finding (warning or critical) of an accepted kind; a run whose label names causes alone is found
            when one of them is among the best three
first       faulty runs whose first finding, worst first as printed, is of an accepted kind
precision   share of the kinds told on faulty runs, at warning or critical, that are accepted ones
any         faulty runs with a warning or critical finding of whatever kind
false       healthy runs with a critical finding; with a warning or critical one
cause@k     faulty runs whose k best causes hold an accepted one
both@3      runs with two faults whose best three causes hold one of each
ece         expected calibration error of the best cause's confidence, ten bins; excess is ece minus what confidences of the same
            size show when they are perfect (simulated, seeded): small samples show a large ece by themselves
onset       |told onset - true onset| as a share of the run, of the accepted findings that name one: the best of them
lead        steps between the moment a slow divergence was told and the moment the loss had doubled; before = share told before it
"""

import math
import random
import statistics

LOUD = ("warning", "critical")


def wilson(k, n, z=1.96):
    """Wilson 1927, JASA 22: the interval of a share."""
    if n == 0:
        return 0.0, 1.0
    p, d = k / n, 1 + z * z / n
    centre, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    return max(0.0, (centre - half) / d), min(1.0, (centre + half) / d)


def calibration_error(pairs):
    total = 0.0
    for b in range(10):
        bin_ = [p for p in pairs if b / 10 <= p[0] < (b + 1) / 10 or (b == 9 and p[0] >= 1.0)]
        if bin_:
            total += abs(sum(p[0] for p in bin_) - sum(p[1] for p in bin_)) / len(pairs)
    return total


def excess(pairs, rounds=200):
    rng = random.Random(1)
    perfect = [calibration_error([(c, rng.random() < c) for c, _ in pairs]) for _ in range(rounds)]
    return max(0.0, calibration_error(pairs) - sum(perfect) / rounds)


def brier(pairs, rounds=400):
    """Brier 1950, and its interval: 95 % of bootstrap means."""
    scores, rng = [(c - hit) ** 2 for c, hit in pairs], random.Random(1)
    means = sorted(statistics.fmean(rng.choices(scores, k=len(scores))) for _ in range(rounds))
    return statistics.fmean(scores), means[int(rounds * 0.025)], means[int(rounds * 0.975) - 1]


def loud(result):
    return [f for f in result.get("findings", []) if f["severity"] in LOUD]


def is_found(result, label):
    if label["kinds"]:
        return any(f["kind"] in label["kinds"] for f in loud(result))
    return hits(result, label["causes"], 3)


def hits(result, causes, k):
    return any(c["id"] in causes for c in result.get("causes", [])[:k])


def onset_error(result, label):
    """Share of the run between the true onset and the nearest one told; None where either is not known."""
    if label["onset"] is None or not label["length"]:
        return None
    told = [f["onset_step"] for f in loud(result) if f["kind"] in label["kinds"] and f.get("onset_step") is not None]
    return min((abs(t - label["onset"]) / label["length"] for t in told), default=None)


def told_at(followed, kinds):
    """Step at which an accepted kind was first told while the log grew; None when never, or only at its end."""
    return min((step for step, severity, kind in followed["told"] if step is not None and severity in LOUD and kind in kinds), default=None)


def tally(labels, results, told=None):
    """All measures of one set of runs. results: slug -> check's object; told: slug -> follow's, or None. A run that the program
    could not read counts as one it said nothing about."""
    result_of = lambda slug: results.get(slug) or {}
    faulty = {s: l for s, l in labels.items() if not l["healthy"]}
    healthy = [s for s, l in labels.items() if l["healthy"]]
    named = {s: l for s, l in faulty.items() if l["kinds"]}
    caused = {s: l for s, l in faulty.items() if l["causes"]}
    kinds = [(k, k in l["kinds"]) for s, l in named.items() for k in {f["kind"] for f in loud(result_of(s))}]
    pairs = [(float(c[0]["confidence"]), c[0]["id"] in l["causes"]) for s, l in caused.items() if (c := result_of(s).get("causes"))]
    double = {s: l for s, l in faulty.items() if len(l["groups"]) == 2}
    shares = {
        "found": (sum(is_found(result_of(s), l) for s, l in faulty.items()), len(faulty)),
        "first": (sum(bool(f := loud(result_of(s))) and f[0]["kind"] in l["kinds"] for s, l in named.items()), len(named)),
        "precision": (sum(right for _, right in kinds), len(kinds)),
        "any": (sum(bool(loud(result_of(s))) for s in faulty), len(faulty)),
        "cause@1": (sum(hits(result_of(s), l["causes"], 1) for s, l in caused.items()), len(caused)),
        "cause@3": (sum(hits(result_of(s), l["causes"], 3) for s, l in caused.items()), len(caused)),
        "both@3": (sum(all(hits(result_of(s), g, 3) for g in l["groups"]) for s, l in double.items()), len(double)),
        "false critical": (sum(any(f["severity"] == "critical" for f in loud(result_of(s))) for s in healthy), len(healthy)),
        "false warning": (sum(bool(loud(result_of(s))) for s in healthy), len(healthy)),
    }
    slow = {s: l for s, l in faulty.items() if l["doubles"] is not None}
    if told is not None and slow:
        shares["before doubling"] = (sum(lead_of(told, s, l) > 0 for s, l in slow.items()), len(slow))
    return dict(shares=shares, numbers=figures(faulty, result_of, pairs, told, slow))


def lead_of(told, slug, label):
    """Steps won over the doubling of the loss; 0 or less when it was told too late or never."""
    at = told_at(told[slug], label["kinds"]) if slug in told else None
    return label["doubles"] - at if at is not None else 0


def figures(faulty, result_of, pairs, told, slow):
    out = {}
    errors = [e for s, l in faulty.items() if (e := onset_error(result_of(s), l)) is not None]
    if errors:
        out["onset error, median share of the run"] = statistics.median(errors), f"n={len(errors)}"
    if told is not None and slow:
        leads = [lead_of(told, s, l) for s, l in slow.items()]
        out["lead, median steps"] = statistics.median(leads), f"n={len(leads)}"
        out["lead, median share of the run"] = statistics.median(lead_of(told, s, l) / l["length"] for s, l in slow.items()), ""
    if pairs:
        b, low, high = brier(pairs)
        out["ece"] = calibration_error(pairs), f"n={len(pairs)}"
        out["excess"] = excess(pairs), ""
        out["brier"] = b, f"{low:.3f}-{high:.3f}"
    return out


def firing_rates(labels, results):
    """kind -> (healthy runs with it at warning or critical, at info, faulty runs with it where it is accepted, where it is not)."""
    rates = {}
    for slug, label in labels.items():
        seen = {}
        for f in results.get(slug, {}).get("findings", []):
            seen[f["kind"]] = seen.get(f["kind"], False) or f["severity"] in LOUD
        for kind, is_loud in seen.items():
            row = rates.setdefault(kind, [0, 0, 0, 0])
            place = (0 if is_loud else 1) if label["healthy"] else 2 if kind in label["kinds"] else 3
            row[place] += 1
    return rates
