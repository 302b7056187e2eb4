"""`manage.py try_restore`: a backup is good if it restores into what was backed up."""

import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from leads.models import Lead
from sift_site.backups import manifest
from sift_site.backups.manifest import path_beside

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def dump(back_up: Callable[..., dict[str, Any]], demo_data: None) -> Path:
    return Path(back_up()["file"])


def tried(dump: Path) -> tuple[str, str | None]:
    """What the command prints, and how it complains at the end."""
    out = io.StringIO()
    try:
        call_command("try_restore", str(dump), stdout=out)
    except CommandError as error:
        return out.getvalue(), str(error)
    return out.getvalue(), None


def tell(dump: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Have the manifest say something else."""
    told = json.loads(path_beside(dump).read_text())
    change(told)
    path_beside(dump).write_text(json.dumps(told))


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database")
        return {name for (name,) in cursor}


def test_a_good_backup_restores_and_leaves_no_database_behind(dump):
    before, leads = databases(), Lead.objects.count()

    said, complaint = tried(dump)

    assert complaint is None
    assert "BAD" not in said
    assert "rows, as was counted" in said
    assert "every migration was applied" in said
    assert re.search(r"good  \d+ audit trails? with \d+ (entry|entries) fit", said)
    assert "the change feed has no holes" in said
    assert databases() == before
    assert Lead.objects.count() == leads


def test_a_dump_of_which_one_byte_differs_is_refused(dump):
    content = bytearray(dump.read_bytes())
    content[len(content) // 2] ^= 1
    dump.write_bytes(content)

    said, complaint = tried(dump)

    assert "BAD   the file's SHA-256 is" in said
    assert complaint == f"{dump} is no good backup: 1 fault."


def test_a_dump_that_was_cut_off_does_not_restore_even_if_its_hash_was_made_to_fit(dump):
    before = databases()
    dump.write_bytes(dump.read_bytes()[:-2000])
    assert "SHA-256 is" in tried(dump)[0]

    tell(dump, lambda told: told.update(sha256=manifest.sha256_of(dump)))
    said, complaint = tried(dump)

    assert "BAD   pg_restore failed" in said
    assert complaint is not None
    assert databases() == before


def test_each_lie_of_a_manifest_is_found_out(dump):
    def lie(told: dict[str, Any]) -> None:
        standing = told["standing"]
        standing["counts"] |= {"leads_lead": 7, "gone": 7}
        standing["feeds"][next(iter(standing["feeds"]))] = 7

    tell(dump, lie)

    said, complaint = tried(dump)
    assert "BAD   rows of leads_lead: 7 in the manifest" in said
    assert "BAD   rows of gone: 7 in the manifest, none in the database" in said
    assert "BAD   position of the feed of" in said
    assert complaint == f"{dump} is no good backup: 3 faults."


def test_a_backup_without_its_manifest_or_with_another_file_for_it_is_named(dump):
    path_beside(dump).write_text('{"sift": "0.1.0"}')
    assert "is no manifest" in tried(dump)[0]

    path_beside(dump).unlink()
    assert "cannot be read: No such file" in tried(dump)[0]


def test_an_audit_trail_that_somebody_wrote_to_and_a_feed_with_a_hole_are_found_out(
    back_up, demo_data
):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # past the triggers
        cursor.execute("UPDATE organisations_auditentry SET address = '192.0.2.1'")
        cursor.execute("DELETE FROM organisations_change WHERE position = 2")
        cursor.execute("SET session_replication_role = DEFAULT")

    said, complaint = tried(Path(back_up()["file"]))

    assert "rows, as was counted" in said
    assert "BAD   audit trail of" in said
    assert "BAD   the change feed has holes" in said
    assert complaint is not None


def test_a_backup_of_an_older_version_is_migrated(back_up, demo_data):
    call_command("migrate", "leads", "0036", verbosity=0)
    try:
        dump = Path(back_up()["file"])
    finally:
        call_command("migrate", verbosity=0)

    said, complaint = tried(dump)

    assert complaint is None
    assert "good  migrated: " in said


def test_a_backup_of_a_newer_version_is_named(back_up, demo_data):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('leads','9999_x',now())"
        )
    try:
        dump = Path(back_up()["file"])
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM django_migrations WHERE name = '9999_x'")

    said, _ = tried(dump)

    assert "BAD   it is of a newer Sift: leads.9999_x is not known to this one" in said


def test_a_scratch_database_that_a_killed_try_left_behind_is_no_hindrance(dump):
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{connection.settings_dict["NAME"]}_try_restore"')

    assert tried(dump)[1] is None
