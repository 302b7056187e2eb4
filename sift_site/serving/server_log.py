"""gunicorn's logs, in which no secret appears."""

import logging
import re
import time
from datetime import timedelta
from functools import lru_cache
from typing import Any

from gunicorn.glogging import Logger

from sift_site.serving.gathered_lines import GatheredLines
from sift_site.serving.log_lines import without_secrets

_ATOM = re.compile(r"%\(([^)]+)\)s")
_OURS = frozenset({"h", "t", "m", "U", "s", "B", "M", "{x-request-id}o", "a"})
_MILLISECOND = timedelta(milliseconds=1)
_ACCESS = "gunicorn.access"


class _SecretsLeftOut(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), None
        return True


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """The access log shows paths without their query, percent-encoded as they came."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self._shows_ours_alone = _OURS.issuperset(_ATOM.findall(cfg.access_log_format))
        for handler in self.error_log.handlers:  # a faulty request line is quoted there
            handler.addFilter(_SecretsLeftOut())
        gathered = GatheredLines(self._write)
        self._hand_on = gathered.add if self._goes_to_streams_alone() else self._write

    def _goes_to_streams_alone(self) -> bool:
        """Whether a line is all that is written of it: not to syslog, nor in a form of its own."""
        return all(
            isinstance(handler, logging.StreamHandler)
            and getattr(handler.formatter, "_fmt", None) == self.access_fmt
            for handler in self.access_log.handlers
        )

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """A line for each answer.

        Logger.info() would look for who called it and gather what no format of ours shows: a tenth
        of the work of a small answer. Lines for a stream are gathered (gathered_lines.py).
        """
        if not self.access_log_enabled:
            return
        atoms = self.atoms(resp, req, environ, request_time)
        if not self._shows_ours_alone:
            atoms = self.atoms_wrapper_class(atoms)
        self._hand_on(self.cfg.access_log_format % atoms)

    def _write(self, lines: str) -> None:
        self.access_log.handle(logging.LogRecord(_ACCESS, logging.INFO, "", 0, lines, None, None))

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What gunicorn.conf.py's format shows.

        gunicorn's own also gathers each header and each variable, for formats that name them.
        """
        if not self._shows_ours_alone:
            atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        else:
            status = str(resp.status)
            atoms = {
                "h": environ.get("REMOTE_ADDR", "-"),
                "t": _in_brackets(int(time.time())),
                "m": environ["REQUEST_METHOD"],
                "s": status.partition(" ")[0],
                "B": getattr(resp, "sent", None),
                "M": request_time // _MILLISECOND,
                "{x-request-id}o": _header(resp, "x-request-id"),
                "a": environ.get("HTTP_USER_AGENT", "-"),
            }
        # The decoded path could hold a line break, and with it a forged line.
        atoms["U"] = _in_quotes(environ.get("RAW_URI", "-").partition("?")[0])
        for said_by_the_caller in ("a", "{x-request-id}o"):
            atoms[said_by_the_caller] = _in_quotes(atoms.get(said_by_the_caller, "-"))
        return atoms


@lru_cache(maxsize=2)
def _in_brackets(second: int) -> str:
    """The time as gunicorn's own log has it, worked out once a second."""
    return time.strftime("[%d/%b/%Y:%H:%M:%S %z]", time.localtime(second))


def _in_quotes(text: str) -> str:
    """What a caller said, without secrets and such that it cannot end the quotes around it."""
    return without_secrets(text).replace('"', '\\"')


def _header(resp: Any, wanted: str) -> str:
    return next((value for name, value in resp.headers if name.lower() == wanted), "-")
