"""Browsers that tests use one after the other, as a new one costs more than what is done in it.

Playwright calls a browser of one's own, with its cookies and its storage, a context.
"""

from collections import defaultdict
from typing import Any

from playwright.sync_api import Browser, BrowserContext


class KeptContexts:
    """Contexts for one server, by their options; in each an empty page stays open.

    Where the last page of a context is closed Chromium closes the window, and opening another takes
    it several times as long as opening a page in one that stands.
    """

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._free: dict[str, list[BrowserContext]] = defaultdict(list)

    def take(self, options: dict[str, Any]) -> BrowserContext:
        """One with these options that nobody uses; it has our styles and scripts already."""
        free = self._free[_named(options)]
        if free:
            return free.pop()
        context = self.new(options)
        context.new_page()
        return context

    def new(self, options: dict[str, Any]) -> BrowserContext:
        """One that is nobody else's, before or afterwards."""
        return self._browser.new_context(base_url=self._address, **options)

    def give_back(self, context: BrowserContext, options: dict[str, Any]) -> None:
        """Sign its person out and forget what they left; what it fetched from us may stay."""
        kept, *used = context.pages
        for page in used:
            page.close()
        context.set_offline(False)
        context.clear_cookies()
        everything = {"origin": self._address, "storageTypes": "local_storage"}
        context.new_cdp_session(kept).send("Storage.clearDataForOrigin", everything)
        self._free[_named(options)].append(context)


def _named(options: dict[str, Any]) -> str:
    return repr(sorted(options.items()))
