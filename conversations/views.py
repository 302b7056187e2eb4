"""The list of conversations, and a conversation's transcript."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from conversations.filters import ConversationFilterForm
from conversations.models import TRANSCRIPT_MESSAGES, Conversation, Message
from organisations.paging import count_of, page_of
from organisations.web import SignedInRequest, announce, render_page, wants_fragment


@require_safe
def conversation_list(request: SignedInRequest) -> HttpResponse:
    """Conversations of the person's agency, the last spoken in first."""
    filters = ConversationFilterForm(request.GET)
    ours = filters.narrow(Conversation.objects.for_organisation(request.organisation))
    shown = ours.select_related("lead").with_what_was_said().latest_activity_first()
    count_line = filters.count_line(count_of(ours), "conversation", "conversations")
    context = {
        "filters": filters,
        "page": page_of(shown, request.GET),
        "count_line": count_line,
    }
    response = render_page(
        request, "conversations/list.html", "conversations/_results.html", context
    )
    return announce(response, count_line) if wants_fragment(request) else response


@require_safe
def transcript(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """What was said, a day at a time: the last messages, and earlier ones a link away."""
    conversations = Conversation.objects.for_organisation(request.organisation)
    conversation = get_object_or_404(
        conversations.select_related("lead").with_what_was_said(), id=conversation_id
    )
    messages = Message.objects.for_organisation(request.organisation).filter(
        conversation=conversation
    )
    page = page_of(messages.latest_first(), request.GET, size=TRANSCRIPT_MESSAGES)
    context = {"conversation": conversation, "page": page, "messages_shown": page.rows[::-1]}
    return render_page(
        request, "conversations/transcript.html", "conversations/_transcript_alone.html", context
    )
