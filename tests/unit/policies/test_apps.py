"""Matches resources to their app: unknown IDs, other apps and custom apps."""

import pytest

from policies.groups import GROUP_ASSIGNMENTS, PUSH
from tests.unit.policies.engine import UNKNOWN, Declared, run_policy
from tests.unit.policies.rendered import APP, PREFIX, assignment, connection, push, saml

GROUP = "okta:group/group:Group"
SLACK = Declared("okta:app/saml:Saml", {"preconfiguredApp": "slack", "id": "0oaS"}, "slack")


def new_resource(name: str, kind: str, prop: str, **made_from: list[str]) -> Declared:
    """A resource in a first preview: its IDs are unknown, its dependencies are known."""
    props = {"id": UNKNOWN, prop: UNKNOWN, "appId": UNKNOWN}
    return Declared(kind, props, name, made_from)


def test_a_new_group_in_both_roles_is_found_before_it_has_an_id() -> None:
    one = "okta:app/groupAssignment:GroupAssignment"
    resources = [
        Declared(
            "okta:app/saml:Saml", {"preconfiguredApp": "amazon_aws_sso", "id": UNKNOWN}, "app"
        ),
        Declared(GROUP, {"name": "aws-admins", "id": UNKNOWN}, "admins"),
        Declared(GROUP, {"name": "aws-access", "id": UNKNOWN}, "access"),
        new_resource("assign", one, "groupId", appId=["app"], groupId=["admins"]),
        new_resource("assign-2", one, "groupId", appId=["app"], groupId=["access"]),
        new_resource("push", PUSH, "sourceGroupId", appId=["app"], sourceGroupId=["admins"]),
    ]
    answer = run_policy("oic-201", resources)
    [(text, name)] = answer.findings
    assert name == "push"
    assert "is also an assignment group (assign)" in text
    assert answer.undecided == ""


def test_an_app_is_found_through_an_intermediate_resource() -> None:
    resources = [
        saml(id=UNKNOWN)[0],
        Declared("okta:app/features:Features", {"appId": UNKNOWN}, "ready", {"appId": ["app"]}),
        Declared(PUSH, {"appId": UNKNOWN, "sourceGroupId": "00g1"}, "p", {"appId": ["ready"]}),
        assignment("00g1", "a"),
    ]
    resources[-1] = Declared(
        resources[-1].type, {"appId": UNKNOWN, "groupId": "00g1"}, "a", {"appId": ["app"]}
    )
    assert [name for _, name in run_policy("oic-201", resources).findings] == ["p"]


def test_an_ambiguous_app_is_undecided() -> None:
    two = [Declared("okta:app/saml:Saml", {"id": f"0oa{n}"}, f"app-{n}") for n in (1, 2)]
    made_from = {"appId": ["app-1", "app-2"]}
    answer = run_policy("oic-220", [*two, Declared(PUSH, {"appId": UNKNOWN}, "p", made_from)])
    assert answer.findings == []
    assert "p.appId" in answer.undecided


def test_an_ambiguous_group_is_undecided() -> None:
    resources = [
        assignment("00g1", "a"),
        Declared(GROUP, {"id": "00g1"}, "one"),
        Declared(GROUP, {"id": "00g2"}, "two"),
        Declared(
            PUSH, {"appId": APP, "sourceGroupId": UNKNOWN}, "p", {"sourceGroupId": ["one", "two"]}
        ),
    ]
    answer = run_policy("oic-201", resources)
    assert answer.findings == []
    assert "p.sourceGroupId" in answer.undecided


def test_a_group_may_have_different_roles_in_different_apps() -> None:
    assert (
        run_policy("oic-201", [assignment("00g1", appId="0oaX"), push("00g1", "p")]).findings == []
    )


def test_each_group_of_app_group_assignments_is_checked() -> None:
    many = Declared(
        GROUP_ASSIGNMENTS, {"appId": APP, "groups": [{"id": "00g1"}, {"id": UNKNOWN}]}, "many"
    )
    answer = run_policy("oic-201", [many, push("00g1", "p")])
    [(text, _)] = answer.findings
    assert "is also an assignment group (many.groups[0])" in text
    assert "many.groups[1].id" in answer.undecided


