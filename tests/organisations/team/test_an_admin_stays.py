"""An agency that has an admin keeps one: in the database, and of two people at once."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from organisations.admins import active_admins
from organisations.models import User
from tests.factories import make_invitation, make_organisation, make_user

RULE = "organisations_user_an_admin_stays"


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE organisations_user SET role = 'agent'",
        "UPDATE organisations_user SET is_active = false",
        "DELETE FROM organisations_user",
    ],
)
def test_sql_by_hand_cannot_take_the_last_admin_away(agency, sql):
    make_user(agency, role="admin")
    make_user(agency, role="admin")  # both by one statement
    make_user(agency)

    with pytest.raises(IntegrityError, match=RULE), transaction.atomic():
        execute(sql, "SET CONSTRAINTS ALL IMMEDIATE")  # as at the end of a transaction

    assert active_admins(agency).count() == 2


@pytest.mark.django_db
def test_all_but_one_may_go_and_an_agency_of_agents_stays_as_it_is(agency, other_agency):
    first, second = make_user(agency, role="admin"), make_user(agency, role="admin")
    agent = make_user(other_agency)

    User.objects.filter(pk=first.pk).update(role="agent")
    User.objects.filter(pk=agent.pk).update(is_active=False)

    assert active_admins(agency).get() == second


@pytest.mark.django_db
def test_an_agency_goes_with_all_its_people(agency):
    make_invitation(agency, invited_by=make_user(agency, role="admin"))

    agency.delete()

    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not User.objects.exists()


def at_once(*acts) -> None:
    """Run them in threads of their own, each with a connection of its own."""
    start = threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait(10)
            act()
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("by", ["pages", "statements"])
def test_two_admins_who_demote_each_other_at_once_leave_one(by):
    agency = make_organisation()
    people = [make_user(agency, role="admin") for _ in range(2)]
    answers = []

    def act(one, other):
        if by == "statements":  # as an agreement of nobody with nobody: the trigger alone
            try:
                User.objects.filter(pk=other.pk).update(role="agent")
            except IntegrityError as refused:
                answers.append(str(refused))
            return
        browser = Client()
        browser.force_login(one)
        ready.wait(10)
        answer = browser.post(f"/settings/team/{other.id}/role/", {"role": "agent"})
        answers.append(answer.status_code)

    ready = threading.Barrier(2)
    at_once(lambda: act(*people), lambda: act(*reversed(people)))

    assert active_admins(agency).count() == 1
    if by == "pages":
        assert sorted(answers) in ([303, 403], [303, 422])
    else:
        assert len(answers) == 1
        assert RULE in answers[0]
