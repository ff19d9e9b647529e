"""Behaviour from the provider's source, without a recording
(docs/research/okta-provider.md#lookups-without-a-recording)."""

from typing import Any

import pytest

from tests.unit.offline_plugins.okta.conftest import Engine, Okta
from tests.unit.offline_plugins.okta.recordings import Call

MAPPINGS = "/api/v1/mappings/prm1"
APP = "/api/v1/apps?filter=status+eq+%22ACTIVE%22&limit=1&q=AWS"


def call(method: str, path: str, answer: Any, request: Any = None, status: int = 200) -> Call:
    return Call(0, "", method, path, request, status, {}, answer)


def group(name: str, kind: str = "OKTA_GROUP") -> dict[str, Any]:
    return {"id": f"00g-{name}", "type": kind, "profile": {"name": name, "description": None}}


def invoke(engine: Engine, token: str, **args: Any) -> tuple[Any, str]:
    answer, error, _ = engine.call("Invoke", {"tok": token, "args": args})
    return answer.get("return"), error


def test_a_single_group_with_the_name_as_prefix_matches(connected: Engine, okta: Okta) -> None:
    okta.ready = [call("GET", "/api/v1/groups?q=aws", [group("aws-admins")])]
    found, error = invoke(connected, "okta:group/getGroup:getGroup", name="aws")
    assert not error
    assert (found["name"], found["description"]) == ("aws-admins", "")


def test_the_type_selects_among_groups_of_one_name(connected: Engine, okta: Okta) -> None:
    path = "/api/v1/groups?filter=type+eq+%22APP_GROUP%22&q=aws"
    okta.ready = [call("GET", path, [group("aws"), group("aws", "APP_GROUP")])]
    found, error = invoke(
        connected, "okta:group/getGroup:getGroup", name="aws", type="APP_GROUP"
    )  # fmt: skip
    assert not error
    assert found["type"] == "APP_GROUP"


def test_an_app_with_the_label_as_prefix_does_not_match(connected: Engine, okta: Okta) -> None:
    okta.ready = [call("GET", APP, [{"id": "0oa1", "label": "AWS 2"}])]
    _, error = invoke(connected, "okta:app/getSaml:getSaml", label="AWS")
    assert "no SAML application found with the provided label: AWS" in error


def test_deleting_a_mapping_keeps_the_login(connected: Engine, okta: Okta) -> None:
    filled = {"login": {"expression": "a"}, "title": {"expression": "b"}}
    sides = {"source": {"id": "oty1"}, "target": {"id": "0oa1"}}
    before = {"id": "prm1", "properties": filled, **sides}
    after = {"id": "prm1", "properties": {"title": None}, **sides}
    okta.ready = [call("GET", MAPPINGS, before), call("POST", MAPPINGS, after, after)]
    urn = "urn:pulumi:dev::p::okta:profile/mapping:Mapping::m"
    _, error, _ = connected.call("Delete", {"urn": urn, "id": "prm1", "properties": {}})
    assert not error
    assert okta.ready == []


def test_an_access_token_does_not_apply_a_mapping_immediately(engine: Engine, okta: Okta) -> None:
    """The call is internal to Okta and only for API tokens."""
    engine.call("Configure", {"args": {"httpProxy": okta.url, "accessToken": "t"}})
    sides = {
        "source": {"id": "oty1", "name": "user", "type": "user"},
        "target": {"id": "0oa1", "name": "app", "type": "appuser"},
    }
    mapping = {"id": "prm1", "properties": {}, **sides}
    okta.ready = [
        call("GET", MAPPINGS, mapping),
        call("POST", MAPPINGS, mapping, {"id": "prm1", "properties": {}}),
        call("GET", MAPPINGS, mapping),
    ]
    news = {"sourceId": "oty1", "targetId": "0oa1", "mappings": [], "alwaysApply": True}
    urn = "urn:pulumi:dev::p::okta:profile/mapping:Mapping::m"
    _, error, _ = engine.call("Update", {"urn": urn, "id": "prm1", "olds": news, "news": news})
    assert not error
    assert okta.ready == []


def test_a_deleted_group_has_no_members(connected: Engine, okta: Okta) -> None:
    okta.ready = [call("GET", "/api/v1/groups/00g1/users?limit=200", None, status=404)]
    state = {"groupId": "00g1", "id": "00g1", "trackAllUsers": False, "users": ["00u1"]}
    answer, error, _ = connected.call("Read", {
        "urn": "urn:pulumi:dev::p::okta:index/groupMemberships:GroupMemberships::m",
        "id": "00g1", "properties": state, "inputs": {"groupId": "00g1", "users": ["00u1"]},
    })  # fmt: skip
    assert not error
    assert answer["properties"]["users"] == []


