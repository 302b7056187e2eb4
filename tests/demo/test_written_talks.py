"""The talks that were written by hand say what their leads' facts say, as people spell it."""

import re
from collections import Counter
from itertools import pairwise

import pytest

from leads.phones import normalise
from leads.scoring import score_value
from leads.temperature import temperature
from sift_site.demo.arrivals import CAME_LAST_NIGHT
from sift_site.demo.people import plain
from sift_site.demo.written_talks import WrittenTalk, written_talks

TALKS = written_talks()
NIGHT = TALKS[:CAME_LAST_NIGHT]

all_talks = pytest.mark.parametrize("talk", TALKS, ids=lambda talk: next(talk.turns())[1][:30])

_NUMBER = re.compile(r"(?<![\w@.])\+?\d[\d ]{9,}\d")
_AMOUNT = re.compile(r"(?<![\w+])(\d+(?:,\d{3})*)(k?)")
_IN_WORDS = {"a grand": 1_000}
_IN_SHORT = {"oldfield pk": "oldfield park"}


def said_by_visitor(talk: WrittenTalk) -> str:
    return "\n".join(words for role, words in talk.turns() if role == "user")


def numbers_in(text: str) -> set[str]:
    return {normalise(found) for found in _NUMBER.findall(text)}


def amounts_in(text: str) -> set[int]:
    """Sums of money: `325k`, `700-750k`, `1,200`, `a grand`. Lesser numbers count other things."""
    text = re.sub(r"(\d+)-(\d+)k", r"\1k \2k", _NUMBER.sub("", text))
    amounts = {
        int(figures.replace(",", "")) * (1_000 if thousands else 1)
        for figures, thousands in _AMOUNT.findall(text)
    }
    amounts |= {amount for words, amount in _IN_WORDS.items() if words in text}
    return {amount for amount in amounts if amount >= 1_000}


def test_a_night_brings_forty_and_the_weeks_before_brought_some():
    assert len(NIGHT) == CAME_LAST_NIGHT < len(TALKS)


@all_talks
def test_the_visitor_speaks_first_and_turns_are_taken(talk):
    roles = [role for role, _ in talk.turns()]

    assert roles[0] == "user"
    assert all(before != after for before, after in pairwise(roles))
    assert all(words.strip() == words != "" for _, words in talk.turns())


@all_talks
def test_name_and_contact_are_said_or_told_by_the_channel(talk):
    said, lead = said_by_visitor(talk), talk.lead

    assert lead.name is None or lead.name.casefold() in said.casefold()
    assert lead.email is None or talk.channel == "email" or lead.email in said
    assert numbers_in(said) | ({lead.phone} if talk.channel == "sms" else set()) == (
        {lead.phone} if lead.phone else set()
    )


@all_talks
def test_what_is_sought_is_said(talk):
    said, lead = said_by_visitor(talk), talk.lead
    sums = amounts_in(said)

    assert {sum_ for sum_ in (lead.budget_min, lead.budget_max) if sum_} == sums
    spelt = said.casefold()
    for short, place in _IN_SHORT.items():
        spelt = spelt.replace(short, place)
    assert lead.area is None or lead.area.split(",")[0].casefold() in spelt
    if talk.languages == ("en",):
        assert ("viewing" in spelt) == lead.viewing_requested


@all_talks
def test_contacts_are_nobodys(talk):
    lead = talk.lead

    if lead.phone:
        assert re.fullmatch(r"\+447700900\d{3}", lead.phone)
        assert int(lead.phone[-3:]) % 7 == 0
        assert int(lead.phone[-3:]) < 7 * len(TALKS)
    if lead.email:
        assert re.search(r"@example\.(com|org|net)$", lead.email)
        assert lead.name is None or plain(lead.name).replace(" ", ".") == lead.email.split("@")[0]


def test_no_two_share_an_e_mail():
    emails = Counter(talk.lead.email for talk in TALKS if talk.lead.email)

    assert emails.most_common(1)[0][1] == 1


def test_a_night_has_every_temperature_and_several_languages():
    bands = Counter(
        temperature(score_value(talk.lead, sum(role == "user" for role, _ in talk.turns())))
        for talk in NIGHT
    )

    assert min(bands[band] for band in ("hot", "warm", "cold", None)) >= 1
    assert bands["hot"] + bands["warm"] >= 15
    assert {language for talk in NIGHT for language in talk.languages} == {"en", "pl", "ar", "ur"}
    assert Counter(talk.channel for talk in NIGHT).keys() == {"website", "sms", "email"}
