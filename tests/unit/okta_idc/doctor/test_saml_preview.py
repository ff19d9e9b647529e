"""The SAML assertion for one user, without Okta."""

from typing import Any

import pytest

from okta_idc.doctor.saml_preview import preview
from okta_idc.okta_expression import Unknown
from okta_idc.rules.attribute_statements import Statement, statement
from okta_idc.rules.attributes import NAME_PREFIX, Attribute

ADA = {"login": "ada@example.com", "email": "Ada@Example.com", "department": "Research",
       "costCenter": "blue"}  # fmt: skip


def tags(profile: dict[str, Any] = ADA, **declared: str) -> Any:
    sends = tuple(statement(Attribute(key, value)) for key, value in declared.items())
    return preview(sends, profile, None, "ada@example.com")


@pytest.mark.parametrize("value", ["user.costCenter", '"blue"', "'blue'"])
def test_the_preview_matches_the_example_of_the_aws_documentation(value: str) -> None:
    """`<saml:Attribute Name="https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter">
    <saml:AttributeValue>blue`: docs/research/aws-setup-page.md#step-4."""
    result = tags(CostCenter=value)
    (sent,) = result.sent
    assert sent.name == "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
    assert (sent.key, sent.value) == ("CostCenter", "blue")
    assert result.findings == ()
    assert result.unknown == []


@pytest.mark.parametrize(
    ("declared", "profile", "rule"),
    [
        ({"Department": "user.department"}, {"department": "R&D"}, "OIC-405"),
        ({"Department": "user.department"}, {"department": "x" * 257}, "OIC-405"),
        ({"Department": "user.department"}, {}, "OIC-413"),
        ({"Department": "department"}, ADA, "OIC-403"),
        ({"aws:Team": "user.department"}, ADA, "OIC-401"),
        ({"A": '"1"', "a": '"2"'}, ADA, "OIC-402"),
        ({f"Key{n}": '"x"' for n in range(51)}, ADA, "OIC-404"),
        ({"K" * 460: '"x"'}, ADA, "OIC-412"),
    ],
)
def test_each_invalid_attribute_is_reported(
    declared: dict[str, str], profile: dict[str, Any], rule: str
) -> None:
    assert rule in {finding.rule.id for _, finding in tags(profile, **declared).findings}


@pytest.mark.parametrize(
    ("sent", "rule"),
    [
        (Statement(f"{NAME_PREFIX}Department", ("user.department",)), "OIC-406"),
        (Statement("https://aws.amazon.com/SAML/Attributes/AccessControl/X", ('"x"',)), "OIC-407"),
        (Statement(f"{NAME_PREFIX}Team", ("user.a", "user.b")), "OIC-408"),
    ],
)
def test_unmanaged_statements_are_checked_too(sent: Statement, rule: str) -> None:
    result = preview((sent,), ADA, None, "ada@example.com")
    assert rule in {finding.rule.id for _, finding in result.findings}


@pytest.mark.parametrize(
    "value",
    ["Arrays.get(user.teams, 0)", "user.getGroups({'group.type': {'OKTA_GROUP'}})",
     "String.substringBefore(user.department, \"@\")", "appuser.title", "department"],
)  # fmt: skip
def test_an_expression_that_cannot_be_evaluated_is_unknown(value: str) -> None:
    result = tags(Department=value)
    assert isinstance(result.sent[0].value, Unknown)
    assert result.unknown[0].startswith("Department: ")


def test_a_group_statement_is_unknown() -> None:
    result = preview((Statement("groups", type="GROUP"),), ADA, None, "ada@example.com")
    assert result.sent[0].key is None
    assert "names of groups" in result.unknown[0]


def test_the_name_id_must_be_an_email_address() -> None:
    result = preview((), ADA, None, "ada byron")
    assert {f.rule.id for _, f in result.findings} == {"OIC-314", "OIC-315"}
