"""Where a lead came from, by the first that said so, and its consent, by the latest."""

import pytest

from conversations.capture import capture
from conversations.giving import give, take_back
from conversations.models import Conversation
from conversations.posted_format import ConsentGiven, Origin
from leads.givings import open_givings
from leads.merging import last_merge, merge, unmerge
from leads.models import Lead, LeadEvent
from leads.origin_and_consent import COLUMNS
from leads.visitor_export import visitor_export
from organisations.actors import Actor
from tests.conversations.test_live_capture import posted

pytestmark = pytest.mark.django_db

YES = "Yes, send me homes like this one"


def origin(**members) -> Origin:
    return Origin(**members)


def consent(answer: str, wording: str | None = None) -> ConsentGiven:
    return ConsentGiven(marketing=answer, wording=wording)


def of(lead: Lead) -> tuple:
    """Its home, page, campaign and consent, as they stand."""
    return Lead.objects.values_list(*COLUMNS).get(pk=lead.pk)


def lead_of(external_id: str) -> Lead:
    return Conversation.objects.get(external_id=external_id).lead


def found(client, text) -> list[Lead]:
    page = client.get("/leads/", {"q": text})
    return list(page.context["page"].rows)


def test_the_first_that_says_where_from_counts_and_the_latest_consent(agency):
    capture(agency, [posted("1", email="a@b.uk", origin=origin(campaign="Spring"))])
    capture(
        agency,
        [
            posted("2", email="a@b.uk", consent=consent("granted", YES),
                   origin=origin(campaign="Autumn", url="https://x.uk/1", property_ref=" HV-1 ")),
            posted("3", email="a@b.uk", consent=consent("denied")),
        ],
    )  # fmt: skip

    assert of(lead_of("1")) == ("HV-1", "https://x.uk/1", "Spring", "denied")


def test_a_conversation_that_repeats_its_consent_does_not_take_back_a_later_no(agency):
    said = {"email": "a@b.uk", "consent": consent("granted", YES)}
    capture(agency, [posted("1", says=["One"], **said)])
    capture(agency, [posted("2", email="a@b.uk", consent=consent("denied"))])
    capture(agency, [posted("1", says=["One", "Two"], **said)])
    after_the_repeat = of(lead_of("1"))
    capture(agency, [posted("1", says=["One", "Two", "Three"],
                            email="a@b.uk", consent=consent("granted", "New words"))])  # fmt: skip

    assert after_the_repeat[-1] == "denied"
    assert of(lead_of("1"))[-1] == "granted"


def test_a_merge_and_its_undoing_bring_the_first_and_the_latest_of_both(agency, agent):
    by = Actor.for_person(agent)
    capture(agency, [posted("old", origin=origin(campaign="Spring"), consent=consent("granted"))])
    capture(agency, [posted("new", origin=origin(campaign="Autumn", url="https://x.uk"),
                            consent=consent("denied"))])  # fmt: skip
    old, new = lead_of("old"), lead_of("new")

    merge(agency, survivor_id=new.id, other_id=old.id, by=by)
    merged = of(new)
    unmerge(agency, survivor_id=new.id, event_id=last_merge(new).id, by=by)

    assert merged == (None, "https://x.uk", "Spring", "denied")
    assert of(new) == (None, "https://x.uk", "Autumn", "denied")
    assert of(old) == (None, None, "Spring", "granted")


def test_a_merge_and_its_undoing_have_each_found_by_the_home_that_it_asked_about(
    signed_in, agency, agent
):
    by = Actor.for_person(agent)
    capture(agency, [posted("old", name="Ada", origin=origin(property_ref="HV-1"))])
    capture(agency, [posted("new", name="Bea", origin=origin(property_ref="HV-2"))])
    old, new = lead_of("old"), lead_of("new")

    merge(agency, survivor_id=new.id, other_id=old.id, by=by)
    merged = found(signed_in, "HV-1"), found(signed_in, "HV-2")
    unmerge(agency, survivor_id=new.id, event_id=last_merge(new).id, by=by)

    assert merged == ([new], [])  # of two the first that was told stands
    assert (found(signed_in, "HV-1"), found(signed_in, "HV-2")) == ([old], [new])


def test_a_conversation_that_is_given_takes_them_along_and_brings_them_back(agency, agent):
    by = Actor.for_person(agent)
    capture(agency, [posted("1", email="a@b.uk", origin=origin(campaign="Spring"))])
    capture(agency, [posted("2", email="a@b.uk", consent=consent("granted", YES))])
    lead, chat = lead_of("1"), Conversation.objects.get(external_id="2")

    other = give(agency, chat.id, seen=lead.id, to=None, by=by)
    given = of(lead), of(other)
    giving = open_givings(other)[str(chat.id)]
    take_back(agency, chat.id, giving_id=giving.id, by=by)

    assert given == ((None, None, "Spring", None), (None, None, None, "granted"))
    assert of(lead) == (None, None, "Spring", "granted")


def test_the_page_shows_them_and_the_history_keeps_the_wording(signed_in, agency):
    capture(
        agency,
        [posted("1", consent=consent("granted", YES),
                origin=origin(url="https://x.uk/elm", campaign="<b>", property_ref="HV-1"))],
    )  # fmt: skip

    page = signed_in.get(f"/leads/{lead_of('1').id}/").content.decode()

    facts, history = page.split('id="lead-facts"')[1], page
    assert '<a href="https://x.uk/elm" rel="noopener nofollow">' in facts
    for said in ("HV-1", "&lt;b&gt;", "Granted", YES):
        assert said in facts
    assert f"Marketing consent granted, to “{YES}”" in history


def test_an_address_that_no_browser_fetches_is_no_link(signed_in, agency):
    capture(agency, [posted("1", origin=origin(url="javascript:alert(1)"))])

    page = signed_in.get(f"/leads/{lead_of('1').id}/").content.decode()

    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_a_person_is_given_them_with_their_data(agency):
    capture(agency, [posted("1", consent=consent("denied", YES), origin=origin(campaign="S"))])

    exported = visitor_export(lead_of("1"), agency)

    assert exported["lead"]["campaign"] == "S"
    assert exported["lead"]["marketing_consent"] == "denied"
    assert exported["events"][0]["payload"]["consent"] == {"marketing": "denied", "wording": YES}


def test_a_lead_that_says_neither_costs_no_statement_more(agency, signed_in, statements_of):
    capture(agency, [posted("1"), posted("2", consent=consent("granted"))])
    pages = [f"/leads/{lead_of(name).id}/" for name in ("1", "2")]
    signed_in.get(pages[0])

    without, with_consent = (statements_of(lambda page=page: signed_in.get(page)) for page in pages)

    assert with_consent - without == 2
    assert LeadEvent.objects.filter(payload__has_key="consent").count() == 1
