/* One trouble, one incident, one alert. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../daemon/engine/gate.h"

static const struct series loss = {.name = "train/loss", .metric = "loss", .id = 1};
static const struct series norm = {.name = "grad_norm", .metric = "grad_norm", .id = 2};
static const struct series accuracy = {.name = "val/acc", .metric = "acc", .id = 3};
static const struct cause too_high = {.id = "lr_too_high"};

/* A view with room for a few findings and one cause. */
struct scene {
    struct view view;
    struct finding_view findings[4];
    struct cause_view cause;
};

static void add(struct scene *s, const char *kind, const struct series *series, enum severity severity, int64_t onset,
                enum phase phase)
{
    struct finding_view *f = &s->findings[s->view.n_findings++];
    *f = (struct finding_view){
        .finding = {.kind = kind, .series = series, .severity = severity, .onset_step = onset, .phase = phase}, .message = "m"};
    s->view.findings = s->findings;
    s->view.id = "rabcdefgh";
}

static void explain(struct scene *s, double probability, size_t n)
{
    s->cause = (struct cause_view){.diagnosis = {.cause = &too_high, .probability = probability, .n_because = n}};
    for (size_t i = 0; i < n; i++) s->cause.diagnosis.because[i] = (uint16_t)i;
    s->view.causes = &s->cause;
    s->view.n_causes = 1;
}

struct heard {
    int n;
    enum news last;
    char id[12];
};

static void hear(void *arg, const struct incident_news *n)
{
    struct heard *h = arg;
    if (!n->speak) return;
    h->n++;
    h->last = n->news;
    memcpy(h->id, n->told->id, sizeof h->id);
}

static struct heard update(struct gate *g, struct scene *s, double now)
{
    struct heard h = {0};
    struct gate_out out = {&h, hear};
    gate_update(g, &s->view, now, &out);
    return h;
}

static void a_finding_is_told_once(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_spike", &loss, SEVERITY_WARNING, 10, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 1).n, 1);
    assert_int_equal(update(&g, &s, 2).n, 0);
    gate_done(&g);
}

static void info_opens_no_incident(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "still_improving", &loss, SEVERITY_INFO, 10, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 1).n, 0);
    assert_int_equal(g.n, 0);
    gate_done(&g);
}

static void what_one_cause_explains_is_one_incident(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "grad_explosion", &norm, SEVERITY_CRITICAL, 9, PHASE_OPENED);
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 12, PHASE_OPENED);
    explain(&s, 0.7, 2);
    assert_int_equal(update(&g, &s, 1).n, 1);
    assert_int_equal(g.n, 1);
    assert_string_equal(g.incidents[0].kind, "grad_explosion");
    gate_done(&g);
}

static void troubles_without_a_common_cause_are_two(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_spike", &loss, SEVERITY_WARNING, 9, PHASE_OPENED);
    add(&s, "score_drop", &accuracy, SEVERITY_WARNING, 12, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 1).n, 2);
    assert_string_not_equal(g.incidents[0].id, g.incidents[1].id);
    gate_done(&g);
}

static void what_follows_from_a_critical_trouble_is_folded_in(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 9, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 1).n, 1);
    add(&s, "loss_nonfinite", &loss, SEVERITY_CRITICAL, 12, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 2).n, 0);
    gate_done(&g);
}

static void rising_severity_is_told_again(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_spike", &loss, SEVERITY_WARNING, 10, PHASE_OPENED);
    update(&g, &s, 1);
    s.findings[0].finding.severity = SEVERITY_CRITICAL;
    struct heard h = update(&g, &s, 2);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.last, NEWS_WORSE);
    s.findings[0].finding.severity = SEVERITY_WARNING;
    assert_int_equal(update(&g, &s, 3).n, 0);
    gate_done(&g);
}

static void a_cause_that_becomes_likely_is_told_once(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 10, PHASE_OPENED);
    explain(&s, 0.6, 1);
    update(&g, &s, 1);
    explain(&s, 0.85, 1);
    assert_int_equal(update(&g, &s, 2).last, NEWS_CAUSE);
    explain(&s, 0.7, 1);
    update(&g, &s, 3);
    explain(&s, 0.9, 1);
    assert_int_equal(update(&g, &s, 4).n, 0);
    gate_done(&g);
}

static void the_end_is_told_once(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_spike", &loss, SEVERITY_WARNING, 10, PHASE_OPENED);
    update(&g, &s, 1);
    s.findings[0].finding.phase = PHASE_CLOSED;
    assert_int_equal(update(&g, &s, 2).last, NEWS_RESOLVED);
    assert_int_equal(update(&g, &s, 3).n, 0);
    s.findings[0].finding.phase = PHASE_OPENED;
    assert_int_equal(update(&g, &s, 4).n, 0);
    s.findings[0].finding.phase = PHASE_CLOSED;
    assert_int_equal(update(&g, &s, 5).n, 0);
    gate_done(&g);
}

static void an_id_does_not_change_when_findings_come_and_go(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    char before[12], expected[12];
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 10, PHASE_OPENED);
    memcpy(before, update(&g, &s, 1).id, sizeof before);
    gate_incident_id(expected, "rabcdefgh", "loss_divergence", "train/loss", 0, 10);
    assert_string_equal(before, expected);
    s.findings[0].finding.onset_step = 7;
    s.findings[0].finding.severity = SEVERITY_CRITICAL;
    add(&s, "loss_spike", &loss, SEVERITY_WARNING, 3, PHASE_OPENED);
    explain(&s, 0.9, 2);
    assert_string_equal(update(&g, &s, 2).id, before);
    assert_int_equal(g.n, 1);
    gate_done(&g);
}

static void what_was_told_before_a_restart_is_not_told_again(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    struct told old = {.onset_step = 10, .severity = SEVERITY_CRITICAL, .opened = 1, .closed = NAN, .open = true};
    strcpy(old.kind, "loss_divergence");
    strcpy(old.series, "train/loss");
    gate_incident_id(old.id, "rabcdefgh", old.kind, old.series, 0, 10);
    gate_restore(&g, &old);
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 10, PHASE_OPENED);
    assert_int_equal(update(&g, &s, 2).n, 0);
    assert_int_equal(g.n, 1);
    s.findings[0].finding.phase = PHASE_CLOSED;
    assert_int_equal(update(&g, &s, 3).last, NEWS_RESOLVED);
    gate_done(&g);
}

static void a_new_segment_is_a_new_trouble(void **state)
{
    (void)state;
    struct gate g = {0};
    struct scene s = {0};
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 10, PHASE_CLOSED);
    update(&g, &s, 1);
    add(&s, "loss_divergence", &loss, SEVERITY_CRITICAL, 10, PHASE_OPENED);
    s.findings[1].finding.segment = 1;
    assert_int_equal(update(&g, &s, 2).n, 1);
    assert_int_equal(g.n, 2);
    gate_done(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_finding_is_told_once),
        cmocka_unit_test(info_opens_no_incident),
        cmocka_unit_test(what_one_cause_explains_is_one_incident),
        cmocka_unit_test(troubles_without_a_common_cause_are_two),
        cmocka_unit_test(what_follows_from_a_critical_trouble_is_folded_in),
        cmocka_unit_test(rising_severity_is_told_again),
        cmocka_unit_test(a_cause_that_becomes_likely_is_told_once),
        cmocka_unit_test(the_end_is_told_once),
        cmocka_unit_test(an_id_does_not_change_when_findings_come_and_go),
        cmocka_unit_test(what_was_told_before_a_restart_is_not_told_again),
        cmocka_unit_test(a_new_segment_is_a_new_trouble),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
