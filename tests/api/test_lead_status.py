"""PATCH /api/v1/leads/{id}/status: what may be set, what is recorded, what is refused."""

import gzip
import json
import threading

import pytest
from django.db import connection
from django.test import Client

from leads.models import Lead, LeadEvent
from tests.api.conftest import client_of
from tests.factories import make_key, make_lead

pytestmark = pytest.mark.django_db


def change(client: Client, lead: Lead, body, content_type="application/json", **headers):
    return client.patch(
        f"/api/v1/leads/{lead.id}/status",
        body,
        content_type=content_type,
        headers=headers,
        CONTENT_TYPE=content_type,  # which the client leaves out where there is no body
    )


def faults_of(response) -> dict[str, str]:
    assert response.status_code == 422, response.content
    return {fault["field"]: fault["message"] for fault in response.json()["errors"]}


@pytest.mark.parametrize("status", ["contacted", "qualified", "rejected", "archived"])
def test_the_answer_is_the_lead_as_it_now_is(api, agency, status):
    lead = make_lead(agency, name="Zoë", score=81, status="hot")

    answer = change(api, lead, {"status": status})

    shown = api.get(f"/api/v1/leads/{lead.id}")
    assert answer.status_code == 200
    assert answer.json() == shown.json()
    assert answer["ETag"] == shown["ETag"]
    assert answer.json()["status"] == status
    assert answer.json()["updated_at"] > answer.json()["created_at"]


def test_a_lead_may_be_put_back_to_new_and_counts_as_moved_on(api, agency):
    lead = make_lead(agency, status="hot")

    assert change(api, lead, {"status": "new"}).json()["status"] == "new"

    lead.refresh_from_db()
    assert lead.moved_on


def test_the_change_is_recorded_with_the_keys_name(agency):
    lead = make_lead(agency, status="warm")
    key, text = make_key(agency, name="Our CRM")
    client = Client(headers={"Authorization": f"Bearer {text}"})

    change(client, lead, {"status": "contacted"})

    [event] = LeadEvent.objects.for_organisation(agency)
    assert (event.kind, event.from_value, event.to_value) == ("status", "warm", "contacted")
    assert (event.actor_kind, event.actor_id, event.actor_name) == ("api_key", key.id, "Our CRM")


def test_setting_what_stands_changes_and_records_nothing(api, agency):
    lead = make_lead(agency, status="contacted")
    before = api.get(f"/api/v1/leads/{lead.id}")

    answer = change(api, lead, {"status": "contacted"})

    assert answer.status_code == 200
    assert answer.content == before.content
    assert answer["ETag"] == before["ETag"]
    assert not LeadEvent.objects.for_organisation(agency).exists()


@pytest.mark.parametrize(
    "status",
    ["hot", "warm", "cold", "converted", "lost", "tepid", "", "Contacted", None, 7, ["new"]],
)
def test_other_statuses_are_refused_with_those_that_may_be_set(api, agency, status):
    lead = make_lead(agency)

    faults = faults_of(change(api, lead, {"status": status}))

    assert list(faults) == ["status"]
    assert "one of archived, contacted, new, qualified, rejected" in faults["status"]
    lead.refresh_from_db()
    assert lead.status == "new"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (b"", {"body"}),
        (b"{", {"body"}),
        (b"[]", {"body"}),
        (b'"contacted"', {"body"}),
        (b"null", {"body"}),
        (b"NaN", {"body"}),
        (b'{"status": NaN}', {"body"}),
        (b"\xff", {"body"}),
        (b'{"status": "\xff"}', {"body"}),
        (b'{"status": "\\ud800"}', {"status"}),
        (b"{}", {"status"}),
        (b'{"status": "contacted", "score": 5}', {"score"}),
        (b'{"score": 5, "name": "x"}', {"status", "score", "name"}),
        (b'{"status": "hot", "score": 5}', {"status", "score"}),
        (b"[" * 60_000, {"body"}),
    ],
)
def test_every_fault_of_the_body_is_named(api, agency, body, fields):
    assert set(faults_of(change(api, make_lead(agency), body))) == fields


def test_faults_of_query_and_body_are_named_together(api, agency):
    address = f"/api/v1/leads/{make_lead(agency).id}/status?force=1"

    response = api.patch(address, {"status": "hot"}, content_type="application/json")

    assert set(faults_of(response)) == {"force", "status"}


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
    ],
)
def test_json_is_taken_with_its_parameters(api, agency, content_type):
    body = json.dumps({"status": "contacted"})

    assert change(api, make_lead(agency), body, content_type).status_code == 200


@pytest.mark.parametrize(
    "content_type",
    [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "application/merge-patch+json",
        "application/json; charset=latin-1",
    ],
)
def test_anything_else_is_415(api, agency, content_type):
    body = json.dumps({"status": "contacted"})

    answer = change(api, make_lead(agency), body, content_type)

    assert answer.status_code == 415
    assert answer.json()["type"] == "/api/docs/#unsupported-media-type"


