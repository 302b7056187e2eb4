"""The commands that show what pages ask of the database run to their end, and print its plans."""

import io

import pytest
from django.core.management import call_command

from bench.explain import conversations, lists, overview
from tests.factories import make_conversation, make_lead


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (lists, "| `?q=khan` |"),
        (conversations, "| find of 60 messages |"),
        (conversations, "### find\n```\n"),  # what its cursor reads
        (overview, "| 12 months |"),
    ],
)
def test_a_view_is_shown_with_its_cost_and_plans(agency, admin, command, shown):
    make_lead(agency, name="Usman Khan", area="Leeds")
    make_conversation(agency, messages=60)
    out = io.StringIO()

    call_command(command.Command(), agency.slug, plans=True, stdout=out)

    assert shown in out.getvalue()
    assert "Execution Time" in out.getvalue()
