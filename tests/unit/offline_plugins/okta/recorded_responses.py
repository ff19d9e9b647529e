"""Corrections of recorded responses, and responses that the recordings lack.

The recorder wrote groups and push mappings to the file after the run, so that a response can show
the result of a *later* call. `CORRECTED` restores the original values from the requests and the
boundary records. `SCRIPTED` has the responses for boundary records without recorded calls, derived
from the plugin's responses.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

ANY = object()
"""Matches any request body."""

Line = tuple[str, str, Any, int, Any]
"""Method, path, request, status, response."""


def make_id(prefix: str, number: int) -> str:
    """An id in the format of the recordings."""
    return f"{prefix}EMU{number:014d}"


def is_group(answer: dict[str, Any]) -> bool:
    return answer.get("objectClass") == ["okta:user_group"]


def is_mapping(answer: dict[str, Any]) -> bool:
    return "sourceGroupId" in answer


def is_rule(answer: dict[str, Any]) -> bool:
    return answer.get("type") == "group_rule"


def is_profile_mapping(answer: dict[str, Any]) -> bool:
    return {"source", "target", "properties"} <= {*answer}


def mapped(expression: str, status: str = "PUSH", **others: Any) -> dict[str, Any]:
    mine = {"expression": expression, "pushStatus": status}
    return {"properties": {"displayName": mine, **others}}


NAMES = 'user.firstName + " " + user.lastName'
LOGIN = {"expression": "user.login", "pushStatus": "PUSH"}


def is_claim(answer: dict[str, Any]) -> bool:
    return {*answer} == {"id", "name", "expression", "created", "lastUpdated"}


DEPARTMENT = {"expression": "user.profile.department"}


def is_policy(answer: dict[str, Any]) -> bool:
    return answer.get("type") == "ACCESS_POLICY" and "description" in answer


RULE_Y = {"conditions": {"expression": {
    "type": "urn:okta:expression:1.0", "value": 'user.department=="Y"',
}}}  # fmt: skip
NAMED_GROUP_1 = {"profile": {"name": "group-1", "description": ""}}
ACTIVE = {"status": "ACTIVE"}
Correction = tuple[Callable[[dict[str, Any]], bool], dict[str, Any]]
CORRECTED: dict[tuple[str, str], Correction] = {
    ("group-lifecycle", "create"): (is_group, NAMED_GROUP_1),
    ("group-lifecycle", "refresh"): (is_group, NAMED_GROUP_1),
    ("group-errors", "import"): (is_group, NAMED_GROUP_1),
    ("group-rule-destroy", "create"): (is_rule, ACTIVE),
    ("group-rule-lifecycle", "create"): (is_rule, ACTIVE),
    ("group-rule-lifecycle", "refresh"): (is_rule, ACTIVE),
    ("group-rule-lifecycle", "update-expr"): (is_rule, ACTIVE | RULE_Y),
    ("federated-claim", "create"): (is_claim, DEPARTMENT),
    ("federated-claim", "refresh"): (is_claim, DEPARTMENT),
    ("profile-mapping", "create"): (is_profile_mapping, mapped(NAMES)),
    ("profile-mapping", "refresh"): (is_profile_mapping, mapped(NAMES)),
    ("profile-mapping", "update"): (is_profile_mapping, mapped("user.displayName")),
    ("profile-mapping", "delete-when-absent"): (is_profile_mapping, mapped(NAMES, login=LOGIN)),
    ("profile-mapping", "always-apply"): (is_profile_mapping, mapped(NAMES)),
    ("profile-mapping", "import"): (is_profile_mapping, mapped(NAMES)),
    ("profile-mapping", "default-push-status"): (
        is_profile_mapping,
        mapped("user.displayName", "DONT_PUSH"),
    ),
    ("profile-mapping", "delete"): (is_profile_mapping, mapped("user.displayName", "DONT_PUSH")),
    ("push-group-create", "create"): (is_mapping, ACTIVE),
    ("push-group-refresh", "refresh"): (is_mapping, ACTIVE),
    ("push-group-update", "update-delflag"): (is_mapping, ACTIVE),
    ("push-group-replace", "replace-source"): (is_mapping, ACTIVE),
    ("signon-policy", "create"): (is_policy, {"description": "d"}),
    ("signon-policy", "refresh"): (is_policy, {"description": "d"}),
    ("scale-5-plural", "up"): (is_mapping, ACTIVE),
    ("scale-5-plural", "noop-refresh"): (is_mapping, ACTIVE),
    ("scale-5-plural", "refresh"): (is_mapping, ACTIVE),
    ("scale-5-singular", "up"): (is_mapping, ACTIVE),
    ("scale-5-singular", "noop-refresh"): (is_mapping, ACTIVE),
    ("scale-5-singular", "refresh"): (is_mapping, ACTIVE),
    ("push-group-status-error", "error-status-refresh-up"): (is_mapping, {"status": "ERROR"}),
}


def corrected(file: str, phase: str, answer: Any) -> Any:
    applies, fields = CORRECTED.get((file, phase), (None, {}))
    return answer | fields if applies and isinstance(answer, dict) and applies(answer) else answer


APPS = "/api/v1/apps"
CAPABILITIES = {
    "create": {"lifecycleCreate": {"status": "ENABLED"}},
    "update": {
        "lifecycleDeactivate": {"status": "ENABLED"},
        "password": {"change": "KEEP_EXISTING", "seed": "RANDOM", "status": "DISABLED"},
        "profile": {"status": "ENABLED"},
    },
}
NOT_FOUND = {"errorCode": "E0000007", "errorSummary": "Not found", "errorCauses": []}
INVALID = {"errorCode": "E0000001", "errorSummary": "Api validation failed: settings"}


def _group(number: int, name: str, description: str) -> list[Line]:
    profile = {"name": name, "description": description}
    group = make_id("00g", number)
    made = {
        "id": group,
        "objectClass": ["okta:user_group"],
        "type": "OKTA_GROUP",
        "profile": profile,
    }
    return [
        ("POST", "/api/v1/groups", {"profile": profile}, 200, made),
        *[("GET", f"/api/v1/groups/{group}", None, 200, made)] * 2,
    ]


def _mapping(number: int, *, status: str = "ACTIVE") -> dict[str, Any]:
    return {
        "id": make_id("gPm", number), "sourceGroupId": make_id("00g", 3), "status": status,
        "targetGroupId": make_id("00g", number - 1),
    }  # fmt: skip


def _pushed(number: int) -> list[Line]:
    sent = {
        "sourceGroupId": make_id("00g", 3),
        "status": "ACTIVE",
        "targetGroupName": "group-1",
    }
    return [("POST", f"{MAPPINGS}", sent, 200, _mapping(number))]


MAPPINGS = f"{APPS}/{make_id('0oa', 5)}/group-push/mappings"
MAPPING_15 = f"{MAPPINGS}/{make_id('gPm', 15)}"
ASSIGNED_3 = f"{APPS}/{make_id('0oa', 6)}/groups/{make_id('00g', 3)}"
ASSIGNED_4 = f"{APPS}/{make_id('0oa', 6)}/groups/{make_id('00g', 4)}"
CONNECTION_3 = f"{APPS}/{make_id('0oa', 3)}/connections/default"
FEATURE_3 = f"{APPS}/{make_id('0oa', 3)}/features/USER_PROVISIONING"

SCRIPTED: dict[tuple[str, str], list[Line]] = {
    ("grpc-assignment-single", "oob-up"): [
        ("PUT", ASSIGNED_3, {"priority": 1, "profile": {}}, 200, {}),
        ("GET", ASSIGNED_3, None, 200, {"id": make_id("00g", 3), "priority": 1, "profile": {}}),
    ],
    ("grpc-assignment-single", "r"): [
        ("GET", ASSIGNED_3, None, 404, NOT_FOUND),
        ("GET", ASSIGNED_4, None, 404, NOT_FOUND),
    ],
    ("grpc-assignments", "destroy"): [
        ("DELETE", f"{APPS}/{make_id('0oa', 4)}/groups/{make_id('00g', 3)}", None, 204, None),
        ("DELETE", f"{APPS}/{make_id('0oa', 4)}/groups/{make_id('00g', 7)}", None, 204, None),
    ],
    ("grpc-connection", "update-token-secret"): [
        ("POST", CONNECTION_3, {
            "baseUrl": "https://scim.example.com/T/scim/v2",
            "profile": {"authScheme": "TOKEN", "token": "DUMMY-SCIM-TOKEN-3"},
        }, 200, {
            "authScheme": "TOKEN", "baseUrl": "https://scim.example.com/T/scim/v2",
            "profile": {"authScheme": "TOKEN"}, "status": "ENABLED",
        }),
        ("POST", f"{CONNECTION_3}/lifecycle/activate", None, 204, None),
    ],
    ("grpc-features", "reset"): [
        ("PUT", FEATURE_3, CAPABILITIES, 200, {
            "name": "USER_PROVISIONING", "status": "ENABLED", "description": "",
            "capabilities": CAPABILITIES,
        }),
    ],
    ("grpc-group", "c"): _group(4, "g1-fa3ecf6", "d"),
    ("grpc-group", "r"): [("GET", f"/api/v1/groups/{make_id('00g', 4)}", None, 404, NOT_FOUND)],
    ("grpc-group", "c2"): _group(5, "group-1", ""),
    ("grpc-push-group", "create-keep"): _pushed(13),
    ("grpc-push-group", "recreate"): _pushed(15),
    ("grpc-push-group", "error-refresh"): [
        ("GET", MAPPING_15, None, 200, _mapping(15, status="ERROR"))
    ],
    ("grpc-push-group", "r"): [("GET", MAPPING_15, None, 200, _mapping(15))],
    ("grpc-push-group", "drop"): [
        ("PATCH", MAPPING_15, {"status": "INACTIVE"}, 200, _mapping(15, status="INACTIVE")),
        ("DELETE", f"{MAPPING_15}?deleteTargetGroup=true", None, 200, None),
    ],
    ("grpc-push-group", "c2"): _pushed(19),
    ("grpc-push-group", "c3"): _pushed(21),
    ("grpc-saml-errors", "update-400"): [
        ("PUT", f"{APPS}/{make_id('0oa', 3)}", ANY, 400, INVALID | {
            "errorCauses": [{"errorSummary": "settings.app.acsURL: must be a URL"}],
        }),
    ],
    ("grpc-saml-lost-update", "stmt-500"): [
        ("PUT", f"{APPS}/{make_id('0oa', 3)}", ANY, 500, INVALID | {"errorCauses": []}),
    ],
}  # fmt: skip
