"""Counts the instructions of fixed work and compares them with what they were: ./dev guard.

Instructions, unlike seconds, are the same on a busy machine. Each scenario runs n and 2 n times under callgrind; the
difference, divided by n, is what one time costs, without the start of the process. A scenario may cost 2 % more or less
than the baseline says; more is red, and so is less: then the baseline is to be written anew (--update), so that what was
gained is kept.
"""

import argparse
import json
import pathlib
import re
import subprocess
import sys

TOLERANCE = 0.02
BASELINE = pathlib.Path(__file__).with_name("guard.json")


def instructions(program, scenario, times):
    """What callgrind counts in one run of the program."""
    run = subprocess.run(
        ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, scenario, str(times)],
        capture_output=True, text=True, check=False)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if run.returncode != 0 or not found:
        sys.exit(f"guard: {scenario} failed:\n{run.stderr}")
    return int(found.group(1))


def compiler():
    return subprocess.run(["c++", "-dumpfullversion"], capture_output=True, text=True, check=True).stdout.strip()


def main():
    flags = argparse.ArgumentParser(prog="./dev guard", description=__doc__.split("\n")[0])
    flags.add_argument("program", help=argparse.SUPPRESS)
    flags.add_argument("scenario", nargs="*", help="which (default: all)")
    flags.add_argument("--update", action="store_true", help="write what was counted as the new baseline")
    asked = flags.parse_args()

    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {"compiler": None, "instructions": {}}
    listed = subprocess.run([asked.program, "--list"], capture_output=True, text=True, check=True).stdout
    scenarios = {name: int(times) for name, times in (line.split() for line in listed.splitlines())}
    unknown = [name for name in asked.scenario if name not in scenarios]
    if unknown:
        sys.exit(f"guard: no scenario '{unknown[0]}'; there are: {', '.join(scenarios)}")
    if baseline["compiler"] not in (None, compiler()):
        print(f"the baseline was counted with g++ {baseline['compiler']}, this is {compiler()}: not comparable")

    print(f"{'scenario':<12} {'instructions':>14} {'baseline':>12} {'change':>8}")
    red = []
    for name in asked.scenario or scenarios:
        times = scenarios[name]
        each = round((instructions(asked.program, name, 2 * times) - instructions(asked.program, name, times)) / times)
        was = baseline["instructions"].get(name)
        change = None if was is None else each / was - 1
        verdict = "new" if change is None else "" if abs(change) <= TOLERANCE else "more" if change > 0 else "less"
        print(f"{name:<12} {each:>14,} {was or 0:>12,} {'' if change is None else f'{change:+.1%}':>8} {verdict}",
              flush=True)
        if verdict:
            red.append(name)
        if asked.update:
            baseline["instructions"][name] = each
    if asked.update:
        baseline["compiler"] = compiler()
        BASELINE.write_text(json.dumps(baseline, indent=1) + "\n")
        print(f"written: {BASELINE.name}")
        return 0
    if red:
        print(f"\nguard: {', '.join(red)}: not within {TOLERANCE:.0%} of the baseline. What costs more is to be mended; what "
              "costs less, or has a reason, is kept with ./dev guard --update")
    return 1 if red else 0


sys.exit(main())
