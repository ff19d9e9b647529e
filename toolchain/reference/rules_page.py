"""docs/reference/rules.md as text, generated from the registry of `okta_idc.rules`."""

import re
from collections.abc import Mapping
from typing import Any

from okta_idc.rules import RULES, Rule
from okta_idc.rules.examples import show

FAMILIES = {
    "1": "SCIM endpoint, token and sign-in addresses",
    "2": "Assignment and push groups",
    "3": "User profiles",
    "4": "Attributes for access control",
    "5": "Account access",
    "6": "Drift and unmanaged objects",
    "7": "The stack file",
}
"""The titles of the families, by the first digit of their rules' IDs."""

_HEAD = """\
# The rules

The conditions that Okta and AWS IAM Identity Center must meet, one rule each. This page is
generated from `okta_idc/rules` by `make docs`; change a rule there.

**Severity.** *Blocking*: users or groups are not provisioned or are lost, or access is denied, now
or within days. *Advisory*: works today, and is likely to cause a problem later.

**Enforced by.** A *component* (or the settings of the stack file) rejects what breaks a blocking
rule. The *policy pack* reports it for declared resources, the *doctor* for the live org and
account, the *review* for an update. Where a value cannot be read, the rule is reported as unknown,
never as met.

**Sources.** "AWS's page" is AWS's page on Okta in the IAM Identity Center User Guide. A link leads
to the fact in [research](../research/README.md), with its evidence and the page of Okta or AWS.
Where sources disagree, the rule names both.
"""


def page(rules: Mapping[str, Rule[Any]] = RULES) -> str:
    """The whole page. The heading of each rule is its ID: the anchor of OIC-201 is `#oic-201`."""
    parts = [_HEAD, *(_overview(number, rules) for number in FAMILIES)]
    for number, title in FAMILIES.items():
        parts.append(f"\n## {number}xx: {title}\n")
        parts += [_rule(rules[key]) for key in sorted(rules) if key[4] == number]
    return "\n".join(parts)


def _overview(number: str, rules: Mapping[str, Rule[Any]]) -> str:
    rows = [
        f"| [{rule.id}](#{rule.id.lower()}) | {_plain(rule.title)} | {rule.severity} | "
        f"{_points(rule)} |"
        for rule in (rules[key] for key in sorted(rules) if key[4] == number)
    ]
    head = f"\n**{number}xx: {FAMILIES[number]}**\n\n| ID | rule | severity | enforced by |"
    return "\n".join([head, "|---|---|---|---|", *rows])


def _rule(rule: Rule[Any]) -> str:
    found = rule(rule.bad)[0]
    says = f"{found.path}: {found.problem}".removeprefix(": ")
    return f"""\
### {rule.id}

**{_plain(rule.title)}.** *{rule.severity.capitalize()}; enforced by: {_points(rule)}.*

{_plain(_sentence(rule.check.__doc__ or ""))}

- Source: {_plain(rule.source.rstrip("."))}.
- What to do: {_plain(_sentence(rule.remedy))}

```text
{show(rule.good)}  # holds
{show(rule.bad)}  # broken:
# {says}
```
"""


def _points(rule: Rule[Any]) -> str:
    return ", ".join(rule.enforced_by)


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text[:1].upper() + text[1:].rstrip(".") + "."


def _plain(text: str) -> str:
    """Text with Markdown's characters escaped outside of code, and links to the facts it cites."""
    text = re.sub(r"(`[^`|]+`)|[\\<>*\[\]|`$]|(?<!\w)_|_(?!\w)", _escaped, text)
    return re.sub(r"docs/(research/([\w-]+)\.md#([\w-]+))", _link, text)


def _escaped(found: re.Match[str]) -> str:
    return found[1] or f"\\{found[0]}"


def _link(cited: re.Match[str]) -> str:
    path, page, fact = cited.groups()
    return f"[{fact.replace('-', ' ')} ({page.replace('-', ' ')})](../{path})"
