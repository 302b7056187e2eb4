"""Agencies and people on the command line."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from organisations.agency import account
from organisations.models import AuditEntry, Authenticator, Organisation, User
from tests.factories import make_key, make_organisation, make_user
from tests.letters import send_letters

pytestmark = pytest.mark.django_db
PASSWORD = "a long walk to the harbour"


def run(*arguments: str, **options) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def typed(monkeypatch):
    """Set what standard input holds."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def written_down(agency) -> list[tuple]:
    entries = AuditEntry.objects.for_organisation(agency)
    return list(entries.values_list("action", "actor_kind", "details"))


# --- create_organisation -------------------------------------------------------------------------
def test_an_organisation_is_created_and_its_slug_printed():
    assert run(
        "create_organisation", "Harbour & Vale", "--slug", "harbour", "--plan", "growth"
    ) == ("harbour\n")

    agency = Organisation.objects.get(slug="harbour")
    assert (agency.name, agency.plan, agency.closed_at) == ("Harbour & Vale", "growth", None)


@pytest.mark.parametrize("slug", ["Harbour", "a b", "-a", "a-", "a--b", "", "é", "a\n", "a" * 64])
def test_a_slug_is_plain(slug):
    with pytest.raises(CommandError, match="--slug"):
        run("create_organisation", "Harbour", f"--slug={slug}")
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x00b", "\udcff"])
def test_a_name_is_said_and_printable(name):
    with pytest.raises(CommandError, match="NAME"):
        run("create_organisation", name, "--slug", "harbour")


def test_a_slug_is_taken_once(agency):
    with pytest.raises(CommandError, match="There is an organisation 'harbour-vale' already"):
        run("create_organisation", "Another", "--slug", "harbour-vale")


def test_an_unknown_plan_names_those_there_are(agency):
    with pytest.raises(CommandError, match=r"starter\W+growth\W+scale"):
        run("create_organisation", "Harbour", "--slug", "harbour", "--plan", "gold")
    with pytest.raises(CommandError, match="plans are starter, growth, scale"):
        run("set_plan", agency.slug, "gold")


# --- set_plan, close_organisation, reopen_organisation --------------------------------------------
def test_a_plan_is_set_and_set_again(agency):
    assert "is on scale now" in run("set_plan", agency.slug, "scale")
    assert "is on scale already" in run("set_plan", agency.slug, "scale")

    agency.refresh_from_db()
    assert agency.plan == "scale"
    assert written_down(agency) == [("plan_changed", "system", {"was": "growth", "plan": "scale"})]


def test_an_account_is_closed_once_and_keeps_its_first_closing(agency, other_agency):
    run("close_organisation", agency.slug)
    agency.refresh_from_db()
    closed_at = agency.closed_at

    assert "closed already" in run("close_organisation", agency.slug)

    agency.refresh_from_db()
    other_agency.refresh_from_db()
    assert agency.closed_at == closed_at is not None
    assert written_down(agency) == [("organisation_closed", "system", {})]
    assert other_agency.closed_at is None


def test_closing_an_account_writes_to_its_admins(
    agency, admin, agent, django_capture_on_commit_callbacks, mailoutbox
):
    with django_capture_on_commit_callbacks(execute=True):
        run("close_organisation", agency.slug)
    send_letters()

    (letter,) = mailoutbox
    assert letter.to == [admin.email]
    assert "closed by whoever runs Sift for you" in letter.body


def test_an_account_is_opened_again_with_its_keys_and_without_its_sessions(
    agency, other_agency, admin, letters
):
    _, text = make_key(agency)
    browser, theirs = Client(), Client()
    browser.force_login(admin)
    theirs.force_login(make_user(other_agency))
    bearer = {"Authorization": f"Bearer {text}"}
    run("close_organisation", agency.slug)
    assert browser.get("/api/v1/leads", headers=bearer).status_code == 401

    assert "is open again" in run("reopen_organisation", agency.slug)
    assert "is open already" in run("reopen_organisation", agency.slug)

    assert browser.get("/api/v1/leads", headers=bearer).status_code == 200
    assert browser.get("/leads/").status_code == 302  # signed in anew, or not at all
    assert theirs.get("/leads/").status_code == 200
    browser.force_login(admin)
    assert browser.get("/leads/").status_code == 200
    actions = [action for action, _, _ in written_down(agency)]
    assert actions.count("organisation_reopened") == 1
    assert [letter.subject for letter in letters()] == [
        f"The Sift account of “{agency.name}” is closed",
        f"The Sift account of “{agency.name}” is open again",
    ]


