/* What Keras does with it (keras/src/saving/serialization_lib.py): {"module": M, "class_name": C, "config": {...}, "registered_name": R} is
 * C of M. Where M is not Keras's own, it is imported, and "function" calls what is found there (CVE-2025-1550). A Lambda's config carries
 * marshalled bytecode in base64. Some of Keras's own functions do harm, too: loading files, switching the checks off. */
#include "keras_config.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "../base/json.h"
#include "base64.h"

enum { CONFIG_MAX_BYTES = 16 << 20, CODE_MAX_BYTES = 4 << 20 };

static bool one_of(const char *text, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(text, list[i]) == 0) return true;
    return false;
}
#define ONE_OF(text, list) one_of(text, list, sizeof(list) / sizeof *(list))

/* Is module one of these packages, or in one? */
static bool within(const char *module, const char *const *packages, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        size_t k = strlen(packages[i]);
        if (strncmp(module, packages[i], k) == 0 && (!module[k] || module[k] == '.')) return true;
    }
    return false;
}
#define WITHIN(module, packages) within(module, packages, sizeof(packages) / sizeof *(packages))

static const char *const own[] = {"keras",    "tf_keras",    "keras_hub",        "keras_nlp",
                                  "keras_cv", "keras_tuner", "tensorflow.keras", "tensorflow.python.keras"};
/* Modules that can run, load, open or send. */
static const char *const dangerous[] = {
    "os",        "posix",           "nt",        "sys",        "subprocess", "builtins",    "__builtin__", "importlib",
    "imp",       "runpy",           "pickle",    "_pickle",    "dill",       "cloudpickle", "joblib",      "marshal",
    "shutil",    "ctypes",          "socket",    "code",       "codeop",     "pty",         "bdb",         "pdb",
    "timeit",    "cProfile",        "profile",   "trace",      "webbrowser", "urllib",      "requests",    "http",
    "ftplib",    "smtplib",         "pip",       "setuptools", "venv",       "ensurepip",   "pydoc",       "tempfile",
    "pathlib",   "operator",        "functools", "types",      "inspect",    "gc",          "atexit",      "signal",
    "threading", "multiprocessing", "asyncio",   "concurrent", "commands",   "popen2",      "platform",    "getpass",
    "fileinput", "shelve",          "zipimport", "torch"};
/* Of Keras itself, wherever in it they are found. */
static const char *const loads[] = {"load_model",
                                    "load_weights",
                                    "get_file",
                                    "enable_unsafe_deserialization",
                                    "deserialize_keras_object",
                                    "extract_archive",
                                    "set_unsafe_deserialization",
                                    "func_load",
                                    "import_module",
                                    "model_from_json",
                                    "run_script"};
static const char *const wrappers[] = {"TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer"};
/* Names that bytecode which only computes has no use for. */
static const char *const code_names[] = {
    "system",       "popen",  "exec",  "eval",    "__import__", "subprocess", "socket",    "urlopen",  "requests",     "Popen",
    "check_output", "execv",  "spawn", "compile", "marshal",    "pickle",     "importlib", "builtins", "__builtins__", "globals",
    "getattr",      "ctypes", "open",  "os",      "posix",      "base64",     "urllib",    "environ",  "remove",       "rmtree"};

static void shown(const char *text, char said[100])
{
    size_t n = 0;
    for (; text[n] && n < 99; n++) said[n] = text[n] >= ' ' && text[n] <= '~' ? text[n] : '?';
    said[n] = 0;
}

/* The names in marshalled code are plain text in it: its words are compared with the list. */
static const char *dangerous_word(const char *p, size_t n)
{
    char word[32];
    size_t k = 0;
    for (size_t i = 0; i <= n; i++) {
        bool letter = i < n && (isalnum((unsigned char)p[i]) || p[i] == '_');
        if (letter && k < sizeof word) word[k++] = p[i];
        if (letter) continue;
        for (size_t w = 0; w < sizeof code_names / sizeof *code_names; w++) {
            size_t m = strlen(code_names[w]); /* a marshalled length byte may look like a letter before it */
            if (k < sizeof word && (k == m || k == m + 1) && memcmp(word + k - m, code_names[w], m) == 0) return code_names[w];
        }
        k = 0;
    }
    return NULL;
}

