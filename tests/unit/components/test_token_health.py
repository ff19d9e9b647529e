"""A dead token is seen in what Okta shows of its last attempts."""

import asyncio
from typing import Any

from components._checks.token_health import token_findings
from components.okta._app_lists import AppLists, AppUsers, PushMapping

PUSHED = {"sourceGroupId": "00g1", "status": "ACTIVE", "lastPush": "2026-11-01T10:00:00Z"}
REFUSED = {"sourceGroupId": "00g2", "status": "ERROR", "lastUpdated": "2026-11-02T10:00:00Z",
           "errorSummary": "Unable to push group aws-data: Unauthorized."}  # fmt: skip
NAMES = {"00g1": "aws-admins", "00g2": "aws-data"}


class Lists(AppLists):
    """Lists that hold what Okta would return."""

    def __init__(self, mappings: list[Any], users: list[Any]) -> None:
        self.found = {m["sourceGroupId"]: PushMapping(m["status"], m) for m in mappings}
        self.page, self.users, self.unknown = users, AppUsers(), ""

    async def mappings(self) -> Any:
        return self.found

    async def read_users(self) -> AppUsers:
        self.users.add(self.page)
        return self.users


def found(mappings: list[Any], users: list[Any]) -> list[tuple[str, str]]:
    findings = asyncio.run(token_findings(Lists(mappings, users), NAMES))
    return [(finding.rule.id, finding.message) for finding in findings]


def user(ident: str, failed: str = "", synced: str = "") -> dict[str, str]:
    if failed:
        return {"id": ident, "syncState": "ERROR", "lastUpdated": failed, "lastSync": synced}
    return {"id": ident, "syncState": "SYNCHRONIZED", "lastSync": synced}


def test_an_unauthorized_push_after_the_last_success_is_a_rejected_token() -> None:
    [(rule, message)] = found([PUSHED, REFUSED], [])
    assert rule == "OIC-130"
    assert message == (
        "failed as unauthorized for aws-data, and nothing has succeeded since 2026-11-01 10:00 UTC."
    )


def test_a_success_after_the_unauthorized_push_shows_that_the_token_works() -> None:
    assert found([PUSHED, REFUSED], [user("00u1", synced="2026-11-02T10:00:01.000Z")]) == []


def test_another_error_of_a_push_says_nothing_about_the_token() -> None:
    assert found([REFUSED | {"errorSummary": "Duplicate GroupDisplayName"}], []) == []


def test_several_failed_users_since_the_last_success_are_a_hint() -> None:
    later = "2026-11-03T10:00:00.000Z"
    assert found([PUSHED], [user("00u1", later)]) == []
    [(rule, message)] = found([PUSHED], [user("00u1", later), user("00u2", later)])
    assert rule == "OIC-131"
    assert message.startswith("failed for 2 users, for no known reason")
    worked = user("00u3", synced="2026-11-03T10:00:00.001Z")
    assert found([PUSHED], [user("00u1", later), user("00u2", later), worked]) == []


def test_without_any_attempt_nothing_is_found() -> None:
    assert found([], []) == []
