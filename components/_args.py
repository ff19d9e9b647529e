"""Checks a component's arguments against their TypedDict, which Python does not do at run time."""

from collections.abc import Awaitable, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Annotated, Any, Union, cast, get_args, get_origin, get_type_hints, is_typeddict

import pydantic
from pulumi import Output
from pydantic import BaseModel, ConfigDict, Field

from okta_idc.rules import stack_file
from okta_idc.rules.stack_file import Entries
from okta_idc.settings import shape_of
from okta_idc.settings.models import LATER, WHOLE

from ._errors import ValidationError, raise_findings


def check_args(kind: type, args: object, settings: type[BaseModel] | None = None) -> Any:
    """The arguments as an object. Raises ValidationError for unknown keys, missing keys, and values
    of another type.

    `settings`: the part of the settings tree whose limits apply to keys of the same name.
    """
    model = _model(kind, settings)
    if problems := shape_of(model, args).problems:
        raise ValidationError(*problems)
    return model.model_validate(args)


def check_distinct(path: str, declared: Sequence[Mapping[str, Any]], ident: str) -> None:
    """Raise ValidationError if two entries have the same name, which their resources contain, or
    the same ID. An ID that is not known yet is not compared. `ident`: the key of the ID."""
    for key in ("name", ident):
        listed = {f"{path}[{i}].{key}": each[key] for i, each in enumerate(declared)}
        known = Entries(tuple((p, each) for p, each in listed.items() if isinstance(each, str)))
        raise_findings(stack_file.no_repetition(known))


@cache
def _model(kind: Any, settings: type[BaseModel] | None = None) -> type[BaseModel]:
    hints = get_type_hints(kind, localns={"Output": Output, "T": Any})
    limited = settings.model_fields if settings else {}
    fields: dict[str, Any] = {
        key: (limited[key].annotation, limited[key])
        if key in limited
        else (_type(hint), ... if key in kind.__required_keys__ else None)
        for key, hint in hints.items()
    }
    rules = ConfigDict(extra="forbid", strict=True, arbitrary_types_allowed=True)
    return pydantic.create_model(kind.__name__, __config__=rules, **fields)


def _type(hint: Any) -> Any:
    """The type for pydantic: an Input is its plain type, unless the value is known later."""
    origin, parts = get_origin(hint), get_args(hint)
    if is_typeddict(hint):
        return _model(hint)
    if any(get_origin(part) is Awaitable for part in parts):  # an Input
        plain = [p for p in parts if get_origin(p) not in (Awaitable, Output)]
        return cast(Any, Annotated)[Union[*map(_type, plain)], LATER]
    if origin in (list, dict):
        return cast(Any, origin)[*map(_type, parts)]
    if parts:
        return Union[*map(_type, parts)]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Annotated[hint, Field(strict=False)]
    return cast(Any, Annotated[int, WHOLE] if hint is int else hint)
