"""Property values, as the provider protocol encodes them and as plain Python.

Converts between the protocol's `Struct` and Python values, with `Secret` and `UNKNOWN` for the two
kinds of values that JSON lacks. Assets, archives and resource references are not supported: they
arrive as plain objects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, Struct, Value

# The protocol's signatures, from pulumi sdk/go/common/resource/sig and property_value.go.
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_SIGNATURE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""The value that the engine sends for an unknown of any type."""

OTHER_UNKNOWNS: Final = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # a bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # a number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # an array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # an asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # an archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # an object
    }
)


class Unknown:
    """A value that is unknown during a preview. `UNKNOWN` is the only instance."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine encrypts in the state and hides in its output."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def from_struct(struct: Struct) -> dict[str, Any]:
    """The properties of a Struct."""
    return {name: from_value(value) for name, value in struct.fields.items()}


def from_value(value: Value) -> Any:
    match value.WhichOneof("kind"):
        case "string_value":
            text = value.string_value
            if text == UNKNOWN_SIGNATURE or text in OTHER_UNKNOWNS:
                return UNKNOWN
            return text
        case "number_value":
            number = value.number_value
            return int(number) if number.is_integer() else number
        case "bool_value":
            return value.bool_value
        case "list_value":
            return [from_value(item) for item in value.list_value.values]
        case "struct_value":
            plain = from_struct(value.struct_value)
            if plain.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
                return Secret(plain.get("value"))
            return plain
        case _:
            return None


def to_struct(values: dict[str, Any]) -> Struct:
    """A Struct of the properties."""
    # Field by field, because Struct.update() supports neither Secret nor UNKNOWN.
    return Struct(fields={name: to_value(value) for name, value in values.items()})


def to_value(value: Any) -> Value:
    if value is None:
        return Value(null_value=0)  # type: ignore[arg-type]  # NULL_VALUE, the only one
    if isinstance(value, bool):
        return Value(bool_value=value)
    if isinstance(value, (int, float)):
        return Value(number_value=value)
    if isinstance(value, str):
        return Value(string_value=value)
    if isinstance(value, Unknown):
        return Value(string_value=UNKNOWN_SIGNATURE)
    if isinstance(value, Secret):
        marked = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
        return Value(struct_value=to_struct(marked))
    if isinstance(value, dict):
        return Value(struct_value=to_struct(value))
    if isinstance(value, (list, tuple)):
        return Value(list_value=ListValue(values=[to_value(item) for item in value]))
    raise TypeError(f"a property value cannot be a {type(value).__name__}")


def reveal(value: Any) -> Any:
    """The value without its secret marks, at every depth."""
    if isinstance(value, Secret):
        return reveal(value.value)
    if isinstance(value, dict):
        return {name: reveal(item) for name, item in value.items()}
    if isinstance(value, list):
        return [reveal(item) for item in value]
    return value


def has_unknown(value: Any) -> bool:
    """Whether the value contains `UNKNOWN` at any depth."""
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return False
