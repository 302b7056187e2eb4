"""Passkeys: added on the profile, then a second step, and a recent proof, of their person alone."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client, RequestFactory
from fido2.utils import websafe_encode

from foundation.drawing import new_seed
from organisations.actors import Actor
from organisations.models import AuditEntry, Authenticator, Passkey, RecoveryCode
from organisations.models.passkey import MOST
from organisations.signing_in import passkeys, two_step
from organisations.signing_in.sessions import SessionStore
from organisations.signing_in.webauthn import ANSWER_LONGEST
from tests.factories import PASSWORD, make_organisation, make_passkey, make_user
from tests.organisations.signing_in.test_two_step import PAGE, first_step, is_in, turn_on
from tests.signing_in import code_of, let_proof_grow_old
from tests.software_passkey import PRESENT, Device, options_in
from tests.test_rules_in_the_database import refused

ADD = f"{PAGE}passkeys/add/"


def add(client, device, name="My laptop"):
    """Have the device's passkey added, as the page for it and its script do."""
    client.post(f"{PAGE}passkeys/begin/")
    answer = device.make(options_in(client.get(ADD).text))
    return client.post(ADD, {"name": name, "passkey": answer})


def added(person, **of_device) -> Device:
    """A device whose passkey is the person's; no browser of the test's has added it."""
    device = Device()
    vars(device).update(of_device)
    request = RequestFactory().post(ADD)
    request.session = SessionStore()
    options = json.loads(passkeys.options_to_add(request, person))
    request.session.save()
    answer, by = device.make(options), Actor.for_person(person)
    passkeys.add(request, person, "My laptop", answer, by=by, seed=new_seed())
    request.session.delete()
    return device


@pytest.fixture
def device(agent) -> Device:
    return added(agent)


def second_step(client, device):
    """Prove oneself by the device to the page that asks for it now."""
    options = options_in(client.get("/sign-in/code/").text)
    return client.post("/sign-in/code/", {"code": "", "passkey": device.use(options)})


# --- Adding and removing --------------------------------------------------------------------------
def test_the_first_passkey_turns_two_step_sign_in_on_and_shows_recovery_codes(
    signed_in, agent, letters, agency
):
    answer = add(signed_in, Device())

    assert two_step.is_on(agent)
    shown = re.findall(r"<li>([a-z0-9-]+)</li>", answer.text)
    assert len(set(shown)) == 10
    assert answer["Cache-Control"] == "private, no-store"
    assert [letter.subject for letter in letters()] == ["Two-step sign-in was turned on"]
    trail = AuditEntry.objects.for_organisation(agency).order_by("position")
    assert [entry.action for entry in trail] == ["passkey_added", "two_step_on"]
    assert trail[0].names["passkey"] == "My laptop"
    assert two_step.use(agent, shown[0], address=None) is two_step.Step.RECOVERY_CODE


def test_a_form_that_is_pressed_twice_shows_the_same_codes_again(signed_in, agent):
    form = {"name": "Key", "passkey": Device().make(options_in(signed_in.get(ADD).text))}

    first, again = (signed_in.post(ADD, form | {"form_id": "pressed"}) for _ in range(2))

    shown = [re.findall(r"<li>([a-z0-9-]+)</li>", answer.text) for answer in (first, again)]
    assert shown[0] == shown[1] != []
    assert Passkey.objects.count() == 1


def test_another_passkey_leaves_the_recovery_codes_as_they_are(signed_in, agent, device, letters):
    before = set(RecoveryCode.objects.values_list("digest", flat=True))

    answer = add(signed_in, Device(), "Blue key")

    assert answer["Location"] == PAGE
    assert set(RecoveryCode.objects.values_list("digest", flat=True)) == before
    assert letters()[-1].subject == "A passkey was added"
    assert "Blue key" in signed_in.get(PAGE).text


