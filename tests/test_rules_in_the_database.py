"""Rules that hold whoever writes: each is a constraint, so SQL by hand is refused too."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, transaction

from foundation.database.constraints import broken_constraint
from leads.models import Lead, LeadEvent
from leads.models.choices import LeadStatus
from organisations.actors import SYSTEM, Actor
from organisations.models import User
from organisations.models.user import EMAIL_RULES
from tests.documents import PROJECT
from tests.factories import (
    make_conversation,
    make_invitation,
    make_key,
    make_lead,
    make_message,
    make_user,
    move_lead,
)

pytestmark = pytest.mark.django_db


def refused(rule: str, sql: str, *values):
    """The statement fails on the constraint of that name."""
    with pytest.raises(IntegrityError, match=rule), transaction.atomic(), connection.cursor() as c:
        c.execute(sql, values)


def test_a_conversation_cannot_cross_from_one_agency_to_anothers_lead(agency, other_agency):
    theirs = make_lead(other_agency)
    ours = make_conversation(agency)

    refused(
        "conversations_conversation_lead_same_organisation",
        "UPDATE conversations_conversation SET lead_id = %s WHERE id = %s",
        theirs.id,
        ours.id,
    )


def test_a_message_cannot_cross_into_another_agencys_conversation(agency, other_agency):
    message = make_message(make_conversation(agency))
    theirs = make_conversation(other_agency)

    refused(
        "conversations_message_conversation_same_organisation",
        "UPDATE conversations_message SET conversation_id = %s WHERE id = %s",
        theirs.id,
        message.id,
    )


def test_an_event_cannot_cross_to_another_agencys_lead(agency, other_agency):
    ours, theirs = make_lead(agency), make_lead(other_agency)
    move_lead(ours, LeadStatus.CONTACTED, by=SYSTEM)

    refused(
        "leads_leadevent_lead_same_organisation",
        "UPDATE leads_leadevent SET lead_id = %s WHERE id = %s",
        theirs.id,
        ours.events.get().id,
    )


def test_a_lead_cannot_be_merged_into_another_agencys(agency, other_agency):
    ours, theirs = make_lead(agency), make_lead(other_agency)

    refused(
        "leads_lead_merged_into_same_organisation",
        "UPDATE leads_lead SET merged_into_id = %s WHERE id = %s",
        theirs.id,
        ours.id,
    )


def test_a_key_cannot_be_made_by_another_agencys_person(agency, other_agency):
    key, _ = make_key(agency)
    stranger = make_user(other_agency)

    refused(
        "apikeys_apikey_created_by_same_organisation",
        "UPDATE apikeys_apikey SET created_by_id = %s WHERE id = %s",
        stranger.id,
        key.id,
    )


def test_an_invitation_cannot_be_sent_by_another_agencys_person(agency, other_agency):
    invitation, _ = make_invitation(agency)
    stranger = make_user(other_agency)

    refused(
        "organisations_invitation_invited_by_same_organisation",
        "UPDATE organisations_invitation SET invited_by_id = %s WHERE id = %s",
        stranger.id,
        invitation.id,
    )


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ("role = 'owner'", "role_known"),
        ("email = ''", "email_said"),
        ("name = ''", "name_said"),
        ("digest = 'its very token'", "digest_is_sha256"),
        ("expires_at = sent_at", "expires_after_sending"),
        ("accepted_at = now(), withdrawn_at = now()", "used_or_withdrawn"),
    ],
)
def test_an_invitation_takes_only_what_one_is_made_of(agency, change, rule):
    make_invitation(agency)

    refused(f"organisations_invitation_{rule}", f"UPDATE organisations_invitation SET {change}")  # noqa: S608


def test_an_address_has_one_open_invitation_in_an_agency(agency, other_agency):
    invitation, _ = make_invitation(agency, email="priya@example.com")
    make_invitation(other_agency, email="priya@example.com")
    sql = (
        "UPDATE organisations_invitation"
        " SET email = 'PRIYA@example.com', email_key = 'priya@example.com' WHERE id = %s"
    )

    another, _ = make_invitation(agency)
    refused("organisations_invitation_email_open", sql, another.id)
    invitation.withdrawn_at = invitation.sent_at
    invitation.save(update_fields=["withdrawn_at"])
    with connection.cursor() as cursor:
        cursor.execute(sql, [another.id])


@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("call", "id, created_at, method, route, status, microseconds, request_id",
         "gen_random_uuid(), now(), 'GET', '/', 200, 1, 'r'"),
        ("dailycalls", "day, calls, refused, over_limit", "now(), 1, 0, 0"),
        ("keyreminder", "reminder", "'week'"),
    ],
)  # fmt: skip
def test_what_is_kept_of_a_key_is_of_its_own_agency(agency, other_agency, table, columns, values):
    theirs, _ = make_key(other_agency)

    refused(
        f"apikeys_{table}_api_key_same_organisation",
        f"INSERT INTO apikeys_{table} (organisation_id, api_key_id, {columns})"  # noqa: S608
        f" VALUES (%s, %s, {values})",
        agency.id,
        theirs.id,
    )


def test_a_key_cannot_be_replaced_by_another_agencys(agency, other_agency):
    ours, theirs = make_key(agency)[0], make_key(other_agency)[0]

    refused(
        "apikeys_apikey_replaced_by_same_organisation",
        "UPDATE apikeys_apikey SET replaced_by_id = %s WHERE id = %s",
        theirs.id,
        ours.id,
    )


def test_a_key_may_be_used_from_networks_alone_and_from_few(agency):
    key, _ = make_key(agency)

    refused(
        "apikeys_apikey_networks_few",
        "UPDATE apikeys_apikey SET allowed_networks = array_fill('10.0.0.0/8'::cidr, ARRAY[21])"
        " WHERE id = %s",
        key.id,
    )
    for no_network in ("office", "10.0.0.1/8"):
        with pytest.raises(DataError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "UPDATE apikeys_apikey SET allowed_networks = ARRAY[%s]::cidr[]", [no_network]
            )


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("status", "lukewarm", "leads_lead_status_known"),
        ("source", "fax", "leads_lead_source_known"),
        ("intent", "lease", "leads_lead_intent_known"),
        ("property_type", "castle", "leads_lead_property_type_known"),
        ("timeline", "soon", "leads_lead_timeline_known"),
        ("chain_status", "broken", "leads_lead_chain_status_known"),
        ("financing_status", "lottery", "leads_lead_financing_status_known"),
        ("buyer_scheme", "none", "leads_lead_buyer_scheme_known"),
        ("stamp_duty_position", "exempt", "leads_lead_stamp_duty_position_known"),
        ("name", "", "leads_lead_name_said"),
        ("email", "", "leads_lead_email_said"),
        ("phone", "", "leads_lead_phone_said"),
        ("summary", "", "leads_lead_summary_said"),
        ("area", "", "leads_lead_area_said"),
        ("score", 101, "leads_lead_score_in_range"),
        ("score", -1, "leads_lead_score_in_range"),
        ("bedrooms_min", 51, "leads_lead_bedrooms_min_in_range"),
        ("bedrooms_max", -1, "leads_lead_bedrooms_max_in_range"),
        ("budget_min", -1, "leads_lead_budget_min_in_range"),
        ("budget_max", -1, "leads_lead_budget_max_in_range"),
    ],
)
def test_a_lead_takes_only_what_the_contract_names(agency, column, value, rule):
    lead = make_lead(agency)

    refused(rule, f"UPDATE leads_lead SET {column} = %s WHERE id = %s", value, lead.id)  # noqa: S608


@pytest.mark.parametrize("contact", ["email", "phone"])
def test_a_key_by_which_a_lead_is_found_stands_with_its_text_alone(agency, contact):
    text = "ada@example.com" if contact == "email" else "+447700900123"
    lead = make_lead(agency, **{contact: text})

    for column, value, rule in (
        (contact, None, f"leads_lead_{contact}_key_of_{contact}"),
        (f"{contact}_key", "", f"leads_lead_{contact}_key_said"),
    ):
        sql = f"UPDATE leads_lead SET {column} = %s WHERE id = %s"  # noqa: S608
        refused(rule, sql, value, lead.id)


def test_a_lead_with_a_word_that_nobody_knows_is_refused_before_it_is_saved_too(agency):
    lead = make_lead(agency, intent=None)
    lead.validate_constraints()

    lead.intent = "lease"

    with pytest.raises(ValidationError, match="leads_lead_intent_known"):
        lead.validate_constraints()


def test_no_closed_set_is_written_out_word_by_word_for_postgresql_to_read_with_each_statement():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
            " AND contype = 'c' AND (pg_get_constraintdef(oid) LIKE '%ARRAY[%' OR NOT convalidated)"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize("what", ["budget", "bedrooms"])
def test_the_least_is_never_above_the_most(agency, what):
    lead = make_lead(agency, **{f"{what}_min": 2, f"{what}_max": 2})

    refused(
        f"leads_lead_{what}_in_order",
        f"UPDATE leads_lead SET {what}_min = 3 WHERE id = %s",  # noqa: S608
        lead.id,
    )


def test_a_persons_e_mail_is_unique_over_all_agencies_whatever_its_case(agency, other_agency):
    make_user(agency, email="Emile@example.com")

    with pytest.raises(IntegrityError, match="organisations_user_email_unique"):
        make_user(other_agency, email="eMILE@EXAMPLE.com")


@pytest.mark.parametrize("email", ["emile@example.com", "EMILE@example.com"])
def test_a_taken_e_mail_is_told_by_the_name_of_the_rule(agency, other_agency, email):
    make_user(agency, email="emile@example.com")

    with pytest.raises(IntegrityError) as taken, transaction.atomic():
        make_user(other_agency, email=email)

    assert broken_constraint(taken.value) in EMAIL_RULES


def test_a_rule_that_somebody_typed_the_name_of_is_not_taken_for_broken(agency):
    typed = EMAIL_RULES[0]

    with pytest.raises(IntegrityError, match=typed) as refused, transaction.atomic():
        make_user(agency, email=f"{typed}@example.com", role="owner")

    assert broken_constraint(refused.value) == "organisations_user_role_known"


def test_a_person_is_found_by_e_mail_whatever_its_case_and_accents(agency):
    person = make_user(agency, email="ÉMILE@example.com")

    assert User.objects.get_by_natural_key(" émile@EXAMPLE.com ") == person


def test_the_database_folds_the_case_of_accented_letters(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ÉMILE')")

        assert cursor.fetchone() == ("émile",)


def test_a_position_is_taken_once_in_a_conversation(agency):
    conversation = make_conversation(agency, messages=1)

    with pytest.raises(IntegrityError, match="conversations_message_position_unique"):
        make_message(conversation, position=0)


def test_a_sender_may_use_an_external_id_once_and_another_agency_the_same(agency, other_agency):
    make_conversation(agency, external_id="chat-1")
    make_conversation(other_agency, external_id="chat-1")

    with pytest.raises(IntegrityError, match="conversations_conversation_external_id_unique"):
        make_conversation(agency, external_id="chat-1")


def test_a_change_that_the_json_shows_moves_updated_at(agency):
    lead = make_lead(agency)
    Lead.objects.filter(pk=lead.pk).update(moved_on=True)
    unseen = Lead.objects.get(pk=lead.pk)
    Lead.objects.filter(pk=lead.pk).update(area="Didsbury")
    seen = Lead.objects.get(pk=lead.pk)

    assert unseen.updated_at == lead.updated_at
    assert seen.updated_at > lead.updated_at


def test_setting_what_already_stands_changes_nothing_and_records_nothing(agency, agent):
    lead = make_lead(agency, status="contacted")

    moved = move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))

    assert moved.was == "contacted"
    assert Lead.objects.get(pk=lead.pk).updated_at == lead.updated_at
    assert not LeadEvent.objects.for_organisation(agency).exists()


def test_an_event_of_a_person_or_key_names_its_doer_and_the_systems_has_none(agency, agent):
    lead = make_lead(agency)
    move_lead(lead, LeadStatus.CONTACTED, by=Actor.for_person(agent))

    refused(
        "leads_leadevent_only_the_system_has_no_id",
        "UPDATE leads_leadevent SET actor_id = NULL WHERE lead_id = %s",
        lead.id,
    )


@pytest.mark.parametrize(
    "minutes",
    [
        "{540}",
        "{1050,540}",
        "{540,1050,1000,1100}",
        "{90,540}",
        "{540,1500}",
        "{-60,540}",
        "{0,10,20,30,40,50,55,56}",
    ],
)
def test_the_hours_of_a_day_are_pairs_that_grow(agency, minutes):
    refused(
        "organisations_organisation_monday_in_pairs",
        "UPDATE organisations_organisation SET monday = %s::smallint[]",
        minutes,
    )
    refused(
        "organisations_specialday_minutes_in_pairs",
        "INSERT INTO organisations_specialday (organisation_id, day, minutes)"
        " VALUES (%s, now(), %s::smallint[])",
        agency.id,
        minutes,
    )


@pytest.mark.parametrize("minutes", ["{}", "{540,1050}", "{0,59,120,1440}", "{1,2,3,4,5,6}"])
def test_up_to_three_spans_a_day_are_taken(agency, minutes):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE organisations_organisation SET monday = %s::smallint[]", [minutes])

        assert cursor.rowcount == 1


ALERT = (
    "INSERT INTO leads_alert (organisation_id, lead_id, person_id, kind, due_at)"
    " VALUES (%s, %s, %s, %s, now())"
)


def test_nobody_is_told_twice_of_one_lead_nor_of_another_agencys(agency, other_agency, agent):
    lead, theirs, stranger = make_lead(agency), make_lead(other_agency), make_user(other_agency)
    with connection.cursor() as cursor:
        cursor.execute(ALERT, [agency.id, lead.id, agent.id, "hot"])
        cursor.execute(ALERT, [agency.id, lead.id, None, "untaken"])

    refused("leads_alert_once", ALERT, agency.id, lead.id, agent.id, "hot")
    refused("leads_alert_once", ALERT, agency.id, lead.id, None, "untaken")
    for lead_id, person_id, rule in [
        (theirs.id, agent.id, "leads_alert_lead_same_organisation"),
        (lead.id, stranger.id, "leads_alert_person_same_organisation"),
    ]:
        refused(rule, ALERT, agency.id, lead_id, person_id, "assigned")
    refused("leads_alert_untaken_to_admins", ALERT, agency.id, lead.id, agent.id, "untaken")


def test_open_time_stands_with_a_contact_alone(agency):
    make_lead(agency)

    refused("leads_lead_open_time_of_contact", "UPDATE leads_lead SET contact_open_seconds = 0")


# --- All tables -----------------------------------------------------------------------------------
def asked(sql: str) -> dict[str, bool]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return dict(cursor.fetchall())


def test_no_row_of_an_agencys_can_point_to_another_agencys():
    holds = asked("""
        SELECT conname, from_here.attnum = ANY (conkey) AND to_there.attnum = ANY (confkey)
        FROM pg_constraint
        JOIN pg_attribute from_here ON from_here.attrelid = conrelid
        JOIN pg_attribute to_there ON to_there.attrelid = confrelid
        WHERE from_here.attname = 'organisation_id' AND to_there.attname = 'organisation_id'
    """)

    assert len(holds) > 10
    assert [name for name, within_one in holds.items() if not within_one] == []


def test_what_is_unique_over_all_agencies_is_named_where_tables_are_to_be_spread():
    within_one = asked("""
        SELECT indexrelid::regclass::text, attnum = ANY (indkey) FROM pg_index
        JOIN pg_attribute ON attrelid = indrelid AND attname = 'organisation_id'
        WHERE indisunique AND NOT indisprimary
    """)
    told = (PROJECT / "docs" / "scale.md").read_text()

    assert len(within_one) > 20
    over_all = [name for name, within in within_one.items() if not within]
    assert [name for name in over_all if f"`{name}`" not in told] == []
