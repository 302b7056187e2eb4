"""At every width, from a phone to a wide desk, nothing overlaps, is cut off or alone on a line.

A page is measured at each width with its scripts on, and then off where that changes anything: the
style sheets ask which it is (`scripting`), and scripts that have run hide nothing.
"""

from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

WIDTHS = (320, 390, 600, 768, 800, 1024, 1080, 1180, 1280, 1366, 1440, 1920)
LEAST_MIDDLE_MOST = (WIDTHS[0], 800, WIDTHS[-1])
PLACES = """() => [...document.querySelectorAll("body *")].map((element) => {
  const { x, y, width, height } = element.getBoundingClientRect();
  return [x, y, width, height];
}).join()"""
MEASURE = Path(__file__).with_name("measure.js").read_text()


class Measured:
    """Pages that were measured, and what is wrong with them at which widths."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire: CDPSession = page.context.new_cdp_session(page)
        self.wrong: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        """At the page that is open, with motion reduced; afterwards it is as it was."""
        placed = self._measure(name, "with script")
        self._let_scripts_run(False)
        if [self._at(width, PLACES) for width in LEAST_MIDDLE_MOST] != placed:
            self._measure(name, "without script")
        self._let_scripts_run(True)
        self.wire.send("Emulation.clearDeviceMetricsOverride")

    def _measure(self, name: str, state: str) -> list[str]:
        """Note what is wrong; where everything is, at three widths."""
        placed = []
        for width in WIDTHS:
            for found in self._at(width, MEASURE):
                self.wrong.setdefault(f"{name}: {found}", []).append(f"{width} {state}")
            if width in LEAST_MIDDLE_MOST:
                placed.append(self.page.evaluate(PLACES))
        return placed

    def _let_scripts_run(self, run: bool) -> None:
        self.wire.send("Emulation.setScriptExecutionDisabled", {"value": not run})

    def _at(self, width: int, asked: str) -> Any:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.wire.send("Emulation.setDeviceMetricsOverride", size)
        return self.page.evaluate(asked)

    def __str__(self) -> str:
        return "\n".join(f"{what} ({', '.join(where)})" for what, where in self.wrong.items())
