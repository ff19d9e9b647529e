"""Whether AWS accepts the token that Okta uses, as far as Okta shows it; in both modes.

Needs the push mappings, and one page of app users. In an org with more than 500 assigned users, the
doctor sees more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Output, Resource

from okta_idc.rules import Finding, scim_attempts

from ..okta._app_lists import AppLists


def token_health(
    parent: Resource, lists: Output[AppLists], pushed: Mapping[str, Output[str]]
) -> Output[list[str]]:
    """One line, also logged, for each finding; `unknown: REASON` if Okta does not show its last
    attempts. `pushed`: Okta IDs of the push groups by name."""

    async def check(known: Sequence[Any]) -> list[str]:
        found: AppLists = known[0]
        names = {ident: name for name, ident in known[1].items()}
        findings = await token_findings(found, names)
        if found.unknown:
            return [f"unknown: whether AWS accepts the token that Okta uses. {found.unknown}"]
        lines = [finding.text() for finding in findings]
        for line in lines:
            pulumi.log.warn(line, parent)
        return lines

    return Output.all(lists, dict(pushed)).apply(check)


async def token_findings(lists: AppLists, names: Mapping[str, str]) -> list[Finding]:
    """Findings of OIC-130 and OIC-131. `names`: names of the pushed groups by their IDs in Okta."""
    mappings = await lists.mappings()
    users = await lists.read_users()
    named = {names.get(source, source): each.record for source, each in mappings.items()}
    attempts = users.attempts.attempts(named)
    return [
        *scim_attempts.okta_token_accepted(attempts),
        *scim_attempts.provisioning_succeeds(attempts),
    ]
