"""Pages on paper: a list's heads over its columns, what is known of a lead, nothing to press."""

import pytest

from tests.browser.demo_agency import Agency, load_agency, pages_of
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

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


@pytest.fixture
def agency() -> Agency:
    return load_agency(leads=60)


def test_no_page_prints_controls_and_every_list_has_its_heads_over_its_columns(
    open_browser, agency
):
    page = open_browser()
    signed_in(page, agency.admin)
    page.emulate_media(media="print")

    faults = []
    for address in pages_of(page, agency):
        for paper in PAPERS:
            page.set_viewport_size(paper)
            faults += [f"{address}: {control}" for control in page.evaluate(CONTROLS)]
            faults += [
                f"{address}: {table}"
                for table in page.evaluate(COLUMNS)
                if not in_columns(table, paper)
            ]
    assert "\n".join(faults) == ""


def in_columns(table: dict, paper: dict) -> bool:
    return (
        table["heads"] == table["cells"] != []
        and table["above"]
        and table["width"] <= paper["width"]
    )
