"""A dead token is seen in what Okta shows of its last attempts, with two calls."""

import asyncio
from typing import Any

from components._checks.token_health import token_findings

PUSHED = {"sourceGroupId": "00g1", "status": "ACTIVE", "lastPush": "2026-11-01T10:00:00Z"}
REFUSED = {"sourceGroupId": "00g2", "status": "ERROR", "lastUpdated": "2026-11-02T10:00:00Z",
           "errorSummary": "Unable to push group aws-data: Unauthorized."}  # fmt: skip
NAMES = {"00g1": "aws-admins", "00g2": "aws-data"}


class FakeOkta:
    def __init__(self, mappings: list[Any], users: list[Any]) -> None:
        self.answers = {"mappings": mappings, "users": users}
        self.calls: list[str] = []

    async def every(self, path: str, **_: Any) -> Any:
        return await self.get(path)

    async def get(self, path: str, **_: Any) -> Any:
        self.calls.append(path)
        return self.answers[path.rpartition("/")[2]]


def found(mappings: list[Any], users: list[Any]) -> list[tuple[str, str]]:
    okta: Any = FakeOkta(mappings, users)
    findings = asyncio.run(token_findings(okta, "0oa1", NAMES))
    assert okta.calls == ["/api/v1/apps/0oa1/group-push/mappings", "/api/v1/apps/0oa1/users"]
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
