"""The OpenAPI document as the reference's page tells it: groups, endpoints, objects, problems."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sift_site.api.problems import KINDS, Kind
from sift_site.reference.openapi_schemas import component_of
from sift_site.reference.samples import Sample, call_of, samples

Node = Mapping[str, Any]

NO_IDS: Mapping[str, str] = {}

_METHODS = ("get", "post", "put", "patch", "delete")
_MOST_SAID = 2**53  # a bound beyond what JavaScript counts exactly is no bound to a reader


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter, or a member of a body: a line of a table."""

    name: str
    type: str
    description: str
    values: tuple[str, ...] = ()
    default: Any = None
    required: bool = False
    leads_to: str = ""  # the object that it holds, described on the same page


@dataclass(frozen=True, slots=True)
class EndpointShown:
    """A method on a path."""

    slug: str
    method: str
    path: str
    summary: str
    description: str
    parameters: dict[str, list[Field]]  # by where they stand
    body: list[Field]
    answer: list[Field]
    answers_with: str  # the object that the answer is, where it is one of the page's own
    example: str
    refusals: list[Kind]
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class ObjectShown:
    """What endpoints answer with, or take."""

    slug: str
    name: str
    description: str
    fields: list[Field]
    is_taken: bool  # it is of a body that is sent

    @property
    def is_whole(self) -> bool:
        return all(field.required for field in self.fields)


@dataclass(frozen=True, slots=True)
class Group:
    """A tag's endpoints, and the objects that they answer with."""

    name: str
    endpoints: list[EndpointShown]
    objects: list[ObjectShown]


@dataclass(frozen=True, slots=True)
class ProblemShown:
    """A sort of refusal, with what it looks like."""

    kind: Kind
    example: str


