/* test_gguf - a header that hostile hands wrote, and chat templates that are more than a layout. */
#include "ckpt_numbers.h"

static struct probe p;
struct made {
    char bytes[1 << 16];
    size_t n;
};

static void put(struct made *m, uint64_t v, unsigned bytes)
{
    for (; bytes--; v >>= 8) m->bytes[m->n++] = (char)v;
}
static void put_text(struct made *m, const char *text)
{
    put(m, strlen(text), 8);
    memcpy(m->bytes + m->n, text, strlen(text));
    m->n += strlen(text);
}
static void begin(struct made *m, uint64_t tensors, uint64_t settings)
{
    m->n = 0;
    put(m, 0x46554747, 4), put(m, 3, 4), put(m, tensors, 8), put(m, settings, 8);
}
static void put_tensor(struct made *m, const char *name, uint64_t inner, uint64_t outer, unsigned type, uint64_t offset)
{
    put_text(m, name), put(m, 2, 4), put(m, inner, 8), put(m, outer, 8), put(m, type, 4), put(m, offset, 8);
}
static void put_data(struct made *m, size_t n)
{
    while (m->n % 32) m->bytes[m->n++] = 0;
    memset(m->bytes + m->n, 0x3E, n); /* zeros would be bytes that have not come */
    m->n += n;
}
static void scan(const struct made *m)
{
    int fd = probe_bytes(m->bytes, m->n);
    probe_fd(&p, fd, "m.gguf", NULL, &ckpt_limits_usual);
    close(fd);
}
static void expect(const struct made *m, enum ckpt_state state)
{
    scan(m);
    if (p.state != state) fail_msg("%s: %s", inspection_state_name(p.state), p.reasons.p ? p.reasons.p : "");
    probe_done(&p);
}

static void tensors_are_told_with_the_outermost_dimension_first(void **state)
{
    static struct made m;
    (void)state;
    begin(&m, 2, 0);
    put_tensor(&m, "a", 3, 2, 0, 0);
    put_tensor(&m, "q", 64, 2, 8, 32);
    put_data(&m, 32 + 160);
    scan(&m);
    assert_int_equal(p.state, CKPT_WHOLE);
    assert_int_equal(p.safety, CKPT_SAFE);
    assert_int_equal(p.tensors[0].shape[0], 2);
    assert_int_equal(p.tensors[0].shape[1], 3);
    assert_string_equal(p.tensors[1].dtype_name, "Q8_0");
    assert_int_equal(p.tensors[1].dtype, TENSOR_OPAQUE);
    probe_done(&p);
}

static void what_does_not_fit_is_corrupt(void **state)
{
    static struct made m;
    (void)state;
    struct {
        uint64_t inner, outer, offset;
        unsigned type;
    } const bad[] = {{3, 2, 1, 0}, {3, 2, 64, 0}, {UINT64_MAX, 3, 0, 0}, {UINT64_MAX / 4, 1, 0, 0}, {33, 1, 0, 8}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        begin(&m, 1, 0);
        put_tensor(&m, "a", bad[i].inner, bad[i].outer, bad[i].type, bad[i].offset);
        put_data(&m, 128);
        expect(&m, CKPT_CORRUPT);
    }
    begin(&m, 2, 0);
    put_tensor(&m, "a", 3, 2, 0, 0);
    put_tensor(&m, "a", 3, 2, 0, 32);
    put_data(&m, 64);
    expect(&m, CKPT_CORRUPT); /* one name twice */
    begin(&m, 2, 0);
    put_tensor(&m, "a", 16, 2, 0, 0);
    put_tensor(&m, "b", 3, 2, 0, 32);
    put_data(&m, 160);
    expect(&m, CKPT_CORRUPT); /* overlap */
    begin(&m, 1, 0);
    put_tensor(&m, "a", 3, 2, 0, 0);
    put_data(&m, 33);
    expect(&m, CKPT_CORRUPT); /* a byte too much */
    begin(&m, 0, 1);
    put_text(&m, "k"), put(&m, 99, 4), put(&m, 1, 8);
    expect(&m, CKPT_CORRUPT); /* a type that is none */
}

static void lengths_beyond_the_file_are_a_header_that_breaks_off(void **state)
{
    static const uint64_t lengths[] = {1000, UINT64_MAX, UINT64_MAX / 2, UINT32_MAX};
    static struct made m;
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        begin(&m, 0, 1);
        put(&m, lengths[i], 8);
        expect(&m, CKPT_INCOMPLETE);
        begin(&m, 0, 1);
        put_text(&m, "k"), put(&m, 9, 4), put(&m, 12, 4), put(&m, lengths[i], 8);
        expect(&m, CKPT_INCOMPLETE);
        begin(&m, 0, lengths[i]);
        expect(&m, CKPT_INCOMPLETE);
    }
    begin(&m, UINT64_MAX, 0);
    scan(&m);
    assert_int_equal(p.status, E_LIMIT);
    probe_done(&p);
}

static void another_version_or_byte_order_is_unverified(void **state)
{
    static const unsigned versions[] = {4, 0x04000000, 0x03000000};
    static struct made m;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        begin(&m, 0, 0);
        m.bytes[4] = (char)versions[i], m.bytes[7] = (char)(versions[i] >> 24);
        expect(&m, CKPT_STATE_UNVERIFIED);
    }
    begin(&m, 0, 0);
    memset(m.bytes + 4, 0, m.n - 4);
    expect(&m, CKPT_INCOMPLETE); /* no version has come */
}

