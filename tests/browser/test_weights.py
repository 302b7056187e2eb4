"""What a page weighs, cold, as it is deployed: gunicorn, and compressed static files.

Bytes are what Chromium received, headers included. Figures stand in the failures' messages, and
`pytest -rP` prints those of a run that passed.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.demo_agency import Agency, load_agency, pages_of
from tests.servers import PROJECT, serve
from tests.signing_in import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MOST_BYTES = 60_000
MOST_REQUESTS = 12
MOST_BYTES_OF_A_SWAP = 15_000
# DESIGN's own budgets for kinds of files.
MOST_OF_A_KIND = {"Script": 25_000, "Stylesheet": 12_000}
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
OBSERVE = """
  window.shifts = 0; window.largest = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.shifts += entry.value;
  }).observe({type: "layout-shift", buffered: true});
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) window.largest = entry.startTime;
  }).observe({type: "largest-contentful-paint", buffered: true});
"""
TWO_FRAMES = """() => new Promise((done) => {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)));
})"""


class Traffic:
    """What went over the wire since the last `clear`: bytes of each request, by its kind."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.asked: dict[str, tuple[str, str]] = {}
        self.bytes: dict[str, int] = {}
        self.wire = page.context.new_cdp_session(page)
        self.wire.send("Network.enable")
        self.keep_nothing(True)
        self.wire.on("Network.requestWillBeSent", self._began)
        self.wire.on("Network.loadingFinished", self._ended)

    def keep_nothing(self, nothing: bool) -> None:
        """Whether each file is fetched anew for each page."""
        self.wire.send("Network.setCacheDisabled", {"cacheDisabled": nothing})

    def _began(self, event: dict[str, Any]) -> None:
        url = event["request"]["url"]
        if not url.startswith("data:"):
            self.asked[event["requestId"]] = (event.get("type", "Other"), url)

    def _ended(self, event: dict[str, Any]) -> None:
        self.bytes[event["requestId"]] = int(event["encodedDataLength"])

    def clear(self) -> None:
        self.asked.clear()
        self.bytes.clear()

    def of_kind(self, *kinds: str) -> int:
        return sum(self.bytes.get(id_, 0) for id_, (kind, _) in self.asked.items() if kind in kinds)

    def wait_for(self, kind: str) -> None:
        """Until the weight of such a request is known, which comes a little after its answer."""
        for _ in range(100):
            if self.of_kind(kind):
                return
            self.page.wait_for_timeout(50)

    @property
    def total(self) -> int:
        return sum(self.bytes.get(id_, 0) for id_ in self.asked)

    def __str__(self) -> str:
        lines = [
            f"  {self.bytes.get(id_, 0):6} {kind:10} {url}"
            for id_, (kind, url) in self.asked.items()
        ]
        return "\n".join([f"{self.total:,} bytes in {len(lines)} requests", *lines])


@pytest.fixture
def agency() -> Agency:
    return load_agency(leads=120)


@pytest.fixture(scope="module")
def built(tmp_path_factory: Any) -> dict[str, str]:
    """What a server's environment says of static files that were collected and compressed."""
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.built_settings",
        "SIFT_TEST_STATIC_ROOT": str(tmp_path_factory.mktemp("static")),
    }
    subprocess.run(
        [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity=0"],
        cwd=PROJECT,
        env=os.environ | env,
        check=True,
    )
    return env


@pytest.fixture
def served(agency: Agency, built: dict[str, str]) -> Iterator[str]:
    """The agency's Sift, as it is deployed."""
    with serve(env=built) as address:
        yield address


@pytest.fixture
def open_page(chromium: Browser, served: str) -> Iterator[Callable[..., Page]]:
    contexts = []

    def open_one(**options: Any) -> Page:
        context = chromium.new_context(base_url=served, **options)
        contexts.append(context)
        context.add_init_script(OBSERVE)
        return context.new_page()

    yield open_one
    for context in contexts:
        context.close()


def settle(page: Page, traffic: Traffic) -> None:
    """Until the page is loaded and all that it asked for by then is weighed."""
    page.wait_for_load_state("load")
    for _ in range(100):
        if traffic.asked.keys() <= traffic.bytes.keys():
            return
        page.wait_for_timeout(20)


def test_every_page_is_light_at_first_load_and_nothing_moves_in_it(open_page, agency, served):
    page = open_page(viewport=DESK)
    traffic = Traffic(page)
    page.goto("/sign-in/")
    settle(page, traffic)
    assert traffic.total < MOST_BYTES, traffic
    signed_in(page, agency.admin)
    heaviest = ""

    most = 0
    traffic.clear()
    for address in pages_of(page, agency):
        settle(page, traffic)

        assert 0 < traffic.total < MOST_BYTES, f"{address}: {traffic}"
        assert len(traffic.asked) <= MOST_REQUESTS, f"{address}: {traffic}"
        for kind, budget in MOST_OF_A_KIND.items():
            assert traffic.of_kind(kind) < budget, f"{address}, {kind}: {traffic}"
        assert all(url.startswith(served) for _, url in traffic.asked.values()), traffic
        if traffic.total > most:
            most, heaviest = traffic.total, f"{address}: {traffic}"
        nothing_moved(page, f"{address}, at a desk")
        page.set_viewport_size(PHONE)
        traffic.keep_nothing(False)
        page.reload()
        nothing_moved(page, f"{address}, on a phone")
        traffic.keep_nothing(True)
        page.set_viewport_size(DESK)
        traffic.clear()
    print(heaviest)  # noqa: T201 - the figure, with -rP


def nothing_moved(page: Page, where: str) -> None:
    page.evaluate(TWO_FRAMES)  # after which all that was painted has been observed
    shifts, largest = page.evaluate("[window.shifts, window.largest]")
    assert shifts == 0, f"{where}: CLS {shifts}"
    print(f"{where}: LCP {largest:.0f} ms, CLS {shifts}")  # noqa: T201 - with -rP


def test_a_filters_swap_is_a_fraction_of_a_page(open_page, agency):
    page = open_page()
    signed_in(page, agency.admin)
    traffic = Traffic(page)
    page.goto("/leads/")
    settle(page, traffic)
    traffic.clear()

    page.locator("#lead-results [rel=next]").click()
    page.wait_for_url("**after=**")
    traffic.wait_for("XHR")
    older, first = str(traffic), traffic.of_kind("XHR")
    traffic.clear()
    page.locator("#lead-results [rel=prev]").click()
    page.wait_for_url("**before=**")
    traffic.wait_for("XHR")

    expect(page.locator("#lead-results tbody .row__link")).to_have_count(50)
    assert 0 < first < MOST_BYTES_OF_A_SWAP, older
    assert 0 < traffic.of_kind("XHR") < MOST_BYTES_OF_A_SWAP, traffic
    print(f"A swap of 50 rows: {traffic.of_kind('XHR'):,} bytes")  # noqa: T201 - with -rP
