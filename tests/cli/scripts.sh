#!/usr/bin/env bash
# What scripts/ promises, on small checkouts made here: mlwatch builds once and then only runs; the checks find what they forbid.
set -u
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0
fail() { echo "FAIL: $*"; failed=1; }
has() { grep -qF -- "$2" <<<"$1" || fail "expected '$2' in: $1"; }

# A checkout as far as scripts/mlwatch knows one: it prints its arguments, its folder and whether the build lock came along.
tree="$scratch/check out"
mkdir -p "$tree"/{scripts,analyzers,daemon,templates,work} "$scratch/bin"
cp "$SOURCE_DIR"/scripts/{mlwatch,packages} "$tree/scripts/"
: >"$tree/scripts/embed.cmake"
cat >"$tree/CMakeLists.txt" <<'CMAKE'
cmake_minimum_required(VERSION 3.25)
project(small LANGUAGES C)
add_executable(mlwatch daemon/main.c)
CMAKE
write_program() {
    printf '#include <stdio.h>\n#include <fcntl.h>\nint main(int n, char **v) { printf("%s");' "$1"
    printf 'for (int i = 1; i < n; i++) printf(" [%%s]", v[i]); puts(fcntl(9, F_GETFD) == -1 ? "" : " lock"); return 7; }\n'
}
write_program one >"$tree/daemon/main.c"
ln -s "$tree/scripts/mlwatch" "$scratch/bin/link"
cd "$tree/work" || exit 1

# Asked what it does, the test script says so and builds nothing.
cp "$SOURCE_DIR"/scripts/test "$tree/scripts/"
has "$("$tree/scripts/test" --help)" "scripts/test [--quick | --deep]"
[ -e "$tree/build" ] && fail "scripts/test --help built something"

# dpkg-query is stood in for, so that the test says the same on every machine.
mkdir "$scratch/lacking"
printf '#!/bin/sh\ncase "$*" in *libzstd-dev*) exit 1;; esac\necho installed\n' >"$scratch/lacking/dpkg-query"
chmod +x "$scratch/lacking/dpkg-query"
out=$(PATH="$scratch/lacking:$PATH" ../scripts/mlwatch --no-install check 2>"$scratch/err") && fail "--no-install went on without a package"
[ -z "$out" ] || fail "the refusal is on stdout: $out"
has "$(cat "$scratch/err")" libzstd-dev
grep -q libjansson-dev "$scratch/err" && fail "names a package that is there"
[ -e "$tree/build/release/mlwatch" ] && fail "--no-install built all the same"

mkdir "$scratch/whole"
printf '#!/bin/sh\nprintf installed\n' >"$scratch/whole/dpkg-query"
chmod +x "$scratch/whole/dpkg-query"
export PATH="$scratch/whole:$PATH"
for i in 1 2 3; do "$scratch/bin/link" check "a b" '*' >"$scratch/out.$i" 2>>"$scratch/first" & done
wait
for i in 1 2 3; do [ "$(cat "$scratch/out.$i")" = "one [check] [a b] [*]" ] || fail "first calls at once: $(cat "$scratch/out.$i" "$scratch/first")"; done
[ "$(grep -c building "$scratch/first")" = 1 ] || fail "built more than once: $(cat "$scratch/first")"

# With nothing changed no build tool may be asked: each of these would fail the call.
mkdir "$scratch/never"
for tool in cmake ninja dpkg-query apt-get flock; do printf '#!/bin/sh\necho "%s was called" >&2\nexit 9\n' $tool >"$scratch/never/$tool"; done
chmod +x "$scratch"/never/*
out=$(PATH="$scratch/never:$PATH" "$scratch/bin/link" --no-install x 2>&1)
[ $? = 7 ] || fail "the program's exit code is lost"
[ "$out" = "one [x]" ] || fail "second call: $out"
out=$(echo input | PATH="$scratch/never:$PATH" "$scratch/bin/link")
[ "$out" = one ] || fail "second call with stdin: $out"

sleep 0.02
write_program two >"$tree/daemon/main.c"
out=$("$scratch/bin/link" 2>/dev/null)
[ "$out" = two ] || fail "an edited source was not built: $out"
sleep 0.02
echo 'int main(void) { return no_such_name; }' >"$tree/daemon/main.c"
out=$("$scratch/bin/link" 2>&1)
[ $? = 3 ] || fail "a failed build exits with $?"
has "$out" no_such_name
out=$("$scratch/bin/link" 2>&1) && fail "a failed build is forgotten by the next call"

# check-includes: each forbidden include is named, and nothing else.
bad="$scratch/bad"
mkdir -p "$bad"/analyzers "$bad"/daemon/{base,format,store,engine,cmd,surprise}
printf '/* a. */\n#include "../daemon/base/b.h"\n#include <time.h>\nvoid a(void) { puts("x"); }\n' >"$bad/analyzers/a.c"
printf '/* b. */\n#include <jansson.h>\n' >"$bad/daemon/base/b.h"
printf '/* f. */\n#include "../store/s.h"\n#include "../base/b.h"\n#include "gone.h"\n#include <png.h>\n' >"$bad/daemon/format/f.c"
printf '/* s. */\n#include <sqlite3.h>\n' >"$bad/daemon/store/s.h"
printf '/* e. */\n#include "../cmd/c.h"\n#include <xxhash.h>\n' >"$bad/daemon/engine/e.c"
printf '/* c. */\n#include "../engine/e.c"\n#include <stdio.h>\n#include <xxhash.h>\n' >"$bad/daemon/cmd/c.h"
printf '/* x. */\n' >"$bad/daemon/surprise/x.c"
out=$("${PYTHON:-python3}" "$SOURCE_DIR/scripts/check-includes" "$bad") && fail "check-includes passed a bad tree"
for line in "a.c:2: analyzers may not include base" "a.c:3: analyzers/ is pure: <time.h>" "a.c:4: analyzers/ is pure: no puts()" \
    "b.h:2" "f.c:2: format may not include store" 'f.c:4: "gone.h" is not there' "f.c:5: <png.h>" "s.h: <sqlite3.h> belongs" \
    "e.c:2: engine may not include cmd" "<xxhash.h> has 2 doors" "'surprise' has no place"; do
    if [ "$line" = b.h:2 ]; then grep -q "$line" <<<"$out" && fail "a legal include is blamed: $out"; else has "$out" "$line"; fi
done
[ "$(grep -c : <<<"$out")" = 11 ] || fail "check-includes blames something else too: $out"

# check-docs: the declaration without a comment, and the file without one.
docs="$scratch/docs"
mkdir -p "$docs"/{analyzers,daemon}
cat >"$docs/analyzers/a.h" <<'HEADER'
/* a - opens well. */
struct s { int (*call)(void); };
/* above - said here. */
int above(int x);
int in_the_run(void);

int lonely(const char *text,
           int n) __attribute__((format(printf, 1, 2)));
int beside(void); /* said beside */
static inline int small(void) { return 1; }
HEADER
echo 'int nothing;' >"$docs/daemon/silent.c"
echo '#include "a.h"' >"$docs/analyzers/a.c"
out=$("${PYTHON:-python3}" "$SOURCE_DIR/scripts/check-docs" "$docs") && fail "check-docs passed a bad tree"
has "$out" "a.h:7: lonely"
has "$out" "silent.c:1: opens without"
[ "$(grep -c '\.[ch]:' <<<"$out")" = 2 ] || fail "check-docs blames something else too: $out"
exit $failed
