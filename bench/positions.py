"""What a change's position costs: `.venv/bin/python -m bench.positions` compares two designs.

Each change is numbered by its writer, as the last statement of the transaction (`last`, as it is);
or it is written without a number, and a deferred trigger numbers all of a transaction's at the
commit (`trigger`, of which this module makes a trial in a database of its own). `none` writes no
change at all. The three take turns, round after round: one lead moved, 10,000 leads moved in
batches of 1,000, and conversations imported in batches of 100.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.database import BIGGEST, environment, manage
from sift_site.development.embedded_postgres import EmbeddedPostgres
from sift_site.development.var_folder import VAR

SERVER = EmbeddedPostgres(VAR, "positions-postgres")
LEADS = 12_000
MOVES = 300  # of one lead, in a round
IMPORTED = 500  # conversations, in a round
TRIAL = """
    DROP TABLE IF EXISTS trial_change;
    CREATE TABLE trial_change (LIKE organisations_change INCLUDING DEFAULTS);
    ALTER TABLE trial_change ALTER position DROP NOT NULL, ALTER created_at DROP NOT NULL;
    CREATE UNIQUE INDEX ON trial_change (organisation_id, position);
    CREATE INDEX ON trial_change (organisation_id, lead_id) WHERE lead_id IS NOT NULL;
    CREATE INDEX ON trial_change (organisation_id, id) WHERE position IS NULL;
    CREATE OR REPLACE FUNCTION trial_number() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        unnumbered bigint;
        feed organisations_feed;
    BEGIN
        SELECT count(*) INTO unnumbered FROM trial_change
         WHERE organisation_id = NEW.organisation_id AND position IS NULL;
        IF unnumbered = 0 THEN
            RETURN NULL;
        END IF;
        INSERT INTO organisations_feed AS kept (organisation_id, position, moment)
        VALUES (NEW.organisation_id, unnumbered, clock_timestamp())
        ON CONFLICT (organisation_id) DO UPDATE
           SET position = kept.position + EXCLUDED.position,
               moment = GREATEST(clock_timestamp(), kept.moment + interval '1 microsecond')
        RETURNING * INTO feed;
        UPDATE trial_change SET position = feed.position - behind, created_at = feed.moment
          FROM (SELECT id, row_number() OVER (ORDER BY id DESC) - 1 AS behind FROM trial_change
                 WHERE organisation_id = NEW.organisation_id AND position IS NULL) AS numbered
         WHERE trial_change.organisation_id = NEW.organisation_id
           AND trial_change.position IS NULL AND trial_change.id = numbered.id;
        RETURN NULL;
    END
    $$;
    CREATE CONSTRAINT TRIGGER trial_number AFTER INSERT ON trial_change
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION trial_number();
"""
UNNUMBERED = """
    told AS (
        INSERT INTO trial_change (
            organisation_id, id, type, lead_id, conversation_id, changed, "from", "to", count,
            actor_kind, actor_name
        )
        SELECT %(organisation_id)s, id, type, lead_id, conversation_id, changed, "from", "to",
               count, actor_kind, actor_name FROM said
        RETURNING id
    ), feed AS (SELECT clock_timestamp() AS moment)
"""
NOTHING = "feed AS (SELECT clock_timestamp() AS moment)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    with SERVER.in_use() as url:
        manage(url, "migrate", "--verbosity=0")
        manage(url, "load_demo", "--organisations=1", f"--leads={LEADS}", "--transcripts=0.05")
        os.environ.update(environment(url), DJANGO_SETTINGS_MODULE="sift_site.settings")
        import django

        django.setup()
        _compare(rounds)


def _compare(rounds: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(TRIAL)
        cursor.execute("VACUUM ANALYZE")
    designs = {"none": NOTHING, "last": None, "trigger": UNNUMBERED}
    works = {"one lead moved": _move_one, "10,000 moved": _move_many, "imported": _import}
    taken: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        names = list(designs)
        for name in names[number % 3 :] + names[: number % 3]:
            with _numbered_by(designs[name]):
                for work, do in works.items():
                    taken.setdefault((work, name), []).append(do(f"{number}-{name}"))
    for work in works:
        base = statistics.median(taken[work, "none"])
        for name in designs:
            middle = statistics.median(taken[work, name])
            _say(f"{work:16} {name:8} {middle * 1000:10.3f} ms  {(middle - base) * 1000:+9.3f} ms")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


@contextmanager
def _numbered_by(told: str | None) -> Iterator[None]:
    """Within, statements that number changes do this instead; None: as they are."""
    from leads import moving
    from organisations.changes import numbering

    kept = {(module, name): getattr(module, name) for module, name in (
        (moving, "_ONE"), (moving, "_MANY"), (numbering, "_NUMBER")
    )}  # fmt: skip
    if told is not None:
        for (module, name), text in kept.items():
            setattr(module, name, text.replace(numbering.NUMBERED, told))
    try:
        yield
    finally:
        for (module, name), text in kept.items():
            setattr(module, name, text)


# --- What is done: each returns the seconds of one -----------------------------------------------
def _agency() -> Any:
    from organisations.models import Organisation

    return Organisation.objects.get(slug=BIGGEST)


def _by(agency: Any) -> Any:
    from organisations.actors import Actor

    return Actor.for_person(agency.people.first())


def _move_one(mark: str) -> float:
    from leads.models import Lead
    from leads.models.choices import LeadStatus
    from leads.moving import move

    agency = _agency()
    by, lead = _by(agency), Lead.objects.for_organisation(agency).unmerged().first()
    statuses = [LeadStatus.CONTACTED, LeadStatus.QUALIFIED] * (MOVES // 2)

    def moves() -> None:
        for status in statuses:
            move(lead.id, status, organisation_id=agency.id, by=by)

    return _seconds(moves) / MOVES


def _move_many(mark: str) -> float:
    from leads.bulk import Move, change_matching
    from leads.models import Lead
    from leads.models.choices import LeadStatus

    agency = _agency()
    by, leads = _by(agency), Lead.objects.for_organisation(agency).unmerged()
    stand = leads.newest_first().values_list("status", flat=True).first()
    to = LeadStatus.LOST if stand != LeadStatus.LOST else LeadStatus.ARCHIVED
    return _seconds(lambda: change_matching(leads, Move(to), by=by))


def _import(mark: str) -> float:
    from conversations.capture import capture
    from conversations.intake_format import ReceivedConversation, ReceivedMessage

    start = datetime(2026, 1, 1, tzinfo=UTC)
    mark = f"{mark}-{time.time_ns()}"
    received = [
        ReceivedConversation(
            channel="website",
            external_id=f"{mark}-{number}",
            started_at=start,
            messages=[
                ReceivedMessage(role=role, content="Hello there", created_at=start + timedelta(n))
                for n, role in enumerate(("user", "assistant"))
            ],
        )
        for number in range(IMPORTED)
    ]
    agency = _agency()

    def captures() -> None:
        for first in range(0, IMPORTED, 100):
            capture(agency, received[first : first + 100])

    return _seconds(captures) / IMPORTED


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
