"""Two-step sign-in: an authenticator app, and recovery codes for the day it is lost."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from organisations.actors import Actor
from organisations.models import AuditEntry, Authenticator
from organisations.signing_in import two_step
from tests.factories import PASSWORD, make_organisation, make_user
from tests.signing_in import code_of, let_proof_grow_old
from tests.test_rules_in_the_database import refused

PAGE = "/settings/profile/two-step/"


@pytest.fixture(autouse=True)
def _half_a_minute(monkeypatch):
    """A test does not straddle two codes: the clock stands still until the test moves it."""
    now = time.time()
    for clock in ("time.time", "django_otp.oath.time"):
        monkeypatch.setattr(clock, lambda: now)


@pytest.fixture
def codes(agent) -> list[str]:
    """The recovery codes of the agent, for whom it is on."""
    return turn_on(agent)


def turn_on(person) -> list[str]:
    two_step.begin(person)
    codes = two_step.confirm(person, code_of(person), by=Actor.for_person(person))
    assert codes is not None
    # The code that confirmed is spent; half a minute later there is a fresh one.
    Authenticator.objects.update(last_step=-1)
    return codes


def first_step(client, person, **more):
    return client.post("/sign-in/", {"username": person.email, "password": PASSWORD} | more)


def second_step(client, code):
    return client.post("/sign-in/code/", {"code": code})


def is_in(client) -> bool:
    return client.get("/settings/profile/").status_code == 200


# --- Setting it up --------------------------------------------------------------------------------
def test_it_is_on_once_a_code_of_the_app_has_confirmed_it(signed_in, agent, letters):
    begun = signed_in.post(f"{PAGE}begin/")
    page = signed_in.get(begun["Location"]).content.decode()
    assert not two_step.is_on(agent)
    assert "<svg" in page
    assert "style=" not in page

    wrong = signed_in.post(f"{PAGE}set-up/", {"code": "000000"})
    assert wrong.status_code == 422
    assert not two_step.is_on(agent)
    Authenticator.objects.update(throttling_failure_count=0)
    answer = signed_in.post(f"{PAGE}set-up/", {"code": code_of(agent)})

    assert two_step.is_on(agent)
    shown = re.findall(r"<li>([a-z0-9-]+)</li>", answer.content.decode())
    assert len(set(shown)) == 10
    assert answer["Cache-Control"] == "private, no-store"
    assert letters()[0].to == [agent.email]
    assert letters()[0].subject == "Two-step sign-in was turned on"
    later = [signed_in.get(address).content.decode() for address in (PAGE, "/settings/profile/")]
    assert not any(code in page for page in later for code in shown)


def test_the_picture_and_the_text_say_the_secret_that_is_kept(signed_in, agent):
    signed_in.post(f"{PAGE}begin/")
    page = signed_in.get(f"{PAGE}set-up/").content.decode()
    device = Authenticator.objects.get(user=agent)

    assert device.typed_secret in page
    assert device.typed_secret.replace(" ", "") in device.otpauth_url


def test_a_secret_not_confirmed_yet_is_shown_only_soon_after_a_proof(signed_in, agent):
    signed_in.post(f"{PAGE}begin/")
    let_proof_grow_old(signed_in)

    assert signed_in.get(f"{PAGE}set-up/")["Location"] == PAGE


def test_beginning_again_makes_another_secret_but_not_once_it_is_on(signed_in, agent):
    signed_in.post(f"{PAGE}begin/")
    first = Authenticator.objects.get(user=agent).secret
    signed_in.post(f"{PAGE}begin/")
    second = Authenticator.objects.get(user=agent).secret
    assert first != second
    signed_in.post(f"{PAGE}set-up/", {"code": code_of(agent)})

    signed_in.post(f"{PAGE}begin/")

    assert Authenticator.objects.get(user=agent).secret == second


@pytest.mark.parametrize("act", ["begin/", "recovery-codes/", "off/"])
def test_each_change_asks_for_a_recent_sign_in(signed_in, agent, act):
    if act != "begin/":
        turn_on(agent)
    let_proof_grow_old(signed_in)
    before = list(Authenticator.objects.values())

    answer = signed_in.post(PAGE + act)

    assert answer.status_code == 422
    assert "Confirm that it is you" in answer.content.decode()
    assert list(Authenticator.objects.values()) == before


# --- Signing in -----------------------------------------------------------------------------------
def test_the_password_alone_signs_nobody_in(client, agent, codes):
    answer = first_step(client, agent, next="/leads/?status=hot")

    assert answer["Location"] == "/sign-in/code/"
    assert not is_in(client)
    first_step(client, agent, next="/leads/?status=hot")
    assert second_step(client, code_of(agent))["Location"] == "/leads/?status=hot"
    assert is_in(client)


def test_a_wrong_password_leads_to_no_second_step(client, agent, codes):
    answer = client.post("/sign-in/", {"username": agent.email, "password": "wrong"})

    assert answer.status_code == 422
    assert second_step(client, code_of(agent))["Location"] == "/sign-in/"
    assert not is_in(client)


def test_an_apps_code_is_taken_once(client, agent, codes):
    code = code_of(agent)
    first_step(client, agent)
    assert second_step(client, code).status_code == 302
    again = Client()
    first_step(again, agent)

    assert second_step(again, code).status_code == 422
    assert not is_in(again)


@pytest.mark.parametrize(
    ("steps", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_holds_for_its_own_half_minute_and_its_neighbours(client, agent, codes, steps, good):
    first_step(client, agent)

    assert (second_step(client, code_of(agent, steps)).status_code == 302) is good


@pytest.mark.parametrize("ahead", [-1, 1])
def test_a_clock_that_is_off_moves_the_window_no_further(agent, codes, monkeypatch, ahead):
    assert two_step.use(agent, code_of(agent, ahead), address=None)
    later = time.time() + 10 * 30
    for clock in ("time.time", "django_otp.oath.time"):
        monkeypatch.setattr(clock, lambda: later)

    assert two_step.use(agent, code_of(agent, 2 * ahead), address=None) is None
    Authenticator.objects.update(throttling_failure_count=0)
    assert two_step.use(agent, code_of(agent, ahead), address=None)


def test_a_recovery_code_signs_in_once_however_it_is_typed(client, agent, codes, agency):
    typed = codes[3].upper().replace("-", " ")
    first_step(client, agent)
    assert second_step(client, typed).status_code == 302
    again = Client()
    first_step(again, agent)

    assert second_step(again, codes[3]).status_code == 422
    Authenticator.objects.update(throttling_failure_count=0)
    assert second_step(again, codes[4]).status_code == 302
    assert "8 recovery codes" in client.get(PAGE).content.decode()
    trail = AuditEntry.objects.for_organisation(agency).filter(action="sign_in")
    assert {entry.details["two_step"] for entry in trail} == {"recovery_code"}


def test_a_recovery_code_that_was_used_is_kept_in_the_trail_and_told_by_letter(
    client, agent, codes, letters
):
    first_step(client, agent)
    second_step(client, codes[0])

    entry = AuditEntry.objects.get(action="recovery_code_used")
    assert (entry.actor_id, entry.target_id, entry.address) == (agent.id, agent.id, "127.0.0.1")
    [letter] = [each for each in letters() if each.subject == "A recovery code was used"]
    assert letter.to == [agent.email]
    assert codes[0] not in letter.body


def test_new_recovery_codes_take_the_place_of_the_old(signed_in, agent, codes):
    answer = signed_in.post(f"{PAGE}recovery-codes/")
    new = re.findall(r"<li>([a-z0-9-]+)</li>", answer.content.decode())

    assert two_step.use(agent, codes[0], address=None) is None
    Authenticator.objects.update(throttling_failure_count=0)
    assert two_step.use(agent, new[0], address=None) is two_step.Step.RECOVERY_CODE


def test_recovery_codes_lie_nowhere_in_the_open(agent, codes):
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, '') FROM organisations_authenticator a")
        (everything,) = cursor.fetchone()

    assert not any(code in everything or code.replace("-", "") in everything for code in codes)


def test_an_apps_secret_lies_nowhere_in_the_open(agent, codes):
    secret = Authenticator.objects.get(user=agent).secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(a::text, '') FROM organisations_authenticator a")
        (everything,) = cursor.fetchone()

    assert len(bytes.fromhex(secret)) == 20
    assert secret not in everything
    refused(
        "organisations_authenticator_encrypted_secret_no_plain_text",
        "UPDATE organisations_authenticator SET encrypted_secret = %s",
        secret,
    )


def test_wrong_codes_make_one_wait_the_right_one_too(client, agent, codes):
    first_step(client, agent)
    for _ in range(6):
        Authenticator.objects.update(throttling_failure_timestamp=None)
        second_step(client, "000000")

    answer = second_step(client, code_of(agent))

    assert answer.status_code == 429
    assert 1 <= int(answer["Retry-After"]) <= 33
    assert not is_in(client)


def test_a_wrong_code_of_when_the_clock_was_ahead_holds_nobody_up_until_it_is_there_again(
    client, agent, codes
):
    first_step(client, agent)
    Authenticator.objects.update(
        throttling_failure_count=3,
        throttling_failure_timestamp=timezone.now() + timedelta(hours=1),
    )

    assert second_step(client, code_of(agent)).status_code == 302
    assert is_in(client)


def test_a_new_password_by_mail_keeps_it_on_and_lets_a_code_be_said_at_once(
    client, agent, codes, letters
):
    Authenticator.objects.update(
        throttling_failure_count=20, throttling_failure_timestamp=timezone.now()
    )
    client.post("/password-reset/", {"email": agent.email})
    link = next(word for word in letters()[-1].body.split() if "/password-reset/" in word)
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, dict.fromkeys(("new_password1", "new_password2"), "a new long phrase"))

    answer = client.post("/sign-in/", {"username": agent.email, "password": "a new long phrase"})

    assert answer["Location"] == "/sign-in/code/"
    assert second_step(client, code_of(agent)).status_code == 302


def test_who_waits_too_long_between_the_steps_begins_anew(client, agent, codes, monkeypatch):
    first_step(client, agent)
    late = time.time() + 601
    monkeypatch.setattr("time.time", lambda: late)

    assert second_step(client, code_of(agent))["Location"] == "/sign-in/"
    assert not is_in(client)


def test_a_password_changed_between_the_steps_is_asked_for_anew(client, agent, codes):
    first_step(client, agent)
    agent.set_password("a new long phrase")
    agent.save(update_fields=["password"])

    assert second_step(client, code_of(agent))["Location"] == "/sign-in/"


def test_a_new_secret_key_ends_neither_the_sign_in_under_way_nor_the_session(
    client, signed_in, agent, codes, settings
):
    first_step(client, agent)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another-key-0123456789-abcdefghijklmnopqrstuvwxyz-0123456789"

    assert second_step(client, code_of(agent)).status_code == 302
    assert is_in(client)
    assert is_in(signed_in)


def test_a_person_deactivated_between_the_steps_is_not_let_in(client, agent, codes):
    first_step(client, agent)
    agent.is_active = False
    agent.save(update_fields=["is_active"])

    assert second_step(client, code_of(agent))["Location"] == "/sign-in/"


def test_a_cookie_of_the_first_step_that_was_made_up_is_none(client, agent, codes):
    client.cookies["sift_second_step"] = f'{{"person": "{agent.pk}"}}'

    assert second_step(client, code_of(agent))["Location"] == "/sign-in/"


# --- Turning it off, confirming with it -----------------------------------------------------------
def test_turned_off_the_password_is_enough_and_a_letter_tells(signed_in, agent, codes, letters):
    signed_in.post(f"{PAGE}off/")

    assert letters()[-1].subject == "Two-step sign-in was turned off"
    assert first_step(Client(), agent)["Location"] == "/"
    assert not Authenticator.objects.exists()


def test_an_admin_turns_it_off_for_a_colleague_who_lost_everything(
    signed_in_admin, admin, agent, codes, letters
):
    address = f"/settings/team/{agent.id}/two-step/off/"
    assert address in signed_in_admin.get("/settings/team/").content.decode()
    assert "Make sure that it is they" in signed_in_admin.get(address).content.decode()
    assert two_step.is_on(agent)

    for _ in range(2):
        assert signed_in_admin.post(address)["Location"] == "/settings/team/"

    assert not two_step.is_on(agent)
    assert address not in signed_in_admin.get("/settings/team/").content.decode()
    [letter] = [each for each in letters() if each.subject == "Two-step sign-in was turned off"]
    assert letter.to == [agent.email]
    assert "by “Ada Admin”" in letter.body
    assert "from 127.0.0.1" in letter.body
    off = AuditEntry.objects.get(action="two_step_off")
    assert (off.actor_id, off.target_id) == (admin.id, agent.id)


def test_turning_it_off_for_a_colleague_asks_for_a_recent_sign_in(signed_in_admin, agent, codes):
    let_proof_grow_old(signed_in_admin)

    answer = signed_in_admin.post(f"/settings/team/{agent.id}/two-step/off/")

    assert answer.status_code == 422
    assert two_step.is_on(agent)


def test_a_recent_sign_in_is_confirmed_by_a_code_where_it_is_on(signed_in, agent, codes):
    let_proof_grow_old(signed_in)

    by_password = signed_in.post(f"{PAGE}off/", {"proof_of_identity": PASSWORD})
    assert by_password.status_code == 422
    assert two_step.is_on(agent)
    Authenticator.objects.update(throttling_failure_count=0)
    signed_in.post(f"{PAGE}off/", {"proof_of_identity": code_of(agent)})

    assert not two_step.is_on(agent)


@pytest.mark.django_db(transaction=True)
def test_two_uses_of_one_recovery_code_at_once_are_one():
    person = make_user(make_organisation())
    code = turn_on(person)[0]

    def use() -> object:
        try:
            return two_step.use(person, code, address=None)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [done.result() for done in [pool.submit(use) for _ in range(2)]]

    assert sorted(map(str, taken)) == ["None", "Step.RECOVERY_CODE"]


def test_an_authenticator_cannot_cross_into_another_agency(agent, codes, other_agency):
    refused(
        "organisations_authenticator_user_same_organisation",
        "UPDATE organisations_authenticator SET organisation_id = %s",
        other_agency.id,
    )
