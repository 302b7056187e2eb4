"""The API reference: for all, made from the document, its samples run as they stand."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest

from leads.merging import merge
from leads.models import Lead
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from organisations.models import Feed
from sift_site.api.problems import KINDS
from sift_site.reference import feed, polling, transcripts
from sift_site.reference.code import coloured, with_code
from sift_site.reference.openapi import document
from sift_site.reference.outline import Outline, type_in_words
from tests.factories import (
    make_conversation,
    make_endpoint,
    make_key,
    make_lead,
    make_message,
    move_lead,
)
from tests.markup import without_layout

ADDRESS = "/api/docs/"


class Reader(HTMLParser):
    """A page's ids, the addresses within it, and its second headings with their ids."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.anchors: set[str] = set()
        self.second_headings: list[str | None] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if attributes.get("href", "").startswith("#"):
            self.anchors.add(attributes["href"][1:])
        if tag == "h2":
            self.second_headings.append(attributes.get("id"))


def operations():
    return [
        operation
        for item in document()["paths"].values()
        for method, operation in item.items()
        if method != "parameters"
    ]


# --- What it says --------------------------------------------------------------------------------
def test_it_is_for_all_and_asks_the_database_nothing(client):
    answer = client.get(ADDRESS)  # no database is allowed here

    assert answer.status_code == 200
    assert "shell--bare" in answer.text
    assert "Sign in" in answer.text


def test_a_signed_in_person_sees_it_in_the_shell_from_which_it_is_linked(signed_in):
    overview, reference = signed_in.get("/"), signed_in.get(ADDRESS)

    assert f'href="{ADDRESS}"' in overview.text
    assert "shell--bare" not in reference.text
    assert re.search(rf'href="{ADDRESS}" aria-current="page"', without_layout(reference.text))


def test_the_address_of_every_problem_is_a_paragraph_that_says_what_to_do(client):
    answer = client.get(ADDRESS)
    ids = Reader(answer.text).ids

    for kind in KINDS:
        page, _, anchor = kind.type.partition("#")
        assert page == ADDRESS
        assert anchor in ids
        for words in (kind.when, kind.remedy):
            assert with_code(words) in answer.text


def test_every_endpoint_has_a_heading_its_parameters_and_its_errors(client):
    answer = client.get(ADDRESS)
    page = Reader(answer.text)

    for operation in operations():
        slug = operation["operationId"].replace("_", "-")
        assert slug in page.second_headings
        section = answer.text.partition(f'id="{slug}"')[2].partition("</section>")[0]
        for parameter in operation["parameters"]:
            assert f'<code class="fields__name">{parameter["name"]}</code>' in section
            assert with_code(parameter["description"]) in section
        for status in operation["responses"]:
            assert int(status) < 400 or f'<span class="endpoint__status">{status}</span>' in section


def test_every_field_is_described_with_its_values(client):
    html = client.get(ADDRESS).text

    for name in ("Lead", "Conversation", "Message", "StatusChange"):
        for field, node in document()["components"]["schemas"][name]["properties"].items():
            assert f'<code class="fields__name">{field}</code>' in html
            assert with_code(node["description"]) in html
    for value in ("within_3_months", "dip_held", "non_resident"):
        assert f"<code>{value}</code>" in html


def test_every_id_is_there_once_and_every_address_within_the_page_leads_somewhere(client):
    page = Reader(client.get(ADDRESS).text)

    assert len(page.ids) == len(set(page.ids))
    assert page.anchors <= set(page.ids)
    assert None not in page.second_headings


def test_it_says_the_limits_of_this_deployment(client, settings):
    settings.SIFT_RATE_GROWTH, settings.SIFT_RATE_SCALE = "17/m", "4321/h"

    html = client.get(ADDRESS).text

    assert "17 a minute" in html
    assert "4,321 an hour" in html


def test_samples_call_sifts_own_url_by_whatever_name_they_are_shown(client, settings):
    settings.SIFT_URL = "https://sift.example.co.uk"

    html = client.get(ADDRESS, headers={"Host": "localhost:8123"}).text

    assert "https://sift.example.co.uk/api/v1/leads" in html
    assert "localhost" not in html
    assert "testserver" not in html


