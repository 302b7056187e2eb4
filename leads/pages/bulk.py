"""Changing many leads at once from the list."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect, retarget

from foundation.lists.paging import PAGE_ROWS, Count, count_of
from foundation.plurals import so_many
from foundation.web.pages import SeeOther, wants_fragment
from leads import bulk
from leads.as_shown import Shown
from leads.models import LeadQuerySet
from leads.pages.bulk_forms import BulkForm
from leads.pages.filters import LeadFilterForm
from leads.pages.list_url import cleaned, leads_of, list_url
from organisations.requests import SignedInRequest, actor_of
from organisations.signing_in.recent_sign_in import recent_sign_in_required_where

LONGEST_WAY_BACK = 1_000  # characters
MOST_WITHOUT_PROOF = 1_000  # leads changed by one who signed in a while ago


def _changes_very_many(request: SignedInRequest) -> bool:
    """Whether this POST changes more leads than a stolen session should."""
    form = BulkForm(request.POST, request.organisation)
    if not (form.is_valid() and form.is_of_all_matching and form.cleaned_data["agreed"]):
        return False  # those chosen by their boxes are few; of all that match it is asked first
    leads, change = _matching(request, form), form.cleaned_data["change"]
    return _to_change(leads, change, form.shown(actor_of(request))).number > MOST_WITHOUT_PROOF


@require_http_methods(["GET", "HEAD", "POST"])
@recent_sign_in_required_where(_changes_very_many)
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

    leads, shown = _matching(request, form), form.shown(by)
    if not form.cleaned_data["agreed"] and _to_change(leads, change, shown).number > PAGE_ROWS:
        asked = f"{reverse('leads:bulk')}?{_to_ask(form, shown)}"
        return HttpResponseClientRedirect(asked) if wants_fragment(request) else SeeOther(asked)
    outcome = bulk.change_matching(leads, change, by=by, shown=shown)
    return _done(request, form, outcome)


def _matching(request: SignedInRequest, form: BulkForm) -> LeadQuerySet:
    """All that the list's filters let through."""
    return leads_of(LeadFilterForm(form.query, request.user))


def _to_change(leads: LeadQuerySet, change: bulk.Change, shown: Shown) -> Count:
    """How many of them there are to be changed: as they were shown, and not so already."""
    return count_of(change.still_to_do(shown.untouched(leads)))


def _to_ask(form: BulkForm, shown: Shown) -> str:
    """The query of the question's address."""
    asked = form.query.copy()
    asked.clear()
    for name in ("act", "to_status", "to_person", "scope", "back"):
        asked[name] = form.cleaned_data[name]
    asked["made"] = str(shown.made)
    asked["said"] = "" if shown.number is None else str(shown.number)
    return asked.urlencode()


def _question(request: SignedInRequest, form: BulkForm) -> HttpResponse:
    """How many leads it would be, how many are left alone, and whether that is meant."""
    leads, change = _matching(request, form), form.cleaned_data["change"]
    shown = form.shown(actor_of(request))
    context = {
        "form": form,
        "count": _to_change(leads, change, shown),
        "left_alone": _words_of_left_alone(bulk.left_alone(leads, change, shown)),
        "most": bulk.MOST_AT_ONCE,
        "change": change,
        "shown": shown,
        "back": cleaned(LeadFilterForm(form.query, request.user), with_position=True),
        "list_url": list_url(form.cleaned_data["back"]),
    }
    return render(request, "leads/bulk.html", context)


def _done(request: SignedInRequest, form: BulkForm, outcome: bulk.Outcome) -> HttpResponse:
    """Back to the list, with words for what was done and an offer to undo it."""
    back = cleaned(LeadFilterForm(form.query, request.user), with_position=True)
    words = " ".join(_words(outcome, form.cleaned_data["change"]))
    if outcome.changed:
        # The address at which a message's Undo is asked for travels with it: in a cookie, which
        # would be dropped whole if it grew too long.
        way_back = f"?{back}" if len(back) <= LONGEST_WAY_BACK else ""
        undo = reverse("leads:undo", args=[outcome.bulk_id]) + way_back
        messages.success(request, words, extra_tags=undo)
    else:
        messages.warning(request, words)
    return SeeOther(list_url(back))


def _words(outcome: bulk.Outcome, change: bulk.Change) -> list[str]:
    done = (
        f"{so_many(outcome.changed, 'lead')} {change.words}."
        if outcome.changed
        else "Nothing changed."
    )
    rest = [
        (outcome.unreached, "not reached: something went wrong halfway. Do the same again."),
        (outcome.missing, "not found among your agency’s leads."),
    ]
    unchanged = [(outcome.unchanged, "stood so already.")]
    return [done, *_numbered(unchanged), *_words_of_left_alone(outcome), *_numbered(rest)]


def _words_of_left_alone(outcome: bulk.Outcome) -> list[str]:
    return _numbered(
        [
            (outcome.overtaken, "left alone: somebody else changed it after your page was made."),
            (outcome.arrived, "left alone: it arrived after your page was made."),
            (outcome.gone, "left alone: it no longer matches."),
        ]
    )


def _numbered(said: list[tuple[int, str]]) -> list[str]:
    return [f"{number:,} {words}" for number, words in said if number]


def nothing_changed(request: SignedInRequest, faults: list[str], *, back: str) -> HttpResponse:
    """422: why nothing was done; beside the list where HTMX asks, else as a page."""
    context = {"faults": faults, "list_url": list_url(back)}
    if wants_fragment(request):
        response = render(request, "leads/_bulk_faults.html", context, status=422)
        return retarget(response, "#bulk-faults")
    return render(request, "leads/bulk_refused.html", context, status=422)
