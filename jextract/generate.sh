#!/usr/bin/env bash
# Generates src/main/java/dev/taltun/ffi/linux (structs and constants, no functions) from linux.h.
# Needs jextract 22 or newer: on PATH, or named by $JEXTRACT.
set -euo pipefail
cd "$(dirname "$0")"

package=dev.taltun.ffi.linux
target=../src/main/java/${package//.//}
jextract=${JEXTRACT:-jextract}
if ! command -v "$jextract" >/dev/null; then
    echo "generate.sh: '$jextract' not found; install it from https://jdk.java.net/jextract or set JEXTRACT to its path" >&2
    exit 1
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "struct a b" -> "--include-struct a", "--include-struct b"
sed 's/#.*//' symbols.txt | awk '{ for (i = 2; i <= NF; i++) print $1, $i }' | sort -u >"$work/wanted"
sed 's/^/--include-/' "$work/wanted" >"$work/options"

"$jextract" "@$work/options" --target-package "$package" --header-class-name Linux --output "$work/out" linux.h

out=$work/out/${package//.//}

# jextract ignores a name that matches nothing, and a constant it cannot evaluate.
missing=0
while read -r kind name; do
    case $kind in
        constant) pattern=" $name()"; files=("$out"/Linux*.java) ;;
        struct | union) pattern="public class $name "; files=("$out"/*.java) ;;
        typedef) continue ;; # leaves no trace of its own where it only names a struct or union
        *) echo "generate.sh: symbols.txt: unknown kind '$kind' before '$name'" >&2; exit 1 ;;
    esac
    if ! grep -qF -- "$pattern" "${files[@]}"; then
        echo "generate.sh: symbols.txt: $kind $name matched nothing in linux.h" >&2
        missing=1
    fi
done <"$work/wanted"
((missing == 0)) || exit 1

# Clean under -Xlint:all -Werror: reinterpret() and Linker are restricted methods, and top-level
# classes are the only places that can be annotated without understanding the code.
sed -i -E 's/^(public )?((final |abstract )*(class|interface) )/@SuppressWarnings("restricted")\n&/' "$out"/*.java

mkdir -p "$target"
find "$target" -name '*.java' ! -name package-info.java -delete
cp "$out"/*.java "$target"/
echo "generated $(find "$target" -name '*.java' | wc -l) files, $(cat "$target"/*.java | wc -l) lines in ${target#../}"
