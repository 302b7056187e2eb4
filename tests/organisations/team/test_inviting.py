"""Adding a person: the letter, its link, and who comes by it."""

import logging
import re
import threading
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from organisations.actors import Actor
from organisations.audit import record
from organisations.models import AuditAction, AuditEntry, AuditTarget, Invitation, KnownDevice, User
from organisations.team.inviting import MOST_A_DAY
from tests.factories import make_invitation, make_organisation, make_user
from tests.markup import without_layout

PASSWORD = "a wholly different phrase"
JOIN = {"name": "Priya Shah", "new_password1": PASSWORD, "new_password2": PASSWORD}


@pytest.fixture
def invite(signed_in_admin, letters_of):
    """Invite an address: the answer, and the letters that went out."""

    def post(email="priya@example.com", **fields):
        form = {"email": email, "role": "agent"} | fields
        return letters_of(lambda: signed_in_admin.post("/settings/team/", form))

    return post


def link_in(letter) -> str:
    return re.search(r"http://testserver(/invitation/\S+)", letter.body)[1]


def age(invitation, days):
    """As if it had been sent so many days ago."""
    ago = timedelta(days=days)
    Invitation.objects.filter(pk=invitation.pk).update(
        sent_at=invitation.sent_at - ago, expires_at=invitation.expires_at - ago
    )


# --- Sending --------------------------------------------------------------------------------------
def test_an_invited_person_sets_up_an_account_by_the_link_in_the_letter_once(invite, admin, agency):
    sent, (letter,) = invite(name="Priya")
    assert sent.status_code == 303
    theirs = Client()

    opened = theirs.get(link_in(letter), follow=True)
    answer = theirs.post("/invitation/", JOIN, follow=True)

    assert letter.to == ["priya@example.com"]
    assert letter.subject == "“Ada Admin” invites you to “Harbour & Vale” on Sift"
    assert "Harbour &amp; Vale" in opened.content.decode()
    assert "priya@example.com" in opened.content.decode()
    assert answer.redirect_chain == [("/", 303)]
    assert "Welcome to Harbour &amp; Vale." in answer.content.decode()
    person = User.objects.get(email="priya@example.com")
    assert (person.organisation, person.name, person.role) == (agency, "Priya Shah", "agent")
    assert theirs.get("/leads/").status_code == 200  # they are signed in
    assert KnownDevice.objects.filter(person=person).count() == 1
    assert Client().login(username="priya@example.com", password=PASSWORD)
    assert Client().get(link_in(letter), follow=True).status_code == 404
    entries = AuditEntry.objects.for_organisation(agency).order_by("created_at", "id")
    assert [(entry.action, entry.actor_id) for entry in entries] == [
        ("person_invited", admin.id),
        ("invitation_accepted", person.id),
        ("sign_in", person.id),
    ]
    assert entries[1].address == "127.0.0.1"


def test_what_the_form_adds_to_the_invitation_counts_for_nothing(client, agency, other_agency):
    _, token = make_invitation(agency, email="priya@example.com", role="agent")
    client.get(f"/invitation/{token}/")

    client.post(
        "/invitation/",
        JOIN
        | {
            "role": "admin",
            "email": "else@example.com",
            "organisation": str(other_agency.id),
            "organisation_id": str(other_agency.id),
            "is_active": "false",
            "id": "1",
        },
    )

    person = User.objects.get()
    stands = (person.organisation, person.email, person.role)
    assert stands == (agency, "priya@example.com", "agent")
    assert person.is_active


def test_what_an_inviting_form_adds_counts_for_nothing_either(invite, agency, admin, other_agency):
    stranger = make_user(other_agency)

    invite(organisation=str(other_agency.id), invited_by=str(stranger.id))

    invitation = Invitation.objects.get()
    assert (invitation.organisation, invitation.invited_by) == (agency, admin)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", ""),
        ("email", "priya"),
        ("email", "priya@example.com\nBcc: all@example.com"),
        ("email", "x" * 250 + "@example.com"),
        ("name", "Pri\nya"),
        ("name", "x" * 201),
        ("role", "owner"),
        ("role", ""),
    ],
)
def test_a_form_that_will_not_do_comes_back_with_its_fault_and_nothing_is_sent(
    invite, field, value
):
    answer, letters = invite(**{field: value})

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert letters == []
    assert not Invitation.objects.exists()


