"""A redis-server of one's own: killed, stopped and filled at will; what it has written can be copied, cut and looked at."""

import ctypes
import pathlib
import shutil
import signal
import subprocess
import time

PATIENCE = 60  # seconds for an answer
# Rewriting would put another file in the place of the one that is cut.
SETTINGS = ("--port", "0", "--save", "", "--appendonly", "yes", "--auto-aof-rewrite-percentage", "0",
            "--hash-max-listpack-value", "512")
PDEATHSIG = 1  # of prctl: it does not outlive a test that is killed


def with_parent():
    ctypes.CDLL(None).prctl(PDEATHSIG, signal.SIGKILL)


class RedisServer:
    """On a Unix socket in a directory of its own; `settings` are words of redis-server's command line. `partitions`: of the
    namespace."""

    def __init__(self, home, *settings, fsync="always", partitions=1):
        self.home = pathlib.Path(home)
        self.home.mkdir(parents=True, exist_ok=True)
        self.socket = self.home / "redis.sock"
        self.partitions = partitions
        self.address = f"redis+unix://{self.socket}" + (f"?partitions={partitions}" if partitions > 1 else "")
        self.words = ["redis-server", "--unixsocket", self.socket, "--dir", self.home, "--logfile", self.home / "log", *SETTINGS,
                      "--appendfsync", fsync, *settings]
        self.process = None
        self.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.kill()

    def start(self):
        self.process = subprocess.Popen([str(word) for word in self.words], preexec_fn=with_parent)
        until = time.monotonic() + PATIENCE
        while self.cli("PING") != "PONG":
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"redis-server does not start: {self.log()}")
            time.sleep(0.01)

    def kill(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.process = None

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def cli(self, *words):
        """What it answers, an error too; nothing: it is not there."""
        try:
            done = subprocess.run(["redis-cli", "-s", self.socket, *words], capture_output=True, text=True, timeout=PATIENCE,
                                  check=False)
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout.strip()

    def count(self, command, key):
        """In all partitions together."""
        answers = [self.cli(command, f"quipu:{{main.{at}}}:{key}") for at in range(self.partitions)]
        return sum(int(answer) for answer in answers if answer.isdigit())

    def log(self):
        file = self.home / "log"
        return file.read_text(errors="replace")[-1000:] if file.exists() else ""

    @property
    def files(self):
        return self.home / "appendonlydir"

    @property
    def growing(self):
        """The file that commits are appended to."""
        return max(self.files.glob("*.incr.aof"), key=lambda file: int(file.name.split(".")[-3]))

    def size(self):
        return self.growing.stat().st_size

    def copy_files(self, to, size=None):
        """What is on the disk now; of the growing file the first `size` bytes."""
        shutil.copytree(self.files, to)
        if size is not None:
            with open(to / self.growing.name, "r+b") as file:
                file.truncate(size)
