"""The first page: who waits, and how things went; and taking a lead that waits."""

from typing import Any

from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.views.decorators.http import require_safe

from foundation.days import midnight
from foundation.days import today as agency_today
from foundation.web.pages import render_page, wants_fragment
from leads.models import Retention
from leads.models.choices import LeadStatus
from leads.models.tally import LeadTally
from organisations.changes.position import position_of
from organisations.models import User
from organisations.requests import SignedInRequest
from sift_site.overview import links, waiting
from sift_site.overview.figures import Overview
from sift_site.overview.periods import Period, period_of
from sift_site.working.absence import no_worker_runs

WHOLE = "overview"  # the id of all that the page shows


@require_safe
def overview(request: SignedInRequest) -> HttpResponse:
    """Who waits, what is due, and charts of the period that the address names.

    HTMX, when the period is changed, is given the charts alone; when the page renews itself, all.
    """
    position = position_of(request)  # before all that is shown
    period, fault = period_of(request.GET)
    today = agency_today()
    counted = Overview(request.organisation, period, today)
    context: dict[str, Any] = {
        "period": period,
        "periods": Period,
        "period_fault": fault,
        "charts": counted.charts(),
    }
    if wants_fragment(request) and request.htmx.target != WHOLE:
        return render_page(request, "overview/overview.html", "overview/_period.html", context)
    context |= {
        "position": position,
        "today": today,
        "until": midnight(today, days_later=1),
        "token": get_token(request),
        "no_worker_runs": request.user.is_admin and no_worker_runs(),
        "going": going_soon(request),
        # By which a press that came too late leads back to the same period.
        "way_back": f"?period={period}" if "period" in request.GET else "",
    } | waiting_and_due(request.user, counted)
    return render_page(request, "overview/overview.html", "overview/_renewed.html", context)


def waiting_and_due(person: User, counted: Overview) -> dict[str, Any]:
    """What does not depend on the period."""
    organisation = person.organisation
    tally = LeadTally.objects.for_organisation(organisation).by_status()
    by_status = {status: tally.get(status, 0) for status in links.WAITING}
    return {
        "has_leads": bool(tally),
        "hot_waiting": by_status[LeadStatus.HOT],  # in the page's title
        "figures": counted.figures(by_status),
        "weeks": counted.weeks_chart(),
        "waiting": waiting.untaken(organisation),
        "waiting_number": sum(by_status.values()),
        "all_waiting": links.leads(status=links.WAITING),
        "due": waiting.FollowUpsDue.read(person, counted.today),
        "due_mine": list(waiting.due_of(person, counted.today)),
        "mine_waiting": waiting.waiting_of(person),
        "mine_address": links.leads(assignee="me", status=links.WAITING),
    }


def going_soon(request: SignedInRequest) -> Retention | None:
    """For admins: the rule by which leads go, where it lets any go within the time told of."""
    if not request.user.is_admin:
        return None
    rules = Retention.objects.for_organisation(request.organisation)
    return rules.filter(noticed_leads__gt=0).first()