@pytest.mark.parametrize("name", ["oic-201", "oic-204", "oic-207", "oic-220", "oic-614", "oic-312"])
def test_other_apps_are_skipped(name: str) -> None:
    features = {"capabilities": {"update": {"password": {"status": "ENABLED"}}}}
    mappings = {"targetId": "0oaS", "mappings": [{"id": "password", "expression": "user.x"}]}
    others = [
        assignment("00g1", "a1", appId="0oaS"),
        assignment("00g1", "a2", appId="0oaS"),
        push("00g1", "p1", appId="0oaS", deleteTargetGroupOnDestroy=True, targetGroupName="x"),
        push("00g2", "p2", appId="0oaS", targetGroupName="X"),
        Declared("okta:app/features:Features", {"appId": "0oaS", **features}, "f"),
        Declared("okta:profile/mapping:Mapping", mappings, "m"),
    ]
    assert run_policy(name, others).findings, "an unidentified app is checked"
    assert run_policy(name, [SLACK, *others]).findings == []
    assert run_policy(name, others, {"otherApps": ["0oaS"]}).findings == []


def test_a_mapping_from_the_app_to_okta_is_skipped() -> None:
    props = {"sourceId": APP, "targetId": "oty1", "mappings": [{"id": "groups", "expression": "x"}]}
    assert run_policy("oic-312", [Declared("okta:profile/mapping:Mapping", props)]).findings == []


def test_a_base_url_outside_aws_is_skipped() -> None:
    assert run_policy("oic-101", connection("https://slack.example/scim/v2/")).findings == []


STATEMENT = {"name": PREFIX + "Department", "values": ["user.department"]}


@pytest.mark.parametrize(
    "props",
    [
        {"preconfiguredApp": "amazon_aws_sso"},
        {"name": "amazon_aws_sso"},
        {"ssoUrl": "https://us-east-1.sso.signin.aws/platform/saml/acs/x"},
        {"ssoUrl": "https://x.example"},  # recognized by its attribute statement
    ],
    ids=lambda props: next(iter(props)),
)
def test_an_app_for_identity_center_is_recognized_however_it_was_created(
    props: dict[str, str],
) -> None:
    app = Declared("okta:app/saml:Saml", {**props, "attributeStatements": [STATEMENT]}, "app")
    assert run_policy("oic-406", [app]).findings


def test_an_app_for_a_single_aws_account_is_skipped() -> None:
    tag = {"name": "https://aws.amazon.com/SAML/Attributes/PrincipalTag:Department"}
    app = saml(preconfiguredApp="amazon_aws", attributeStatements=[tag])
    assert run_policy("oic-407", app).findings == []


def test_urls_of_a_custom_app_are_read_from_its_inputs() -> None:
    app = Declared(
        "okta:app/saml:Saml",
        {"ssoUrl": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-1", "audience": "x"},
        "app",
    )
    assert run_policy("oic-110", [app]).findings
    assert run_policy("oic-111", [app]).findings


def test_a_push_group_without_a_name_uses_its_source_group_name() -> None:
    group = Declared(GROUP, {"name": "aws:admins", "id": "00g1"}, "admins")
    assert "'aws:admins'" in run_policy("oic-206", [group, push("00g1", "p")]).texts[0]
    assert run_policy("oic-206", [push("00g1", "p")]).findings == []


@pytest.mark.parametrize("name", ["targetGroupId", "targetGroupName"])
def test_an_unknown_target_is_the_source_group_only_if_the_provider_determines_it(
    name: str,
) -> None:
    group = Declared(GROUP, {"name": "aws:admins", "id": "00g1"}, "admins")
    computed = push("00g1", "p", **{name: UNKNOWN})
    assert run_policy("oic-206", [group, computed]).findings
    declared = Declared(computed.type, computed.props, "p", {name: ["admins"]})
    answer = run_policy("oic-206", [group, declared])
    assert answer.findings == []
    assert f"p.{name}" in answer.undecided


def test_policy_tags_are_skipped_in_stacks_without_session_tags() -> None:
    text = '{"Statement": [{"Condition": {"StringEquals": {"aws:PrincipalTag/Team": "x"}}}]}'
    kind = "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy"
    policy = Declared(kind, {"inlinePolicy": text}, "inline")
    assert run_policy("oic-520", [policy]).findings == []
    assert run_policy("oic-520", [policy, *saml()]).findings
    assert run_policy("oic-520", [policy, *saml()], {"otherKeys": ["Team"]}).findings == []


def test_retiring_allows_deletion_of_listed_groups() -> None:
    retired = [push("00g1", "old", deleteTargetGroupOnDestroy=True)]
    assert run_policy("oic-220", retired).findings
    assert run_policy("oic-220", retired, {"retiring": ["old"]}).findings == []
    assert run_policy("oic-220", retired, {"retiring": ["another"]}).findings