def test_an_agent_invites_nobody(signed_in):
    form = {"email": "priya@example.com", "role": "admin"}

    assert signed_in.post("/settings/team/", form).status_code == 403
    assert not Invitation.objects.exists()


# --- Who has an account already -------------------------------------------------------------------
def test_an_admin_cannot_tell_who_signs_in_at_another_agency(signed_in_admin, invite, other_agency):
    make_user(other_agency, email="known@example.com", name="Known Person")

    to_known, (told,) = invite("KNOWN@example.com")
    to_nobody, (invited,) = invite("nobody@example.com")
    page = without_layout(signed_in_admin.get("/settings/team/").content.decode())
    row = r'<tr class="row" role="row">\s*<th[^>]*><bdi>{}@example.com</bdi>.*?</tr>'
    rows = [re.search(row.format(name), page, re.DOTALL)[0] for name in ("KNOWN", "nobody")]

    assert (to_known.status_code, to_known.content) == (to_nobody.status_code, to_nobody.content)
    alike = [
        re.sub(
            r'[0-9a-f-]{36}|value="(?:\w{64}|[\w-]{22})"|datetime="[^"]+"',
            "…",
            text.replace(name, "…"),
        )
        for text, name in zip(rows, ("KNOWN", "nobody"), strict=True)
    ]
    assert alike[0] == alike[1]
    # The address's owner alone is told, and gets no link.
    assert told.to == ["KNOWN@example.com"]
    assert "signs in to Sift already" in told.body
    assert "/invitation/" not in told.body
    assert "Northgate" not in told.body
    assert "/invitation/" in invited.body


def test_a_link_whose_address_got_an_account_meanwhile_makes_no_second(
    client, agency, other_agency
):
    _, token = make_invitation(agency, email="priya@example.com")
    client.get(f"/invitation/{token}/")
    make_user(other_agency, email="PRIYA@example.com")

    answer = client.post("/invitation/", JOIN)

    assert answer.status_code == 409
    assert "signs in to Sift already" in answer.content.decode()
    assert User.objects.count() == 1


@pytest.mark.parametrize(("is_active", "words"), [(True, "already"), (False, "Reactivate them")])
def test_ones_own_people_are_named_instead(invite, agent, is_active, words):
    agent.is_active = is_active
    agent.save(update_fields=["is_active"])

    answer, letters = invite(agent.email.upper())

    assert answer.status_code == 422
    assert words in answer.context["form"].errors["email"][0]
    assert letters == []


def test_an_address_has_one_open_invitation_in_an_agency_and_another_in_the_next(
    invite, agency, other_agency
):
    make_invitation(agency, email="priya@example.com")
    make_invitation(other_agency, email="sam@example.com")

    assert invite("PRIYA@example.com")[0].status_code == 422
    assert invite("sam@example.com")[0].status_code == 303


# --- Sending again, withdrawing, running out ------------------------------------------------------
def test_a_link_sent_again_works_and_the_one_before_stops(signed_in_admin, letters_of, agency):
    invitation, before = make_invitation(agency)
    age(invitation, days=8)
    assert "Ran out" in signed_in_admin.get("/settings/team/").content.decode()

    answer, (letter,) = letters_of(
        lambda: signed_in_admin.post(f"/settings/team/invitations/{invitation.id}/resend/")
    )

    assert answer.status_code == 303
    theirs = Client()
    assert theirs.get(f"/invitation/{before}/", follow=True).status_code == 404
    assert theirs.get(link_in(letter), follow=True).status_code == 200
    assert AuditEntry.objects.get().action == "invitation_resent"


def test_a_withdrawn_link_stops_even_where_it_is_open_already(signed_in_admin, invite, agency):
    invitation, token = make_invitation(agency)
    theirs = Client()
    theirs.get(f"/invitation/{token}/")

    signed_in_admin.post(f"/settings/team/invitations/{invitation.id}/withdraw/")

    assert theirs.post("/invitation/", JOIN).status_code == 404
    assert not User.objects.filter(name="Priya Shah").exists()
    again = signed_in_admin.post(f"/settings/team/invitations/{invitation.id}/resend/")
    assert again.status_code == 404
    assert invite(invitation.email)[0].status_code == 303


