"""Which CPU each of the server's processes keeps to.

Python lets one thread of a process run at a time, and a thread that waits for a moment hands over
to another. Where that one is on another CPU, it has to be woken there and finds none of its data
near: up to a fifth of what a small answer costs. A second CPU is of little use to such a process,
so each keeps to one, as nginx's do under `worker_cpu_affinity auto`.
"""

import contextlib
import os
from collections import Counter
from collections.abc import Iterable, Sequence

from sift_site.environment import Affinity


def usable() -> Sequence[int]:
    """The CPUs that this process may run on; none where the system does not tell."""
    if not hasattr(os, "sched_getaffinity"):
        return []
    return sorted(os.sched_getaffinity(0))


def choose(
    affinity: Affinity, processes: int, cpus: Sequence[int], taken: Iterable[int | None]
) -> int | None:
    """The CPU for one more of so many processes, of which others have taken theirs; None for any.

    By itself (`auto`) only where each CPU gets as many of them: fewer would leave some CPUs to
    nobody, and other programs on this machine that chose likewise might choose the same.
    """
    if affinity == "off" or not cpus or (affinity == "auto" and processes % len(cpus)):
        return None
    count = Counter(taken)
    return min(cpus, key=lambda cpu: count[cpu])


def keep_to(cpu: int | None) -> None:
    """Have this process, with the threads that it begins from now on, run on that CPU alone."""
    if cpu is not None:
        with contextlib.suppress(OSError):  # a sandbox may forbid it: then it runs anywhere
            os.sched_setaffinity(0, {cpu})
