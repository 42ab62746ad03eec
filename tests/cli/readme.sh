#!/usr/bin/env bash
# What the READMEs say of the code is what the code has: the tables, the verbs, and the files that the map names.
set -u
cd "$SOURCE_DIR" || exit 1
failed=0
scripts/readme --check "$MLWATCH" "$TOOLS_DIR/tool_catalogue" || failed=1
for verb in $("$MLWATCH" --help | sed -n 's/^  \([a-z]*\)  .*/\1/p'); do
    grep -q "\`$verb" README.md || { echo "README.md does not name the verb '$verb'"; failed=1; }
    "$MLWATCH" "$verb" --help >/tmp/readme.$$ || { echo "'$verb --help' failed"; failed=1; }
    awk 'length > 80' /tmp/readme.$$ | grep -q . && { echo "'$verb --help' is wider than 80 columns"; awk 'length > 80' /tmp/readme.$$; failed=1; }
    tail -n 3 /tmp/readme.$$ | grep -q "mlwatch $verb" || { echo "'$verb --help' does not end in an example"; failed=1; }
done
rm -f /tmp/readme.$$
# Paths in back quotes that look like files of this tree must exist.
for path in $(grep -oh '`[a-z_]*/[A-Za-z0-9_./-]*`' README.md analyzers/README.md daemon/format/README.md | tr -d '`' | sort -u); do
    case $path in */ | *NAME*) continue ;; *.c|*.h|*.md|*.py|*.json|*.sh|scripts/*|examples/*) ;; *) continue ;; esac
    [ -e "$path" ] || [ -e "analyzers/$path" ] || [ -e "daemon/$path" ] || [ -e "daemon/format/$path" ] || { echo "a README names '$path', which is not there"; failed=1; }
done
exit $failed
