"""gunicorn's logs, in which no secret appears."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from sift_site import environment
from sift_site.serving import request_ids
from sift_site.serving.log_json import JsonLines
from sift_site.serving.log_lines import without_secrets


class _SecretsLeftOut(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), None
        return True


_SECRETS_LEFT_OUT = _SecretsLeftOut()  # one, however often a log is set up


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn's own; its access log shows paths without their query, encoded as they came."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        # A faulty request line is quoted in the one, what a caller said in the other.
        for log in (self.error_log, self.access_log):
            log.addFilter(_SECRETS_LEFT_OUT)
            if _is_json():
                for handler in log.handlers:
                    handler.setFormatter(JsonLines())

    def access(self, resp: Any, req: Any, environ: Any, request_time: Any) -> None:
        """One line for an answer, in gunicorn's own format or as an object."""
        if not _is_json():
            super().access(resp, req, environ, request_time)
        elif self.access_log_enabled:
            fields = self._fields(self.atoms(resp, req, environ, request_time))
            said = "%(method)s %(path)s %(status)s"
            self.access_log.info(said, fields, extra={"fields": fields})

    def _fields(self, atoms: dict[str, Any]) -> dict[str, Any]:
        return {
            "address": atoms["h"],
            "method": atoms["m"],
            "path": atoms["U"],
            "status": int(atoms["s"]),
            "bytes": atoms["B"],
            "milliseconds": atoms["M"],
            "request_id": atoms.get(f"{{{request_ids.HEADER.lower()}}}o"),
            "client": atoms["a"],
        }

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        # The decoded path could hold a line break, and with it a forged line.
        atoms["U"] = environ["RAW_URI"].partition("?")[0]
        return atoms


def _is_json() -> bool:
    return environment.log_format() == "json"
