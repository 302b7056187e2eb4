"""JSON from outside into Structs, with every fault named in words.

msgspec reads a good body in one pass, but stops at the first fault of a bad one and does not say
what would be accepted. So a body that it refuses is read once more, loosely, and walked beside the
Struct's own description: what is accepted is said from the types, and nowhere written twice.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NoReturn, TypeVar

import msgspec
from django.db.models import TextChoices
from msgspec import inspect

from foundation.plurals import so_many

T = TypeVar("T", bound=msgspec.Struct)

BODY = "body"  # the field of a fault that concerns all of it
MOST_FAULTS = 1000  # a body of nothing but faults must not be answered by a larger one
_LONGEST_SHOWN = 40  # characters of a faulty value that are repeated to its sender
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at `field` (`lead.budget_max`, `messages[0].role`), and what it accepts."""

    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.field} {self.message}"


class Faulty(Exception):
    """The input cannot be taken; `faults` names each place.

    A Struct whose members must agree with each other raises it from `__post_init__`, with fields
    written from itself on; `decode` puts the way to the Struct before them.
    """

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


class Forgiving(msgspec.Struct):
    """A Struct of many kinds of senders: a trifle of spelling does not cost what it says.

    For its optional members null and blank text are as if they were left out, and a whole number
    may be written with a point, `350000.0`, as programs do that know no other numbers.
    """


def decode(type_: type[T], raw: bytes | str) -> T:
    """The JSON text as a Struct of `type_`; raises Faulty, and nothing else, on any other input."""
    if ("\\u0000" in raw) if isinstance(raw, str) else (b"\\u0000" in raw):
        # Perhaps a NUL, which PostgreSQL's text cannot hold; perhaps an escaped backslash.
        return _decode_naming_faults(type_, raw)
    try:
        return msgspec.json.decode(raw, type=type_)
    except (msgspec.MsgspecError, UnicodeError, RecursionError, Faulty):
        return _decode_naming_faults(type_, raw)


def refuse_repeated_members(raw: bytes) -> None:
    """Raise Faulty where an object of the JSON text names a member twice.

    msgspec and json take the last silently; what stands before, and checks, may take the first
    (RFC 8259, 4). For text that decode() took.
    """
    repeated: dict[str, None] = {}

    def look(members: list[tuple[str, Any]]) -> None:
        times = Counter(name for name, _ in members)
        repeated.update(dict.fromkeys(name for name in times if times[name] > 1))

    json.loads(raw, object_pairs_hook=look)
    if repeated:
        raise Faulty([Fault(_printable(name), "is named twice") for name in sorted(repeated)])


def _decode_naming_faults(type_: type[T], raw: bytes | str) -> T:
    value = _forgiven(_read_loosely(raw), _description(type_))
    faults: list[Fault] = []
    for fault in _walk(value, _description(type_), ""):
        faults.append(fault)
        if len(faults) == MOST_FAULTS:
            faults.append(Fault(BODY, "has more faults than these, which are left out"))
            break
    if faults:
        raise Faulty(faults)
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:  # a rule of msgspec's that the walk does not know
        raise Faulty([Fault(BODY, f"cannot be taken: {error}")]) from None


def _read_loosely(raw: bytes | str) -> Any:
    """Whatever JSON it is, lone surrogates included so that they can be named where they stand."""
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        return json.loads(text, parse_constant=_refuse_constant, parse_int=_whole_number)
    except UnicodeDecodeError as error:
        raise Faulty(
            [Fault(BODY, f"must be UTF-8, which it is not at byte {error.start}")]
        ) from None
    except json.JSONDecodeError as error:
        message = f"must be JSON, which it is not at character {error.pos}: {error.msg}"
        raise Faulty([Fault(BODY, message)]) from None
    except RecursionError:
        raise Faulty([Fault(BODY, "must be JSON that is not nested as deep as this")]) from None


def _refuse_constant(name: str) -> NoReturn:
    raise Faulty([Fault(BODY, f"must be JSON, which has no {name}")])


def _whole_number(digits: str) -> int | float:
    # Python refuses to read thousands of digits; no member takes more than 64 bits.
    return int(digits) if len(digits) <= 20 else float(digits)


@cache
def _description(type_: type[msgspec.Struct]) -> inspect.Type:
    return inspect.type_info(type_)


