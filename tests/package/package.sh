#!/usr/bin/env bash
# Installs a build and uses it from a project outside the tree, then takes the sources in as a subdirectory:
# package.sh SOURCE BUILD
set -euo pipefail
source=$(realpath "$1") build=$(realpath "$2")
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cp -r "$source/tests/package" "$home/user"

step() { # WHAT COMMAND...: silent unless it fails
  local what=$1
  shift
  "$@" >"$home/log" 2>&1 || { cat "$home/log" >&2; echo "package: $what failed" >&2; exit 1; }
}

uses() { # HOW CMAKE_ARGUMENT...
  local how=$1
  shift
  step "$how: configure" cmake -S "$home/user" -B "$home/$how" -G Ninja "$@"
  step "$how: build" cmake --build "$home/$how" --target user
  step "$how: run" "$home/$how/user" "$home/user/sum.yaml"
  echo "package: a project that uses $how builds and runs"
}

step install cmake --install "$build" --prefix "$home/prefix"
for header in "$home"/prefix/include/quipu/*.hpp; do
  [[ $(basename "$header") == caf.hpp ]] && continue
  if grep -HnE '#include *<(caf|lmdb|yaml-cpp|CLI|spdlog|fmt)' "$header"; then
    echo "package: a public header shows a library that is none of its users' business" >&2
    exit 1
  fi
done
doc=$home/prefix/share/doc/quipu
for page in README.md docs/{api,configuration,exit-codes,flow-tests,language,mapper,measures,schemas}.md; do
  while read -r link; do
    [[ -e $(dirname "$doc/$page")/$link ]] && continue
    echo "package: $page leads to $link, which is not installed" >&2
    exit 1
  done < <(awk '/^ *```/ { code = !code } !code' "$doc/$page" | grep -oE '\]\([A-Za-z0-9_./-]+' | cut -c3-)
done
step "the installed command" "$home/prefix/bin/quipu" validate "$home/user/sum.yaml"
uses find_package -DCMAKE_PREFIX_PATH="$home/prefix" -DCMAKE_BUILD_TYPE=Release
# Whole, so by what compiles it soonest.
uses add_subdirectory -DQUIPU_SOURCE="$source" -DCMAKE_BUILD_TYPE=Debug -DCMAKE_CXX_COMPILER=clang++-16 -DQUIPU_PRECOMPILE=ON
