"""gunicorn's logs, in which no secret appears."""

import logging
from typing import Any

from gunicorn.glogging import Logger

from sift_site.log_lines import without_secrets


class _SecretsLeftOut(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = without_secrets(record.getMessage()), None
        return True


class ServerLog(Logger):  # type: ignore[misc]  # gunicorn has no types
    """The access log shows paths without their query, percent-encoded as they came."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for handler in self.error_log.handlers:  # a faulty request line is quoted there
            handler.addFilter(_SecretsLeftOut())

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        # The decoded path could hold a line break, and with it a forged line.
        atoms["U"] = without_secrets(environ.get("RAW_URI", "-").partition("?")[0])
        for said_by_the_caller in ("a", "{x-request-id}o"):
            atoms[said_by_the_caller] = without_secrets(atoms.get(said_by_the_caller, "-"))
        return atoms
