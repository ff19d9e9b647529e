"""Requests are validated against AWS's models, with AWS's messages."""

import re
import unicodedata
from typing import Any

import pytest
from botocore.session import Session
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sandbox.aws.constraints import violations

MODEL = Session().get_service_model("sso-admin")
ARN = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"


def broken(operation: str, **params: Any) -> str:
    """The violations in AWS's words, or an empty string."""
    found = violations(MODEL.operation_model(operation).input_shape, params)
    return "; ".join(each.text for each in found)


def test_every_violated_constraint_is_listed() -> None:
    assert broken("CreatePermissionSet", Name="a b", SessionDuration="") == (
        "Value 'a b' at 'name' failed to satisfy constraint: "
        r"Member must satisfy regular expression pattern: [\w+=,.@-]+; "
        "Value null at 'instanceArn' failed to satisfy constraint: Member must not be null; "
        "Value '' at 'sessionDuration' failed to satisfy constraint: "
        "Member must have length greater than or equal to 1; "
        "Value '' at 'sessionDuration' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: "
        + MODEL.shape_for("Duration").metadata["pattern"]
    )
    assert broken("CreatePermissionSet", Name="a", InstanceArn=ARN) == ""


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"PrincipalType": "ROLE"}, "'ROLE' at 'principalType' failed to satisfy constraint: "
         "Member must satisfy enum value set: [USER, GROUP]"),
        ({"TargetId": 123456789012}, "Value at 'targetId' failed to satisfy constraint: "
         "Member must be a string"),
    ],
)  # fmt: skip
def test_wrong_types_and_enum_values_are_reported(params: dict[str, Any], message: str) -> None:
    assert message in broken("CreateAccountAssignment", **params)


def test_numbers_out_of_range_are_reported() -> None:
    params = {"InstanceArn": ARN}
    assert broken("ListPermissionSets", **params, MaxResults=100) == ""
    assert "at 'maxResults'" in broken("ListPermissionSets", **params, MaxResults=101)
    assert "at 'maxResults'" in broken("ListPermissionSets", **params, MaxResults=0)


@settings(deadline=None)  # the first example builds the category table
@given(st.characters(codec="utf-8"))
def test_unicode_categories_match_pythons(char: str) -> None:
    """Uses the pattern of tags: letters, separators, numbers and some symbols."""
    known = unicodedata.category(char) != "Cn"
    # Assumed: AWS knows more characters than Python; of these, the test has noncharacters only.
    assume(known or ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF)
    allowed = unicodedata.category(char)[0] in "LZN" or char in "_.:/=+-@"
    tag = {"Key": f"a{char}", "Value": ""}
    message = broken("TagResource", InstanceArn=ARN, ResourceArn=ARN, Tags=[tag])
    assert (message == "") == allowed


@given(st.characters(codec="utf-8"))
def test_word_characters_are_ascii_as_in_java(char: str) -> None:
    allowed = re.fullmatch(r"[A-Za-z0-9_+=,.@-]", char) is not None
    assert (broken("CreatePermissionSet", Name=char, InstanceArn=ARN) == "") == allowed
