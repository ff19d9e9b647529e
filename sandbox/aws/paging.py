"""Pages of lists: opaque tokens that hold for one operation and its parameters.

Assumed: a token of another operation, or of other parameters, is refused.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from typing import Any

from .errors import RefusedError

Record = dict[str, Any]
TOKEN = "NextToken"
TOKENS = (TOKEN, "Marker")
LIMITS = ("MaxResults", "Limit", "MaxItems")
_PAGE = 100
_NOT_PAGED = {"sso-admin:ListTagsForResource", "organizations:ListTagsForResource"}
_CODES = {"secretsmanager": "InvalidNextTokenException", "organizations": "InvalidInputException",
          "iam": "ValidationError", "sns": "InvalidParameter"}  # fmt: skip


class Page:
    """The part of the list `key` that a request selects; RefusedError if its token is invalid."""

    def __init__(self, service: str, key: str, params: dict[str, Any], size: int = _PAGE) -> None:
        others = {key: value for key, value in params.items() if key not in (*TOKENS, *LIMITS)}
        text = json.dumps([service, key, others], sort_keys=True, default=str)
        self.key, self._digest = key, hashlib.sha256(text.encode()).hexdigest()[:24]
        self.size = next((int(params[key]) for key in LIMITS if params.get(key)), size)
        self.start = 0
        for token in TOKENS:
            if params.get(token) is None:
                continue
            digest, _, start = _decoded(str(params[token])).partition(":")
            if digest != self._digest:
                code = _CODES.get(service, "ValidationException")
                extra = {"Reason": "INVALID_NEXT_TOKEN"} if service == "organizations" else {}
                raise RefusedError(code, f"Invalid parameter: {token} is not valid.", **extra)
            self.start = int(start)

    def of(self, items: list[Any], view: Callable[[Any], Any] = lambda item: item) -> Record:
        """The answer's members: a view of each item of the page, and the token of the next one."""
        end = self.start + self.size
        answer: Record = {self.key: list(map(view, items[self.start : end]))}
        if end < len(items):
            token = f"{self._digest}:{end}".encode()
            answer[TOKEN] = base64.urlsafe_b64encode(token).decode()
        return answer


def paged_list(operation: Any) -> str | None:
    """The member of the answer that holds the list, if callers can read it in pages."""
    if f"{operation.service_model.service_name}:{operation.name}" in _NOT_PAGED:
        return None
    given, answer = operation.input_shape, operation.output_shape
    if not given or not answer or not {*given.members} & {*answer.members} & {*TOKENS}:
        return None
    lists = [name for name, each in answer.members.items() if each.type_name == "list"]
    return lists[0] if len(lists) == 1 or TOKEN in given.members else None


def page_size(operation: Any) -> int:
    """The size of a page if the caller names none. Assumed: 100, or the maximum if it is less."""
    members = operation.input_shape.members
    maxima = [members[key].metadata.get("max", _PAGE) for key in LIMITS if key in members]
    return min(_PAGE, *maxima) if maxima else _PAGE


def _decoded(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (ValueError, binascii.Error):
        return ""