class Outline:
    """The document, read for its page; samples call the server at `url`.

    `ids` are what samples name in place of the document's examples, by the parameter's name.
    """

    def __init__(self, document: Node, url: str, ids: Mapping[str, str] = NO_IDS) -> None:
        self._document = document
        self._url = url
        self._shown: set[str] = set()  # the objects that a group before has
        self._ids = ids

    def groups(self) -> list[Group]:
        return [self._group(tag["name"]) for tag in self._document["tags"]]

    def problems(self) -> list[ProblemShown]:
        examples = self._document["components"]["examples"]
        return [ProblemShown(kind, _as_json(examples[kind.slug]["value"])) for kind in KINDS]

    def headers(self, *names: str) -> str:
        """Examples of headers, as they come over the wire."""
        headers = self._document["components"]["headers"]
        return "\n".join(f"{name}: {headers[name]['example']}" for name in names)

    def _group(self, tag: str) -> Group:
        endpoints: list[EndpointShown] = []
        objects: dict[str, ObjectShown] = {}
        for path, method, operation, shared in self._operations():
            if tag in operation["tags"]:
                endpoints.append(self._endpoint(path, method, operation, shared))
                objects |= self._objects_of(operation)
        new = [name for name in objects if name not in self._shown]
        self._shown.update(new)
        return Group(tag, endpoints, [objects[name] for name in new])

    def _objects_of(self, operation: Node) -> dict[str, ObjectShown]:
        """What the endpoint answers with, and what the bodies of both directions hold."""
        answer = _schema(operation["responses"]["200"])
        names = {self._object_of(answer): False}
        names |= dict.fromkeys(self._held_by(self._resolved(answer)), False)
        if "requestBody" in operation:
            body = self._resolved(_schema(operation["requestBody"]))
            names |= dict.fromkeys(self._held_by(body), True)
        return {name: self._object(name, is_taken=is_taken) for name, is_taken in names.items()}

    def _held_by(self, schema: Node) -> Iterator[str]:
        """The names of the objects that stand anywhere in the schema."""
        for reference in _references(schema):
            yield component_of(reference)
            yield from self._held_by(self._resolved(reference))

    def _operations(self) -> Iterator[tuple[str, str, Node, list[Node]]]:
        for path, item in self._document["paths"].items():
            for method in _METHODS:
                if method in item:
                    yield path, method.upper(), item[method], item["parameters"]

    def _endpoint(
        self, path: str, method: str, operation: Node, shared: list[Node]
    ) -> EndpointShown:
        answer = operation["responses"]["200"]
        fields = self._fields(self._resolved(_schema(answer)))
        is_object = component_of(_schema(answer)) == self._object_of(_schema(answer))
        call = call_of(operation, method, self._url + self._example_path(path, shared), self._ids)
        return EndpointShown(
            slug=_slug(operation["operationId"]),
            method=method,
            path=path,
            summary=operation["summary"],
            description=operation["description"],
            parameters=self._parameters([*shared, *operation["parameters"]]),
            body=self._body(operation),
            answer=[] if is_object else fields,
            answers_with=_slug(self._object_of(_schema(answer))) if is_object else "",
            example=_as_json(answer["content"]["application/json"]["example"]),
            refusals=list(self._refusals(operation)),
            samples=samples(call),
        )

    def _object_of(self, schema: Node) -> str:
        """The name of the object that is the answer, or that its list holds."""
        resolved = self._resolved(schema)
        data = resolved["properties"].get("data")
        return component_of(data["items"] if data else schema)

    def _object(self, name: str, *, is_taken: bool) -> ObjectShown:
        schema = self._document["components"]["schemas"][name]
        fields = self._fields(schema)
        return ObjectShown(_slug(name), name, schema["description"], fields, is_taken)

    def _refusals(self, operation: Node) -> Iterator[Kind]:
        """In the order of their status, as the document's responses name them."""
        kinds = {kind.slug: kind for kind in KINDS}
        for response in operation["responses"].values():
            if "$ref" in response:
                for slug in _content(self._resolved(response))["examples"]:
                    yield kinds[slug]

    def _body(self, operation: Node) -> list[Field]:
        if "requestBody" not in operation:
            return []
        return self._fields(self._resolved(_schema(operation["requestBody"])))

    def _parameters(self, nodes: list[Node]) -> dict[str, list[Field]]:
        places: dict[str, list[Field]] = {"path": [], "query": [], "header": []}
        for node in map(self._resolved, nodes):
            places[node["in"]].append(_field(node["name"], node["schema"], node))
        return {place: fields for place, fields in places.items() if fields}

    def _example_path(self, path: str, shared: list[Node]) -> str:
        for node in map(self._resolved, shared):
            said = self._ids.get(node["name"], str(node["example"]))
            path = path.replace(f"{{{node['name']}}}", said)
        return path

    def _fields(self, schema: Node) -> list[Field]:
        required = schema.get("required", ())
        return [
            _field(name, node, {"required": name in required} | node)
            for name, node in schema["properties"].items()
        ]

    def _resolved(self, node: Node) -> Node:
        """What a reference within the document leads to; itself, if it is none."""
        if "$ref" not in node:
            return node
        found = self._document
        for part in node["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found


def _content(response: Node) -> Node:
    content: Node = next(iter(response["content"].values()))
    return content


def _schema(response: Node) -> Node:
    schema: Node = _content(response)["schema"]
    return schema


def _references(node: Any) -> Iterator[Node]:
    """Every `{"$ref": …}` in the schema."""
    if isinstance(node, list):
        for item in node:
            yield from _references(item)
    elif isinstance(node, dict):
        if "$ref" in node:
            yield node
        yield from _references(list(node.values()))


def _slug(name: str) -> str:
    return name.lower().replace("_", "-")


def _as_json(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def _field(name: str, schema: Node, node: Node) -> Field:
    items = schema.get("items", {})
    return Field(
        name,
        type_in_words(schema),
        node["description"],
        values=tuple(_values(schema)),
        default=_as_said(schema.get("default")),
        required=node.get("required", False),
        leads_to=_slug(component_of(items)) if "$ref" in items else "",
    )


def _as_said(default: Any) -> Any:
    """As JSON has it."""
    return json.dumps(default) if isinstance(default, bool) else default


def type_in_words(schema: Node) -> str:
    """`integer from 0 to 100 or null`: what the schema takes."""
    if "anyOf" in schema:
        return " or ".join(type_in_words(one) for one in schema["anyOf"])
    if "$ref" in schema:
        return component_of(schema)
    kind = str(schema["type"])
    if kind == "array":
        return f"array of {type_in_words(schema['items'])}"
    if kind == "integer":
        return kind + _bounds(schema)
    return {"date-time": "time", "date": "date", "uuid": "UUID"}.get(schema.get("format", ""), kind)


def _bounds(schema: Node) -> str:
    least, most = schema.get("minimum"), schema.get("maximum", _MOST_SAID)
    if least is None:
        return ""
    return f" from {least:,} up" if most >= _MOST_SAID else f" from {least:,} to {most:,}"


def _values(schema: Node) -> Iterator[str]:
    """The values of an enumeration, wherever it stands in the schema."""
    yield from schema.get("enum", ())
    for inner in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
        yield from _values(inner)
