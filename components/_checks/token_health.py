"""Whether AWS accepts the token that Okta uses, as far as Okta shows it; in both modes.

Makes two calls: the push mappings, and one page of app users. In an org with more than 500 assigned
users, the doctor sees more.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi import Output, Resource

from okta_idc.clients.okta import Okta, OktaError
from okta_idc.clients.okta_auth import CredentialsError
from okta_idc.rules import Finding, scim_attempts

from .._clients import okta_client

_UNKNOWN = "unknown: whether AWS accepts the token that Okta uses."
_USERS = 500
"""The largest page."""


def token_health(
    parent: Resource, app_id: Output[str], pushed: Mapping[str, Output[str]]
) -> Output[list[str]]:
    """One line, also logged, for each finding; `unknown: REASON` if Okta does not show its last
    attempts. `pushed`: Okta IDs of the push groups by name."""

    async def check(known: Sequence[Any]) -> list[str]:
        ident, groups = known
        lines: list[str] = []
        try:
            names = {group: name for name, group in groups.items()}
            findings = await token_findings(okta_client(parent), ident, names)
            lines = [finding.text() for finding in findings]
        except CredentialsError as error:
            if parent.get_provider("okta:index:Group") is not None:
                lines = [f"{_UNKNOWN} {error}"]
        except OktaError as error:
            lines = [f"{_UNKNOWN} {error}"]
        for line in lines:
            pulumi.log.warn(line, parent)
        return lines

    return Output.all(app_id, dict(pushed)).apply(check)


async def token_findings(okta: Okta, app_id: str, names: Mapping[str, str]) -> list[Finding]:
    """Findings of OIC-130 and OIC-131. `names`: names of the pushed groups by their IDs in Okta.

    Raises OktaError if Okta does not show the mappings or the users.
    """
    path = f"/api/v1/apps/{app_id}"
    mappings: list[dict[str, Any]] = await okta.every(f"{path}/group-push/mappings", limit=1000)
    log = scim_attempts.AttemptLog()
    for app_user in await okta.get(f"{path}/users", limit=_USERS):
        log.add(app_user)
    named = {names.get(m["sourceGroupId"], m["sourceGroupId"]): m for m in mappings}
    attempts = log.attempts(named)
    return [
        *scim_attempts.okta_token_accepted(attempts),
        *scim_attempts.provisioning_succeeds(attempts),
    ]
