#!/usr/bin/env python3
"""clang-tidy 16 over the rooms, without looking twice at what was clean: lint.py [OPTIONS] [PATH...]

PATH names files or folders (default: every room). The build has a compile_commands.json of clang.
With --seconds N it begins no file after N seconds, newest files first, and says how many it has left
for the next time.

A source that was clean is remembered, as ccache remembers objects, under a hash of all that its
answer depends on: clang-tidy and the packages whose headers it reads, .clang-tidy, how the file is
compiled, and the bytes of the file and of each header of ours that it includes, however far. What
has a finding is never remembered.
"""
import argparse
import hashlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = pathlib.Path(__file__).resolve().parent.parent
ROOMS = ["collation", "flows", "lmdb_bridge", "redis_bridge", "actors", "apps"]
TIDY = "clang-tidy-16"
FORGET_AFTER_S = 60 * 24 * 3600
INCLUDE = re.compile(rb'^[ \t]*#[ \t]*include[ \t]*[<"]([^">]+)[">]', re.M)


def ours(name, cache={}):
    """The header of ours that an include means; none: somebody else's."""
    if name not in cache:
        places = [ROOT / name] + [ROOT / room / name for room in ROOMS if name.startswith("quipu/")]
        cache[name] = next((place for place in places if place.is_file()), None)
    return cache[name]


def read(path, cache={}):
    """(digest, the headers of ours that it names)"""
    if path not in cache:
        text = path.read_bytes()
        named = (ours(name.decode()) for name in INCLUDE.findall(text))
        cache[path] = (hashlib.sha256(text).hexdigest(), [header for header in named if header])
    return cache[path]


def closure(source):
    seen, todo = {}, [source]
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen[path], includes = read(path)
        todo += includes
    return [f"{path.relative_to(ROOT)} {digest}" for path, digest in sorted(seen.items())]


def ground():
    """What every answer depends on."""
    said = [subprocess.run([TIDY, "--version"], capture_output=True, text=True, check=True).stdout]
    said.append((ROOT / ".clang-tidy").read_text())
    try:
        packages = ["dpkg-query", "-W", "-f=${Package} ${Version}\n", "lib*-dev", "*-dev", "catch2"]
        said.append(subprocess.run(packages, capture_output=True, text=True).stdout)
    except FileNotFoundError:
        pass  # not a Debian
    return said


def key_of(entry, common):
    command = [part.replace(str(ROOT), "") for part in shlex.split(entry["command"])]
    # What it is compiled to, and by which launcher, is not what it says.
    at = command.index("-o")
    flags = [part for part in command[1:at] + command[at + 2:] if part.startswith(("-D", "-I", "-i", "-std", "-W", "-f"))]
    whole = common + flags + closure(pathlib.Path(entry["file"]))
    return hashlib.sha256("\n".join(whole).encode()).hexdigest()


def remembered():
    home = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache")
    place = home / "quipu" / "lint"
    place.mkdir(parents=True, exist_ok=True)
    for old in place.iterdir():
        if time.time() - old.stat().st_mtime > FORGET_AFTER_S:
            old.unlink(missing_ok=True)
    return place


def commands(build):
    """One for each source, and the folder of a compile_commands.json that has only these: clang-tidy would look at a source
    once for each program that compiles it."""
    every = json.loads((build / "compile_commands.json").read_text())
    first = {entry["file"]: entry for entry in reversed(every)}
    place = build / "lint"
    place.mkdir(exist_ok=True)
    (place / "compile_commands.json").write_text(json.dumps(list(first.values())))
    return list(first.values()), place


def wanted(entries, paths):
    roots = [(ROOT / path).resolve() for path in (paths or ROOMS)]
    for entry in entries:
        source = pathlib.Path(entry["file"])
        if any(source == root or root in source.parents for root in roots):
            yield entry


def look(build, source):
    return subprocess.run([TIDY, "-quiet", "-p", build, source], capture_output=True, text=True)


def tell(findings, told):
    """What is in a header is found with each source that includes it, and told once."""
    for finding in re.split(r"^(?=\S+:\d+:\d+: (?:error|warning))", findings, flags=re.M):
        place = finding.split("\n", 1)[0]
        if place not in told:
            told.add(place)
            print(finding.replace(f"{ROOT}/", ""), flush=True)


def main(argv):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "clang")
    parser.add_argument("paths", nargs="*", default=ROOMS, metavar="PATH")
    asked = parser.parse_args(argv)
    until = time.monotonic() + asked.seconds
    build = asked.build.resolve()
    place, common = remembered(), ground()
    every, commanded = commands(build)
    entries = list(wanted(every, asked.paths))
    if not entries:
        sys.exit(f"lint: no source of {build}/compile_commands.json is in {' '.join(asked.paths)}")
    todo = []
    for entry in entries:
        memory = place / key_of(entry, common)
        if memory.exists():
            memory.touch()
        else:
            todo.append((pathlib.Path(entry["file"]), memory))
    todo.sort(key=lambda each: -each[0].stat().st_mtime)
    print(f"lint: {len(entries)} sources, {len(entries) - len(todo)} unchanged since they were clean", flush=True)

    printing = threading.Lock()
    counts = {"looked at": 0, "findings": 0}
    told = set()

    def look_at(source, memory):
        if time.monotonic() > until:
            return
        answer = look(commanded, source)
        clean = answer.returncode == 0
        if clean:
            memory.touch()
        with printing:
            counts["looked at"] += 1
            counts["findings"] += not clean
            if not clean:
                tell(answer.stdout or answer.stderr, told)
            verdict = "clean" if clean else "findings"
            print(f"[{counts['looked at']}/{len(todo)}] {source.relative_to(ROOT)}: {verdict}", flush=True)

    with ThreadPoolExecutor(asked.jobs) as pool:
        for done in [pool.submit(look_at, *each) for each in todo]:
            done.result()
    left = len(todo) - counts["looked at"]
    if counts["findings"]:
        sys.exit(f"lint: {counts['findings']} of {len(entries)} sources have findings, {left} were not looked at")
    if left:
        print(f"lint: clean as far as it came, {len(entries) - left} of {len(entries)} sources; "
              f"{left} were not looked at in {asked.seconds:.0f} s, the next time begins with them")
    else:
        print(f"lint: clean, {len(entries)} sources")


if __name__ == "__main__":
    main(sys.argv[1:])