def test_it_takes_no_method_but_reading(client):
    assert client.head(ADDRESS).status_code == 200
    assert client.post(ADDRESS).status_code == 405


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "minimum": 0, "maximum": 50}, "integer from 0 to 50"),
        ({"type": "integer", "minimum": 0, "maximum": 2**63 - 1}, "integer from 0 up"),
        ({"anyOf": [{"type": "string", "format": "uuid"}, {"type": "null"}]}, "UUID or null"),
        ({"type": "array", "items": {"type": "string", "enum": ["a"]}}, "array of string"),
    ],
)
def test_types_are_said_in_words(schema, words):
    assert type_in_words(schema) == words


def test_code_is_escaped_whatever_it_holds():
    assert "<script" not in coloured('"</code><script>" # <script>')
    assert coloured('{"a": 1}') == (
        '{<span class="code__member">&quot;a&quot;</span>: <span class="code__number">1</span>}'
    )
    assert with_code("`<b>` & c") == "<code>&lt;b&gt;</code> &amp; c"


# --- Samples, run as they stand ------------------------------------------------------------------
class Shown:
    """What the Python samples of the reference of a running server do, with a key."""

    def __init__(self, address: str, key: str, monkeypatch) -> None:
        self.address = address
        monkeypatch.setenv("SIFT_API_KEY", key)

    def samples(self) -> dict[str, str]:
        """The Python of each endpoint, by its slug."""
        return {
            endpoint.slug: sample.code
            for group in Outline(document(), self.address).groups()
            for endpoint in group.endpoints
            for sample in endpoint.samples
            if sample.language == "python"
        }

    def recipe(self, of) -> dict:
        """What the recipe's Python defines, by its name."""
        code = next(one.code for one in of.recipe(self.address) if one.language == "python")
        names: dict = {}
        exec(code, names)  # noqa: S102 - our own
        return names


