"""The schemas name the same values as the models, and write them as the contract says."""

import msgspec
import pytest

from conversations.choices import ConversationStatus, MessageRole
from leads.models import Lead
from leads.models.choices import Channel, LeadStatus
from leads.models.shown import SHOWN_FIELDS
from sift_site.api import schemas


def values_of(struct, member):
    """The closed set of values that the struct's schema gives the member."""
    _, components = msgspec.json.schema_components([struct])
    schema = components[struct.__name__]["properties"][member]
    return schema["enum"] if "enum" in schema else schema["anyOf"][0]["enum"]


@pytest.mark.parametrize(
    ("struct", "member", "choices"),
    [
        (schemas.Lead, "status", LeadStatus),
        (schemas.Lead, "source", Channel),
        (schemas.Conversation, "channel", Channel),
        (schemas.Conversation, "status", ConversationStatus),
        (schemas.Message, "role", MessageRole),
    ],
)
def test_the_values_are_those_of_the_models(struct, member, choices):
    assert values_of(struct, member) == choices.values


def test_every_fact_of_a_lead_with_a_set_of_values_names_that_set():
    for field in Lead._meta.get_fields():
        if (
            getattr(field, "choices", None) is None
            or field.name not in schemas.Lead.__annotations__
        ):
            continue
        values = [value for value, _ in field.choices]

        assert values_of(schemas.Lead, field.name) == values, field.name


def test_a_lead_has_the_fields_that_leads_say_are_shown_in_their_order():
    assert schemas.Lead.__struct_fields__ == SHOWN_FIELDS
