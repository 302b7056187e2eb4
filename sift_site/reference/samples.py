"""Calls as one would write them: curl, Python, JavaScript, against this server's own address."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

# Which parameters a sample shows; all of them at once would show nothing.
_SHOWN = {
    "list_leads": ("status", "since", "limit"),
    "list_conversations": ("lead_id", "limit"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """A call in one language."""

    language: str
    name: str
    code: str


@dataclass(frozen=True, slots=True)
class Call:
    """What a sample sends."""

    method: str
    url: str
    query: Mapping[str, Any]
    body: Any = None


def call_of(operation: Mapping[str, Any], method: str, url: str, ids: Mapping[str, str]) -> Call:
    """The operation of the document with its own examples, but for these ids."""
    shown = _SHOWN.get(operation["operationId"], ())
    examples = {parameter["name"]: parameter["example"] for parameter in operation["parameters"]}
    body = operation.get("requestBody")
    return Call(
        method,
        url,
        {name: ids.get(name, _on_the_wire(examples[name])) for name in shown},
        body["content"]["application/json"]["example"] if body else None,
    )


def samples(call: Call) -> list[Sample]:
    """The call in each language."""
    return [
        Sample("curl", "curl", _curl(call)),
        Sample("python", "Python", _python(call)),
        Sample("javascript", "JavaScript", _javascript(call)),
    ]


def _on_the_wire(value: Any) -> Any:
    return ",".join(value) if isinstance(value, list) else value


def _curl(call: Call) -> str:
    query = f"?{urlencode(call.query, safe=',:')}" if call.query else ""
    lines = [f'curl "{call.url}{query}"', '--header "Authorization: Bearer $SIFT_API_KEY"']
    if call.method != "GET":
        lines.insert(1, f"--request {call.method}")
    if call.body is not None:
        lines += ['--header "Content-Type: application/json"', f"--data '{json.dumps(call.body)}'"]
    return " \\\n  ".join(lines)


def _python(call: Call) -> str:
    arguments = [json.dumps(call.url)]
    if call.query:
        arguments.append(f"params={json.dumps(call.query)}")
    if call.body is not None:
        arguments.append(f"json={json.dumps(call.body)}")
    arguments += [
        """headers={"Authorization": f"Bearer {os.environ['SIFT_API_KEY']}"}""",
        "timeout=10",
    ]
    listed = "".join(f"    {argument},\n" for argument in arguments)
    return (
        "import os\n\nimport requests\n\n"
        f"answer = requests.{call.method.lower()}(\n{listed})\n"
        "answer.raise_for_status()\n"
        "print(answer.json())"
    )


def _javascript(call: Call) -> str:
    """For Node 18 and newer, and whatever else has fetch."""
    url, before = json.dumps(call.url), ""
    if call.query:
        members = ", ".join(f"{name}: {json.dumps(str(v))}" for name, v in call.query.items())
        before = f"const query = new URLSearchParams({{ {members} }});\n"
        url = f"`{call.url}?${{query}}`"
    headers = ["Authorization: `Bearer ${process.env.SIFT_API_KEY}`"]
    options = []
    if call.method != "GET":
        options.append(f'  method: "{call.method}",\n')
    if call.body is not None:
        headers.append('"Content-Type": "application/json"')
        options.append(f"  body: JSON.stringify({json.dumps(call.body)}),\n")
    options.append(f"  headers: {{ {', '.join(headers)} }},\n")
    return (
        f"{before}const answer = await fetch({url}, {{\n{''.join(options)}}});\n"
        "if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);\n"
        "console.log(await answer.json());"
    )
