"""Saved views by which somebody who is erased was looked for: their name is in them, so they go.

What was searched for, and what the view is called, are compared with each name, e-mail and phone
that is or was kept of the person. A view of an area, a month or a stage stays.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from foundation.emails import email_key
from foundation.words import asked, fold, national, stored
from leads import search
from leads.models import EventKind, Lead, LeadEvent
from leads.models.saved_view import SavedView
from organisations.models import Organisation

_CONTACTS = ("name", "email", "phone")
_SHORTEST_NUMBER = 6  # digits; fewer are a price or a year as well


@dataclass(frozen=True, slots=True)
class _Known:
    """What is and was known of the people, as texts are compared with it."""

    names: Sequence[str]
    emails: Sequence[str]
    phones: Sequence[str]

    def is_in(self, text: str) -> bool:
        """Whether the text holds one of the names whole, in any order, an e-mail or a phone.

        A name of a single word may be an agent's or a town's as well: it has to be all of the text.
        """
        folded, number = fold(text), national(text)
        return (
            any(_is_named(name, text) for name in self.names)
            or any(email in folded for email in self.emails)
            or any(phone in number for phone in self.phones)
        )

    def has_part(self, text: str) -> bool:
        """Whether the text is nothing but a part of one of the names."""
        words = set(asked(text))
        return bool(words) and any(words <= set(stored(name)) for name in self.names)


def _is_named(name: str, text: str) -> bool:
    words = set(asked(name))
    return words <= set(stored(text)) if len(words) > 1 else words == set(asked(text))


def forget_views_of(leads: Sequence[Lead], organisation: Organisation) -> None:
    """Delete the saved views of the organisation's people that name one of the leads.

    One that searches for a part of a name alone (`Byrne`) goes where it finds nobody else.
    """
    known = _known_of(leads, organisation)
    views = SavedView.objects.for_organisation(organisation)
    gone = [view.pk for view in views if _names(view, known) or _finds_alone(view, known, leads)]
    if gone:
        views.filter(pk__in=gone).delete()


def _known_of(leads: Sequence[Lead], organisation: Organisation) -> _Known:
    said = {field: set(_said(leads, field)) for field in _CONTACTS}
    corrected = LeadEvent.objects.for_organisation(organisation).filter(
        lead__in=leads, kind=EventKind.FIELD, payload__field__in=_CONTACTS
    )
    for field, was in corrected.values_list("payload__field", "from_value"):
        said[field] |= {was} if was else set()
    return _Known(
        names=[name for name in said["name"] if asked(name)],
        emails=[fold(email_key(email) or email) for email in said["email"]],
        phones=[
            number
            for phone in said["phone"]
            if len(number := national(phone.partition(";ext=")[0])) >= _SHORTEST_NUMBER
        ],
    )


def _said(leads: Sequence[Lead], field: str) -> Iterator[str]:
    return (value for lead in leads if (value := getattr(lead, field)))


def _names(view: SavedView, known: _Known) -> bool:
    return known.is_in(_searched(view)) or known.is_in(view.name)


def _finds_alone(view: SavedView, known: _Known, leads: Sequence[Lead]) -> bool:
    text = _searched(view)
    if not known.has_part(text):
        return False
    query = search.query(view.organisation_id, text, {})
    others = Lead.objects.filter(organisation_id=view.organisation_id).exclude(
        id__in=[lead.id for lead in leads]
    )
    return query is not None and not others.found_by(query).exists()


def _searched(view: SavedView) -> str:
    return str(QueryDict(view.query).get("q", ""))
