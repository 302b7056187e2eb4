"""GET /pulse: whether anything moved since an open page was made, and what.

A page bears the position that it was made at (position.py) and asks by it every few seconds
(static/js/pulse.js). While nothing moved the answer is the counter row's alone; where something
did, the page's parts that show it renew themselves.
"""

import re

from django.http import HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from organisations.changes.position import position_of
from organisations.models import Change, ChangeType, Organisation
from organisations.requests import SignedInRequest

MOST_TOLD = 200  # changes: after more than that every part renews itself
# Of these `from` and `to` are leads.
_BETWEEN_LEADS = (
    ChangeType.LEAD_MERGED,
    ChangeType.LEAD_UNMERGED,
    ChangeType.CONVERSATION_MOVED,
)
_POSITION = re.compile(r"[0-9]{1,18}", re.ASCII)


@require_safe
def pulse(request: SignedInRequest) -> HttpResponse:
    """204 where the organisation is no further than `at`; else its position, and which leads and
    conversations moved: `of` holds their ids, null for too many to tell.

    A page may be ahead: a replica of the database that answers here may be behind the one that made
    the page.
    """
    at = request.GET.get("at", "")
    if not _POSITION.fullmatch(at):
        words = "Say in at which position the page was made."
        return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
    position = position_of(request)
    if position <= int(at):
        return HttpResponse(status=204)
    return JsonResponse({"position": position, "of": _moved(request.organisation, int(at))})


def _moved(organisation: Organisation, at: int) -> list[str] | None:
    """Ids of the leads and conversations that changed after that position, sorted."""
    changes = Change.objects.for_organisation(organisation).after(at)
    told = changes.values_list("lead_id", "conversation_id", "type", "from_value", "to_value")
    rows = list(told[: MOST_TOLD + 1])
    if len(rows) > MOST_TOLD:
        return None
    ids = {str(id_) for row in rows for id_ in row[:2] if id_}
    others = {id_ for *_, type_, was, now in rows if type_ in _BETWEEN_LEADS for id_ in (was, now)}
    return sorted(ids | {id_ for id_ in others if id_})