@pytest.fixture
def shown(live_server, agency, monkeypatch) -> Shown:
    return Shown(live_server.url, make_key(agency)[1], monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_the_python_samples_run(shown, agency):
    conversation = make_conversation(agency, make_lead(agency, status="hot"), messages=1)
    ids = {
        "01977a3e-9f52-7c60-b1d4-3f0a8e26c791": str(conversation.lead_id),
        "01977a3e-a0b8-7d15-8c3e-5b9f1d2a7e40": str(conversation.id),
    }
    endpoint = "01977a41-5b0e-7f3d-a2c6-8d4b9e1f7035"
    followed, deleted = [make_endpoint(agency) for _ in range(2)]
    said: dict[str, list] = {}

    for slug, code in shown.samples().items():
        one = deleted if slug == "delete-webhook-endpoint" else followed
        code = code.replace(endpoint, str(one.id)).replace("48000", "0")
        for example, real in ids.items():
            code = code.replace(example, real)
        exec(code, {"print": said.setdefault(slug, []).append})  # noqa: S102 - our own

    assert said["list-leads"][0]["data"][0]["id"] == str(conversation.lead_id)
    assert said["get-lead"][0]["id"] == str(conversation.lead_id)
    assert said["change-lead-status"][0]["status"] == "contacted"
    assert said["list-conversations"][0]["data"][0]["id"] == str(conversation.id)
    assert said["list-messages"][0]["data"][0]["content"] == "Message 0"
    assert said["list-events"][0]["data"][-1]["to"] == "contacted"
    assert said["create-webhook-endpoint"][0]["secret"].startswith("whsec_")
    assert said["replay-webhook-endpoint"][0]["position"] == 0


@pytest.mark.django_db(transaction=True)
def test_the_polling_recipe_sees_what_is_new_and_what_changed_each_once(shown, agency):
    first = [make_lead(agency, name=f"Lead {n}") for n in range(3)]
    handled: list = []
    seen: dict = {}
    poll = shown.recipe(polling)["poll"]

    newest = poll("2020-01-01T00:00:00+00:00", seen, handled.append)
    assert {lead["id"] for lead in handled} == {str(lead.id) for lead in first}
    handled.clear()
    assert poll(newest, seen, handled.append) == newest
    assert handled == []

    move_lead(Lead.objects.get(id=first[0].id), LeadStatus.QUALIFIED, by=SYSTEM)
    later = make_lead(agency, name="Later", created_at="2021-01-01T00:00:00Z")  # as imported
    poll(newest, seen, handled.append)

    assert {lead["id"]: lead["status"] for lead in handled} == {
        str(first[0].id): "qualified",
        str(later.id): "new",
    }


@pytest.mark.django_db(transaction=True)
def test_the_transcripts_recipe_stores_each_whole_and_again_when_it_went_on(shown, agency):
    short, long = make_conversation(agency, messages=2), make_conversation(agency, messages=203)
    stored: dict = {}
    seen: dict = {}
    keep = shown.recipe(transcripts)["keep"]

    def store(chat):
        assert chat["id"] not in stored
        stored[chat["id"]] = [message["content"] for message in chat["messages"]]

    newest = keep("2020-01-01T00:00:00+00:00", seen, store)
    assert stored == {
        str(short.id): ["Message 0", "Message 1"],
        str(long.id): [f"Message {n}" for n in range(203)],
    }
    stored.clear()
    assert keep(newest, seen, store) == newest
    assert stored == {}

    make_message(short, content="And one more", created_at=short.created_at + timedelta(hours=1))
    assert keep(newest, seen, store) > newest

    assert stored == {str(short.id): ["Message 0", "Message 1", "And one more"]}


@pytest.mark.django_db(transaction=True)
def test_the_feed_recipe_holds_what_is_there_and_begins_anew_where_it_must(shown, agency, agent):
    by = Actor.for_person(agent)
    moved, merged, kept = [make_lead(agency, name=f"Lead {n}") for n in range(3)]
    recipe, leads = shown.recipe(feed), {}

    position = recipe["begin"](leads)
    assert leads.keys() == {str(lead.id) for lead in (moved, merged, kept)}
    move_lead(moved, LeadStatus.QUALIFIED, by=by)
    merge(agency, survivor_id=kept.id, other_id=merged.id, by=by)
    position = recipe["follow"](position, leads)
    assert {id_: lead["status"] for id_, lead in leads.items()} == {
        str(moved.id): "qualified",
        str(kept.id): "cold",
    }

    Feed.objects.filter(organisation=agency).update(dropped=position - 1)
    for no_longer_there in (1, position + 1):
        leads["from before"] = None
        assert recipe["follow"](no_longer_there, leads) == position
        assert leads.keys() == {str(moved.id), str(kept.id)}


def test_a_limit_of_any_window_is_said_in_words(client, settings):
    settings.SIFT_RATE_GROWTH = "7777/15m"

    assert "7,777 in 900 seconds" in client.get(ADDRESS).content.decode()


# --- Whose samples they are -----------------------------------------------------------------------
def test_every_heading_with_an_id_is_a_link_to_itself(client):
    page = client.get(ADDRESS).text

    headings = re.findall(r'<h[23] id="([^"]+)">\s*<a class="anchor" href="#([^"]+)"', page)
    assert len(headings) == len(re.findall(r"<h[23] id=", page)) > 20
    assert all(own == to for own, to in headings)


def test_an_admins_samples_name_their_own_lead_and_conversation(
    client, agency, other_agency, admin
):
    lead = make_lead(agency)
    talk = make_conversation(agency, lead=lead)
    make_conversation(other_agency)
    bare = client.get(ADDRESS).text
    client.force_login(admin)

    page = client.get(ADDRESS).text

    assert f"/api/v1/leads/{lead.id}" in page
    assert f"/api/v1/conversations/{talk.id}/messages" in page
    assert "The samples name your agency’s newest conversation" in page
    assert str(lead.id) not in bare
    assert "id-of-a-" not in page + bare


def test_an_agents_samples_name_the_examples_of_the_document(client, agency, agent):
    lead = make_lead(agency)
    make_conversation(agency, lead=lead)
    client.force_login(agent)

    page = client.get(ADDRESS).text

    assert str(lead.id) not in page
    assert "/api/v1/leads/01977a3e-9f52-7c60-b1d4-3f0a8e26c791" in page
