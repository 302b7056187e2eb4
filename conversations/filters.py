"""The filters above the list of conversations."""

from django import forms

from conversations.models import ConversationQuerySet, ConversationStatus
from leads.models import Channel
from organisations.filters import FilterForm


class ConversationFilterForm(FilterForm):
    channel = forms.MultipleChoiceField(
        choices=Channel.choices,
        required=False,
        error_messages={
            "invalid_choice": "“%(value)s” is not a channel, so channels narrow nothing here."
        },
    )
    status = forms.MultipleChoiceField(
        choices=ConversationStatus.choices,
        required=False,
        error_messages={
            "invalid_choice": "“%(value)s” is not a status, so statuses narrow nothing here."
        },
    )

    def narrow(self, conversations: ConversationQuerySet) -> ConversationQuerySet:
        if channels := self.chosen("channel"):
            conversations = conversations.filter(channel__in=channels)
        if statuses := self.chosen("status"):
            conversations = conversations.filter(status__in=statuses)
        return conversations
