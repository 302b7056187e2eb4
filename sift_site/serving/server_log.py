"""gunicorn's logs, in which no secret appears."""

import logging
from typing import Any

from gunicorn.glogging import Logger

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

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        atoms: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        # The decoded path could hold a line break, and with it a forged line.
        atoms["U"] = environ["RAW_URI"].partition("?")[0]
        return atoms
