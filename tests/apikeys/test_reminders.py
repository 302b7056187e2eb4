"""manage.py send_key_reminders: admins hear of a key's end a week and a day before, once each."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from apikeys.models import ApiKey, KeyReminder
from apikeys.revoking import revoke
from organisations.agency import account
from tests.factories import make_key, make_user
from tests.letters import send_letters

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("send_key_reminders", stdout=out)
    return out.getvalue()


def expiring(agency, days: float, **more) -> ApiKey:
    return make_key(agency, expires_at=timezone.now() + timedelta(days=days), **more)[0]


@pytest.fixture
def sent(mailoutbox, django_capture_on_commit_callbacks):
    """Runs the command; the subjects of the letters that it sent."""

    def act() -> list[str]:
        send_letters()  # what came before is none of it
        mailoutbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            run()
        send_letters()
        return sorted(letter.subject for letter in mailoutbox)

    return act


def test_each_reminder_is_sent_once_however_often_the_command_runs(agency, admin, sent):
    key = expiring(agency, 6, name="CRM")

    week = [sent(), sent()]
    ApiKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() + timedelta(hours=23))
    day = [sent(), sent()]

    assert [len(letters) for letters in week + day] == [1, 0, 1, 0]
    assert week[0][0].startswith("API key “CRM” expires on ")
    assert set(KeyReminder.objects.values_list("reminder", flat=True)) == {"week", "day"}


def test_keys_that_need_none_get_none(agency, other_agency, admin, sent):
    expiring(agency, 8)
    expiring(agency, -1)
    make_key(agency)
    revoke(expiring(agency, 3))
    make_user(other_agency, role="admin")
    expiring(other_agency, 3)
    account.close(other_agency)

    assert sent() == []
    assert not KeyReminder.objects.exists()


def test_a_week_that_was_missed_is_not_made_up_for_on_the_last_day(agency, admin, sent):
    expiring(agency, 0.5)

    assert len(sent()) == 1
    assert KeyReminder.objects.get().reminder == "day"


def test_the_letter_goes_to_active_admins_of_the_agency_and_holds_no_key(
    agency, other_agency, admin, agent, mailoutbox, sent
):
    gone = make_user(agency, role="admin")
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    make_user(other_agency, role="admin")
    key, text = make_key(agency, name="<CRM> & co", expires_at=timezone.now() + timedelta(days=2))

    sent()

    [letter] = mailoutbox
    assert letter.to == [admin.email]
    assert "<CRM> & co" in letter.body
    assert key.shown in letter.body
    assert "Last used: never" in letter.body
    assert text not in letter.body + letter.subject


def test_the_command_says_how_many_keys_it_reminded_of(agency, admin):
    expiring(agency, 3)
    expiring(agency, 0.5)

    assert (run(), run()) == ("2 keys reminded of.\n", "0 keys reminded of.\n")
