"""At every width, from a phone to a wide desk, nothing overlaps, is cut off or alone on a line.

A page is measured at each width with its scripts on and then off: the style sheets ask which it is
(`scripting`), and scripts that have run hide nothing.
"""

from pathlib import Path

from playwright.sync_api import CDPSession, Page

WIDTHS = (320, 390, 600, 768, 800, 1024, 1080, 1180, 1280, 1366, 1440, 1920)
MEASURE = Path(__file__).with_name("measure.js").read_text()


class Measured:
    """Pages that were measured, and what is wrong with them at which widths."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.wire: CDPSession = page.context.new_cdp_session(page)
        self.wrong: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        """At the page that is open, with motion reduced; afterwards it is as it was."""
        for off in (False, True):
            self.wire.send("Emulation.setScriptExecutionDisabled", {"value": off})
            for width in WIDTHS:
                self._resize(width)
                for found in self.page.evaluate(MEASURE):
                    state = "without script" if off else "with script"
                    self.wrong.setdefault(f"{name}: {found}", []).append(f"{width} {state}")
        self.wire.send("Emulation.setScriptExecutionDisabled", {"value": False})
        self.wire.send("Emulation.clearDeviceMetricsOverride")

    def _resize(self, width: int) -> None:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.wire.send("Emulation.setDeviceMetricsOverride", size)

    def __str__(self) -> str:
        return "\n".join(f"{what} ({', '.join(where)})" for what, where in self.wrong.items())