# --- Trifles -------------------------------------------------------------------------------------
def _forgiven(value: Any, info: inspect.Type) -> Any:
    """The value in the spelling that its description takes, where its Struct is a forgiving one."""
    for candidate in _alternatives(info):
        match candidate:
            case inspect.StructType() if isinstance(value, dict):
                return _forgiven_object(value, candidate)
            case inspect.ListType() if isinstance(value, list):
                return [_forgiven(item, candidate.item_type) for item in value]
    return value


def _forgiven_object(value: dict[str, Any], info: inspect.StructType) -> dict[str, Any]:
    members = {field.encode_name: field for field in info.fields}
    forgiving = issubclass(info.cls, Forgiving)
    meant = {}
    for name, said in value.items():
        field = members.get(name)
        if field is None:
            meant[name] = said  # named as a fault by the walk
        elif not forgiving or field.required or not _says_nothing(said):
            meant[name] = _forgiven(said, field.type)
            if forgiving and isinstance(said, float) and _takes_whole_numbers(field.type):
                meant[name] = int(said) if said.is_integer() else said
    return meant


def _says_nothing(said: Any) -> bool:
    return said is None or (isinstance(said, str) and not said.strip())


def _takes_whole_numbers(info: inspect.Type) -> bool:
    return any(isinstance(candidate, inspect.IntType) for candidate in _alternatives(info))


# --- The walk ------------------------------------------------------------------------------------
def _walk(value: Any, info: inspect.Type, path: str) -> Iterator[Fault]:
    """Every fault of `value` against its description."""
    if isinstance(value, str) and (fault := _unwritable(value, path)):
        yield fault
        return
    if value is None and _takes_null(info):
        return
    candidates = list(_alternatives(info))
    nested = [c for c in candidates if isinstance(c, inspect.StructType | inspect.ListType)]
    for candidate in nested:
        if isinstance(value, dict) and isinstance(candidate, inspect.StructType):
            yield from _walk_object(value, candidate, path)
            return
        if isinstance(value, list) and isinstance(candidate, inspect.ListType):
            yield from _walk_list(value, candidate, path)
            return
    if not any(_accepts(candidate, value) for candidate in candidates):
        yield Fault(path or BODY, f"must be {accepted(info)}, not {_shown(value)}")


def _walk_object(value: dict[str, Any], info: inspect.StructType, path: str) -> Iterator[Fault]:
    members = {field.encode_name: field for field in info.fields}
    faultless = True
    for name, field in members.items():
        at = f"{path}.{name}" if path else name
        if name in value:
            for fault in _walk(value[name], field.type, at):
                faultless = False
                yield fault
        elif field.required:
            faultless = False
            yield Fault(at, f"is required: {accepted(field.type)}")
    if info.forbid_unknown_fields:
        for name in [name for name in value if name not in members]:
            faultless = False
            at = _printable(name)
            known = ", ".join(members)
            yield Fault(f"{path}.{at}" if path else at, f"is not accepted here; known are {known}")
    if faultless:
        yield from _disagreements(value, info, path)


def _disagreements(value: dict[str, Any], info: inspect.StructType, path: str) -> Iterator[Fault]:
    """What the Struct itself says of members that are good one by one."""
    try:
        msgspec.convert(value, info.cls)
    except Faulty as faulty:
        for fault in faulty.faults:
            yield Fault(f"{path}.{fault.field}" if path else fault.field, fault.message)
    except msgspec.ValidationError:
        pass  # said once, for the whole body, when the walk is over


def _walk_list(value: list[Any], info: inspect.ListType, path: str) -> Iterator[Fault]:
    if not _length_fits(len(value), info):
        yield Fault(path or BODY, f"must be {accepted(info)}, not {len(value):,} items")
        return
    for position, item in enumerate(value):
        yield from _walk(item, info.item_type, f"{path}[{position}]")


def _unwritable(value: str, path: str) -> Fault | None:
    """Text that PostgreSQL cannot hold, or UTF-8 cannot say."""
    if "\x00" in value:
        return Fault(path or BODY, "must not hold a NUL character (U+0000)")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        half = f"\\u{ord(value[error.start]):04x}"
        return Fault(path or BODY, f"must not hold half a surrogate pair ({half})")
    return None


