"""Changing many leads at once from the list."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, retarget

from foundation.ids import uuid7
from foundation.lists.paging import PAGE_ROWS, count_of
from foundation.plurals import so_many
from foundation.web.pages import SeeOther, wants_fragment
from leads import bulk
from leads.models import LeadQuerySet
from leads.pages.bulk_forms import BulkForm
from leads.pages.filters import LeadFilterForm
from leads.pages.list_address import cleaned, leads_of, list_address
from organisations.requests import SignedInRequest, actor_of

LONGEST_WAY_BACK = 1_000  # characters


@require_http_methods(["GET", "HEAD", "POST"])
def change_leads(request: SignedInRequest) -> HttpResponse:
    """Move or assign the leads chosen (POST); where they are many, ask first (GET)."""
    form = BulkForm(request.POST if request.method == "POST" else request.GET, request.organisation)
    if not form.is_valid():
        return nothing_changed(request, form.faults, back=form["back"].value() or "")
    if request.method != "POST":
        return _question(request, form)
    change, by = form.cleaned_data["change"], actor_of(request)
    if not form.is_of_all_matching:
        chosen = form.cleaned_data["chosen"]
        outcome = bulk.change_chosen(request.organisation, chosen, change, by=by)
        return _done(request, form, outcome)

    leads = _matching(request, form)
    if form.cleaned_data["upto"] is None and count_of(leads).number > PAGE_ROWS:
        asked = f"{reverse('leads:bulk')}?{_to_ask(form)}"
        return HttpResponseClientRedirect(asked) if wants_fragment(request) else SeeOther(asked)
    outcome = bulk.change_matching(leads, change, by=by)
    return _done(request, form, outcome)


def _matching(request: SignedInRequest, form: BulkForm) -> LeadQuerySet:
    """All that the list's filters let through and that do not stand as asked already."""
    leads: LeadQuerySet = form.cleaned_data["change"].still_to_do(
        leads_of(LeadFilterForm(form.address, request.user))
    )
    upto = form.cleaned_data["upto"]
    return leads.filter(id__lte=upto) if upto else leads


def _to_ask(form: BulkForm) -> str:
    """The query of the question's address."""
    asked = form.address.copy()
    asked.clear()
    for name in ("act", "to_status", "to_person", "scope", "back"):
        asked[name] = form.cleaned_data[name]
    return asked.urlencode()


def _question(request: SignedInRequest, form: BulkForm) -> HttpResponse:
    """How many leads it would be, and whether that is meant."""
    upto = uuid7()
    context = {
        "form": form,
        "count": count_of(_matching(request, form).filter(id__lte=upto)),
        "most": bulk.MOST_AT_ONCE,
        "change": form.cleaned_data["change"],
        "upto": upto,
        "back": cleaned(LeadFilterForm(form.address, request.user), with_position=True),
        "list_address": list_address(form.cleaned_data["back"]),
    }
    return render(request, "leads/bulk.html", context)


def _done(request: SignedInRequest, form: BulkForm, outcome: bulk.Outcome) -> HttpResponse:
    """Back to the list, with words for what was done and an offer to undo it."""
    back = cleaned(LeadFilterForm(form.address, request.user), with_position=True)
    words = " ".join(_words(outcome, form.cleaned_data["change"]))
    if outcome.changed:
        # The address at which a message's Undo is asked for travels with it: in a cookie, which
        # would be dropped whole if it grew too long.
        way_back = f"?{back}" if len(back) <= LONGEST_WAY_BACK else ""
        undo = reverse("leads:undo", args=[outcome.bulk_id]) + way_back
        messages.success(request, words, extra_tags=undo)
    else:
        messages.warning(request, words)
    return SeeOther(list_address(back))


def _words(outcome: bulk.Outcome, change: bulk.Change) -> list[str]:
    done = (
        f"{so_many(outcome.changed, 'lead')} {change.words}."
        if outcome.changed
        else "Nothing changed."
    )
    rest = [
        (outcome.standing, "stood so already."),
        (outcome.overtaken, "left alone: somebody else changed it after your page was made."),
        (outcome.unreached, "not reached: something went wrong halfway. Do the same again."),
        (outcome.missing, "not found among your agency’s leads."),
    ]
    return [done, *(f"{number:,} {words}" for number, words in rest if number)]


def nothing_changed(request: SignedInRequest, faults: list[str], *, back: str) -> HttpResponse:
    """422: why nothing was done; beside the list where HTMX asks, else as a page."""
    context = {"faults": faults, "list_address": list_address(back)}
    if wants_fragment(request):
        response = render(request, "leads/_bulk_faults.html", context, status=422)
        return retarget(response, "#bulk-faults")
    return render(request, "leads/bulk_refused.html", context, status=422)