static enum ckpt_safety safety_of(const char *template)
{
    static struct made m;
    begin(&m, 0, 1);
    put_text(&m, "tokenizer.chat_template"), put(&m, 8, 4), put_text(&m, template);
    scan(&m);
    enum ckpt_safety s = p.safety;
    return s;
}

static void templates_that_lay_out_messages_are_safe(void **state)
{
    static const char *const good[] = {
        "{% for m in messages %}<|im_start|>{{ m['role'] + '\\n' + m['content'] }}<|im_end|>{% endfor %}",
        "{%- if tools %}{{- '<tools>' }}{%- for tool in tools %}{{- tool | tojson }}{%- endfor %}{%- endif %}",
        "{% set ns = namespace(found=false) %}{% if not loop.last and ns.found %}{{ raise_exception('Roles must alternate') }}{% "
        "endif %}",
        "{{ strftime_now('%Y-%m-%d') }}{{ m.content.strip().split('</think>')[-1] | trim | replace('a', 'b') }}",
        "{# __class__ in a comment #} plain os.system text __import__ {{ bos_token }}",
        "{%- macro render(x) %}{{ x.items() | map(attribute='name') | join(', ') }}{%- endmacro %}{{ render(m) }}",
        "{{ 'the system said: eval this, open the file' }}{% if m['role'] == 'system' %}{{ m.system }}{% endif %}",
        "",
        "{",
        "{{",
        "{% '",
        "{{ messages[0]['content'] if messages[0]['role'] == 'system' else '' }}{{ '__' ~ m.role ~ '__' }}",
    };
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        if (safety_of(good[i]) != CKPT_SAFE) fail_msg("%s: %s", good[i], p.reasons.p);
        probe_done(&p);
    }
}

static void templates_that_climb_are_told_with_the_names(void **state)
{
    static const struct {
        const char *template, *named;
        enum ckpt_safety least;
    } bad[] = {
        {"{% for x in ().__class__.__base__.__subclasses__() %}{% if 'warning' in x.__name__ %}{{ "
         "x()._module.__builtins__['__import__']('os').popen('id') }}{% endif %}{% endfor %}",
         "__subclasses__", CKPT_MALICIOUS},
        {"{{ ''.__class__.__mro__[1].__subclasses__() }}", "__mro__", CKPT_MALICIOUS},
        {"{{ cycler.__init__.__globals__.os.popen('id').read() }}", "__globals__", CKPT_MALICIOUS},
        {"{{ x['__cla' ~ 'ss__']['__ba' + 'se__'] }}", "__base__", CKPT_MALICIOUS},
        {"{{ x|attr('\\x5f\\x5fglobals\\x5f\\x5f') }}", "__globals__", CKPT_MALICIOUS},
        {"{{ x|attr('\\137\\137builtins\\137\\137') }}", "__builtins__", CKPT_MALICIOUS},
        {"{{ x|attr('\\u005f\\u005fglobals\\u005f\\u005f') }}", "__globals__", CKPT_MALICIOUS},
        {"{{ '{0.__class__.__init__.__globals__}'.format(x) }}", "__globals__", CKPT_MALICIOUS},
        {"{{ x|attr(a ~ b) }}", "attr", CKPT_SUSPICIOUS},
        {"{{ x.__class__ }}", "__class__", CKPT_SUSPICIOUS},
        {"{%- include 'other' %}", "include", CKPT_SUSPICIOUS},
        {"{% import 'os' as x %}", "import", CKPT_SUSPICIOUS},
        {"{{ self._TemplateReference__context }}", "_TemplateReference__context", CKPT_MALICIOUS},
        {"{{ lipsum.os.system('id') }}", "os", CKPT_MALICIOUS},
        {"{{ eval('1') }}", "eval", CKPT_MALICIOUS},
        {"{{ '}}' }}{{ x.__subclasses__() }}", "__subclasses__", CKPT_MALICIOUS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        enum ckpt_safety s = safety_of(bad[i].template);
        if (s < bad[i].least || !p.reasons.p || !strstr(p.reasons.p, bad[i].named))
            fail_msg("%s: %s", bad[i].template, p.reasons.p ? p.reasons.p : "safe");
        probe_done(&p);
    }
}

static void a_template_among_others_is_found_too(void **state)
{
    static struct made m;
    (void)state;
    begin(&m, 0, 2);
    put_text(&m, "tokenizer.chat_template.tool_use"), put(&m, 8, 4), put_text(&m, "{{ x.__subclasses__() }}");
    put_text(&m, "my.templates"), put(&m, 9, 4), put(&m, 8, 4), put(&m, 2, 8), put_text(&m, "a"),
        put_text(&m, "{{ x.__globals__ }}");
    scan(&m);
    assert_int_equal(p.safety, CKPT_MALICIOUS);
    assert_non_null(strstr(p.reasons.p, "__globals__"));
    assert_non_null(strstr(p.reasons.p, "__subclasses__"));
    probe_done(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tensors_are_told_with_the_outermost_dimension_first),
        cmocka_unit_test(what_does_not_fit_is_corrupt),
        cmocka_unit_test(lengths_beyond_the_file_are_a_header_that_breaks_off),
        cmocka_unit_test(another_version_or_byte_order_is_unverified),
        cmocka_unit_test(templates_that_lay_out_messages_are_safe),
        cmocka_unit_test(templates_that_climb_are_told_with_the_names),
        cmocka_unit_test(a_template_among_others_is_found_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
