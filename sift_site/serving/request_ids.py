"""The id by which a request is known in logs and answers: the caller's own, or one that is made."""

import re

import uuid_utils

HEADER = "X-Request-Id"
_OF_A_CALLER = re.compile(r"[A-Za-z0-9._:-]{1,128}")


def request_id(given: str) -> str:
    """What was given, where it can be taken as it is."""
    return given if _OF_A_CALLER.fullmatch(given) else str(uuid_utils.uuid4())
