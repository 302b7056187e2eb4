"""The Structs as JSON Schema, as OpenAPI 3.1 has it, and whole examples of them."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from django.db.models import TextChoices

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"


class Schemas:
    """Types of the API's bodies: a reference to each, and the components that they refer to."""

    def __init__(self, types: Iterable[Any], alike: Mapping[str, str] | None = None) -> None:
        """`alike` names a component and the one whose members of the same name describe its own."""
        types = list(dict.fromkeys(types))
        references, components = msgspec.json.schema_components(
            types, schema_hook=_values, ref_template=f"{_PREFIX}{{name}}"
        )
        self._references = dict(zip(types, _tidied(list(references)), strict=True))
        self.components: dict[str, Schema] = {
            _name(name): _tidied(schema) | {"title": _name(name)}
            for name, schema in components.items()
        }
        for schema in self.components.values():  # the rest is for those who read the code
            schema["description"] = schema["description"].partition("\n\n")[0].replace("\n", " ")
        for name, described in (alike or {}).items():
            self._describe(name, described)

    def reference(self, type_: Any) -> Schema:
        """`{"$ref": …}` to a type that was named at the beginning."""
        return dict(self._references[type_])

    def description(self, type_: Any) -> str:
        """What the type says of itself."""
        return str(self.components[component_of(self.reference(type_))]["description"])

    def example(self, type_: Any) -> Any:
        """A whole example of a type, made of its members' first ones."""
        return example_of(self.reference(type_), self.components)

    def _describe(self, name: str, described: str) -> None:
        theirs = self.components[described]["properties"]
        for member, schema in self.components[name]["properties"].items():
            for said in ("description", "examples"):
                if said in theirs[member]:
                    schema.setdefault(said, theirs[member][said])


def _values(type_: type) -> Schema:
    """TextChoices, which msgspec reads and does not describe."""
    if issubclass(type_, TextChoices):
        return {"type": "string", "enum": type_.values}
    raise NotImplementedError


def example_of(schema: Mapping[str, Any], components: Mapping[str, Schema]) -> Any:
    """An example of what the schema takes: its own first one, or one put together."""
    if "$ref" in schema:
        return example_of(components[component_of(schema)], components)
    if "examples" in schema:
        return schema["examples"][0]
    if "anyOf" in schema:  # of the first that it may be, which is not null
        return example_of(schema["anyOf"][0], components)
    if schema.get("type") == "array":
        return [example_of(schema["items"], components)]
    # What need not be there is left out.
    return {name: example_of(schema["properties"][name], components) for name in schema["required"]}


def component_of(schema: Mapping[str, Any]) -> str:
    """The name of the component that a reference leads to."""
    return str(schema["$ref"]).removeprefix(_PREFIX)


def _name(name: str) -> str:
    """`LeadList` for what msgspec calls `ListOf_Lead_`."""
    return re.sub(r"^ListOf_(\w+)_$", r"\1List", name)


def _tidied(node: Any) -> Any:
    """The same schema with our names, and with an enumeration's type first and its values last."""
    if isinstance(node, list):
        return [_tidied(item) for item in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidied(value) for key, value in node.items()}
    if tidied.get("default", ...) is None:
        del tidied["default"]  # null is what leaving out means; with a default some clients insist
    if "$ref" in node:
        tidied["$ref"] = _PREFIX + _name(component_of(node))
    if "enum" in node:
        values = list(dict.fromkeys(tidied.pop("enum")))  # said by the type and by its Meta
        tidied = {"type": "string"} | tidied | {"enum": values}
    return tidied
