"""Asks every page and endpoint of Sift in this process and prints the milliseconds of each as JSON.

The whole of Django's chain and the real database, without a socket: `growth.py` starts it with the
agency and a key. The quickest of some tries counts; the others shared the machine.
"""

import json
import sys
import time
from collections.abc import Callable

import django

django.setup()

from django.test import Client  # noqa: E402 - models, so only now

from conversations.models import Conversation  # noqa: E402
from leads.models import Lead  # noqa: E402
from organisations.models import Organisation, Role, User  # noqa: E402

TRIES = 12
LONGEST = 6.0  # seconds for one question, however few tries that gives


def main(slug: str, key: str) -> None:
    organisation = Organisation.objects.get(slug=slug)
    browser, api = Client(), Client(headers={"Authorization": f"Bearer {key}"})
    browser.force_login(User.objects.filter(organisation=organisation, role=Role.ADMIN)[0])
    leads = Lead.objects.for_organisation(organisation)
    count = leads.count()
    lead = leads.order_by("-created_at", "-id")[count // 2]
    talk = Conversation.objects.for_organisation(organisation).order_by("-message_count", "id")[0]
    pages = {
        "overview": "/",
        "overview, 12 months": "/?period=12-months",
        "leads": "/leads/",
        "leads, by score": "/leads/?sort=score",
        "leads, qualified": "/leads/?status=qualified",
        "leads, `q=leeds` (common)": "/leads/?q=leeds",
        "leads, `q=usman khan` (rare)": "/leads/?q=usman+khan",
        "leads, `q=nobodyatall` (none)": "/leads/?q=nobodyatall",
        "leads, a fact, by score": "/leads/?timeline=asap&sort=score",
        "one lead": f"/leads/{lead.id}/",
        "conversations": "/conversations/",
        "conversations, `q=house` (common)": "/conversations/?q=house",
        "conversations, `q=nobodyatall`": "/conversations/?q=nobodyatall",
        "the longest transcript": f"/conversations/{talk.id}/",
        "audit trail": "/settings/audit/",
    }
    root = "/api/v1/leads"
    deep = api.get(f"{root}?limit=1&offset={count * 4 // 5}").json()["next_cursor"]
    endpoints = {
        "API: leads, 50": f"{root}?limit=50",
        "API: leads, 500": f"{root}?limit=500",
        "API: leads, 50, four fifths down by cursor": f"{root}?limit=50&cursor={deep}",
        "API: leads, 50, a fifth down by offset": f"{root}?limit=50&offset={count // 5}",
        "API: qualified, half a year": f"{root}?status=qualified&since=2025-12-01",
        "API: leads, `count=exact`": f"{root}?limit=50&count=exact",
        "API: `updated_since` (all match)": f"{root}?updated_since=2020-01-01",
        "API: `updated_since` (none matches)": f"{root}?updated_since=2100-01-01",
        "API: one lead": f"{root}/{lead.id}",
        "API: conversations": "/api/v1/conversations",
        "API: a conversation's messages": f"/api/v1/conversations/{talk.id}/messages",
    }
    found = {name: _quickest(_get(browser, address)) for name, address in pages.items()}
    found |= {name: _quickest(_get(api, address)) for name, address in endpoints.items()}
    found["API: PATCH status"] = _quickest(_patching(api, f"{root}/{lead.id}/status"))
    sys.stdout.write(json.dumps(found))


def _get(client: Client, address: str) -> Callable[[], None]:
    def act() -> None:
        answer = client.get(address)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return act


def _patching(client: Client, address: str) -> Callable[[], None]:
    """Moves a lead to and fro."""
    statuses = ["contacted", "qualified"]

    def act() -> None:
        statuses.reverse()
        body = {"status": statuses[0]}
        answer = client.patch(address, body, content_type="application/json")
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status_code}")

    return act


def _quickest(act: Callable[[], None]) -> float:
    """In milliseconds, after two tries that warm up."""
    act()
    act()
    tries: list[float] = []
    while len(tries) < TRIES and sum(tries) < LONGEST:
        began = time.perf_counter()
        act()
        tries.append(time.perf_counter() - began)
    return round(min(tries) * 1000, 2)


if __name__ == "__main__":
    main(*sys.argv[1:])
