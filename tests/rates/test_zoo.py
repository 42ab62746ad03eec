"""What the kept zoo promises, read from its labels and files: enough faults and controls, splits that share nothing, small, and no trace of
the machine it was made on."""

import collections
import csv
import gzip
import itertools
import os
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
RUNS = os.path.join(HERE, "runs")


def labels():
    with open(os.path.join(HERE, "labels.csv"), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def held(measure):
    with open(os.path.join(HERE, "floors.csv"), newline="", encoding="utf-8") as f:
        return next(float(r["held"]) for r in csv.DictReader(f) if r["split"] == "zoo" and r["measure"] == measure)


def files():
    return [os.path.join(folder, name) for folder, _, names in os.walk(RUNS) for name in names]


class Zoo(unittest.TestCase):
    def setUp(self):
        self.rows = labels()
        self.part = {s: [r for r in self.rows if r["split"] == s] for s in ("calibration", "development", "report")}

    def test_the_splits_share_no_seed_family_or_data_set(self):
        for column in ("seed", "family", "data"):
            held = {s: {r[column] for r in rows} - {"-"} for s, rows in self.part.items()}
            for a, b in itertools.combinations(held, 2):
                self.assertEqual(held[a] & held[b], set(), f"{column} of {a} and {b}")

    def test_there_are_enough_faults_and_controls(self):
        single = {r["fault"] for r in self.part["report"] if r["fault"] and "+" not in r["fault"]}
        self.assertGreaterEqual(len(single), held("faults"))
        self.assertGreaterEqual(sum(not r["fault"] for r in self.rows), held("controls"))

    def test_what_was_made_for_the_hard_faults_has_them_more_than_once_and_controls_beside(self):
        rows = [r for r in self.rows if r["slug"].startswith("w-")]
        times = collections.Counter(r["fault"] for r in rows)
        for name in ("stale_batchnorm", "labels_shuffled", "deep_sigmoid", "not_shuffled", "rate_sticks", "broadcast", "stopped_early"):
            self.assertGreaterEqual(times[name], 3, name)
        self.assertGreaterEqual(times[""], 80)
        self.assertEqual({r["split"] for r in rows}, {"development"})

    def test_the_report_split_is_large_enough_by_itself(self):
        """400 runs, 200 of them healthy, 30 pairs of faults, each fault more than once: what its intervals need."""
        rows = self.part["report"]
        times = collections.Counter(r["fault"] for r in rows if r["fault"])
        self.assertGreaterEqual(len(rows), 400)
        self.assertGreaterEqual(sum(not r["fault"] for r in rows), 200)
        self.assertGreaterEqual(sum(n for name, n in times.items() if "+" in name), 30)
        self.assertEqual([name for name, n in times.items() if n < 2], [])

    def test_the_report_split_trains_within_the_hour(self):
        self.assertLess(sum(float(r["seconds"]) for r in self.part["report"]), 3600)

    def test_what_was_reported_once_stays_out_of_the_report(self):
        self.assertEqual({r["slug"][0] for r in self.part["report"]}, {"i"})

    def test_every_run_lies_there_and_is_labelled(self):
        self.assertEqual({r["slug"] for r in self.rows}, set(os.listdir(RUNS)))

    def test_causes_stand_for_faults_alone(self):
        for r in self.rows:
            self.assertEqual(bool(r["fault"]), bool(r["causes"]), r["slug"])

    def test_it_is_small(self):
        self.assertLess(sum(os.path.getsize(p) for p in files()), 20_000_000)

    def test_no_log_names_a_place_of_the_machine_it_was_made_on(self):
        for path in files():
            with (gzip.open if path.endswith(".gz") else open)(path, "rb") as f:
                text = f.read()
            for word in (b"/tmp/", b"/root/"):
                self.assertNotIn(word, text, path)


if __name__ == "__main__":
    unittest.main()
