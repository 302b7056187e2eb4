"""Views of the list saved under a name: a person's own."""

import pytest

from leads.models.saved_view import MOST_VIEWS, SavedView
from tests.factories import make_user
from tests.markup import without_layout


def save(client, name, query="status=hot", **more):
    return client.post("/leads/views/", {"name": name, "query": query}, **more)


def names(person) -> list[str]:
    return [view.name for view in SavedView.objects.of(person).by_name()]


def test_a_saved_view_opens_its_filters_and_stands_above_the_list(signed_in, agent):
    answer = save(signed_in, "  Hot ones ", follow=True)
    page = without_layout(answer.content.decode())

    assert answer.redirect_chain == [("/leads/?status=hot", 303)]
    assert "Saved as “Hot ones”." in page
    assert 'href="/leads/?status=hot"' in page
    assert 'aria-current="true"><bdi>Hot ones</bdi>' in page
    plain = without_layout(signed_in.get("/leads/").content.decode())
    assert 'aria-current="true"><bdi>' not in plain


def test_only_the_lists_own_filters_are_kept_and_not_the_place_in_it(signed_in, agent):
    query = "after=x&before=y&status=lost&status=hot&bogus=1&next=//evil.example&csrf=z"

    save(signed_in, "Hot", query)

    assert SavedView.objects.get().query == "status=hot&status=lost"


def test_a_faulty_filter_is_not_kept(signed_in, agent):
    save(signed_in, "Hot", "status=lukewarm")

    assert SavedView.objects.get().query == ""


@pytest.mark.parametrize("name", ["hot ones", "HOT ONES", "Hot ones"])
def test_a_name_is_taken_whatever_its_case(signed_in, agent, name):
    save(signed_in, "Hot ones")

    answer = save(signed_in, name, "status=lost")

    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Another of your views has this name" in page
    assert 'value="status=lost"' in page  # what was asked is not lost
    assert names(agent) == ["Hot ones"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("", "Give the view a name."),
        ("   ", "Give the view a name."),
        ("x" * 81, "at most 80 characters; this one has 81"),
    ],
)
def test_a_name_has_1_to_80_characters(signed_in, agent, name, fault):
    answer = save(signed_in, name)

    assert answer.status_code == 422
    assert fault in answer.content.decode()
    assert names(agent) == []
    assert save(signed_in, "x" * 80).status_code == 303


def test_a_person_has_so_many_views_and_no_more(signed_in, agent):
    for n in range(MOST_VIEWS):
        SavedView.objects.keep(agent, f"View {n}", "")

    answer = save(signed_in, "One more")

    assert answer.status_code == 422
    assert f"You have {MOST_VIEWS} views" in answer.content.decode()
    assert len(names(agent)) == MOST_VIEWS


def test_a_view_is_renamed_unless_the_name_is_taken(signed_in, agent):
    view = SavedView.objects.keep(agent, "Hot", "status=hot")
    SavedView.objects.keep(agent, "Lost", "status=lost")

    taken = signed_in.post(f"/leads/views/{view.id}/", {"name": "LOST"})
    renamed = signed_in.post(f"/leads/views/{view.id}/", {"name": "hot"})

    assert taken.status_code == 422
    assert 'value="LOST"' in taken.content.decode()
    assert renamed.status_code == 303
    assert names(agent) == ["hot", "Lost"]


def test_a_view_is_deleted(signed_in, agent):
    view = SavedView.objects.keep(agent, "Hot", "status=hot")

    page = signed_in.post(f"/leads/views/{view.id}/delete/", follow=True).content.decode()

    assert "The view “Hot” was deleted." in page
    assert names(agent) == []


def test_a_colleague_neither_sees_nor_touches_a_view_and_may_use_its_name(signed_in, agency, agent):
    colleague = make_user(agency)
    view = SavedView.objects.keep(colleague, "Theirs", "status=hot")

    assert "Theirs" not in without_layout(signed_in.get("/leads/").content.decode())
    assert signed_in.post(f"/leads/views/{view.id}/", {"name": "x"}).status_code == 404
    assert signed_in.post(f"/leads/views/{view.id}/delete/").status_code == 404
    assert names(colleague) == ["Theirs"]
    assert save(signed_in, "theirs").status_code == 303


def test_the_views_take_no_more_statements_however_many(signed_in, agent, statements_of):
    SavedView.objects.keep(agent, "View", "")
    counts = []
    for address in ("/leads/", "/leads/views/"):
        counts.append(statements_of(lambda a=address: signed_in.get(a)))
    for n in range(20):
        SavedView.objects.keep(agent, f"View {n}", "")

    again = [statements_of(lambda a=a: signed_in.get(a)) for a in ("/leads/", "/leads/views/")]

    assert counts == again == [7, 3]
