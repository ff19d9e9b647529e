"""Whether AWS accepts the token that Okta uses, as far as Okta shows it; in both modes.

Makes two calls: the push mappings, and one page of app users. In an org with more than 500 assigned
users, the doctor sees more.
"""

from collections.abc import Mapping
from typing import Any

from okta_idc.clients.okta import Okta
from okta_idc.rules import Finding, scim_attempts

_USERS = 500
"""The largest page."""


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