def test_an_app_beside_a_passkey_leaves_the_recovery_codes_too(signed_in, agent, device, letters):
    signed_in.post(f"{PAGE}begin/")

    answer = signed_in.post(f"{PAGE}set-up/", {"code": code_of(agent)})

    assert answer["Location"] == PAGE
    assert RecoveryCode.objects.of(agent).count() == 10
    assert letters()[-1].subject == "An authenticator app was added"


def test_the_list_says_when_a_passkey_was_used_last(client, agent, device):
    first_step(client, agent)
    assert Passkey.objects.get().last_used_at is None

    second_step(client, device)

    assert Passkey.objects.get().last_used_at is not None
    assert "My laptop" in client.get(PAGE).text


def test_a_device_is_told_of_the_passkeys_that_it_need_not_make_again(signed_in, device):
    signed_in.post(f"{PAGE}passkeys/begin/")

    options = options_in(signed_in.get(ADD).text)

    assert [each["id"] for each in options["excludeCredentials"]] == [websafe_encode(device.id)]


def test_a_removed_passkey_no_longer_works(signed_in, agent, device, letters, agency):
    spare = Device()
    add(signed_in, spare, "Spare")
    passkey = Passkey.objects.get(name="My laptop")

    assert signed_in.post(f"{PAGE}passkeys/{passkey.pk}/remove/")["Location"] == PAGE

    assert letters()[-1].subject == "A passkey was removed"
    entry = AuditEntry.objects.for_organisation(agency).get(action="passkey_removed")
    assert entry.names["passkey"] == "My laptop"
    browser = Client()
    first_step(browser, agent)
    assert second_step(browser, device).status_code == 422
    assert not is_in(browser)
    assert second_step(browser, spare).status_code == 302


def test_with_the_last_passkey_two_step_sign_in_is_off(signed_in, agent, device, letters):
    passkey = Passkey.objects.get()

    signed_in.post(f"{PAGE}passkeys/{passkey.pk}/remove/")

    assert not two_step.is_on(agent)
    assert letters()[-1].subject == "Two-step sign-in was turned off"
    assert not RecoveryCode.objects.exists()
    assert first_step(Client(), agent)["Location"] == "/"


def test_removing_the_app_leaves_the_passkeys_and_codes(signed_in, agent, letters):
    turn_on(agent)
    add(signed_in, Device())

    signed_in.post(f"{PAGE}app/remove/")

    assert two_step.is_on(agent)
    assert not Authenticator.objects.exists()
    assert RecoveryCode.objects.of(agent).count() == 10
    assert letters()[-1].subject == "The authenticator app was removed"


def test_turning_it_off_takes_the_passkeys_too(signed_in, agent, device):
    signed_in.post(f"{PAGE}off/")

    assert not Passkey.objects.exists()
    assert not two_step.is_on(agent)


def test_the_team_page_shows_who_has_passkeys_alone(signed_in_admin, agent, device):
    assert f"/settings/team/{agent.id}/two-step/off/" in signed_in_admin.get("/settings/team/").text


@pytest.mark.parametrize("act", ["passkeys/begin/", "passkeys/add/", "app/remove/", "remove"])
def test_each_change_asks_for_a_recent_sign_in(signed_in, agent, device, act):
    if act == "remove":
        act = f"passkeys/{Passkey.objects.get().pk}/remove/"
    let_proof_grow_old(signed_in)

    answer = signed_in.post(PAGE + act)

    assert answer.status_code == 422
    assert "Confirm that it is you" in answer.text
    assert Passkey.objects.count() == 1


def test_nobody_removes_a_colleagues_passkey(client, agency, device):
    client.force_login(make_user(agency))

    answer = client.post(f"{PAGE}passkeys/{Passkey.objects.get().pk}/remove/")

    assert answer.status_code == 404
    assert Passkey.objects.exists()


