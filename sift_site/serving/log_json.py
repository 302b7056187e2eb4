"""Log lines as JSON objects, one a line, for programs that gather them (SIFT_LOG=json)."""

import logging
from typing import Any

import msgspec

from foundation import log_context
from sift_site.serving import log_faults
from sift_site.serving.log_lines import moment, without_secrets

_encode = msgspec.json.Encoder().encode


class JsonLines(logging.Formatter):
    """`time`, `level`, `logger` and `message`; `request_id` or `job_id`, where there is one;
    `exception`, a traceback; and what a record brings in `fields`. No secret is in any."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": moment(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (belongs := log_context.current()) is not None:
            told[belongs.kind] = belongs.id
        if record.exc_info and record.exc_info[1] is not None:
            told["exception"] = log_faults.told(record.exc_info[1])
        told |= getattr(record, "fields", {})
        return without_secrets(_encode(told).decode())
