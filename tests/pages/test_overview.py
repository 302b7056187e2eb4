"""The first page."""

from datetime import timedelta

from tests.factories import at, make_conversation, make_lead


def test_hot_and_warm_leads_wait_the_longest_first_ten_of_them(signed_in, agency, other_agency):
    for n in range(12):
        status = "hot" if n % 2 else "warm"
        make_lead(
            agency, name=f"{n}", status=status, created_at=at("2026-06-01 09:00") + timedelta(n)
        )
    make_lead(agency, status="new", created_at=at("2026-01-01 09:00"))
    make_lead(agency, status="contacted", score=90, created_at=at("2026-01-01 09:00"))
    make_lead(other_agency, status="hot", created_at=at("2026-01-01 09:00"))

    waiting = signed_in.get("/").context["waiting"]

    assert [lead.name for lead in waiting] == [f"{n}" for n in range(10)]


def test_each_figure_counts_what_its_list_holds(signed_in, agency, other_agency):
    for status, number in (("new", 3), ("hot", 2), ("warm", 1), ("lost", 4)):
        for _ in range(number):
            make_lead(agency, status=status)
    make_conversation(agency, make_lead(agency, status="lost"), status="open")
    make_lead(other_agency, status="hot")

    figures = signed_in.get("/").context["figures"]

    assert [str(figure.count) for figure in figures] == ["3", "2", "1", "1"]
    for figure in figures:
        assert len(signed_in.get(figure.address).context["page"].rows) == figure.count.number


def test_nobody_waiting_is_said(signed_in):
    assert b"Nobody waits" in signed_in.get("/").content


def test_more_leads_take_no_more_statements(signed_in, agency, statements_of):
    make_lead(agency, status="hot")
    one = statements_of(lambda: signed_in.get("/"))
    for _ in range(20):
        make_lead(agency, status="hot")

    assert statements_of(lambda: signed_in.get("/")) == one
