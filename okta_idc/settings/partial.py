"""Reads settings as far as they are valid, so that rules can be checked on the rest.

What is not valid is UNKNOWN: a value; the only item of a list; each key of an object.
"""

import types
from collections.abc import Callable
from functools import cache
from typing import Annotated, Any, Union, cast, get_args, get_origin

from pydantic import BaseModel, JsonValue, TypeAdapter, ValidationError, WrapValidator, create_model


class Unknown:
    """A value that is not valid. It is no plain data, so it passes for an Output."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


def partial(model: type[BaseModel], raw: object) -> Any:
    """The model, whatever `raw` is."""
    return _adapter(model).validate_python(raw)


@cache
def _adapter(model: type[BaseModel]) -> TypeAdapter[Any]:
    return TypeAdapter(_tolerant(model))


def _tolerant(annotation: Any, *metadata: Any) -> Any:
    """The type, with UNKNOWN for any value that it does not accept."""
    return cast(Any, Annotated)[
        _inner(annotation), *metadata, WrapValidator(_or_unknown(annotation))
    ]


def _inner(annotation: Any) -> Any:
    origin, parts = get_origin(annotation), get_args(annotation)
    if _is_model(annotation):
        return _model(annotation)
    if origin is Annotated:
        return cast(Any, Annotated)[_inner(parts[0]), *parts[1:]]
    if origin is list:
        return cast(Any, list)[_tolerant(parts[0])]
    if origin is dict and parts[1] is not JsonValue:  # a document is known as a whole
        return cast(Any, dict)[parts[0], _tolerant(parts[1])]
    if origin in (Union, types.UnionType):
        return Union[*map(_inner, parts)]
    return annotation


@cache
def _model(model: type[BaseModel]) -> type[BaseModel]:
    fields: dict[str, Any] = {}
    for name, field in model.model_fields.items():
        default = _unknown(field.annotation) if field.is_required() else field.default
        fields[name] = _tolerant(field.annotation, *field.metadata), default
    return create_model(model.__name__, __base__=model, **fields)


def _or_unknown(annotation: Any) -> Callable[[Any, Any], Any]:
    def check(value: Any, handler: Any) -> Any:
        try:
            return handler(value)
        except ValidationError:
            return _unknown(annotation)

    return check


def _unknown(annotation: Any) -> Any:
    origin, parts = get_origin(annotation), get_args(annotation)
    if _is_model(annotation):
        values = {name: _unknown(f.annotation) for name, f in annotation.model_fields.items()}
        return annotation.model_construct(**values)
    if origin is list:
        return [_unknown(parts[0])]
    if origin is Annotated:
        return _unknown(parts[0])
    models = [part for part in parts if _is_model(part)]
    return _unknown(models[0]) if models else UNKNOWN


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