def test_a_person_has_so_many_passkeys_and_no_more(signed_in, agent, device):
    for number in range(MOST - 2):
        make_passkey(agent, name=f"Key {number}")
    assert "Add a passkey" in signed_in.get(PAGE).text

    assert add(signed_in, Device(), "The last").status_code == 303

    assert "Add a passkey" not in signed_in.get(PAGE).text
    assert add(signed_in, Device(), "One too many").status_code == 422


def test_a_passkey_is_one_persons(client, agency, device, agent):
    colleague = make_user(agency)
    client.force_login(colleague)

    assert add(client, device).status_code == 422
    assert not two_step.is_on(colleague)


# --- The second step ------------------------------------------------------------------------------
def test_a_passkey_is_a_second_step(client, agent, device, agency):
    assert first_step(client, agent, next="/leads/?status=hot")["Location"] == "/sign-in/code/"
    assert not is_in(client)

    assert second_step(client, device)["Location"] == "/leads/?status=hot"

    assert is_in(client)
    entry = AuditEntry.objects.for_organisation(agency).get(action="sign_in")
    assert entry.details["two_step"] == "passkey"


def test_codes_of_the_app_go_on_working_beside_it(client, agent):
    turn_on(agent)
    added(agent)
    Authenticator.objects.update(last_step=-1)
    first_step(client, agent)

    assert client.post("/sign-in/code/", {"code": code_of(agent)}).status_code == 302


def test_another_persons_passkey_does_not_work(client, agency, agent, device):
    theirs = added(make_user(agency))
    first_step(client, agent)

    assert second_step(client, theirs).status_code == 422
    theirs.person = agent.pk.bytes  # though it says whose it is to be
    assert second_step(client, theirs).status_code == 422
    theirs.id = device.id  # and which
    assert second_step(client, theirs).status_code == 422
    assert not is_in(client)


def test_an_answer_is_taken_once(client, agent, device):
    first_step(client, agent)
    options = options_in(client.get("/sign-in/code/").text)
    answer = {"passkey": device.use(options)}
    cookies = client.cookies.output()
    assert client.post("/sign-in/code/", answer).status_code == 302

    again = Client()
    again.cookies.load(cookies.replace("Set-Cookie: ", ""))
    first_step(again, agent)

    assert again.post("/sign-in/code/", answer).status_code == 422
    assert not is_in(again)


def test_a_challenge_is_spent_by_a_wrong_answer_too(client, agent, device):
    first_step(client, agent)
    options = options_in(client.get("/sign-in/code/").text)
    client.post("/sign-in/code/", {"passkey": "{}"})

    assert client.post("/sign-in/code/", {"passkey": device.use(options)}).status_code == 422


@pytest.mark.django_db(transaction=True)
def test_two_answers_to_one_challenge_at_once_are_one():
    person = make_user(make_organisation())
    device = added(person)
    browser = Client()
    browser.force_login(person)
    let_proof_grow_old(browser)
    answer = device.use(options_in(browser.post(f"{PAGE}off/").text))
    key = browser.session.session_key

    def use(_) -> bool:
        request = RequestFactory().post("/")
        request.session = SessionStore(key)
        try:
            return passkeys.use(request, person, answer)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(use, range(4))) == [False, False, False, True]


def test_a_challenge_of_another_session_is_none(client, agent, device):
    other = Client()
    first_step(other, agent)
    options = options_in(other.get("/sign-in/code/").text)
    first_step(client, agent)
    client.get("/sign-in/code/")

    assert client.post("/sign-in/code/", {"passkey": device.use(options)}).status_code == 422


def test_a_challenge_lasts_ten_minutes(signed_in, device, monkeypatch):
    let_proof_grow_old(signed_in)
    options = options_in(signed_in.post(f"{PAGE}off/").text)
    late = time.time() + 601
    monkeypatch.setattr("time.time", lambda: late)

    answer = signed_in.post(f"{PAGE}off/", {"proof_by_passkey": device.use(options)})

    assert answer.status_code == 422


