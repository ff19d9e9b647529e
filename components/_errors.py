"""How a component refuses: by an error that the engine prints without a traceback."""

from collections.abc import Iterable

import pulumi

from okta_idc.rules import Finding


class ValidationError(pulumi.RunError):
    """The declaration breaks a rule, or what is there contradicts it. Nothing was changed by
    the component that raises it."""


def raise_findings(findings: Iterable[Finding], place: str = "") -> None:
    """Raise ValidationError with every finding, one a line, unless there is none.

    `place` is the argument (or setting) that the findings' own places are relative to.
    """
    lines = [finding.text(place) for finding in findings]
    if lines:
        raise ValidationError("\n".join(lines))
