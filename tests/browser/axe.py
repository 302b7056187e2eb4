"""What axe finds on pages, in light and in dark."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.few_rows import LATER_CHOICES, LATER_ROWS

LATER = (LATER_ROWS, LATER_CHOICES)  # axe's time grows with each
# Switching to dark changes colours alone, so these are asked again and the others are not.
OF_COLOURS = ["color-contrast", "link-in-text-block"]


class Findings:
    """What axe finds, whatever its impact. It looks with motion reduced, when no colour fades."""

    def __init__(self) -> None:
        self.axe = Axe()
        self.axe_again = Axe(axe_script="0")  # on a page that has it already
        self.found: dict[str, str] = {}

    def look(self, page: Page, name: str, *but_for: str, within: str = "html") -> None:
        """At what the page shows now, in light and in dark, but for what these selectors match."""
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        self._note(self.axe, page, f"{name} (light)", but_for, within)
        page.emulate_media(color_scheme="dark")
        self._note(self.axe_again, page, f"{name} (dark)", but_for, within, runOnly=OF_COLOURS)
        page.emulate_media(color_scheme="light")

    def look_once(self, page: Page, name: str) -> None:
        """At the page in the colours that it has."""
        self._note(self.axe, page, name)

    def _note(
        self,
        axe: Axe,
        page: Page,
        name: str,
        but_for: tuple[str, ...] = (),
        within: str = "html",
        **options: Any,
    ) -> None:
        left_out = [[selector] for selector in (*LATER, *but_for)]
        results = axe.run(
            page,
            context={"include": [[within]], "exclude": left_out},
            # No rule that runs reads style sheets, which axe would write into the page to read.
            options={"resultTypes": ["violations"], "preload": False, **options},
        )
        if results.violations_count:
            self.found[name] = results.generate_report()
