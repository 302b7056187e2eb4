"""The lead list's menu of statuses, as people use it."""

from playwright.sync_api import Locator, Page


def status_box(page: Page, name: str) -> Locator:
    """The box of that status, whether or not the menu is open."""
    return page.locator(f".choice__box[name=status][value={name.lower()}]")


def press_status(page: Page, name: str) -> None:
    """Tick or untick the status, in the menu that is opened for it."""
    if not status_box(page, name).is_visible():
        page.locator("summary", has_text="Status").click()
    status_box(page, name).click()
