"""Chromium, on a server of the test's own."""

import os
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.servers.basehttp import WSGIRequestHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from organisations.models import Organisation, User
from tests.browser.axe import Findings
from tests.browser.demo_rows import load_demo
from tests.browser.kept_contexts import KeptContexts
from tests.factories import PASSWORD

# What is awaited comes at once, but on a busy machine.
LONGEST_WAIT = 30_000  # milliseconds
expect.set_options(timeout=LONGEST_WAIT)


# One process for all pages, none for what a screen alone needs, and no code made quicker that soon
# will not run again nor an early look for garbage: all this took longer than what pages do.
NO_LONGER_THAN_NEEDED = (
    *("--renderer-process-limit=1", "--disable-site-isolation-trials", "--in-process-gpu"),
    "--js-flags=--no-opt,--no-maglev,--min-semi-space-size=16",
)

ACTS = ("check", "click", "fill", "press", "press_sequentially", "select_option", "uncheck")


def once_scripts_run(act: Callable[..., Any]) -> Callable[..., Any]:
    """The act on a page that runs its scripts, as with people: Playwright is quick enough to press
    a button between its coming into the page and its script's."""

    @wraps(act)
    def acts(self: Locator | Page, *arguments: Any, **options: Any) -> Any:
        page = self if isinstance(self, Page) else self.page
        page.wait_for_load_state("domcontentloaded")
        return act(self, *arguments, **options)

    return acts


_serve_static = StaticFilesHandler.serve


def serve_static_to_keep(handler: StaticFilesHandler, request: HttpRequest) -> HttpResponseBase:
    """As in production, where no browser asks again whether a style or a script has changed; here
    it would for files that are as new as in a fresh clone."""
    response = _serve_static(handler, request)
    response["Cache-Control"] = "max-age=3600"
    return response


@pytest.fixture(scope="package")
def chromium(chromium_path: str, django_db_setup: None) -> Iterator[Browser]:
    arguments = list(NO_LONGER_THAN_NEEDED)
    if os.geteuid() == 0:  # as in a container, which has no user namespace for the sandbox
        arguments.append("--no-sandbox")
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        patch.setattr(StaticFilesHandler, "serve", serve_static_to_keep)
        # As gunicorn: else a body waits up to 40 ms until Chromium has acknowledged the head.
        patch.setattr(WSGIRequestHandler, "disable_nagle_algorithm", True)
        patch.setattr(Page, "evaluate", once_scripts_run(Page.evaluate))
        patch.setattr(Page, "keyboard", property(once_scripts_run(Page.keyboard.fget)))
        for name in ACTS:
            patch.setattr(Locator, name, once_scripts_run(getattr(Locator, name)))
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def contexts(chromium: Browser, live_server: Any) -> KeptContexts:
    return KeptContexts(chromium, live_server.url)


@pytest.fixture
def open_browser(contexts: KeptContexts) -> Iterator[Callable[..., Page]]:
    """Opens a page of a browser on the live server in which nobody is signed in. Whatever its
    console complains of fails the test, a breach of the content security policy first of all.

    The browser served other tests before, and is emptied after each; one that will be `changed` in
    what a test cannot put back, its clock for one, is new and is closed.
    """
    opened, complaints = [], []

    def open_one(*, changed: bool = False, **options: Any) -> Page:
        context = contexts.new(options) if changed else contexts.take(options)
        opened.append((context, changed, options))
        page = context.new_page()
        page.set_default_timeout(LONGEST_WAIT)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        return page

    yield open_one
    for context, changed, options in opened:
        if changed:
            context.close()
        else:
            contexts.give_back(context, options)
    # A status or a failure that the test itself called forth is no complaint.
    called_forth = (
        *("Failed to load resource", "Response Status Error"),
        *("htmx:afterRequest", "htmx:sendError", "htmx:timeout"),  # HTMX on a request that failed
    )
    assert [said for said in complaints if not said.startswith(called_forth)] == []


@pytest.fixture
def person() -> User:
    """An agent of an agency in the middle of its work."""
    load_demo(leads=90)
    person = Organisation.objects.get().people.get(email="agent@harbour-and-vale.example")
    person.set_password(PASSWORD)
    person.save(update_fields=["password"])
    return person


@pytest.fixture
def findings() -> Iterator[Findings]:
    """Shows pages to axe; whatever it found on one of them fails the test."""
    findings = Findings()
    yield findings
    assert findings.found == {}
