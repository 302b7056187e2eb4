"""Undoing a change of many leads."""

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from foundation.plurals import so_many
from foundation.web.pages import SeeOther
from leads.bulk import Outcome
from leads.models import EventKind
from leads.pages.list_url import list_url
from leads.undoing import Run, find_run, undo
from organisations.requests import SignedInRequest, actor_of


@require_POST
def undo_change(request: SignedInRequest, bulk_id: UUID) -> HttpResponse:
    """Take a change of many leads back, for the person who made it or an admin.

    `back_to` is the page of this site on which it was asked for; without it, it was the list.
    """
    run = find_run(request.organisation, bulk_id)
    if run is None:
        raise Http404
    if not run.may_be_undone_by(request.user):
        raise PermissionDenied("Only the person who made this change, or an admin, can undo it.")
    way_back = _way_back(request)
    if run.lapsed:
        messages.warning(request, "Nothing changed: Undo is offered for an hour.")
        return SeeOther(way_back)
    outcome = undo(request.organisation, run, by=actor_of(request))
    words = _words_of_undo(outcome, run)
    (messages.success if outcome.changed else messages.warning)(request, words)
    return SeeOther(way_back)


def _way_back(request: SignedInRequest) -> str:
    asked = request.POST.get("back_to", "")
    if asked.startswith("/") and url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return asked
    return list_url(request.GET.urlencode())


def _words_of_undo(outcome: Outcome, run: Run) -> str:
    what = "status" if run.kind == EventKind.STATUS else "assignee"
    if outcome.changed:
        words = f"Undone: {so_many(outcome.changed, 'lead')} got the {what} from before back."
    else:
        words = "Nothing was left to undo."
    if outcome.overtaken:
        words += f" {outcome.overtaken:,} left alone: changed again since."
    if outcome.missing:
        words += f" {outcome.missing:,} no longer there."
    return words
