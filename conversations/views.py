"""The list of conversations beside the one that is being read, and a conversation's transcript."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from conversations.came_from import came_from
from conversations.filters import ConversationFilterForm
from conversations.hits import hits_of
from conversations.reading import conversation_or_404, messages_of, read, read_beside_facts
from conversations.transcript import piece_beyond
from foundation.plurals import so_many
from foundation.web.pages import announce, push_url_of, render_page, url_of, wants_fragment
from organisations.changes.position import position_of
from organisations.requests import SignedInRequest

# Ids of what HTMX swaps.
READING = "reading"
PIECES = ("earlier-messages", "later-messages")


@require_safe
def conversation_list(request: SignedInRequest) -> HttpResponse:
    """Conversations of the person's agency, the last spoken in first; beside them, one open."""
    filters = ConversationFilterForm(request.GET, request.organisation)
    is_swap = wants_fragment(request)
    if not is_swap and filters.tidy != request.GET:
        return redirect(url_of(request, filters.tidy))
    # What the page's links are made from.
    request.GET = filters.tidy  # type: ignore[assignment]  # a QueryDict that may change
    if is_swap and request.htmx.target == READING:
        return _reading(request, filters)
    position = position_of(request)
    page = filters.page()
    count_line = filters.count_line(filters.listing.count(), "conversation")
    context = {
        "filters": filters,
        "page": page,
        "hits": hits_of(page.rows, request.organisation, filters.words),
        "count_line": count_line,
        "is_swap": is_swap,
        "position": position,
    }
    if not is_swap:
        context |= _open_beside(request, filters)
    response = render_page(
        request, "conversations/list.html", "conversations/_results.html", context
    )
    return push_url_of(request, announce(response, count_line)) if is_swap else response


def _reading(request: SignedInRequest, filters: ConversationFilterForm) -> HttpResponse:
    """What stands beside the list; nothing, where none is open."""
    context = {"filters": filters} | _open_beside(request, filters)
    return render(request, "conversations/_reading_swap.html", context)


def _open_beside(request: SignedInRequest, filters: ConversationFilterForm) -> dict[str, object]:
    """The conversation that the address opens beside the list, where the words searched for are
    marked in it."""
    if not filters.cleaned_data.get("open"):
        return {"conversation": None}
    conversation = conversation_or_404(request, filters.cleaned_data["open"])
    looked_for = request.GET.copy()
    for name in ("after", "before", "message"):
        looked_for.pop(name, None)
    looked_for["find"] = filters.cleaned_data.get("q", "")
    return read_beside_facts(conversation, request.organisation, looked_for)


@require_safe
def transcript(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """What was said, a day at a time: the last messages, those about one, or a further piece."""
    position = position_of(request)
    conversation = conversation_or_404(request, conversation_id)
    if wants_fragment(request) and request.htmx.target in PIECES:
        messages = messages_of(conversation, request.organisation)
        piece = piece_beyond(messages, request.GET)
        if piece is None:
            return _no_place()
        context = {"conversation": conversation, "piece": piece}
        return render(request, "conversations/_piece.html", context)
    if wants_fragment(request):  # within the lead's page
        context = read(conversation, request.organisation, request.GET)
        return render(request, "conversations/_transcript_alone.html", context)
    context = read_beside_facts(conversation, request.organisation, request.GET)
    return render_page(
        request,
        "conversations/transcript.html",
        "conversations/_transcript_alone.html",
        context | {"origin": came_from(request), "position": position},
    )


@require_safe
def new_messages(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """What was said since the place in the address; 204 for nothing, while the conversation is
    open."""
    conversation = conversation_or_404(request, conversation_id)
    piece = piece_beyond(messages_of(conversation, request.organisation), request.GET)
    if piece is None:
        return _no_place()
    number = len(piece.messages)
    if not number and conversation.status == "open":
        return HttpResponse(status=204)
    context = {"conversation": conversation, "piece": piece, "is_news": True}
    response = render(request, "conversations/_piece.html", context)
    words = so_many(number, "new message", more=bool(piece.later)) if number else ""
    closed = "" if conversation.status == "open" else "The conversation is closed"
    return announce(response, ". ".join(filter(None, [words, closed])))


def _no_place() -> HttpResponse:
    """To be put beside nothing: the address does not say, or not readably, what is there."""
    words = "Say which messages are there already."
    return HttpResponse(words, status=422, content_type="text/plain; charset=utf-8")