@pytest.mark.parametrize(
    "faulty",
    [
        {"origin": "http://testserver.evil.example"},
        {"origin": "https://testserver"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},  # the device was touched, and nobody showed that it is they
        {"person": b"somebody else"},
    ],
    ids=lambda faulty: " ".join(faulty),
)
def test_an_answer_that_is_not_quite_right_is_refused(client, agent, device, faulty):
    vars(device).update(faulty)
    first_step(client, agent)

    assert second_step(client, device).status_code == 422
    assert not is_in(client)


def test_a_copied_device_is_found_out_by_its_count(client, agent):
    device = added(agent, count=5)
    first_step(client, agent)
    assert second_step(client, device).status_code == 422  # it has not counted on
    device.count = 6

    assert second_step(client, device).status_code == 302
    assert Passkey.objects.get().sign_count == 6


def test_a_passkey_that_does_not_count_works_again_and_again(agent, device):
    for _ in range(2):
        browser = Client()
        first_step(browser, agent)
        assert second_step(browser, device).status_code == 302


def test_a_passkey_that_failed_is_kept_in_the_trail(client, agent, agency, device):
    first_step(client, agent)
    second_step(client, Device())

    [entry] = AuditEntry.objects.for_organisation(agency).filter(action="sign_in_failed")
    assert entry.target_id == agent.pk


def test_passkeys_cannot_be_tried_on_and_on(client, agent, device):
    first_step(client, agent)

    answers = [client.post("/sign-in/code/", {"passkey": "{}"}) for _ in range(10)]

    assert [answer.status_code for answer in answers] == [422] * 9 + [429]
    assert second_step(client, device).status_code == 429


def test_a_new_password_by_mail_keeps_the_passkeys(client, agent, device, letters):
    client.post("/password-reset/", {"email": agent.email})
    link = next(word for word in letters()[-1].body.split() if "/password-reset/" in word)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, dict.fromkeys(("new_password1", "new_password2"), "a new long phrase"))

    answer = client.post("/sign-in/", {"username": agent.email, "password": "a new long phrase"})

    assert answer["Location"] == "/sign-in/code/"
    assert second_step(client, device).status_code == 302


# --- A recent proof -------------------------------------------------------------------------------
def test_a_passkey_is_a_recent_proof(signed_in, agent, device):
    let_proof_grow_old(signed_in)
    by_password = signed_in.post(f"{PAGE}off/", {"proof_of_identity": PASSWORD})
    assert by_password.status_code == 422
    options = options_in(by_password.text)

    signed_in.post(
        f"{PAGE}off/", {"proof_of_identity": "", "proof_by_passkey": device.use(options)}
    )

    assert not two_step.is_on(agent)


def test_a_colleagues_passkey_is_no_recent_proof(signed_in, agency, agent, device):
    theirs = added(make_user(agency))
    let_proof_grow_old(signed_in)
    options = options_in(signed_in.post(f"{PAGE}off/").text)

    answer = signed_in.post(f"{PAGE}off/", {"proof_by_passkey": theirs.use(options)})

    assert answer.status_code == 422
    assert "This passkey did not work." in answer.text
    assert two_step.is_on(agent)


def test_what_was_made_for_signing_in_adds_nothing_and_the_other_way_round(signed_in, agent):
    device = added(agent)
    signed_in.post(f"{PAGE}passkeys/begin/")
    options = options_in(signed_in.get(ADD).text)
    proof = Device()
    proof.person = device.person

    answer = signed_in.post(ADD, {"name": "Key", "passkey": proof.use(options)})

    assert answer.status_code == 422
    assert Passkey.objects.count() == 1


# --- Bad input ------------------------------------------------------------------------------------
def tampered(answer: str, **changed) -> str:
    said = json.loads(answer)
    said["response"] |= changed
    return json.dumps(said)


