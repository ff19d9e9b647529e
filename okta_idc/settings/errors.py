"""What is wrong with settings, in words: path, value, fix."""

from difflib import get_close_matches
from typing import Any, get_args

from pydantic import BaseModel

from okta_idc.rules.registry import join_path
from okta_idc.settings.models import TAGS


class SettingsError(Exception):
    """The settings cannot be used. The text lists every reason, one a line."""

    def __init__(self, problems: list[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  • {problem}" for problem in problems)
        super().__init__(f"The settings have {count}; nothing was changed.\n{lines}")


def shape_problem(settings: type[BaseModel], root: str, error: Any) -> str:
    """pydantic's error as path, value, fix."""
    location: tuple[str | int, ...] = tuple(part for part in error["loc"] if part not in TAGS)
    path = join_path(root, *(f"[{p}]" if isinstance(p, int) else p for p in location))
    if error["type"] == "missing":
        return f"{path}: is missing. Fix: add it (README, «Settings»)."
    if error["type"] == "extra_forbidden":
        known = _keys_at(settings, location[:-1])
        close = get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}."
        return f"{path}: unknown key. Fix: {hint}"
    shown = repr(error["input"])
    if len(shown) > 60:
        shown = shown[:57] + "…"
    fix = str(error["msg"]).removeprefix("Value error, ")
    return f"{path}: {shown} is wrong. Fix: {fix}."


def _keys_at(model: type[BaseModel], location: tuple[str | int, ...]) -> list[str]:
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds: itself, in a list, or as one of several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
