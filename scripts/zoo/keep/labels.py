"""labels.csv: a line a run; its columns are explained in tests/rates/runs.py."""

import csv
import os

COLUMNS = "slug split fault knowledge kinds causes groups onset length doubles framework logger family data seed seconds".split()


def label_of(entry, split, slug, told):
    """told: what carry_out() found out about the run. An episode log has no step at which something set in."""
    row = dict(told, slug=slug, split=split, fault="" if entry.is_control else entry.name, kinds=told.get("seen", ""))
    if "monitor" in told["logger"]:
        row.update(onset=None, length=None)
    return with_table(row, entry)


OF_RUN = "loss_nonfinite grad_nonfinite metric_nonfinite run_crashed score_drop".split()


def with_table(row, entry):
    """What counts as right is the table's, and of the splits since `handy` what else this run came to."""
    seen = [k for k in row.get("kinds", "").split() if k in OF_RUN and k not in entry.kinds.split()] if row["slug"][:2] in ("j-", "i-") and entry.kinds else []
    return dict(row, kinds=" ".join([entry.kinds, *seen]), causes=entry.causes, knowledge=entry.knowledge, groups=entry.hint.get("groups", ""))


def known(path):
    if not os.path.exists(path):
        return {}
    with open(path, newline="", encoding="utf-8") as f:
        return {r["slug"]: r for r in csv.DictReader(f)}


def refresh(labels, all_entries):
    """Also for runs trained before the table was changed; those of faults that are gone are dropped."""
    table = {e.name: e for e in all_entries}
    for slug, row in list(labels.items()):
        if row["fault"] in table:
            labels[slug] = with_table(row, table[row["fault"]])
        elif row["fault"]:
            del labels[slug]


def save(path, labels):
    with open(path + ".new", "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, COLUMNS, extrasaction="ignore", lineterminator="\n", restval="")
        w.writeheader()
        w.writerows(labels[s] for s in sorted(labels))
    os.rename(path + ".new", path)
