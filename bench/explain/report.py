"""What was found, as Markdown: tables row by row as they are measured, then the plans."""

import sys
from typing import TextIO

from bench.explain.cost import Cost

LONGEST_LINE = 300  # of a plan; fifty ids in a condition tell nobody anything


class Report:
    """Costs of one page; `with_plans` keeps each statement's plan for the end."""

    def __init__(self, *, with_plans: bool, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._with_plans = with_plans
        self._costs: list[tuple[str, Cost]] = []

    def table(self, first: str, *others: str) -> None:
        """Begin a table with these columns, numbers in all but the first."""
        self._write(f"\n| {' | '.join([first, *others])} |\n|---|{'--:|' * len(others)}\n")

    def row(self, *cells: object) -> None:
        self._write(f"| {' | '.join(map(str, cells))} |\n")

    def keep(self, name: str, cost: Cost) -> None:
        """The plans of what has this name are shown at the end."""
        self._costs.append((name, cost))

    def end(self) -> None:
        """Write the plans, if they are wanted."""
        for name, cost in self._costs if self._with_plans else []:
            if cost.plans:
                self._write(f"\n### {name}\n")
            for plan in cost.plans:
                lines = (line[:LONGEST_LINE] for line in plan.splitlines())
                self._write("\n".join(["```", *lines, "```", ""]))

    def _write(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
