"""What counts as lost, and as an alarm too many, when a run is logged in another way."""

import unittest

import runs
import variants


def label(kinds="", **more):
    return runs.label({"slug": "x", "kinds": kinds, "causes": "", **more}, {})


def said(*kinds, severity="warning"):
    return dict(findings=[dict(severity=severity, kind=k) for k in kinds], causes=[])


class Variants(unittest.TestCase):
    def row(self, one, way, plain, changed):
        return variants.compare({"x": one}, {"x": {variants.PLAIN: plain, way: changed}})[way]

    def test_a_finding_that_is_gone_is_lost(self):
        row = self.row(label("loss_spike"), "3 digits", said("loss_spike"), said())
        self.assertEqual((row["n"], row["kept"], row["lost"]), (1, 0, ["x"]))

    def test_another_accepted_kind_is_as_good(self):
        row = self.row(label("loss_divergence grad_explosion"), "no gradient", said("loss_divergence", "grad_explosion"), said("loss_divergence"))
        self.assertEqual((row["n"], row["kept"]), (1, 1))

    def test_what_is_not_found_as_it_is_is_not_counted(self):
        self.assertEqual(self.row(label("loss_spike"), "3 digits", said(), said("loss_spike"))["n"], 0)

    def test_what_a_way_takes_away_is_not_asked_for(self):
        self.assertEqual(self.row(label("grad_explosion"), "no gradient", said("grad_explosion"), said())["n"], 0)
        self.assertEqual(self.row(label("overfitting"), "training loss alone", said("overfitting"), said())["n"], 0)
        self.assertEqual(self.row(label("loss_spike", fault="bad_batch"), "every 3rd record", said("loss_spike"), said())["n"], 0)

    def test_a_fault_near_the_cut_is_not_asked_for(self):
        late, early = (label("loss_spike", onset=o, length=100) for o in (50, 20))
        self.assertEqual(self.row(late, "60 % of it", said("loss_spike"), said())["n"], 0)
        self.assertEqual(self.row(early, "60 % of it", said("loss_spike"), said())["n"], 1)

    def test_a_healthy_run_that_is_warned_of_then_is_an_alarm_more(self):
        self.assertEqual(self.row(label(), "more noise", said(), said("loss_spike"))["made"], [("x", {"loss_spike"})])
        self.assertEqual(self.row(label(), "more noise", said(), said("loss_spike", severity="info"))["made"], [])
        self.assertEqual(self.row(label(), "more noise", said("loss_spike"), said("overfitting"))["made"], [])

    def test_several_runs_below_one_directory_are_one(self):
        out = {}
        lines = ["run\tz/x/1", "way\tas it is", "found\twarning\tloss_spike\tit jumped", "run\tz/x/2", "way\tas it is", "way\t3 digits"]
        variants.read_answers(lines, {"x": label("loss_spike")}, out)
        self.assertEqual([f["kind"] for f in out["x"]["3 digits"]["findings"]], ["loss_spike"])


if __name__ == "__main__":
    unittest.main()