@pytest.mark.parametrize(
    "command",
    [
        ["set_plan", "nobody", "scale"],
        ["close_organisation", "nobody"],
        ["reopen_organisation", "nobody"],
    ],
)
def test_an_unknown_organisation_is_said_in_words(command, db):
    with pytest.raises(CommandError, match="There is no organisation 'nobody'"):
        run(*command)


# --- create_user ---------------------------------------------------------------------------------
def new_user(agency, email="ada@example.com", role="admin", name="Ada Admin") -> str:
    return run("create_user", email, "--organisation", agency.slug, "--role", role, "--name", name)


def test_a_person_is_added_with_the_first_line_of_standard_input(agency, typed, client):
    typed(f"{PASSWORD}\nnot this\n")

    assert "ada@example.com may sign in at Harbour & Vale as admin" in new_user(agency)

    person = User.objects.get(email="ada@example.com")
    assert (person.organisation, person.role, person.name) == (agency, "admin", "Ada Admin")
    assert person.check_password(PASSWORD)
    assert written_down(agency) == [("person_added", "system", {"role": "admin"})]
    assert client.login(username="ADA@example.com", password=PASSWORD)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "There is no password"),
        ("short", "too short"),
        ("ada@example.com", "too similar"),
        ("startfinding", "too common"),
        ("correct horse \udcff\udcfe", "not UTF-8"),  # bytes, as a C locale hands them on
        ("correct horse\x00battery", "NUL"),  # which the sign-in form would refuse
    ],
)
def test_a_password_that_will_not_do_is_refused_and_nobody_added(agency, typed, password, why):
    typed(password)

    with pytest.raises(CommandError, match=why):
        new_user(agency)
    assert not User.objects.exists()


def test_an_e_mail_is_taken_once_whatever_its_case_and_agency(agency, other_agency, typed):
    typed(PASSWORD)
    new_user(agency)

    typed(PASSWORD)
    with pytest.raises(CommandError, match=r"There is a person with the e-mail ADA@Example\.com"):
        new_user(other_agency, email=" ADA@Example.com ")


@pytest.mark.parametrize("email", ["ada", "ada@", "a b@example.com", "", "x" * 250 + "@x.uk"])
def test_an_e_mail_is_one(agency, typed, email):
    typed(PASSWORD)

    with pytest.raises(CommandError, match=r"e-mail address|EMAIL"):
        new_user(agency, email=email)


def test_a_role_and_a_name_are_checked(agency, typed):
    typed(PASSWORD)
    with pytest.raises(CommandError, match=r"admin\W+agent"):
        new_user(agency, role="owner")
    with pytest.raises(CommandError, match="--name is blank"):
        new_user(agency, name=" ")


def test_nobody_is_added_to_a_closed_or_unknown_organisation(typed):
    closed = make_organisation(slug="closed")
    account.close(closed)
    typed(PASSWORD)

    with pytest.raises(CommandError, match="'closed' is closed"):
        new_user(closed)
    with pytest.raises(CommandError, match="There is no organisation 'nobody'"):
        run("create_user", "a@example.com", "--organisation", "nobody", "--name", "A")


@pytest.mark.parametrize(("second", "added"), [(PASSWORD, True), ("another one entirely", False)])
def test_on_a_terminal_the_password_is_asked_for_twice(agency, monkeypatch, second, added):
    answers = iter([PASSWORD, second])
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr(
        "organisations.management.commands.create_user.getpass", lambda prompt: next(answers)
    )

    if added:
        new_user(agency)
    else:
        with pytest.raises(CommandError, match="differ"):
            new_user(agency)
    assert User.objects.exists() is added


# --- turn_off_two_step ----------------------------------------------------------------------------
def test_two_step_sign_in_is_turned_off_from_the_server(agency, admin, letters):
    Authenticator.objects.create(user=admin, organisation=agency, confirmed=True)

    assert "is off for" in run("turn_off_two_step", admin.email.upper())
    assert "is off already" in run("turn_off_two_step", admin.email)

    assert not Authenticator.objects.exists()
    assert [letter.to for letter in letters()] == [[admin.email]]
    assert written_down(agency) == [("two_step_off", "system", {})]
    with pytest.raises(CommandError, match="There is nobody"):
        run("turn_off_two_step", "nobody@example.com")