/* A string that may be a function's bytecode: marshal begins with 'c' or, to be referred to, 'c' | 0x80. */
static void judge_code(const char *text, const struct ckpt_sink *out)
{
    size_t n = strlen(text), had;
    char *code = n <= CODE_MAX_BYTES ? malloc(n + 1) : NULL;
    const char *word = NULL;
    if (code && base64_decode(text, n, code, &had)) word = dangerous_word(code, had);
    if (!word) word = dangerous_word(text, n);
    if (word)
        ckpt_say_safety(out, CKPT_MALICIOUS,
                        "a Lambda layer carries bytecode that names '%s', and runs when the model is loaded or called", word);
    else
        ckpt_say_safety(out, CKPT_SUSPICIOUS,
                        "a Lambda layer carries bytecode (__lambda__), which runs when the model is loaded or called");
    free(code);
}

static const char *text_of(const json_t *object, const char *key) { return json_string_value(json_object_get(object, key)); }

/* The code of a Lambda, as Keras 3 ({"class_name": "__lambda__"}) and Keras 2 (["base64", defaults, closure]) write it. */
static void judge_function(const json_t *config, const struct ckpt_sink *out)
{
    static const char *const keys[] = {"function", "output_shape", "mask"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const json_t *f = json_object_get(config, keys[i]);
        char type[32];
        snprintf(type, sizeof type, "%s_type", keys[i]);
        const char *how = text_of(config, type);
        if (json_is_array(f) && json_is_string(json_array_get(f, 0)) && (!how || strcmp(how, "lambda") == 0))
            judge_code(json_string_value(json_array_get(f, 0)), out);
    }
}

/* Keras writes every Python function as one of builtins; what is not registered by that name is looked for there. */
static bool is_harmless_builtin(const char *module, const char *name)
{
    static const char *const harmful[] = {"eval",    "exec",   "compile", "open",  "__import__", "getattr", "setattr", "delattr",
                                          "globals", "locals", "vars",    "input", "breakpoint", "help",    "exit",    "quit"};
    return strcmp(module, "builtins") == 0 && !ONE_OF(name, harmful);
}

static void judge_module(const char *module, const char *name, const struct ckpt_sink *out)
{
    char m[100], n[100];
    shown(module, m);
    shown(name, n);
    const char *last = strrchr(name, '.') ? strrchr(name, '.') + 1 : name;
    if (WITHIN(module, own)) {
        if (ONE_OF(last, loads))
            ckpt_say_safety(out, CKPT_MALICIOUS, "its config calls %s.%s, which loads code or switches checks off", m, n);
        if (ONE_OF(last, wrappers))
            ckpt_say_safety(out, CKPT_SUSPICIOUS, "its config holds a %s.%s, which loads a program of another framework", m, n);
    } else if (WITHIN(module, dangerous) && !is_harmless_builtin(module, name)) {
        ckpt_say_safety(out, CKPT_MALICIOUS, "its config imports %s.%s", m, n);
    } else {
        ckpt_say_safety(out, CKPT_SUSPICIOUS, "its config imports %s.%s, which is not Keras's own", m, n);
    }
}

/* A vocabulary that is a path is read from that path when the model is loaded (CVE-2025-12058). */
static void judge_paths(const char *name, const json_t *config, const struct ckpt_sink *out)
{
    const char *path = text_of(config, "vocabulary");
    char said[100];
    if (!path || !*path || !strstr(name, "Lookup")) return;
    shown(path, said);
    ckpt_say_safety(out, CKPT_SUSPICIOUS, "its config reads a vocabulary from '%s' when it is loaded", said);
}

static void judge_object(const json_t *o, const struct ckpt_sink *out)
{
    const char *name = text_of(o, "class_name"), *module = text_of(o, "module"), *registered = text_of(o, "registered_name");
    const json_t *config = json_object_get(o, "config");
    char said[100];
    if (!name) return;
    shown(name, said);
    if (strcmp(name, "__lambda__") == 0) {
        const char *code = text_of(config, "code");
        const char *value = text_of(config, "value"); /* Keras 3.0 */
        if (!code) code = value ? value : json_string_value(json_array_get(json_object_get(config, "value"), 0));
        judge_code(code ? code : "", out);
    } else if (strcmp(name, "Lambda") == 0) {
        ckpt_say_safety(out, CKPT_SUSPICIOUS, "its config has a Lambda layer: it runs code that is no layer of Keras");
        judge_function(config, out);
    } else if (strcmp(name, "function") == 0 && json_is_string(config)) {
        name = json_string_value(config);
    }
    judge_paths(name, config, out);
    if (module && *module) judge_module(module, name, out);
    else if (registered && *registered && strcmp(registered, name) != 0 && strchr(registered, '>')) {
        shown(registered, said);
        ckpt_say_safety(out, CKPT_SUSPICIOUS, "its config holds %s, a class that is not Keras's own", said);
    } else if (ONE_OF(name, wrappers)) judge_module("keras.layers", name, out);
}

