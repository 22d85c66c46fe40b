#!/bin/sh
# Prints every theorem of the library with the axioms on which it depends, one theorem a line.
set -eu
cd "$(dirname "$0")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for file in $(grep '\.v$' _CoqProject); do
  module=${file%.v}
  echo "From Hopverify Require $module."
  sed -n 's/^\(Theorem\|Corollary\) \([A-Za-z0-9_]*\).*/\2/p' "$file" | while read -r name; do
    echo "Goal True. idtac \"\". idtac \"Hopverify.$module.$name\". Abort."
    echo "Print Assumptions Hopverify.$module.$name."
  done
done > "$folder/Assumptions.v"
coqc -q -w -ambiguous-paths -Q . Hopverify "$folder/Assumptions.v" > "$folder/axioms"
awk '
  /^Hopverify\.[A-Za-z0-9_]*\.[A-Za-z0-9_]*$/ { if (line) print line; line = substr($1, 11) ":"; next }
  /^Closed under the global context/ { line = line " no axiom"; next }
  /^[A-Z][A-Za-z0-9_]*\./ { line = line " " $1 }
  END { if (line) print line }
' "$folder/axioms"