@pytest.mark.parametrize(
    ("olds", "imported", "users"),
    [
        ({"users": ["00u1"], "trackAllUsers": False}, False, ["00u1"]),
        ({"users": ["00u1"], "trackAllUsers": True}, False, ["00u1", "00u2"]),
        ({}, True, ["00u1", "00u2"]),
    ],
)
def test_other_members_are_read_only_with_track_all_users(
    connected: Engine, okta: Okta, olds: dict[str, Any], imported: bool, users: list[str]
) -> None:
    members = [{"id": "00u1"}, {"id": "00u2"}]
    okta.ready = [call("GET", "/api/v1/groups/00g1/users?limit=200", members)]
    urn = "urn:pulumi:dev::p::okta:index/groupMemberships:GroupMemberships::m"
    request = {"urn": urn, "id": "00g1"} | ({} if imported else {"properties": olds})
    answer, error, _ = connected.call("Read", request)
    assert not error
    assert answer["properties"]["users"] == users


def test_excluded_users_of_a_rule_are_sent_to_okta(connected: Engine, okta: Okta) -> None:
    rules = "/api/v1/groups/rules"
    body = {
        "actions": {"assignUserToGroups": {"groupIds": ["00g1"]}},
        "conditions": {
            "expression": {"type": "urn:okta:expression:1.0", "value": "true"},
            "people": {"users": {"exclude": ["00u1"]}},
        },
        "name": "r", "type": "group_rule",
    }  # fmt: skip
    made = {**body, "id": "0pr1", "status": "INACTIVE"}
    okta.ready = [call("POST", rules, made, body), call("GET", f"{rules}/0pr1", made)]
    answer, error, _ = connected.call("Create", {
        "urn": "urn:pulumi:dev::p::okta:group/rule:Rule::r",
        "properties": {
            "expressionType": "urn:okta:expression:1.0", "expressionValue": "true",
            "groupAssignments": ["00g1"], "name": "r", "status": "INACTIVE",
            "usersExcluded": ["00u1"],
        },
    })  # fmt: skip
    assert not error
    assert answer["properties"]["usersExcluded"] == ["00u1"]


RULE_URN = "urn:pulumi:dev::p::okta:group/rule:Rule::r"
RULE = "/api/v1/groups/rules/0pr1"
RULED: dict[str, Any] = {
    "expressionType": "urn:okta:expression:1.0", "expressionValue": "true",
    "groupAssignments": ["00g1"], "name": "r", "status": "ACTIVE",
}  # fmt: skip


def test_a_deactivated_rule_is_activated_and_not_sent_again(connected: Engine, okta: Okta) -> None:
    shown = {
        "id": "0pr1", "name": "r", "status": "ACTIVE",
        "conditions": {"expression": {"type": "urn:okta:expression:1.0", "value": "true"}},
        "actions": {"assignUserToGroups": {"groupIds": ["00g1"]}},
    }  # fmt: skip
    okta.ready = [
        call("POST", f"{RULE}/lifecycle/activate", None, status=204),
        call("GET", RULE, shown),
    ]
    olds = {**RULED, "id": "0pr1", "status": "INACTIVE"}
    answer, error, _ = connected.call(
        "Update", {"urn": RULE_URN, "id": "0pr1", "olds": olds, "news": RULED}
    )
    assert not error
    assert okta.ready == []
    assert answer["properties"]["status"] == "ACTIVE"


def test_an_invalid_rule_is_deleted_though_it_cannot_be_deactivated(
    connected: Engine, okta: Okta
) -> None:
    cause = "Cannot activate or deactivate a Group Rule with the status INVALID"
    refusal = {
        "errorCode": "E0000001", "errorSummary": "Api validation failed: status",
        "errorCauses": [{"errorSummary": cause}],
    }  # fmt: skip
    okta.ready = [
        call("POST", f"{RULE}/lifecycle/deactivate", refusal, status=400),
        call("DELETE", f"{RULE}?removeUsers=false", None, status=202),
    ]
    _, error, _ = connected.call(
        "Delete", {"urn": RULE_URN, "id": "0pr1", "properties": {**RULED, "id": "0pr1"}}
    )
    assert not error
    assert okta.ready == []
