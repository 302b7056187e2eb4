"""`python -m bench.explain` runs to its end, and prints costs and plans."""

import io

import pytest
from django.core.management.base import CommandError

from bench.explain.__main__ import WHAT, main, show
from bench.explain.report import Report
from tests.factories import make_conversation, make_lead


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("what", "shown"),
    [
        ("lists", "| `?q=khan` |"),
        ("conversations", "| find of 60 messages |"),
        ("conversations", "### find\n```\n"),  # what its cursor reads
        ("overview", "| 12 months |"),
    ],
)
def test_a_view_is_shown_with_its_cost_and_plans(agency, admin, what, shown):
    make_lead(agency, name="Usman Khan", area="Leeds")
    make_conversation(agency, messages=60)
    out = io.StringIO()

    show(what, agency.slug, Report(with_plans=True, out=out))

    assert shown in out.getvalue()
    assert "Execution Time" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_plans_are_shown_where_they_are_asked_for_alone(agency, admin):
    out = io.StringIO()

    show("overview", agency.slug, Report(with_plans=False, out=out))

    assert "| 12 months |" in out.getvalue()
    assert "Execution Time" not in out.getvalue()


def test_an_organisation_that_is_not_there_is_named(db):
    with pytest.raises(CommandError, match="no organisation 'nobody'"):
        show("lists", "nobody", Report(with_plans=False, out=io.StringIO()))


@pytest.mark.parametrize("words", [[], ["lists"], ["nothing", "harbour-and-vale"]])
def test_words_that_it_does_not_take_are_answered_with_those_it_takes(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert "WHAT SLUG" in capsys.readouterr().err


def test_help_names_what_can_be_shown(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])

    assert ended.value.code == 0
    assert ", ".join(WHAT) in capsys.readouterr().out
