"""Lets system calls of a process fail."""

import shutil
import subprocess

NOT_THERE = "strace is not there, or may not trace here"


def can_trace():
    if shutil.which("strace") is None:
        return False
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "true"], capture_output=True,
                           check=False)
    return tried.returncode == 0


def failing(call, error, when):
    """The words before a command whose calls of this kind fail: number `when`, and from it on if that ends in "+"."""
    # LeakSanitizer is a debugger itself, and there can be only one.
    return ["strace", "-f", "-qq", "--seccomp-bpf", "-o", "/dev/null", "-e", f"trace={call}", "-e",
            f"inject={call}:error={error}:when={when}", "env", "ASAN_OPTIONS=detect_leaks=0"]
