"""Each of the server's processes on a CPU of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sift_site.serving import own_cpu
from tests.servers import PROJECT, serve


def chosen(affinity, processes: int, cpus: list[int]) -> list[int | None]:
    """What each of so many processes is given, one after the other."""
    taken: list[int | None] = []
    for _ in range(processes):
        taken.append(own_cpu.choose(affinity, processes, cpus, taken))
    return taken


@pytest.mark.parametrize(
    ("affinity", "processes", "cpus", "taken"),
    [
        ("auto", 2, [0, 1], [0, 1]),
        ("auto", 4, [2, 3], [2, 3, 2, 3]),
        ("auto", 1, [5], [5]),
        # Some CPUs would be left to nobody, or one would have more to do than another.
        ("auto", 1, [0, 1], [None]),
        ("auto", 3, [0, 1], [None, None, None]),
        ("on", 3, [0, 1], [0, 1, 0]),
        ("on", 1, [0, 1, 2, 3], [0]),
        ("off", 2, [0, 1], [None, None]),
        ("on", 2, [], [None, None]),
    ],
)
def test_processes_are_spread_over_the_cpus_where_each_gets_as_many(
    affinity, processes, cpus, taken
):
    assert chosen(affinity, processes, cpus) == taken


def test_a_process_that_follows_another_takes_the_cpu_that_one_left():
    assert own_cpu.choose("auto", 2, [0, 1], taken=[0]) == 1
    assert own_cpu.choose("auto", 2, [0, 1], taken=[1]) == 0
    assert own_cpu.choose("auto", 2, [0, 1], taken=[None]) == 0  # before it was turned on


needs_affinity = pytest.mark.skipif(
    not hasattr(os, "sched_getaffinity"), reason="this system does not bind processes to CPUs"
)


@needs_affinity
def test_keeping_to_a_cpu_holds_for_threads_that_begin_later():
    program = (
        "import os, threading; from sift_site.serving import own_cpu\n"
        "own_cpu.keep_to(own_cpu.usable()[-1])\n"
        "thread = threading.Thread(target=lambda: print(os.sched_getaffinity(0)))\n"
        "thread.start(); thread.join()"
    )
    told = subprocess.check_output([sys.executable, "-c", program], cwd=PROJECT, text=True)

    assert told.strip() == f"{{{own_cpu.usable()[-1]}}}"


@needs_affinity
def test_a_cpu_that_cannot_be_had_is_done_without(monkeypatch):
    def refuse(*_):
        raise PermissionError

    monkeypatch.setattr(os, "sched_setaffinity", refuse)

    own_cpu.keep_to(0)


@needs_affinity
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("affinity", "cpus"), [("on", 1), ("off", len(own_cpu.usable()))])
def test_the_servers_process_keeps_to_one_cpu_where_it_is_told_to(affinity, cpus):
    with serve(env={"WEB_CPU_AFFINITY": affinity}):
        (server,) = _gunicorns_below(os.getpid())
        (worker,) = _gunicorns_below(server)

        assert len(os.sched_getaffinity(worker)) == cpus


def _gunicorns_below(pid: int) -> list[int]:
    """Its children that are gunicorn's."""
    children = [
        int(child)
        for thread in Path(f"/proc/{pid}/task").iterdir()
        for child in (thread / "children").read_text().split()
    ]
    return [
        child for child in children if b"gunicorn" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
