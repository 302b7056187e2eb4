"""The Structs as JSON Schema, as OpenAPI 3.1 has it, and whole examples of them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

Schema = dict[str, Any]

_PREFIX = "#/components/schemas/"


class Schemas:
    """Types of the API's bodies: a reference to each, and the components that they refer to."""

    def __init__(self, types: Iterable[Any]) -> None:
        types = list(dict.fromkeys(types))
        references, components = msgspec.json.schema_components(
            types, ref_template=f"{_PREFIX}{{name}}"
        )
        # msgspec sorts a Literal's values; the order in which they were written says something.
        orders = {frozenset(values): values for type_ in types for values in _literals(type_)}
        self._references = dict(zip(types, _tidied(list(references), orders), strict=True))
        self.components: dict[str, Schema] = {
            _name(name): _tidied(schema, orders) | {"title": _name(name)}
            for name, schema in components.items()
        }

    def reference(self, type_: Any) -> Schema:
        """`{"$ref": …}` to a type that was named at the beginning."""
        return dict(self._references[type_])

    def description(self, type_: Any) -> str:
        """What the type says of itself."""
        return str(self.components[component_of(self.reference(type_))]["description"])

    def example(self, type_: Any) -> Any:
        """A whole example of a type, made of its members' first ones."""
        return example_of(self.reference(type_), self.components)


def example_of(schema: Mapping[str, Any], components: Mapping[str, Schema]) -> Any:
    """An example of what the schema takes: its own first one, or one put together."""
    if "$ref" in schema:
        return example_of(components[component_of(schema)], components)
    if "examples" in schema:
        return schema["examples"][0]
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


def _literals(type_: Any) -> Iterator[tuple[Any, ...]]:
    """The values of every Literal in a type, in the order in which they were written."""
    if get_origin(type_) is Literal:
        yield get_args(type_)
        return
    for inner in get_args(type_):
        yield from _literals(inner)
    struct = get_origin(type_) or type_
    if isinstance(struct, type) and issubclass(struct, msgspec.Struct):
        for hint in get_type_hints(struct).values():
            yield from _literals(hint)


def _tidied(node: Any, orders: Mapping[frozenset[Any], tuple[Any, ...]]) -> Any:
    """The same schema with our names, and with enumerations typed and in their order."""
    if isinstance(node, list):
        return [_tidied(item, orders) for item in node]
    if not isinstance(node, dict):
        return node
    tidied = {key: _tidied(value, orders) for key, value in node.items()}
    if "$ref" in node:
        tidied["$ref"] = _PREFIX + _name(component_of(node))
    if "enum" in node:
        tidied = {"type": "string"} | tidied | {"enum": list(orders[frozenset(node["enum"])])}
    return tidied
