#!/usr/bin/env python
"""Sift's command line: `manage.py help` lists the commands."""

import contextlib
import gc
import os
import signal
import sys

from django.core.management import BaseCommand, ManagementUtility

from sift_site import environment

# Those that ask nothing of the database. Every other command has the embedded server, if
# DATABASE_URL names none: one that runs already, or one that is started for it and then stopped.
_WITHOUT_DATABASE = {
    *("check", "collectstatic", "compilemessages", "diffsettings", "findstatic", "help"),
    *("makemessages", "startapp", "startproject", "version"),
}


class CommandLine(ManagementUtility):
    """Django's, which looks for garbage only once the command is loaded.

    What is being loaded stays, and to look through it over and over was a sixth of each start.
    """

    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        gc.freeze()
        gc.enable()
        return command


def main() -> None:
    gc.disable()  # until the command is loaded
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sift_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.db import DatabaseError

    from foundation.database import lost_database
    from sift_site.development import embedded_postgres
    from sift_site.development.postgres_home import EmbeddedPostgresFailed
    from sift_site.doctor import report

    # So that a command that is told to end still lets go of the server.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with contextlib.ExitStack() as stack:
            if needs_embedded_server(sys.argv[1:]):
                stack.enter_context(embedded_postgres.PROJECT.in_use())
            CommandLine(sys.argv).execute()
    except (ImproperlyConfigured, EmbeddedPostgresFailed) as error:
        if sys.argv[1:2] == ["doctor"]:
            print(report.of_no_start(error, sys.argv[2:]))  # noqa: T201 - a command's answer
            sys.exit(1)
        sys.exit(f"manage.py: {error}")
    except DatabaseError as error:
        passes = lost_database.is_unreachable(error) or lost_database.has_no_room(error)
        if "--traceback" in sys.argv or not passes:
            raise
        sys.exit(f"manage.py: the database cannot be used: {lost_database.first_line(error)}")
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def needs_embedded_server(words: list[str]) -> bool:
    """Whether the command asks a database, and that is the embedded one."""
    if environment.optional_text("DATABASE_URL") is not None:
        return False
    if not words or {"-h", "--help", "--version"} & set(words):
        return False
    if words[0] == "makemigrations" and "--check" in words:
        return False
    if words[0] == "verify_audit" and words[1:]:  # of a file
        return False
    return words[0] not in _WITHOUT_DATABASE or "--database" in words


if __name__ == "__main__":
    main()
