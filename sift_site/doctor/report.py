"""The doctor's findings as lines for people, or as JSON for programs."""

import json
from collections.abc import Sequence
from dataclasses import asdict

from sift_site.doctor.finding import Finding, wrong


def as_lines(findings: Sequence[Finding]) -> str:
    """A line each: how it is, what it is, and what was found, with what to do."""
    return "\n".join(
        f"{each.state:<6} {each.name:<12} {each.said}" + (f" {each.todo}" if each.todo else "")
        for each in findings
    )


def as_json(findings: Sequence[Finding]) -> str:
    """`{"healthy": false, "findings": [{"name", "state", "said", "todo"}]}`."""
    whole = {"healthy": is_healthy(findings), "findings": [asdict(each) for each in findings]}
    return json.dumps(whole, ensure_ascii=False, indent=2)


def is_healthy(findings: Sequence[Finding]) -> bool:
    """Whether nothing is wrong; a warning is nothing wrong."""
    return all(each.state != "wrong" for each in findings)


def of_no_start(fault: Exception, words: Sequence[str]) -> str:
    """The report where Sift does not even start: its settings, or the embedded database."""
    found = [wrong("settings", str(fault), "Nothing else was looked at.")]
    return as_json(found) if "--json" in words else as_lines(found)
