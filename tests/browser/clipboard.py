"""What a page has copied. Our pages' Permissions-Policy keeps even them from reading it back."""

from playwright.sync_api import Page


def clipboard_of(page: Page) -> str:
    """The clipboard's text, read in an answer that is no page; its browser must allow that."""
    reader = page.context.new_page()
    reader.goto("/healthz")
    text: str = reader.evaluate("navigator.clipboard.readText()")
    reader.close()
    return text
