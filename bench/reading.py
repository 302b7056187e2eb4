"""`python -m bench.reading`: how well visitors' words are read, and how quickly.

Of each fact the precision (of what was read, how much is right) and the recall (of what was said,
how much was read), over the lines in tests/reading, the third of them that was held out, and real
dialogues in the format of docs/import-format.md whose facts are known (`--dialogues FILE`).
"""

# Django has to be set up before anything of ours is imported.
# ruff: noqa: E402

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from leads.phones import normalise
from leads.reading.areas_known import known_areas
from leads.reading.reading import RULES, read
from tests.reading.corpus import HELD_OUT, TUNED, Line, found_by_reading, lines_of

FACTS = (
    "intent", "budget", "bedrooms", "area", "property_type", "timeline", "chain_status",
    "financing_status", "buyer_scheme", "stamp_duty_position", "viewing_requested", "phone",
    "email",
)  # fmt: skip
DIALOGUES = Path(__file__).parents[2] / "shared" / "data" / "property-dialogues.jsonl"
_OF_DIALOGUES = ("bedrooms", "area", "viewing_requested", "phone")


@dataclass(slots=True)
class Counts:
    """How much of a fact was read rightly, wrongly and not."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)

    def compare(self, fact: str, meant: list[Any], found: list[Any]) -> None:
        """Count each value that was meant or found."""
        left = list(found)
        for value in meant:
            if value in left:
                left.remove(value)
                self.right[fact] += 1
            else:
                self.missed[fact] += 1
        self.wrong[fact] += len(left)

    def rates(self, facts: Iterable[str]) -> tuple[float | None, float | None, int]:
        """Precision, recall and how many were meant, over these facts; None where there is none."""
        facts = tuple(facts)
        right, wrong, missed = (
            sum(counter[fact] for fact in facts)
            for counter in (self.right, self.wrong, self.missed)
        )
        return _share(right, right + wrong), _share(right, right + missed), right + missed


def counts_of(lines: Iterable[Line], *, tell: bool = False) -> Counts:
    """What reading makes of the lines; `tell` prints each that is read otherwise than meant."""
    counts = Counts()
    for line in lines:
        found = found_by_reading(line.read())
        for values in (found.get("phone", []),):
            values[:] = [normalise(value) for value in values]
        for fact in FACTS:
            counts.compare(fact, line.means.get(fact, []), found.get(fact, []))
        if tell and found != line.means:
            print(f"{line.asked!r} {line.said!r}\n  meant {line.means}\n  found {found}")  # noqa: T201
    return counts


# --- Dialogues -----------------------------------------------------------------------------------
def counts_of_dialogues(file: Path, *, tell: bool = False) -> Counts:
    """What reading makes of whole conversations: of each fact the last that was said stands.

    Each is read by an agency whose other leads name their areas, and that has not met this one.
    """
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    named = Counter(row["lead"]["area"] for row in rows)
    counts = Counts()
    for row in rows:
        others = known_areas(area for area in named if named[area] > (area == row["lead"]["area"]))
        found = _last_of_each(row, others)
        meant = {
            "bedrooms": [row["lead"]["bedrooms_min"], row["lead"]["bedrooms_max"]],
            "area": row["lead"]["area"].lower(),
            "viewing_requested": row["lead"]["viewing_requested"] or None,
        }
        for fact in _OF_DIALOGUES:
            values = [
                [value] if value is not None else [] for value in (meant.get(fact), found.get(fact))
            ]
            counts.compare(fact, *values)
            if tell and values[0] != values[1]:
                print(row["external_id"], fact, *values)  # noqa: T201
    return counts


def _last_of_each(row: dict[str, Any], areas: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    asked = ""
    for message in row["messages"]:
        if message["role"] == "assistant":
            asked = message["content"]
            continue
        on = datetime.fromisoformat(message["created_at"]).date()
        for fact, values in found_by_reading(
            read(message["content"], asked=asked, on=on, areas=areas)
        ).items():
            found[fact] = values[-1]
        asked = ""
    if "area" in found:
        found["area"] = found["area"].lower()
    return found | ({} if found.get("viewing_requested") else {"viewing_requested": None})


# --- What is printed -----------------------------------------------------------------------------
def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _table(columns: dict[str, Counts], facts: Iterable[str]) -> str:
    facts = tuple(facts)
    heads = " | ".join(f"{name}: said | precision | recall" for name in columns)
    rows = [f"| fact | {heads} |", "|" + "---|" * (1 + 3 * len(columns))]
    for name, group in [*((fact, (fact,)) for fact in facts), ("all", facts)]:
        cells = []
        for counts in columns.values():
            precision, recall, said = counts.rates(group)
            cells += [str(said), _written(precision), _written(recall)]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _written(rate: float | None) -> str:
    return "–" if rate is None else f"{rate:.3f}"


def _microseconds(lines: list[Line]) -> float:
    """The time that one message takes, over all lines, read three times: the quickest."""
    times = []
    for _ in range(3):
        began = time.perf_counter()
        for line in lines:
            line.read()
        times.append(time.perf_counter() - began)
    return min(times) / len(lines) * 1_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.reading", description=__doc__)
    parser.add_argument("--dialogues", type=Path, default=DIALOGUES)
    parser.add_argument("--tell", choices=["tuned", "dialogues"], help="print what is misread")
    wanted = parser.parse_args()
    tuned, held_out = lines_of(TUNED), lines_of(HELD_OUT)
    columns = {
        "tuned": counts_of(tuned, tell=wanted.tell == "tuned"),
        "held out": counts_of(held_out),
        "both": counts_of([*tuned, *held_out]),
    }
    print(_table(columns, FACTS))  # noqa: T201
    print(f"\n{len(tuned)} lines and {len(held_out)} held out; {len(RULES)} facts.")  # noqa: T201
    print(f"{_microseconds([*tuned, *held_out]):.0f} microseconds a message.")  # noqa: T201
    if wanted.dialogues.exists():
        counts = counts_of_dialogues(wanted.dialogues, tell=wanted.tell == "dialogues")
        print("\n" + _table({"dialogues": counts}, _OF_DIALOGUES))  # noqa: T201
        print(f"\nTelephone numbers read: {counts.right['phone'] + counts.wrong['phone']}.")  # noqa: T201


if __name__ == "__main__":
    main()
