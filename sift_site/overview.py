"""The first page: how things stand, and who waits."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from conversations.models import Conversation, ConversationStatus
from leads.models import Lead, LeadStatus
from organisations.days import today
from organisations.models import Organisation
from organisations.paging import Count, count_of
from organisations.web import SignedInRequest

ROWS_WAITING = 10


@dataclass(frozen=True, slots=True)
class Figure:
    """A number, what it counts, and the list of what it counts."""

    label: str
    count: Count
    address: str


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Four figures, and the hot and warm leads that nobody has moved, oldest first."""
    context = {
        "today": today(),
        "figures": _figures(request.organisation),
        "waiting": _waiting(request.organisation),
    }
    return render(request, "overview.html", context)


def _figures(organisation: Organisation) -> list[Figure]:
    leads = Lead.objects.for_organisation(organisation).standing()
    conversations = Conversation.objects.for_organisation(organisation)
    open_ones = conversations.filter(status=ConversationStatus.OPEN)
    to_leads, to_conversations = reverse("leads:list"), reverse("conversations:list")
    figures = [
        Figure(
            f"{status.label} leads",
            count_of(leads.filter(status=status)),
            f"{to_leads}?status={status.value}",
        )
        for status in (LeadStatus.NEW, LeadStatus.HOT, LeadStatus.WARM)
    ]
    return [
        *figures,
        Figure("Open conversations", count_of(open_ones), f"{to_conversations}?status=open"),
    ]


def _waiting(organisation: Organisation) -> list[Lead]:
    """Only the system sets hot and warm, and any move leads away from them, so the status says it.

    Each status is read from its own end of the index; asked for both at once, PostgreSQL would
    read and sort every lead of the two.
    """
    leads = Lead.objects.for_organisation(organisation).standing().oldest_first()
    hot, warm = (
        leads.filter(status=status)[:ROWS_WAITING] for status in (LeadStatus.HOT, LeadStatus.WARM)
    )
    return list(hot.union(warm, all=True).order_by("created_at", "id")[:ROWS_WAITING])
