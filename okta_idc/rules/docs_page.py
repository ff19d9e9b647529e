"""docs/reference/rules.md as text, made from the registry. Pure: `make docs` writes the file."""

import dataclasses
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, cast

from okta_idc.rules.registry import RULES, Rule

FAMILIES = {
    "1": "SCIM endpoint, token and sign-in addresses",
    "2": "Assignment and push groups",
    "3": "User profiles",
    "4": "Attributes for access control",
    "5": "Account access",
    "6": "Drift, and what was made by hand",
}
"""What the first digit of an id stands for."""

_HEAD = """\
# The rules

What must hold between Okta and AWS IAM Identity Center, each rule stated once. This page is made
from `okta_idc/rules` by `make docs`; change a rule there.

**Severity.** *Blocking*: a person or group is not provisioned or is lost, or access is denied, now
or within days. *Advisory*: it works today, and will surprise somebody.

**Who asks.** A *component* (or the settings of the stack file) refuses what breaks a blocking rule,
the *policy pack* reports it on declared resources, the *doctor* on what is really there. An asker
that could not look says so; it never says that the rule holds.

**Sources.** "AWS's page" is AWS's page on Okta in the IAM Identity Center User Guide. A link
leads to the fact in [research](../research/README.md), with its evidence and the page of Okta or
AWS.
Where sources disagree the rule says so and names both.
"""


def page(rules: Mapping[str, Rule[Any]] = RULES) -> str:
    """The whole page, Markdown. The heading of each rule is its id, so that OIC-201 is "
    "`#oic-201`."""
    parts = [_HEAD, *(_overview(number, rules) for number in FAMILIES)]
    for number, title in FAMILIES.items():
        parts.append(f"\n## {number}xx: {title}\n")
        parts += [_rule(rules[key]) for key in sorted(rules) if key[4] == number]
    return "\n".join(parts)


def _overview(number: str, rules: Mapping[str, Rule[Any]]) -> str:
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {_plain(rule.title)} | {rule.severity} | "
        f"{', '.join(rule.enforced_by)} |"
        for rule in (rules[key] for key in sorted(rules) if key[4] == number)
    ]
    head = f"\n**{number}xx: {FAMILIES[number]}**\n\n| id | rule | severity | who asks |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def _rule(rule: Rule[Any]) -> str:
    says = rule(rule.bad)[0].problem.removeprefix(": ")
    return f"""\
### {rule.id}

**{_plain(rule.title)}.** *{rule.severity.capitalize()}; asked by: {", ".join(rule.enforced_by)}.*

{_plain(_sentence(rule.check.__doc__ or ""))}

- Source: {_plain(_sentence(rule.source))}
- What to do: {_plain(_sentence(rule.remedy))}

```text
{show(rule.good)}  # holds
{show(rule.bad)}  # broken:
# {says}
```
"""


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, with links to the facts that it cites."""
    text = re.sub(r"[\\<>*\[\]|`$]|(?<!\w)_|_(?!\w)", r"\\\g<0>", text)
    return re.sub(r"docs/(research/([\w-]+\.md#[\w-]+))", r"[\2](../\1)", text)


def show(value: object) -> str:
    """An example as Python writes it, without defaults, and with what is long cut."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = [
            f"{field.name}={show(getattr(value, field.name))}"
            for field in dataclasses.fields(value)
            if getattr(value, field.name) != field.default
        ]
        return f"{type(value).__name__}({', '.join(given)})"
    if isinstance(value, str):
        return repr(value) if len(value) <= 220 else f"{value[:20]!r}… {len(value):,} characters"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, Mapping):
        items = cast(Mapping[object, object], value).items()
        return "{" + ", ".join(f"{show(k)}: {show(v)}" for k, v in items) + "}"
    if isinstance(value, frozenset):
        members = sorted(map(show, cast(frozenset[object], value)))
        return "{" + ", ".join(members) + "}" if members else "frozenset()"
    if isinstance(value, tuple | list):
        shown = [show(each) for each in cast(Sequence[object], value)]
        if len(shown) > 4:
            shown = [*shown[:2], f"… {len(shown) - 2} more"]
        inside = ", ".join(shown)
        if isinstance(value, list):
            return f"[{inside}]"
        return f"({inside},)" if len(shown) == 1 else f"({inside})"
    return repr(value)
