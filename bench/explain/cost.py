"""What an act asks of the database, and what that costs."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.test.utils import CaptureQueriesContext

T = TypeVar("T")

REPEATS = 5  # the quickest counts; the others shared the machine


@dataclass(frozen=True, slots=True)
class Cost:
    """What an act asked of the database: the plan of each statement, and its time."""

    plans: list[str]
    milliseconds: float

    def __str__(self) -> str:
        return f"{self.milliseconds:.1f}"


def cost_of(act: Callable[[], T]) -> tuple[T, Cost]:
    """What the act gives, and what the statements that it sends cost when they are sent again.

    The beginning and end of a transaction have no plan.
    """
    with CaptureQueriesContext(connection) as captured:
        result = act()
    # What a cursor reads piece by piece is explained as if it were read at once.
    sent = [re.sub(r"^DECLARE .*? CURSOR FOR ", "", query["sql"]) for query in captured]
    explained = [explain(sql) for sql in sent if sql.lstrip("( ").startswith(("SELECT", "WITH"))]
    return result, Cost([plan for plan, _ in explained], sum(time for _, time in explained))


def explain(statement: str) -> tuple[str, float]:
    """The quickest plan of a few tries, and its milliseconds of planning and execution."""
    tries = []
    with connection.cursor() as cursor:
        for _ in range(REPEATS):
            cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {statement}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            times = re.findall(r"(?:Planning|Execution) Time: ([\d.]+) ms", plan)
            tries.append((plan, sum(map(float, times))))
    return min(tries, key=lambda one: one[1])