/* jansson nests 2,048 deep at most. */
static void judge_tree(const json_t *j, const struct ckpt_sink *out)
{
    const char *key;
    json_t *value;
    size_t i;
    if (json_is_object(j)) {
        judge_object(j, out);
        json_object_foreach((json_t *)(uintptr_t)j, key, value) judge_tree(value, out);
    } else if (json_is_array(j)) {
        json_array_foreach(j, i, value) judge_tree(value, out);
    }
}

void keras_judge(const char *config, const struct ckpt_sink *out)
{
    size_t n = strlen(config);
    json_error_t error;
    if (n >= CONFIG_MAX_BYTES) {
        ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its config is above the limit of 16 MiB");
        return;
    }
    json_t *j = json_loadb(config, n, JSON_REJECT_DUPLICATES, &error);
    if (j) {
        judge_tree(j, out);
        json_decref(j);
        return;
    }
    ckpt_say_state(out, CKPT_CORRUPT, "its config is no JSON at byte %d", error.position);
    ckpt_say_safety(out, CKPT_SAFETY_UNVERIFIED, "its config could not be read");
}

struct layers {
    const char **names;
    size_t n, room;
    struct arena *arena;
};

/* {"class_name", "config": {"name", "layers": [...]}}: a model's own name is none of a layer. */
static void collect(const json_t *o, struct layers *l)
{
    const json_t *config = json_object_get(o, "config"), *inner = json_object_get(config, "layers"), *value;
    size_t i;
    if (json_is_array(inner)) {
        json_array_foreach(inner, i, value) collect(value, l);
        return;
    }
    const char *name = text_of(config, "name");
    if (name && l->n < l->room && (l->names[l->n] = arena_copy(l->arena, name, strlen(name)))) l->n++;
}

size_t keras_layers(const char *config, const char **ret, size_t room, struct arena *a)
{
    struct layers l = {ret, 0, room, a};
    json_t *j = json_loads(config, 0, NULL);
    collect(j, &l);
    json_decref(j);
    return l.n;
}

static const json_t *optimizer_of(const json_t *j)
{
    const json_t *compile = json_object_get(j, "compile_config"), *o = json_object_get(compile ? compile : j, "optimizer");
    return o ? o : json_object_get(j, "optimizer_config"); /* training_config of Keras 2 */
}

const char *keras_optimizer(const char *config, struct arena *a)
{
    json_t *j = json_loads(config, 0, NULL);
    const json_t *o = optimizer_of(j);
    const char *name = json_is_string(o) ? json_string_value(o) : text_of(o, "class_name");
    const char *ret = name ? arena_copy(a, name, strlen(name)) : NULL;
    json_decref(j);
    return ret;
}

static double setting(const json_t *o, const char *key)
{
    const json_t *v = json_object_get(o, key);
    return json_is_number(v) ? json_number_value(v) : NAN;
}

void keras_group(const char *config, uint64_t n, const struct ckpt_sink *out)
{
    json_t *j = json_loads(config, 0, NULL);
    const json_t *o = optimizer_of(j), *c = json_object_get(o, "config");
    struct ckpt_group g = {.optimizer = text_of(o, "class_name"),
                           .learning_rate = setting(c, "learning_rate"),
                           .weight_decay = setting(c, "weight_decay"),
                           .eps = setting(c, "epsilon"),
                           .beta1 = setting(c, "beta_1"),
                           .beta2 = setting(c, "beta_2"),
                           .momentum = setting(c, "momentum"),
                           .n_parameters = n};
    int64_t *parameters = json_is_object(c) ? arena_alloc(out->arena, (size_t)n * sizeof *parameters + 1) : NULL;
    for (uint64_t i = 0; parameters && i < n; i++) parameters[i] = (int64_t)i;
    g.parameters = parameters;
    if (parameters) out->group(out->arg, &g);
    json_decref(j);
}