def _alternatives(info: inspect.Type) -> Iterator[inspect.Type]:
    """What a value may be, with unions and annotations unfolded."""
    if isinstance(info, inspect.UnionType):
        for member in info.types:
            yield from _alternatives(member)
    elif isinstance(info, inspect.Metadata):
        yield from _alternatives(info.type)
    else:
        yield info


def _takes_null(info: inspect.Type) -> bool:
    return any(
        isinstance(candidate, inspect.NoneType | inspect.AnyType)
        for candidate in _alternatives(info)
    )


def _accepts(info: inspect.Type, value: Any) -> bool:
    """Whether a value that is no Struct's object fits one plain type.

    msgspec reads TextChoices as the enums that they are, but describes them as a type of our own.
    """
    match info:
        case inspect.AnyType():
            return True
        case inspect.NoneType():
            return value is None
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType():
            return (
                isinstance(value, int)
                and not isinstance(value, bool)
                and _in_range(value, info.ge, info.le)
            )
        case inspect.StrType():
            return (
                isinstance(value, str)
                and _length_fits(len(value), info)
                and (info.pattern is None or re.search(info.pattern, value) is not None)
            )
        case inspect.CustomType() if issubclass(info.cls, TextChoices):
            return value in info.cls.values
        case inspect.DateTimeType():
            return isinstance(value, str) and _is_time(value, with_zone=info.tz is True)
        case inspect.DictType():
            return isinstance(value, dict)
        case _:
            return False


def _in_range(number: int, least: int | float | None, most: int | float | None) -> bool:
    least = -_LARGEST_NUMBER if least is None else least
    most = _LARGEST_NUMBER if most is None else most
    return least <= number <= most


def _length_fits(length: int, info: inspect.StrType | inspect.ListType) -> bool:
    return (info.min_length or 0) <= length and (
        info.max_length is None or length <= info.max_length
    )


def _is_time(text: str, *, with_zone: bool) -> bool:
    try:
        time = msgspec.convert(text, datetime)
    except msgspec.ValidationError:
        return False
    return time.tzinfo is not None or not with_zone


# --- What is accepted, in words ------------------------------------------------------------------
def accepted(info: inspect.Type) -> str:
    """What a member takes, in words: "a whole number from 0 to 50 or null"."""
    if isinstance(info, inspect.UnionType):
        return " or ".join(accepted(member) for member in info.types)
    if isinstance(info, inspect.Metadata):
        # A pattern says nothing to people, so its description does; any other is the member's.
        schema = info.extra_json_schema or {}
        speaks = getattr(info.type, "pattern", None) is not None and "description" in schema
        return str(schema["description"]) if speaks else accepted(info.type)
    match info:
        case inspect.NoneType():
            return "null"
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType():
            return "a whole number" + _range_in_words(info.ge, info.le)
        case inspect.StrType():
            return "text" + _lengths_in_words(info.min_length, info.max_length, "character")
        case inspect.CustomType() if issubclass(info.cls, TextChoices):
            return f"one of {', '.join(sorted(info.cls.values))}"
        case inspect.DateTimeType():
            zone = " with a zone" if info.tz else ""
            return f"a time{zone}, such as 2026-06-01T09:30:00Z"
        case inspect.ListType():
            return "a list" + _lengths_in_words(info.min_length, info.max_length, "item")
        case _:
            return "an object"


def _range_in_words(least: int | float | None, most: int | float | None) -> str:
    if least is not None and most is not None:
        return f" from {least:,} to {most:,}"
    if least is not None:
        return f" from {least:,} up"
    if most is not None:
        return f" of at most {most:,}"
    return ""


def _lengths_in_words(least: int | None, most: int | None, unit: str) -> str:
    if least and most is not None:
        return f" of {least:,} to {so_many(most, unit)}"
    if most is not None:
        return f" of at most {so_many(most, unit)}"
    if least:
        return f" of at least {so_many(least, unit)}"
    return ""


def _shown(value: Any) -> str:
    """A faulty value as its sender is reminded of it: short, and safe to print."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return repr(value)  # 5.0 is not 5
        case str() if len(value) > _LONGEST_SHOWN:
            return f"text of {len(value):,} characters"
        case str():
            return f'"{_printable(value)}"'
        case list():
            return "a list"
        case _:
            return "an object"


def _printable(text: str) -> str:
    shortened = text if len(text) <= 2 * _LONGEST_SHOWN else text[: 2 * _LONGEST_SHOWN] + "…"
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shortened
    )