BAD = [
    *["{", "[]", "null", "7", '"x"', "{}", '{"id": 1}', "\x00", "{\x00}", "[" * 5000],
    *['{"rawId": "AA", "response": {}}', '{"rawId": "AA", "response": []}'],
    json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": "e30"}}),
    "x" * ANSWER_LONGEST,
    "x" * (ANSWER_LONGEST + 1),
    "\N{PILE OF POO}" * 100,
]
PARTS = ["", "AA", "!", "e30", "W10", "gA", "oA", "n" * 4000, "m" * 999, "_____w", 7, None, [], {}]


# Each refusal is a page that asks anew, with a challenge of its own.
def said_as_second_step(client, said):
    cache.clear()  # how often one may try is not what is asked here
    return client.post("/sign-in/code/", {"passkey": said})


def said_as_new_passkey(client, said):
    return client.post(ADD, {"name": "Key", "passkey": said})


def test_what_is_no_answer_is_refused_wherever_it_is_sent(signed_in, agent, device):
    stranger = Client()
    first_step(stranger, agent)
    pages = stranger.get("/sign-in/code/"), signed_in.get(ADD)

    for said in BAD:
        assert all(options_in(page.text)["challenge"] for page in pages)
        pages = said_as_second_step(stranger, said), said_as_new_passkey(signed_in, said)

        assert [page.status_code for page in pages] == [422, 422], said
    assert not is_in(stranger)
    assert Passkey.objects.count() == 1


def test_what_is_no_answer_is_no_recent_proof(signed_in, agent, device):
    let_proof_grow_old(signed_in)

    for said in BAD:
        cache.clear()
        answer = signed_in.post(f"{PAGE}off/", {"proof_by_passkey": said})
        assert answer.status_code == 422, said
    assert two_step.is_on(agent)


@pytest.mark.parametrize("name", ["clientDataJSON", "attestationObject"])
def test_a_part_that_is_none_adds_nothing(signed_in, name):
    page = signed_in.get(ADD)

    for part in PARTS:
        answer = tampered(Device().make(options_in(page.text)), **{name: part})
        page = said_as_new_passkey(signed_in, answer)

        assert page.status_code == 422, part
    assert not Passkey.objects.exists()


@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
def test_a_part_that_is_none_signs_nobody_in(client, agent, device, name):
    first_step(client, agent)
    page = client.get("/sign-in/code/")

    for part in PARTS:
        answer = tampered(device.use(options_in(page.text)), **{name: part})
        page = said_as_second_step(client, answer)

        assert page.status_code == 422, part
    assert not is_in(client)


@pytest.mark.parametrize("name", ["", " ", "x" * 61, "two\nlines", "\x00"])
def test_a_passkey_has_a_name_on_one_line(signed_in, name):
    options = options_in(signed_in.get(ADD).text)

    answer = signed_in.post(ADD, {"name": name, "passkey": Device().make(options)})

    assert answer.status_code == 422
    assert not Passkey.objects.exists()


def test_without_script_the_page_says_what_is_missing(signed_in):
    signed_in.get(ADD)

    answer = signed_in.post(ADD, {"name": "Key", "passkey": ""})

    assert answer.status_code == 422
    assert "Your browser made no passkey." in answer.text


# --- In the database ------------------------------------------------------------------------------
def test_nothing_that_signs_in_lies_in_the_open(agent, device):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, '') FROM organisations_passkey a")
        (everything,) = cursor.fetchone()

    assert device.key.private_numbers().private_value.to_bytes(32, "big").hex() not in everything


def test_neither_passkey_nor_code_crosses_into_another_agency(device, other_agency):
    refused(
        "organisations_passkey_person_same_organisation",
        "UPDATE organisations_passkey SET organisation_id = %s",
        other_agency.id,
    )
    refused(
        "organisations_recoverycode_person_same_organisation",
        "UPDATE organisations_recoverycode SET organisation_id = %s",
        other_agency.id,
    )
