"""A transcript to be handed on: as plain text, and as a page to print. Who takes it is recorded."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.db import transaction
from django.http import HttpResponse, QueryDict, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from conversations.languages import name_of
from conversations.models import Conversation, Message
from conversations.reading import conversation_or_404, messages_of
from foundation.plurals import so_many
from foundation.templatetags.times import exactly
from foundation.web.spooled import spooled
from organisations.audit import record
from organisations.models import AuditAction, AuditTarget
from organisations.requests import SignedInRequest, actor_of

MOST_PRINTED = 2_000  # messages: more than that is a book, and a page that no browser likes
_AT_ONCE = 500


class RangeForm(forms.Form):
    """Which messages are printed, by their numbers from 1 in the order of time."""

    first = forms.IntegerField(
        label="From message", required=False, widget=forms.NumberInput(attrs={"min": 1})
    )
    last = forms.IntegerField(
        label="to message", required=False, widget=forms.NumberInput(attrs={"min": 1})
    )

    def __init__(self, query: QueryDict, number: int) -> None:
        """`number` is how many messages there are."""
        self.number = number
        asked = query.copy()
        asked["last"] = asked.get("last") or str(number)
        asked["first"] = asked.get("first") or str(max(1, number - MOST_PRINTED + 1))
        super().__init__(asked)

    def clean(self) -> dict[str, Any]:
        first, last = self.cleaned_data.get("first"), self.cleaned_data.get("last")
        for name in ("first", "last"):
            value = self.cleaned_data.get(name)
            if value is not None and not 1 <= value <= max(self.number, 1):
                self.add_error(name, f"Messages are numbered 1 to {self.number:,}.")
        if first is not None and last is not None and not self.errors:
            if last < first:
                self.add_error("last", "This is before the first.")
            elif last - first >= MOST_PRINTED:
                self.add_error("last", f"Print at most {MOST_PRINTED:,} messages at once.")
        return self.cleaned_data


@require_safe
def print_view(request: SignedInRequest, conversation_id: UUID) -> HttpResponse:
    """The conversation on paper: all of it, or a range that it states. A bad range is a 422."""
    conversation = conversation_or_404(request, conversation_id)
    messages = messages_of(conversation, request.organisation).in_order_of_time()
    form = RangeForm(request.GET, conversation.message_count)
    context: dict[str, Any] = {"conversation": conversation, "form": form}
    if not form.is_valid():
        return render(request, "conversations/print.html", context, status=422)
    first, last = form.cleaned_data["first"], form.cleaned_data["last"]
    context |= {"first": first, "last": last, "messages_shown": list(messages[first - 1 : last])}
    _record(request, conversation, AuditAction.TRANSCRIPT_PRINTED)
    return render(request, "conversations/print.html", context)


@require_safe
def as_text(request: SignedInRequest, conversation_id: UUID) -> HttpResponseBase:
    """The whole conversation as plain text, to be copied or kept."""
    conversation = conversation_or_404(request, conversation_id)
    messages = messages_of(conversation, request.organisation).in_order_of_time()
    _record(request, conversation, AuditAction.TRANSCRIPT_DOWNLOADED)
    head = f"{_heading(conversation)}\n{request.organisation.name}\n"
    response: HttpResponseBase = (
        HttpResponse()
        if request.method == "HEAD"
        else StreamingHttpResponse(spooled(map(str.encode, _text(conversation, head, messages))))
    )
    response.headers["Content-Type"] = "text/plain; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'inline; filename="conversation-{conversation.id}.txt"'
    )
    return response


def _record(request: SignedInRequest, conversation: Conversation, action: AuditAction) -> None:
    """Before the first byte; whoever asks for the headers alone takes nothing."""
    if request.method == "HEAD":
        return
    record(
        request.organisation.id,
        action,
        by=actor_of(request),
        target=AuditTarget.LEAD,
        target_id=conversation.lead_id,
        conversation=str(conversation.id),
    )


def _heading(conversation: Conversation) -> str:
    return f"Conversation with {conversation.lead.display_name}"


def _text(conversation: Conversation, head: str, messages: Any) -> Iterator[str]:
    languages = ", ".join(map(name_of, conversation.languages_used))
    about = (
        conversation.get_channel_display(),
        conversation.get_status_display().lower(),
        *([languages] if languages else []),
        so_many(conversation.message_count, "message"),
    )
    yield head
    yield f"{', '.join(about)}\n"
    yield f"{exactly(conversation.created_at)} to {exactly(conversation.last_message_at)}\n"
    with transaction.atomic():  # in which the cursor sends the rows as they are found
        yield from _lines(messages.iterator(chunk_size=_AT_ONCE))


def _lines(messages: Iterable[Message]) -> Iterator[str]:
    day = None
    for message in messages:
        local = timezone.localtime(message.created_at)
        if local.date() != day:
            day = local.date()
            yield f"\n{date_format(day, 'l j F Y')}\n"
        yield f"\n{date_format(local, 'H:i')} {message.get_role_display()}\n{message.content}\n"
