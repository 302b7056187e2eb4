"""Log lines in which no secret appears, whoever wrote them, and one line for what was refused."""

import logging
import re
import time

# A key that somebody put into an address, each character as it is or percent-encoded, once or
# more often; the tokens in the links of letters, and in intake addresses.
_PERCENT = "%(?:25)*"
_BEGINNING = "".join(rf"(?:{letter}|{_PERCENT}{ord(letter):x})" for letter in "sk_live_")
_LETTER = rf"(?:[0-9A-Za-z]|{_PERCENT}(?:3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]))"
_KEY = re.compile(rf"(?i:{_BEGINNING}){_LETTER}*")
_LINK = re.compile(r'(/(?:password-reset|invitation)/)[^\s?"]+')
_INTAKE = re.compile(r"(/(?:f|intake)/)[0-9A-Za-z]{32}")


def without_secrets(text: str) -> str:
    """The text with API keys and the tokens of letters' links and of intake addresses left out."""
    return _INTAKE.sub(r"\1…", _LINK.sub(r"\1…", _KEY.sub("sk_live_…", text)))


class SecretsLeftOut(logging.Formatter):
    """A whole line without secrets: Django's own name the path, tracebacks quote what failed.

    Its moment is in UTC and says so, as the server's own lines do.
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))


class RefusalsInOneLine(logging.Filter):
    """No traceback for an answer of 4xx, where Django writes one: the fault is the client's, who
    could fill the log with them."""

    def filter(self, record: logging.LogRecord) -> bool:
        if 400 <= getattr(record, "status_code", 0) < 500:
            record.exc_info = record.exc_text = None
        return True
