"""Trying a backup: restored into a scratch database, and held against its manifest.

That a file is there says nothing; that it restores into what was backed up is what a backup is for.
"""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from foundation.plurals import so_many
from organisations import audit_chain
from sift_site.backups import programs
from sift_site.backups.manifest import Manifest, Unreadable, path_beside, read, sha256_of
from sift_site.backups.scratch import NoScratch, scratch_database
from sift_site.backups.standing import differences, taken

_JOBS = min(4, os.cpu_count() or 1)
# Changes that are kept lie between what was dropped and the counter, one at each position.
_FEEDS_WITH_HOLES = """
    SELECT organisation_id::text FROM organisations_feed AS feed
      FULL JOIN (SELECT organisation_id, count(*) AS kept, min(position) AS first,
                        max(position) AS last
                   FROM organisations_change GROUP BY organisation_id) AS told
     USING (organisation_id)
     WHERE feed.position IS NULL
        OR coalesce(kept, 0) <> feed.position - feed.dropped
        OR first <= feed.dropped
        OR last > feed.position
"""


class Finding(NamedTuple):
    is_good: bool
    text: str


def try_restore(
    dump: Path, *, on_table: Callable[[int], None] = lambda of: None
) -> Iterator[Finding]:
    """What is found, one after the other, the bad included; after some nothing more can be said."""
    try:
        manifest = read(path_beside(dump))
        hash_ = sha256_of(dump)
    except Unreadable as error:
        yield Finding(False, str(error))
        return
    if hash_ != manifest.sha256:
        yield Finding(False, f"the file's SHA-256 is {hash_}, and {manifest.sha256} was written")
        return
    yield Finding(True, f"the file is what was written by Sift {manifest.sift}: SHA-256 {hash_}")
    try:
        with scratch_database():
            yield from _restored(dump, manifest, on_table)
    except (NoScratch, programs.ProgramFailed) as error:
        yield Finding(False, str(error))


def _restored(dump: Path, manifest: Manifest, on_table: Callable[[int], None]) -> Iterator[Finding]:
    began = time.monotonic()
    _restore(dump, manifest, on_table)
    yield Finding(True, f"restored in {time.monotonic() - began:.1f} s")
    yield from _held_against(manifest)
    migrated = _migrated()
    yield migrated
    if migrated.is_good:  # what follows is asked by this version's code
        yield from _audit_trails()
        yield _feeds()


def _restore(dump: Path, manifest: Manifest, on_table: Callable[[int], None]) -> None:
    def tell(line: str) -> None:
        if "processing data for table" in line:
            on_table(len(manifest.standing.counts))

    programs.run(
        "pg_restore",
        *("--exit-on-error", "--no-owner", "--no-privileges", "--no-password", "--verbose"),
        *(f"--jobs={_JOBS}", f"--dbname={connection.settings_dict['NAME']}", str(dump)),
        on_line=tell,
    )


def _held_against(manifest: Manifest) -> Iterator[Finding]:
    """As the manifest says, of migrations, rows, positions and the ends of audit trails."""
    found = taken()
    faults = list(differences(manifest.standing, found))
    yield from (Finding(False, fault) for fault in faults)
    if not faults:
        tables, rows = len(found.counts), sum(found.counts.values())
        yield Finding(True, f"{so_many(tables, 'table')} with {rows:,} rows, as was counted")


def _migrated() -> Finding:
    executor = MigrationExecutor(connection)
    apps = executor.loader.migrated_apps
    applied = {each for each in executor.loader.applied_migrations if each[0] in apps}
    if unknown := sorted(applied - executor.loader.disk_migrations.keys()):
        app, name = unknown[0]
        return Finding(False, f"it is of a newer Sift: {app}.{name} is not known to this one")
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return Finding(True, "every migration was applied")
    call_command("migrate", interactive=False, verbosity=0)
    return Finding(True, f"migrated: {so_many(len(plan), 'migration')}")


def _audit_trails() -> Iterator[Finding]:
    trails = entries = faults = 0
    for organisation_id in audit_chain.organisations_with_trail():
        verified = audit_chain.verify(audit_chain.links_of(organisation_id))
        trails, entries = trails + 1, entries + verified.entries
        if verified.fault is not None:
            faults += 1
            yield Finding(False, f"audit trail of {organisation_id}: {verified.fault}")
    if not faults:
        text = f"{so_many(trails, 'audit trail')} with {so_many(entries, 'entry', 'entries')} fit"
        yield Finding(True, text)


def _feeds() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(_FEEDS_WITH_HOLES)
        holed = [organisation_id for (organisation_id,) in cursor.fetchall()]
    if holed:
        return Finding(False, f"the change feed has holes, of {', '.join(sorted(holed))}")
    return Finding(True, "the change feed has no holes")