def test_a_body_that_is_not_encoded_may_say_so(api, agency):
    for lead, encoding in [(make_lead(agency), said) for said in ("identity", "Identity", "")]:
        answer = change(api, lead, {"status": "contacted"}, **{"Content-Encoding": encoding})

        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("gzip", "gzip"),
        ("GZIP", "GZIP"),
        ("br", "br"),
        ("aws-chunked", "aws-chunked"),
        ("identity, deflate", "deflate"),
        ("gzip, br", "gzip, br"),
        ("x" * 9000, "x" * 40),
    ],
)
def test_an_encoded_body_is_415_and_its_encoding_named(api, agency, said, named):
    body = gzip.compress(json.dumps({"status": "contacted"}).encode())

    answer = change(api, make_lead(agency), body, **{"Content-Encoding": said})

    assert answer.status_code == 415
    assert answer.json()["type"] == "/api/docs/#unsupported-media-type"
    assert f"Content-Encoding: {named}" in answer.json()["detail"]
    assert len(answer.json()["detail"]) < 200
    # RFC 9110, 12.5.3: what would be taken, and so what the 415 is about.
    assert answer["Accept-Encoding"] == "identity"


def test_a_content_type_that_is_none_is_refused_first_and_names_no_encoding(api, agency):
    answer = change(api, make_lead(agency), b"x", "text/plain", **{"Content-Encoding": "gzip"})

    assert answer.status_code == 415
    assert "Accept-Encoding" not in answer


def test_a_body_of_64_kib_is_read_and_one_byte_more_is_413(api, agency):
    lead = make_lead(agency)
    body = json.dumps({"status": "contacted"}).encode()

    assert change(api, lead, body.ljust(64 * 1024 + 1)).status_code == 413
    assert change(api, lead, body.ljust(64 * 1024)).status_code == 200


# --- If-Match ------------------------------------------------------------------------------------
# The tag as it left here, and as a proxy that compressed the answer has it sent back: nginx weakens
# it (`W/`), Apache and Caddy name the coding within it.
AS_IT_STANDS = [
    *["{0}", '"other", {0}', "*", " {0} ", "W/{0}", 'W/"other", W/{0}', '"other",W/{0},"another"'],
    *['"{within}-gzip"', '"{within}-br"', 'W/"{within}-gzip"', '"other", "{within}-zstd"'],
]


def tag_in(form: str, etag: str) -> str:
    return form.format(etag, within=etag.strip('"'))


@pytest.mark.parametrize("form", AS_IT_STANDS)
def test_if_match_that_names_the_lead_as_it_stands_lets_the_change_through(api, agency, form):
    lead = make_lead(agency)
    etag = api.get(f"/api/v1/leads/{lead.id}")["ETag"]

    answer = change(api, lead, {"status": "contacted"}, **{"If-Match": tag_in(form, etag)})

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        *['"other"', 'W/"other"', "nonsense", "", '"', "{0}x", "w/{0}", "W/W/{0}", "W/ {0}", "W/"],
        *['"{within}-"', '"{within}-x"', '"{within}gzip"', '"{within}-gzip-br"', "{0}-gzip"],
    ],
)
def test_any_other_if_match_is_412_and_changes_nothing(api, agency, form):
    lead = make_lead(agency)
    etag = api.get(f"/api/v1/leads/{lead.id}")["ETag"]

    answer = change(api, lead, {"status": "contacted"}, **{"If-Match": tag_in(form, etag)})

    assert answer.status_code == 412
    assert answer.json()["type"] == "/api/docs/#changed-meanwhile"
    assert api.get(f"/api/v1/leads/{lead.id}")["ETag"] == etag


@pytest.mark.parametrize("form", [form for form in AS_IT_STANDS if form != "*"])
def test_the_tag_of_an_earlier_state_no_longer_matches(api, agency, form):
    lead = make_lead(agency)
    etag = tag_in(form, api.get(f"/api/v1/leads/{lead.id}")["ETag"])
    assert change(api, lead, {"status": "contacted"}, **{"If-Match": etag}).status_code == 200

    assert change(api, lead, {"status": "qualified"}, **{"If-Match": etag}).status_code == 412


# --- Several at once -----------------------------------------------------------------------------
def at_once(actions) -> list:
    """What each action returns, all begun at the same moment on connections of their own."""
    barrier = threading.Barrier(len(actions))
    results = [None] * len(actions)

    def run(number, action) -> None:
        try:
            barrier.wait(timeout=10)
            results[number] = action()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(actions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


@pytest.mark.django_db(transaction=True)
def test_changes_at_once_are_recorded_one_after_the_other(agency):
    lead = make_lead(agency)
    wanted = ["contacted", "qualified", "rejected", "archived"] * 2
    clients = [client_of(agency) for _ in wanted]

    answers = at_once(
        [
            lambda client=client, status=status: change(client, lead, {"status": status})
            for client, status in zip(clients, wanted, strict=True)
        ]
    )

    assert {answer.status_code for answer in answers} == {200}
    events = list(LeadEvent.objects.for_organisation(agency).order_by("id"))
    # One chain: each change begins where another ended, and the last is what stands.
    links = {event.from_value: 0 for event in events} | {event.to_value: 0 for event in events}
    for event in events:
        links[event.from_value] -= 1
        links[event.to_value] += 1
    lead.refresh_from_db()
    links["new"] += 1
    links[lead.status] -= 1
    assert set(links.values()) == {0}


@pytest.mark.django_db(transaction=True)
def test_of_several_changes_with_the_same_if_match_one_wins(agency):
    lead = make_lead(agency)
    clients = [client_of(agency) for _ in range(6)]
    etag = clients[0].get(f"/api/v1/leads/{lead.id}")["ETag"]

    answers = at_once(
        [
            lambda client=client: change(
                client, lead, {"status": "contacted"}, **{"If-Match": etag}
            )
            for client in clients
        ]
    )

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5
    assert LeadEvent.objects.for_organisation(agency).count() == 1
