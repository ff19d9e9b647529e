"""Property values: conversion between plain Python and the protocol."""

import math
from typing import Any

import pytest
from google.protobuf.struct_pb2 import Struct
from hypothesis import given
from hypothesis import strategies as st

from offline_plugins.property_values import (
    OTHER_UNKNOWNS,
    SECRET_SIGNATURE,
    SIGNATURE_KEY,
    UNKNOWN,
    Secret,
    Unknown,
    from_struct,
    has_unknown,
    reveal,
    to_struct,
)

SIGNATURES = {SIGNATURE_KEY, *OTHER_UNKNOWNS}
names = st.text().filter(lambda name: name not in SIGNATURES)
# The protocol's numbers are 64-bit floats: exact for whole numbers up to 2**53.
numbers = st.integers(-(2**53), 2**53) | st.floats(allow_nan=False)
plain = st.none() | st.booleans() | numbers | st.text() | st.just(UNKNOWN)
anything = st.recursive(
    plain,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(names, inner, max_size=4) | inner.map(Secret)
    ),
    max_leaves=20,
)
properties = st.dictionaries(names, anything, max_size=6)


@given(properties)
def test_every_value_survives_a_round_trip(values: dict[str, Any]) -> None:
    wire = Struct.FromString(to_struct(values).SerializeToString())
    assert from_struct(wire) == values


@given(properties)
def test_booleans_and_numbers_keep_their_types(values: dict[str, Any]) -> None:
    def kinds(value: Any) -> Any:
        if isinstance(value, Secret):
            return kinds(value.value)
        if isinstance(value, dict):
            return {name: kinds(item) for name, item in value.items()}
        if isinstance(value, list):
            return [kinds(item) for item in value]
        return bool if isinstance(value, bool) else isinstance(value, (int, float))

    assert kinds(from_struct(to_struct(values))) == kinds(values)


@given(properties)
def test_reveal_removes_the_marks_and_changes_nothing_else(values: dict[str, Any]) -> None:
    bare = reveal(values)
    assert SECRET_SIGNATURE not in str(to_struct(bare))
    assert reveal(bare) == bare
    assert has_unknown(bare) is has_unknown(values)


@given(properties)
def test_an_unknown_is_found_at_every_depth(values: dict[str, Any]) -> None:
    def found(value: Any) -> bool:
        if isinstance(value, Secret):
            return found(value.value)
        inner = value.values() if isinstance(value, dict) else value
        return isinstance(value, Unknown) or (
            isinstance(value, (dict, list)) and any(map(found, inner))
        )

    assert has_unknown(values) is found(values)
    assert has_unknown({"deeper": [Secret({"a": [UNKNOWN]})]})


@given(st.text(min_size=4))
def test_printing_a_secret_hides_its_value(text: str) -> None:
    shown = f"{Secret(text)} {Secret({'token': text})!r} {[Secret(text)]}"
    assert shown == "Secret(...) Secret(...) [Secret(...)]"


@pytest.mark.parametrize("signature", sorted(OTHER_UNKNOWNS))
def test_an_unknown_of_any_type_is_unknown(signature: str) -> None:
    assert from_struct(to_struct({"x": signature})) == {"x": UNKNOWN}


@pytest.mark.parametrize("number", [math.inf, -math.inf])
def test_an_infinite_number_survives_a_round_trip(number: float) -> None:
    assert from_struct(to_struct({"x": number})) == {"x": number}


@pytest.mark.parametrize("value", [object(), b"bytes", {1, 2}])
def test_an_unsupported_value_is_an_error_without_its_content(value: Any) -> None:
    with pytest.raises(TypeError, match=f"cannot be a {type(value).__name__}"):
        to_struct({"x": value})