@pytest.mark.parametrize(("days", "status"), [(6, 200), (8, 404)])
def test_a_link_works_for_seven_days(client, agency, days, status):
    invitation, token = make_invitation(agency)
    age(invitation, days)

    assert client.get(f"/invitation/{token}/", follow=True).status_code == status


def test_an_agency_sends_so_many_letters_a_day_and_no_more(
    signed_in_admin, invite, agency, admin, other_agency
):
    def sent(by_agency, letters):
        for _ in range(letters):
            record(
                by_agency.id,
                AuditAction.PERSON_INVITED,
                by=Actor.for_person(admin),
                target=AuditTarget.INVITATION,
            )

    sent(agency, MOST_A_DAY - 1)
    sent(other_agency, MOST_A_DAY)
    assert invite("last@example.com")[0].status_code == 303

    refused, letters = invite("more@example.com")
    invitation = Invitation.objects.get()
    again = signed_in_admin.post(f"/settings/team/invitations/{invitation.id}/resend/")

    assert (refused.status_code, again.status_code) == (422, 422)
    assert "Try again tomorrow" in refused.content.decode()
    assert "Try again tomorrow" in again.content.decode()
    assert letters == []


# --- The link -------------------------------------------------------------------------------------
def test_the_token_leaves_the_address_at_once_and_only_its_digest_is_kept(client, agency, caplog):
    _, token = make_invitation(agency)
    with caplog.at_level(logging.DEBUG):
        answer = client.get(f"/invitation/{token}/")
        page = client.get("/invitation/")

    assert answer["Location"] == "/invitation/"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert token not in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert token not in str(dict(client.session.items()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_jsonb(i)::text FROM organisations_invitation i")
        assert token not in cursor.fetchone()[0]


@pytest.mark.parametrize("token", ["x", "é", "%00", "a" * 3000, "sk_live_x"])
def test_a_token_that_is_none_is_told_in_words(client, db, token):
    assert client.get(f"/invitation/{token}/", follow=True).status_code == 404
    assert settings.SESSION_COOKIE_NAME not in client.cookies  # nor is anything kept of it


def test_a_link_of_no_use_does_not_show_the_invitation_opened_before(client, agency):
    client.get(f"/invitation/{make_invitation(agency)[1]}/")

    assert client.get("/invitation/x/", follow=True).status_code == 404


def test_without_a_link_there_is_no_invitation(client, agency):
    make_invitation(agency)

    assert client.get("/invitation/").status_code == 404
    assert client.post("/invitation/", JOIN).status_code == 404


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"name": " "}, "name"),
        ({"name": "Pri\u202eya"}, "name"),
        ({"new_password1": "short", "new_password2": "short"}, "new_password2"),
        ({"new_password2": "another phrase altogether"}, "new_password2"),
        (dict.fromkeys(["new_password1", "new_password2"], "priya@example.com"), "new_password2"),
        (dict.fromkeys(["new_password1", "new_password2"], "harbour-vale-2026"), "new_password2"),
    ],
)
def test_a_faulty_form_uses_nothing_up(client, agency, fields, at_fault):
    _, token = make_invitation(agency, email="priya@example.com")
    client.get(f"/invitation/{token}/")

    answer = client.post("/invitation/", JOIN | fields)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [at_fault]
    assert client.post("/invitation/", JOIN).status_code == 303


def test_whoever_is_signed_in_is_not_turned_into_another(signed_in, agency, agent):
    _, token = make_invitation(agency)

    answer = signed_in.get(f"/invitation/{token}/", follow=True)

    assert "you are signed in as <bdi>Amir Agent</bdi>" in answer.content.decode()
    assert signed_in.post("/invitation/", JOIN).status_code == 409
    assert User.objects.count() == 1


def test_joining_takes_a_form_of_this_site(agency):
    _, token = make_invitation(agency)
    browser = Client(enforce_csrf_checks=True)
    browser.get(f"/invitation/{token}/", follow=True)

    assert browser.post("/invitation/", JOIN).status_code == 403
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_make_one_person():
    agency = make_organisation()
    _, token = make_invitation(agency)
    start = threading.Barrier(2)
    statuses = []

    def press():
        try:
            browser = Client()
            browser.get(f"/invitation/{token}/")
            start.wait(10)
            statuses.append(browser.post("/invitation/", JOIN).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert sorted(statuses) == [303, 404]
    assert User.objects.count() == 1
