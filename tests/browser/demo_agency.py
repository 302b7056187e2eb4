"""An agency with demo content, and every page of it: the URL table, walked."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Page

from apikeys.revoking import revoke
from conversations.csv_import.bringing_in import upload
from conversations.intake_addresses import IntakeKind
from conversations.models import Conversation
from leads.models import Lead
from leads.models.saved_view import SavedView
from organisations.models import Letter, Organisation, User
from tests.browser.demo_rows import load_demo
from tests.factories import (
    PASSWORD,
    make_calls,
    make_delivery,
    make_endpoint,
    make_held_back,
    make_intake,
    make_invitation,
    make_key,
    make_user,
)
from tests.test_every_route import PAGES, Route

# Pages of the walk that lead elsewhere, answer files, or are a part of a page.
BY_SIGN_IN = ("password-reset/", "sign-in/", "sign-out/", "invitation/", "account-closed/")
# And those of strangers, which have a shell of their own (test_enquiry_is_sent.py).
FOR_STRANGERS = ("f/", "intake/")


@dataclass
class Agency:
    """An agency with demo content, and an admin who can sign in."""

    organisation: Organisation
    admin: User
    addresses: list[str]


def load_agency(leads: int) -> Agency:
    load_demo(leads)
    organisation = Organisation.objects.get()
    admin = organisation.people.get(role="admin")
    admin.set_password(PASSWORD)
    admin.save(update_fields=["password"])
    key, _ = make_key(organisation, name="CRM sync", created_by=admin)
    make_calls(key, 60)
    deleted, _ = make_key(organisation, name="Old sync")
    revoke(deleted)
    lead = Lead.objects.annotate(talks=Count("conversations")).order_by("-talks", "-score")[0]
    conversation = Conversation.objects.order_by("created_at")[0]
    view = SavedView.objects.create(
        organisation=organisation, person=admin, name="Hot tonight", query="status=hot"
    )
    gone = make_user(organisation, name="Gone Already")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    url = "https://crm.example/sift"
    endpoint = make_endpoint(organisation, url, types=["lead.created", "lead.erased"])
    intake = make_intake(organisation, name="Form on our website")
    sms = make_intake(organisation, IntakeKind.SMS, name="Office mobile")
    mail = make_intake(organisation, IntakeKind.MAIL, name="Mailbox")
    Letter.objects.all().delete()  # of the new webhook: the tests' own letters come first
    objects = {
        "lead_id": lead.id,
        "conversation_id": conversation.id,
        "key_id": key.id,
        "view_id": view.id,
        "bulk_id": lead.id,  # undoing is a POST: there is no page of it
        "act_id": lead.id,  # likewise
        "person_id": organisation.people.filter(role="agent")[0].id,
        "invitation_id": make_invitation(organisation)[0].id,
        "session_id": lead.id,  # so is signing out elsewhere
        "device_id": lead.id,  # and forgetting a device
        "passkey_id": lead.id,  # and removing a passkey
        "endpoint_id": endpoint.id,
        "delivery_id": make_delivery(endpoint, status=500, answer='{"error": "no"}').id,
        "intake_id": intake.id,
        "post_id": make_held_back(intake).id,
        "import_id": upload(organisation, admin, "leads.csv", b"name\nAda\n").id,
    }
    walked = [url_of(route, objects) for route in PAGES]
    more = [
        "/leads/?status=hot&status=bogus&after=nowhere",
        "/leads/?status=rejected&status=new",
        f"/leads/{Lead.objects.filter(score=None)[0].id}/",
        f"/leads/{Lead.objects.exclude(assignee=None)[0].id}/",
        f"/conversations/{Conversation.objects.exclude(languages_used=['en'])[0].id}/",
        f"/conversations/{conversation.id}/?find=the&hit=2",
        f"/conversations/?q=the&language=en&open={conversation.id}",
        "/conversations/?q=nobodysaidthis&since=soon",
        "/leads/bulk/?act=move&to_status=lost&scope=matching",
        f"/settings/team/{gone.id}/reactivate/",
        f"/settings/team/{gone.id}/two-step/off/",
        f"/settings/api-keys/{deleted.id}/",
        f"/settings/intake/{sms.id}/",
        f"/settings/intake/{mail.id}/",
        "/nothing-here/",
    ]
    return Agency(organisation, admin, [address for address in walked if address] + more)


def url_of(route: Route, objects: dict[str, Any]) -> str | None:
    """Where the route's page of the demo is; None for a page of the signed-out or of strangers."""
    if route.pattern.startswith((*BY_SIGN_IN, *FOR_STRANGERS)):
        return None
    unknown = set(route.parameters) - set(objects)
    assert not unknown, f"say which object of the demo {unknown} stands for"
    return route.address(objects)


def _is_page(answer: HttpResponse) -> bool:
    is_html = answer.headers.get("Content-Type", "").startswith("text/html")
    return is_html and answer.status_code not in (302, 303, 405) and b"<html" in answer.content


def pages_of(page: Page, demo: Agency) -> Iterator[str]:
    """Opens every address that answers with a page of its own, one after the other."""
    client = Client()
    client.force_login(demo.admin)
    shown = 0
    for address in demo.addresses:
        if not _is_page(client.get(address)):
            continue
        page.goto(address)
        shown += 1
        yield address
    assert shown >= 10
