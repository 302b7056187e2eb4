"""A lead's page quotes its score's reasons, leads to the words, and says what to ask next."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone

from conversations.capture import capture
from conversations.models import Message
from leads.corrections import correct
from leads.models import Lead, LeadEvent
from organisations.actors import Actor
from tests.conversations.test_live_capture import posted
from tests.factories import make_lead

pytestmark = pytest.mark.django_db


def captured(agency, *says, **lead) -> Lead:
    [done] = capture(agency, [posted(says=says, **lead)])
    return Lead.objects.get(conversations__id=done.conversation_id)


def page_of(client, lead) -> str:
    return client.get(f"/leads/{lead.id}/").content.decode()


def test_a_point_quotes_the_words_and_leads_to_them_marked_in_their_message(signed_in, agency):
    lead = captured(agency, "Hello", "Hi", "We <b>need</b> 3 beds, up to £350k")

    page = page_of(signed_in, lead)

    [address] = {
        unescape(link)
        for link, quote in re.findall(
            r'class="quote"\s+href="([^"]+)"\s*>“<q[^>]*>([^<]*)</q>', page
        )
        if quote == "£350k"
    }
    transcript = signed_in.get(address.partition("#")[0]).content.decode()
    assert f'id="{address.partition("#")[2]}"' in transcript
    assert "<mark>£350k</mark>" in transcript
    assert "We &lt;b&gt;need&lt;/b&gt; " in transcript


def test_in_the_transcript_words_that_gave_a_fact_say_which(signed_in, agency):
    lead = captured(agency, "first time buyer looking for a flat", "Hi")

    page = page_of(signed_in, lead)

    told = re.findall(r'<span class="told" title="([^"]+)">([^<]+)<', page)
    assert ("Read as Property: Flat", "flat") in told
    [facts] = [facts for facts, words in told if words == "first time buyer"]
    assert "Chain: Chain free" in facts
    assert "Stamp duty: First-time buyer" in facts


@pytest.mark.parametrize("words", ["", "x", "5-", "9-3", "0-999999", "-1-4", "00000000-1"])
def test_a_place_that_is_none_marks_nothing_or_what_there_is(signed_in, agency, words):
    lead = captured(agency, "3 beds", "Hi")
    message = Message.objects.get(conversation__lead=lead, role="user")
    url = f"/conversations/{message.conversation_id}/?message={message.id}&words={words}"

    assert signed_in.get(url).status_code == 200


def test_what_contradicts_is_shown_with_both_quotes(signed_in, agency):
    lead = captured(agency, "budget is £300k", "OK", "sorry, I meant up to £350k")

    page = page_of(signed_in, lead)

    shown = page.partition("Said differently")[2].partition("</ul>")[0]
    assert "£300k</q>" in shown
    assert "£350k</q>" in shown
    assert "now <strong><bdi>Up to £350,000</bdi></strong>" in shown


def test_what_is_not_known_is_asked_for_the_most_points_first(signed_in, agency):
    lead = make_lead(agency, area="Leith", intent="rent")

    questions = signed_in.get(f"/leads/{lead.id}/").context["questions"]

    assert [each.points for each in questions] == sorted(
        (each.points for each in questions), reverse=True
    )
    assert questions[0].words == "Would they like to see something?"
    assert "financing_status" not in {each.fact for each in questions}


@pytest.mark.parametrize(("days", "is_old"), [(89, False), (91, True)])
def test_a_proof_that_was_read_is_to_be_asked_for_again_after_90_days(
    signed_in, agency, days, is_old
):
    lead = captured(agency, "We have a DIP from Halifax", "Great")
    Message.objects.update(created_at=timezone.now() - timedelta(days=days))

    answer = signed_in.get(f"/leads/{lead.id}/")

    assert ("ask again" in answer.content.decode()) is is_old
    [line] = [line for line in answer.context["score"].points if line.fact == "financing_status"]
    assert line.points == 12


@pytest.mark.parametrize(("days", "is_old"), [(89, False), (91, True)])
def test_a_proof_that_a_person_wrote_down_ages_too(signed_in, agency, agent, days, is_old):
    lead = make_lead(agency)
    correct(lead, {"financing_status": "cash_proven"}, by=Actor.for_person(agent))
    LeadEvent.objects.update(created_at=timezone.now() - timedelta(days=days))

    assert ("ask again" in page_of(signed_in, lead)) is is_old


def test_no_other_financing_grows_old(signed_in, agency, agent):
    lead = make_lead(agency)
    correct(lead, {"financing_status": "exploring"}, by=Actor.for_person(agent))
    LeadEvent.objects.update(created_at=timezone.now() - timedelta(days=400))

    assert "ask again" not in page_of(signed_in, lead)
