"""What processes cost, from /proc: CPU time and memory."""

import os
from collections.abc import Iterable
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK")


def workers_of(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found, ahead = [], [pid]
    while ahead:
        one = ahead.pop()
        found.append(one)
        for thread in Path(f"/proc/{one}/task").iterdir():
            ahead += [int(child) for child in (thread / "children").read_text().split()]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """User and system time that the living of these processes, with their threads, have had.

    From the scheduler's own count in nanoseconds where it is kept; else utime and stime, which come
    in hundredths of a second.
    """
    return sum(_cpu_seconds(pid) for pid in pids)


def _cpu_seconds(pid: int) -> float:
    threads = Path(f"/proc/{pid}/task")
    try:
        return (
            sum(int((thread / "schedstat").read_text().split()[0]) for thread in threads.iterdir())
            / 1e9
        )
    except (OSError, IndexError):
        return _ticked_seconds(pid)


def _ticked_seconds(pid: int) -> float:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0.0
    # After the program's name, which stands in brackets and may hold anything.
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICK


def peak_memory(pids: Iterable[int]) -> int:
    """The most bytes that any one of the processes has held in memory so far."""
    return max(_status_kb(pid, "VmHWM") for pid in pids) * 1024


def _status_kb(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    return 0
