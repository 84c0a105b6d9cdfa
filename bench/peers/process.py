"""Runs a program pinned to processors, and knows what it cost."""
import os
import signal
import subprocess
import tempfile
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Program:
    def __init__(self, namespace, words, processors, text_input=None):
        self.output = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            namespace.command(["taskset", "-c", processors, *words]),
            stdout=self.output, stderr=subprocess.STDOUT, text=True,
            stdin=subprocess.PIPE if text_input else subprocess.DEVNULL)
        if text_input:
            self.process.stdin.write(text_input)
            self.process.stdin.close()

    def end(self, limit=30, stop_signal=None):
        """Waits (after a signal, if one is given); returns the output and the CPU seconds."""
        if stop_signal:
            os.kill(self.process.pid, stop_signal)
        deadline = time.monotonic() + limit
        while True:
            pid, status, usage = os.wait4(self.process.pid, os.WNOHANG)
            if pid:
                break
            if time.monotonic() > deadline:
                os.kill(self.process.pid, signal.SIGKILL)
                deadline += limit
            time.sleep(0.01)
        self.process.returncode = os.waitstatus_to_exitcode(status)
        self.output.seek(0)
        return self.output.read(), usage.ru_utime + usage.ru_stime


def busy_seconds():
    """What all processors have spent since boot, idle and waiting left out."""
    with open("/proc/stat", encoding="ascii") as stat:
        user, nice, system, _, _, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS


class Quiet:
    """Was anything else running meanwhile? `own` CPU seconds are ours."""

    def __init__(self):
        self.began, self.busy = time.monotonic(), busy_seconds()

    def disturbed(self, own):
        others = busy_seconds() - self.busy - own
        return others > 0.15 * (time.monotonic() - self.began)
