"""Unknown values cause no crash and no finding, and are always reported."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_policy import ResourceValidationArgs
from pulumi_policy.proxy import UnknownValueError, unknown_checking_proxy

from okta_idc.rules import RULES
from policies import account_access, app, groups, provisioning, single_objects, stack_graph
from policies.pack import BINDINGS, policies
from tests.unit.policies.engine import OPTIONS, UNKNOWN, Declared, run_policy
from tests.unit.policies.rendered import APP, RENDERED, assignment, push, saml

TYPES = [
    stack_graph.SAML, stack_graph.GROUP, groups.GROUP_ASSIGNMENT, groups.GROUP_ASSIGNMENTS,
    groups.APP_USER, groups.PUSH,
    provisioning.CONNECTION, provisioning.FEATURES, provisioning.MAPPING, account_access.SET,
    account_access.INLINE, account_access.ASSIGNMENT, account_access.ATTRIBUTES,
    account_access.MANAGED, account_access.CUSTOMER, account_access.MANAGED_EXCLUSIVE,
    account_access.CUSTOMER_EXCLUSIVE, single_objects.BOUNDARY, app.APP_SETTINGS,
    "aws:s3/bucket:Bucket",
]  # fmt: skip
PROPERTIES = [
    "id", "appId", "groupId", "sourceGroupId", "groups", "priority", "targetGroupName",
    "targetGroupId", "deleteTargetGroupOnDestroy", "status", "userId", "username", "name",
    "preconfiguredApp", "appSettingsJson", "ssoUrl", "audience", "attributeStatements", "values",
    "namespace", "type", "userNameTemplate", "skipAuthenticationPolicy", "authenticationPolicy",
    "baseUrl", "capabilities", "update", "password", "mappings", "targetId", "expression",
    "pushStatus", "instanceArn", "description", "sessionDuration", "relayState", "inlinePolicy",
    "permissionSetArn", "managedPolicyArn", "managedPolicyArns", "customerManagedPolicyReference",
    "customerManagedPolicyReferences", "path", "idProperty", "sourceId", "settings",
    "subjectNameIdFormat", "principalId", "principalType", "attributes", "key", "sources",
]  # fmt: skip
LEAVES = st.one_of(
    st.just(UNKNOWN), st.none(), st.booleans(), st.floats(), st.text(max_size=20),
    st.sampled_from(["amazon_aws_sso", '{"acsURL": 1}', '{"Statement": [1]}', "[0]", "GROUP"]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(PROPERTIES), inner, max_size=4)
    ),
    max_leaves=12,
)
PROPS = st.dictionaries(st.sampled_from(PROPERTIES), VALUES, max_size=10)


@st.composite
def stacks(draw: st.DrawFn) -> list[Declared]:
    """Resources of every type with arbitrary properties and dependencies."""
    names = [f"r{i}" for i in range(draw(st.integers(1, 5)))]
    made_from = st.dictionaries(
        st.sampled_from(PROPERTIES), st.lists(st.sampled_from(names), max_size=2), max_size=3
    )
    return [
        Declared(draw(st.sampled_from(TYPES)), draw(PROPS), name, draw(made_from)) for name in names
    ]


@settings(max_examples=300, deadline=None)
@given(stacks(), st.dictionaries(st.sampled_from(["otherApps", "assigned", "limit"]), VALUES))
def test_no_declaration_crashes_a_policy(resources: list[Declared], config: dict[str, Any]) -> None:
    for binding in BINDINGS.values():
        run_policy(binding.rule.id.lower(), resources, config)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all values, including lists and objects."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for key, each in inner:
        yield (*path, key)
        if isinstance(each, dict | list):
            yield from leaves(each, (*path, key))


def with_unknown(declared: Declared, path: tuple[Any, ...]) -> Declared:
    """The same resource with one value unknown."""
    props = copy.deepcopy(dict(declared.props))
    holder: Any = props
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = UNKNOWN
    return Declared(declared.type, props, declared.name)


@pytest.mark.parametrize("rule_id", sorted(RENDERED))
def test_an_unknown_property_in_a_good_declaration_causes_no_finding(rule_id: str) -> None:
    declared = RENDERED[rule_id](RULES[rule_id].good)
    for index, resource in enumerate(declared):
        for path in leaves(dict(resource.props)):
            changed = [*declared]
            changed[index] = with_unknown(resource, path)
            answer = run_policy(rule_id.lower(), changed)
            assert answer.findings == [], path


SUBJECT_PROPERTIES = {
    "OIC-101": "baseUrl", "OIC-110": "appSettingsJson", "OIC-201": "sourceGroupId",
    "OIC-220": "deleteTargetGroupOnDestroy", "OIC-320": "userNameTemplate",
    "OIC-503": "sessionDuration", "OIC-506": "inlinePolicy", "OIC-530": "targetId",
    "OIC-640": "skipAuthenticationPolicy", "OIC-614": "capabilities",
}  # fmt: skip


@pytest.mark.parametrize(("rule_id", "name"), SUBJECT_PROPERTIES.items(), ids=SUBJECT_PROPERTIES)
def test_an_unknown_subject_is_reported_with_its_path(rule_id: str, name: str) -> None:
    declared = RENDERED[rule_id](RULES[rule_id].bad)
    changed = [with_unknown(each, (name,)) if name in each.props else each for each in declared]
    answer = run_policy(rule_id.lower(), changed)
    assert answer.findings == []
    assert answer.undecided.startswith("not known yet: ")
    assert name in answer.undecided


def test_known_resources_are_checked_even_if_others_are_unknown() -> None:
    resources = [assignment("00g1"), push("00g1", "bad"), push(UNKNOWN, "later")]
    answer = run_policy("oic-201", resources)
    [(text, name)] = answer.findings
    assert name == "bad"
    assert "'00g1' is also an assignment group (example)" in text
    assert "later.sourceGroupId" in answer.undecided


def test_notes_on_unknown_properties_are_limited() -> None:
    policy = next(each for each in policies() if each.name == "oic-221")
    unknown = [push("00g1", f"p{i}", targetGroupId=UNKNOWN) for i in range(1000)]
    notes = [note for each in unknown if (note := _note(policy, each))]
    assert len(notes) == 3
    assert "The same applies to more resources." in notes[-1]


def _note(policy: Any, declared: Declared) -> str:

    props = unknown_checking_proxy(dict(declared.props))
    args = ResourceValidationArgs(
        declared.type, props, declared.urn, declared.name, OPTIONS, None, None
    )
    try:
        policy.validate(args, lambda *_: None)
    except UnknownValueError as unknown:
        return unknown.message
    return ""


def test_unknown_app_settings_cause_no_findings() -> None:
    answer = run_policy("oic-110", saml(appSettingsJson=UNKNOWN))
    assert answer.findings == []
    assert "appSettingsJson" in answer.undecided


def test_a_secret_placeholder_is_treated_as_unknown() -> None:
    props = {"idProperty": APP, "baseUrl": "[secret]"}
    answer = run_policy("oic-101", [Declared(provisioning.CONNECTION, props)])
    assert "baseUrl" in answer.undecided
