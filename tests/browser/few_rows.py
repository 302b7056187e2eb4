"""Lists of a few rows, for what is asked of every page: a list's later rows, and what else can be
chosen, are as the earlier are, and looking at each of them is what takes the time."""

from playwright.sync_api import Page

LATER_ROWS = "tbody > :nth-child(n + 9), :is(ol, ul) > :nth-child(n + 17)"
LATER_CHOICES = "select :nth-child(n + 17)"
# Of each part of the reference: its second endpoint and all after it, and so its objects.
LATER_ENDPOINTS = ", ".join(
    f"{one} ~ {one}" for one in (".endpoint:has(.verb)", ".endpoint:not(:has(.verb))")
)
HIDE = """(selector) => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`${selector} { display: none !important; }`);
  document.adoptedStyleSheets.push(sheet);
}"""


def hide(page: Page, selector: str) -> None:
    """Take from the open page what matches, until another is opened."""
    page.evaluate(HIDE, selector)
