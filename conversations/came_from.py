"""The list that a person came from, as `?from=` says it: the way back to it, and nowhere else."""

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest, QueryDict
from django.urls import reverse

from conversations.filters import ConversationFilterForm
from foundation.lists.filters import POSITION

FROM = "from"
_LONGEST = 2_000  # characters of a query


def came_from(request: HttpRequest) -> str:
    """The list's address, with its own parameters alone."""
    url = reverse("conversations:list")
    said = request.GET.get(FROM, "")
    if not said or len(said) > _LONGEST:
        return url
    try:
        asked = QueryDict(said)
    except TooManyFieldsSent:
        return url
    kept = QueryDict(mutable=True)
    for name, values in asked.lists():
        if name in ConversationFilterForm.base_fields or name in POSITION:
            kept.setlist(name, values)
    return f"{url}?{kept.urlencode()}" if kept else url
