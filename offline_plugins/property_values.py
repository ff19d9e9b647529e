"""Property values as Pulumi's provider protocol carries them, and as plain Python.

Owns the two marks that JSON has no word for, `Secret` and `UNKNOWN`, and the way from
and to the protocol's `Struct`. Assets, archives and resource references have no place
in our plugins: they arrive as the plain objects that the wire shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.struct_pb2 import ListValue, Struct, Value

# The protocol's signatures: pulumi sdk/go/common/resource/sig and property_value.go.
SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"
UNKNOWN_SIGNATURE: Final = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""What the engine sends for every unknown, whatever its type will be."""

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
    """A value that only the real run will know. There is one: `UNKNOWN`."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Secret:
    """A value that the engine must encrypt in its state and hide in its output."""

    value: Any

    def __repr__(self) -> str:
        return "Secret(...)"


def from_struct(struct: Struct) -> dict[str, Any]:
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
    # Filled field by field: Struct.update() knows neither Secret nor UNKNOWN.
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
        sealed = {SIGNATURE_KEY: SECRET_SIGNATURE, "value": value.value}
        return Value(struct_value=to_struct(sealed))
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
    if isinstance(value, Unknown):
        return True
    if isinstance(value, Secret):
        return has_unknown(value.value)
    if isinstance(value, dict):
        return any(has_unknown(item) for item in value.values())
    if isinstance(value, list):
        return any(has_unknown(item) for item in value)
    return False
