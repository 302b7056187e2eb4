"""A body that an endpoint takes, as its Struct, with every fault of it and of the query named."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec

from foundation.validation import Fault, Faulty, decode, refuse_repeated_members
from sift_site.api import problems
from sift_site.api.http import ApiRequest
from sift_site.api.parameters import faults_of_any

T = TypeVar("T", bound=msgspec.Struct)


def read_body(request: ApiRequest, struct: type[T], faults: Iterable[Fault] = ()) -> T:
    """The body; raises the Problem 422 with its faults, those of the query and any given before."""
    found = [*faults, *faults_of_any(request)]
    try:
        body = read_json(request.raw_body, struct)
    except Faulty as faulty:
        raise problems.invalid([*found, *faulty.faults]) from None
    if found:
        raise problems.invalid(found)
    return body


def read_json(raw: bytes | msgspec.Raw, struct: type[T]) -> T:
    """The JSON text as the Struct, no member of it named twice; raises Faulty."""
    text = bytes(raw)
    body = decode(struct, text)
    refuse_repeated_members(text)
    return body
