/* json_simdjson - every number of every line of a JSON lines file by simdjson On-Demand, keyed by its name: the yardstick of jsonl.
 *   usage   json_simdjson FILE
 * Prints CPU seconds, bytes, numbers and their sum. The file lies in memory before the clock starts and is read once to warm up; its documents
 * come from one iterate_many, the library's own way through JSON lines. A member's name is looked up among those seen before, beginning with the one
 * that came next in the line before, so that a log with steady keys costs one comparison a name. Build with -O3 -march=native: On-Demand
 * chooses its kernel when it is compiled. */
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <simdjson.h>

using namespace simdjson;

struct series {
    std::string name;
    uint64_t points;
    double sum;
};

struct names {
    std::vector<series> known;
    size_t next = 0;

    series &of(std::string_view name)
    {
        for (size_t i = 0; i < known.size(); i++) {
            size_t at = next + i < known.size() ? next + i : next + i - known.size();
            if (known[at].name != name) continue;
            next = at + 1 < known.size() ? at + 1 : 0;
            return known[at];
        }
        known.push_back({std::string(name), 0, 0});
        next = 0;
        return known.back();
    }
};

static void take(names &all, ondemand::object object)
{
    for (auto field : object) {
        std::string_view name = field.unescaped_key();
        ondemand::value value = field.value();
        if (value.type() != ondemand::json_type::number) continue;
        series &s = all.of(name);
        s.points++;
        s.sum += value.get_double().value();
    }
}

static double now()
{
    timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static double read_all(ondemand::parser &parser, const padded_string &text, names &all)
{
    double from = now();
    ondemand::document_stream documents = parser.iterate_many(text);
    for (auto document : documents) take(all, document.get_object());
    return now() - from;
}

int main(int argc, char **argv)
{
    if (argc != 2) return 2;
    padded_string text = padded_string::load(argv[1]);
    ondemand::parser parser;
    names warm, all;
    read_all(parser, text, warm);
    double seconds = read_all(parser, text, all), points = 0, sum = 0;
    for (const series &s : all.known) points += (double)s.points, sum += s.sum;
    std::printf("%.6f %zu %.0f %.9g\n", seconds, text.size(), points, sum);
    return 0;
}
