"""The scorer on results whose score is known by hand: a table of accuracy is only as good as the program that counts."""

import math
import unittest

import measures
import rules
import runs


def label(kinds="", causes="", **more):
    return runs.label({"slug": "x", "kinds": kinds, "causes": causes, **more}, {})


def said(*kinds, severity="critical", onset=None, causes=()):
    return {
        "verdict": severity,
        "findings": [{"kind": k, "severity": severity, "onset_step": onset} for k in kinds],
        "causes": [{"id": c, "confidence": p} for c, p in causes],
    }


class Measures(unittest.TestCase):
    def shares(self, labels, results, told=None):
        return measures.tally(labels, results, told)["shares"]

    def test_wilson_interval_of_none_and_of_all(self):
        low, high = measures.wilson(0, 21)
        self.assertEqual(low, 0)
        self.assertAlmostEqual(high, 0.1546, 4)
        self.assertEqual(measures.wilson(0, 0), (0.0, 1.0))

    def test_a_finding_of_another_kind_is_told_but_not_found(self):
        s = self.shares({"a": label("loss_spike", "lr_too_high")}, {"a": said("overfitting")})
        self.assertEqual((s["found"], s["any"], s["precision"]), ((0, 1), (1, 1), (0, 1)))

    def test_info_is_no_alarm(self):
        s = self.shares(
            {"a": label("loss_spike"), "b": label()}, {"a": said("loss_spike", severity="info"), "b": said("loss_spike", severity="info")}
        )
        self.assertEqual((s["found"], s["false warning"]), ((0, 1), (0, 1)))

    def test_a_run_without_an_answer_counts_as_missed(self):
        self.assertEqual(self.shares({"a": label("loss_spike")}, {})["found"], (0, 1))

    def test_the_third_cause_counts_for_three_and_not_for_one(self):
        s = self.shares({"a": label("loss_spike", "x")}, {"a": said("loss_spike", causes=[("p", 0.5), ("q", 0.3), ("x", 0.2), ("y", 0.1)])})
        self.assertEqual((s["cause@1"], s["cause@3"]), ((0, 1), (1, 1)))

    def test_two_faults_are_both_wanted(self):
        two = label("k", "a b c", groups="a b|c")
        one_of_them = said("k", causes=[("a", 0.6), ("b", 0.5), ("z", 0.2), ("c", 0.1)])
        self.assertEqual(self.shares({"x": two}, {"x": one_of_them})["both@3"], (0, 1))
        self.assertEqual(self.shares({"x": two}, {"x": said("k", causes=[("a", 0.6), ("c", 0.5)])})["both@3"], (1, 1))

    def test_perfect_confidence_has_no_excess_and_a_boast_has(self):
        even = [(0.8, i % 5 != 0) for i in range(500)]
        boast = [(0.95, i % 2 == 0) for i in range(500)]
        self.assertLess(measures.excess(even), 0.01)
        self.assertGreater(measures.excess(boast), 0.4)
        self.assertAlmostEqual(measures.brier(even)[0], 0.16, 6)

    def test_onset_error_is_a_share_of_the_run_and_of_the_nearest(self):
        l = label("loss_spike", onset="100", length="1000")
        self.assertAlmostEqual(measures.onset_error(said("loss_spike", onset=120), l), 0.02)
        self.assertIsNone(measures.onset_error(said("overfitting", onset=100), l))

    def test_lead_counts_what_was_told_while_the_log_grew(self):
        l = {"a": label("loss_divergence", doubles="300", length="800")}
        told = lambda *t: {"a": {"told": list(t)}}
        self.assertEqual(measures.lead_of(told((250, "warning", "loss_divergence")), "a", l["a"]), 50)
        self.assertEqual(measures.lead_of(told((None, "critical", "loss_divergence")), "a", l["a"]), 0)
        self.assertEqual(measures.lead_of(told((250, "info", "loss_divergence")), "a", l["a"]), 0)

    def test_runs_of_one_directory_are_judged_together(self):
        merged = runs.merge([said("a", severity="warning"), said("b")])
        self.assertEqual(({f["kind"] for f in merged["findings"]}, merged["verdict"]), ({"a", "b"}, "critical"))


class Rules(unittest.TestCase):
    def curves(self, **roles):
        return rules.Curves([{"role": r, "points": list(enumerate(v))} for r, v in roles.items()])

    def test_a_steady_fall_offends_nobody(self):
        c = self.curves(loss_train=[math.exp(-i / 40) + 0.1 for i in range(100)])
        self.assertEqual([name for name in ("NaN alone", "AutoTrainer", "UMLAUT", "DeepDiagnosis") if rules.SETS[name](c)], [])

    def test_nan_is_seen_by_all_of_them(self):
        c = self.curves(loss_train=[1.0, 0.9, math.nan, math.nan])
        self.assertEqual([name for name in rules.SETS if not rules.SETS[name](c)], [])


if __name__ == "__main__":
    unittest.main()
