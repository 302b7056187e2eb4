"""Letters about leads: the number first, then who it is, what they want, and one press to take it.

What a visitor said may hold anything, so in a letter it is quoted, and holds nothing that a mail
program makes a link of. A letter of one lead says all of it; one of several, a line or two of each.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse

from foundation.mail.names import quoted
from foundation.plain_text import shortened
from foundation.plurals import so_many
from foundation.web.own_url import full_url
from leads import phones
from leads.agency_weights import weights_of
from leads.models import AlertKind, Lead
from leads.models.choices import LeadStatus
from leads.rescoring import count_visitor_messages
from leads.scoring import Points, Weights, score_lead
from leads.wording import e_mail_link, fact_label, looking_for, more_wanted, telephone_link
from organisations.letters.writing import write
from organisations.models import Organisation
from organisations.profile.alerts import own_address
from sift_site.alerts.words import ASKED_FOR, said_of

GOOD_FOR = timedelta(days=1)  # older news of a lead is none
MOST_SHOWN = 20  # leads of one letter
_MOST_WORDS = 300  # characters of what somebody said first


@dataclass(frozen=True, slots=True)
class Reason:
    """A line of a score's reasons."""

    fact: str
    said: str
    points: int

    def __str__(self) -> str:
        return f"{self.fact}: {self.said}" if self.said else self.fact


@dataclass(frozen=True, slots=True)
class LeadInLetter:
    """A lead as a letter shows it."""

    contact: str  # the number as people here write it, else the e-mail, else that there is none
    link: str | None  # `tel:` or `mailto:`
    called: str  # the name, in quotes
    wants: str
    more: str
    score: int | None
    reasons: Sequence[Reason]
    first_words: str
    url: str
    take_url: str

    @classmethod
    def of(cls, lead: Lead, weights: Weights) -> "LeadInLetter":
        score = score_lead(lead, count_visitor_messages(lead), weights)
        return cls(
            contact=_contact(lead),
            link=telephone_link(lead) if lead.phone else e_mail_link(lead),
            called=quoted(lead.name) if lead.name else "Anonymous",
            wants=_plain(looking_for(lead)),
            more=_plain(more_wanted(lead)),
            score=lead.score,
            reasons=[_reason(points) for points in score.points],
            first_words=_first_words(lead),
            url=full_url(reverse("leads:detail", args=[lead.id])),
            take_url=full_url(reverse("take_asked", args=[lead.id])),
        )


def write_letter(
    kind: AlertKind, leads: Sequence[Lead], to: Iterable[str], organisation: Organisation
) -> None:
    """One letter of that kind about all of these leads, to each address by itself."""
    said, number = said_of(kind, organisation), len(leads)
    shown = _shown(leads, organisation)
    is_one = number == 1
    context = {
        "subject": (
            f"{said.subject_of_one}: {shown[0].contact}, {shown[0].called}"
            if is_one
            else said.subject_of_many(number)
        ),
        "what": said.one if is_one else said.many(number),
        "why": said.why,
        "lead": shown[0],
        "leads": shown,
        "more": number - len(shown),
        "takes": not said.is_theirs,
        "all_url": full_url(_list_of(kind)),
    }
    settings = reverse("organisations:hours") if kind is AlertKind.UNTAKEN else own_address()
    _write("lead" if is_one else "leads", to, context, organisation, settings)


def write_follow_ups(
    today: Sequence[Lead], overdue: int, to: str, organisation: Organisation
) -> None:
    """One person's follow-ups of this morning, and how many are overdue besides."""
    due = so_many(len(today), "follow-up")
    context = {
        "subject": f"{due} due today",
        "what": f"{due} of yours: due today.",
        "why": ASKED_FOR,
        "leads": _shown(today, organisation),
        "more": max(0, len(today) - MOST_SHOWN),
        "overdue": overdue,
        "all_url": full_url(f"{reverse('leads:list')}?follow_up=due&assignee=me"),
    }
    _write("leads", [to], context, organisation, own_address())


def _shown(leads: Sequence[Lead], organisation: Organisation) -> list[LeadInLetter]:
    weights = weights_of(organisation.pk)
    return [LeadInLetter.of(lead, weights) for lead in leads[:MOST_SHOWN]]


def _write(
    letter: str,
    to: Iterable[str],
    context: Mapping[str, Any],
    organisation: Organisation,
    settings: str,  # the path at which such letters are switched off
) -> None:
    settings_url = full_url(settings)
    write(
        f"alerts/mail/{letter}",
        to,
        {**context, "settings_url": settings_url},
        organisation_id=organisation.pk,
        good_for=GOOD_FOR,
        has_html=True,
        unsubscribe=settings_url,
    )


def _list_of(kind: AlertKind) -> str:
    narrowed = "assignee=me" if kind is AlertKind.ASSIGNED else f"status={LeadStatus.HOT.value}"
    return f"{reverse('leads:list')}?{narrowed}"


def _contact(lead: Lead) -> str:
    if lead.phone:
        return _plain(phones.shown(lead.phone))
    if lead.email:
        return lead.email if e_mail_link(lead) else _plain(lead.email)
    return "No number and no e-mail yet"


def _reason(points: Points) -> Reason:
    """Who it is stands above already."""
    said = "" if points.fact in ("name", "phone", "email") else _plain(points.said)
    return Reason(fact_label(points.fact), said, points.points)


def _first_words(lead: Lead) -> str:
    """What the visitor said first in the conversation that they began last."""
    ours = lead.conversations.filter(organisation_id=lead.organisation_id)
    latest = ours.order_by("-created_at", "-id").first()
    if latest is None:
        return ""
    said = latest.messages.filter(organisation_id=lead.organisation_id, role="user")
    first = said.order_by("created_at", "position").values_list("content", flat=True).first()
    return quoted(" ".join(shortened(first, _MOST_WORDS).split())) if first else ""


def _plain(text: str) -> str:
    """As `quoted`, without the quotes."""
    return quoted(text)[1:-1]
