"""Pages on paper: a list's heads over its columns, nothing to press."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page

# What is left of A4 and of A4 on its side within Chromium's margins, in CSS pixels.
PAPERS = ({"width": 718, "height": 1047}, {"width": 1047, "height": 718})
SEEN = """
  const seen = (element) => element.checkVisibility({visibilityProperty: true})
    && element.getBoundingClientRect().width > 1 && !element.closest(".visually-hidden");
"""
# A status in its row stays as the word that it is: a select that looks like none.
CONTROLS = f"""() => {{ {SEEN}
  return [...document.querySelectorAll("button, input, textarea, select, .button")]
    .filter((control) => seen(control)
      && !(control.matches("select") && getComputedStyle(control).appearance === "none"))
    .map((control) => `${{control.localName}} ${{control.className}} ${{control.id}}`);
}}"""
COLUMNS = f"""() => {{ {SEEN}
  return [...document.querySelectorAll("main .table")].filter(seen).map((table) => {{
    const starts = (row) => [...row.children]
      .filter((cell) => cell.checkVisibility() && cell.getBoundingClientRect().width > 1)
      .map((cell) => Math.round(cell.getBoundingClientRect().left));
    const [head, row] = [table.querySelector("thead tr"), table.querySelector("tbody tr")];
    return {{ heads: starts(head), cells: starts(row), above: head.getBoundingClientRect().bottom
      <= row.getBoundingClientRect().top + 1, width: table.scrollWidth }};
  }});
}}"""


def faults_on_paper(page: Page) -> Iterator[str]:
    """What would be wrong with the open page if it was printed."""
    page.emulate_media(media="print")
    for paper in PAPERS:
        page.set_viewport_size(paper)
        yield from page.evaluate(CONTROLS)
        yield from (str(table) for table in page.evaluate(COLUMNS) if not _fits(table, paper))
    page.emulate_media(media="null")


def _fits(table: dict[str, Any], paper: dict[str, int]) -> bool:
    return (
        table["heads"] == table["cells"] != []
        and table["above"]
        and table["width"] <= paper["width"]
    )
