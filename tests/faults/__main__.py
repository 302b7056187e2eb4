"""Every fault in its turn, and one table of them: `.venv/bin/python -m tests.faults [NAME...]`.

Exit status 1 where something does not hold that must. What cannot be tried on this machine is named
and left out.
"""

import argparse
import contextlib
import itertools
import sys
from collections.abc import Iterator, Sequence

from tests.faults import clock, crowding, full_disk, going_away, killing, locking, network
from tests.faults.fault import Fault, Tried, tried

ALL: tuple[Fault, ...] = (
    *killing.FAULTS,
    *crowding.FAULTS,
    *locking.FAULTS,
    *going_away.FAULTS,
    *network.FAULTS,
    *full_disk.FAULTS,
    *clock.FAULTS,
)
_HEAD = (
    "fault", "lasted", "captures", "lost", "twice", "answers until all was good", "slowest",
    "good again after", "webhooks told after",
)  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    names = [fault.name for fault in ALL]
    parser.add_argument("names", metavar="NAME", nargs="*", choices=[*names, []], help="all of it")
    wanted = parser.parse_args().names
    chosen = [fault for fault in ALL if not wanted or fault.name in wanted]
    outcomes = list(_all_tried(chosen))
    sys.stdout.write(_table(outcomes))
    wrong = [f"{each.fault.name}: {what}" for each in outcomes for what in each.wrong]
    sys.stdout.write("".join(f"{line}\n" for line in wrong) or "All holds.\n")
    return 1 if wrong else 0


def _all_tried(faults: Sequence[Fault]) -> Iterator[Tried]:
    for install, group in itertools.groupby(faults, key=lambda fault: fault.install):
        possible = [fault for fault in group if _is_possible(fault)]
        if not possible:
            continue
        with contextlib.ExitStack() as stack:
            there = stack.enter_context(install())
            for fault in possible:
                _say(f"{fault.name} ...")
                outcome = tried(fault, there)
                _say("\n".join([f"{fault.name}: {_what(outcome)}", *outcome.wrong]))
                yield outcome


def _is_possible(fault: Fault) -> bool:
    lacking = fault.lacks()
    if lacking:
        _say(f"{fault.name}: not tried, {lacking}")
    return not lacking


def _table(outcomes: Sequence[Tried]) -> str:
    rows = [_HEAD, ("---", *["--:"] * 4, "---", *["--:"] * 3), *map(_row, outcomes)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _row(outcome: Tried) -> tuple[str, ...]:
    return (
        outcome.fault.name,
        _seconds(outcome.seconds),
        f"{outcome.acknowledged:,}",
        str(outcome.lost),
        str(outcome.twice),
        _what(outcome),
        _seconds(outcome.slowest),
        _seconds(outcome.back),
        _seconds(outcome.told),
    )


def _what(outcome: Tried) -> str:
    return ", ".join(f"{number:,} × {what}" for what, number in sorted(outcome.meanwhile.items()))


def _seconds(number: float | None) -> str:
    return "never" if number is None else f"{number:.1f} s"


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())
