#!/usr/bin/env bash
# Has spin look at every state of ledger.pml, then at its mutants, each of which must fail. ./dev model
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=${1:?a directory to work in}
mkdir -p "$work"
cd "$work"

look() { # DEFINES COMPILE... -- RUN...: what the checker says
  local defines=$1 compile=() run=()
  shift
  while (($#)) && [[ $1 != -- ]]; do compile+=("$1"); shift; done
  run=("${@:2}")
  rm -f pan*
  # shellcheck disable=SC2086
  spin $defines -a "$here/ledger.pml" >spin.log
  gcc -O2 -w -DNFAIR=3 -DMEMLIM=3000 -DVECTORSZ=512 "${compile[@]}" -o pan pan.c
  ./pan -m200000 "${run[@]}" >pan.log 2>&1 || true
}

states() { sed -n 's/^ *\([0-9e.+]*\) states, stored.*/\1/p' pan.log; }

holds() { # WHAT DEFINES COMPILE... -- RUN...
  local what=$1
  shift
  look "$@"
  if ! grep -q 'errors: 0' pan.log || grep -q 'not completed' pan.log; then
    cat pan.log
    echo "model: $what: does not hold; ./pan -r in $work shows how"
    exit 1
  fi
  echo "holds: $what ($(states) states)"
}

fails() { # MUTANT
  look "-DLOSSES=1 -DQUIET -D$1" -DNOCLAIM -DSAFETY --
  if ! grep -q 'errors: 1' pan.log; then
    echo "model: the mutant $1 is not found"
    exit 1
  fi
  echo "found: $1: $(sed -n 's/^pan:1: //p' pan.log)"
}

holds "safety, nothing stands still: with lost and late answers" "-DLOSSES=1 -DQUIET" -DNOCLAIM -DSAFETY --
holds "safety, nothing stands still: with mail that has no effect" "-DLOSSES=0" -DNOCLAIM -DSAFETY --
holds "the job ends, whatever the order" "-DLOSSES=0 -DQUIET" -- -a -f
holds "the job ends, whatever the order: with lost and late answers" "-DLOSSES=1 -DQUIET" -- -a -f
for mutant in NO_HEAD_CHECK NO_OWNER_CHECK APPLIED_IS_STALE RESTS_WITH_MAIL; do fails "$mutant"; done
