"""Log lines in which no secret appears, whoever wrote them, and one line for what was refused."""

import logging
import re
import time
from types import TracebackType

from foundation import log_context
from sift_site.serving import log_faults

# A key that somebody put into an address, each character as it is or percent-encoded, once or
# more often; the tokens in the links of letters, and in intake addresses.
_PERCENT = "%(?:25)*"
_BEGINNING = "".join(rf"(?:{letter}|{_PERCENT}{ord(letter):x})" for letter in "sk_live_")
_LETTER = rf"(?:[0-9A-Za-z]|{_PERCENT}(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]))"
_KEY = re.compile(rf"(?i:{_BEGINNING}){_LETTER}*")
_LINK = re.compile(r'(/(?:password-reset|invitation)/)[^\s?"]+')
_INTAKE = re.compile(r"(/(?:f|intake)/)[0-9A-Za-z]{32}")


# What somebody typed into an address by mistake: an e-mail, a number of 9 digits or more.
# Parts of an e-mail are at most so long: a pattern without an end would read a line over and over.
_EMAIL = re.compile(r"""[^\s"'<>(),;:/\\@]{1,64}(?:@|%40)[\w%-]{1,63}(?:\.[\w%-]{1,63}){1,8}""")
_PHONE = re.compile(r"(?<![\w.:%-])(?:\+|%2[Bb]|0)\d(?:(?:%20|[ -])?\d){8,13}(?![\w.:-])")


def without_secrets(text: str) -> str:
    """The text with API keys, the tokens of letters' links and of intake addresses, e-mails and
    phone numbers left out."""
    text = _INTAKE.sub(r"\1…", _LINK.sub(r"\1…", _KEY.sub("sk_live_…", text)))
    return _PHONE.sub("…", _EMAIL.sub("…@…", text))


def moment(record: logging.LogRecord) -> str:
    """In UTC, to the millisecond: `2026-07-01T00:00:00.250Z`."""
    seconds = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
    return f"{seconds}.{int(record.msecs):03d}Z"


_Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class SecretsLeftOut(logging.Formatter):
    """A whole line without secrets: Django's own name the path, tracebacks quote what failed.

    Its moment is in UTC and says so, as the server's own lines do. The request or piece of work
    that it belongs to stands at the end of its first line.
    """

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        return moment(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        belongs = log_context.current()
        line = super().formatMessage(record)
        return line if belongs is None else f"{line} [{belongs.id}]"

    def formatException(self, ei: _Fault) -> str:  # noqa: N802
        return "" if ei[1] is None else log_faults.told(ei[1])

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class RefusalsInOneLine(logging.Filter):
    """No traceback for an answer of 4xx, where Django writes one: the fault is the client's, who
    could fill the log with them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
