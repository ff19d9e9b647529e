"""Errors that Pulumi prints without a traceback, with the path of every wrong argument."""

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import ParamSpec, Self, TypeVar

import pulumi

from okta_idc.rules import Finding
from okta_idc.settings import Problem

P = ParamSpec("P")
T = TypeVar("T")


class ValidationError(pulumi.RunError):
    """The arguments break a rule, or contradict what exists in Okta or AWS. Raised before the
    component changes anything. `findings` holds path and message of each problem."""

    def __init__(self, *findings: Problem) -> None:
        super().__init__("\n".join(map(str, findings)))
        self.findings = findings

    @classmethod
    def at(cls, path: str, message: str) -> Self:
        """One problem. `path` is empty if no argument is at fault."""
        return cls(Problem(path, message))


def raise_findings(findings: Iterable[Finding], path: str = "") -> None:
    """Raise ValidationError with all findings, if any; their paths are relative to `path`."""
    raise_found([(path, findings)])


def raise_found(found: Iterable[tuple[str, Iterable[Finding]]]) -> None:
    """Raise ValidationError with all findings, if any, each with the path that precedes its own."""
    if problems := [Problem.of(each, path) for path, findings in found for each in findings]:
        raise ValidationError(*problems)


def caught(check: Callable[P, T]) -> Callable[P, T | ValidationError]:
    """The check, with its ValidationError as a result: the checks of several outputs can then fail
    together, in `raise_caught`."""

    @wraps(check)
    def run(*args: P.args, **kwargs: P.kwargs) -> T | ValidationError:
        try:
            return check(*args, **kwargs)
        except ValidationError as error:
            return error

    return run


def raise_caught(*results: object) -> None:
    """Raise one ValidationError with the findings of all results that are one, if any."""
    errors = [each for each in results if isinstance(each, ValidationError)]
    if errors:
        raise ValidationError(*(finding for error in errors for finding in error.findings))


def summary(findings: Sequence[Finding]) -> str:
    """Findings of one rule as one sentence, with the remedy once; "" if there is none."""
    if not findings:
        return ""
    rule = findings[0].rule
    faults = " ".join(f"{finding.value} {finding.explanation}" for finding in findings)
    return f"{faults} {rule.remedy} [{rule.id}]"
