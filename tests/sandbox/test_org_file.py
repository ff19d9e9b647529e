"""The org file: the bundled one is as documented, an invalid one names its errors."""

import copy
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.org_file import BUNDLED, OrgError, load_org

DOCUMENT: dict[str, Any] = {
    **yaml.safe_load(BUNDLED.read_text()),
    "users": [{"login": "ada@example.com", "email": "ada@example.com"}],
    "groups": [{"name": "g", "description": "d", "members": ["ADA@example.com"]}],
}


def written(tmp_path: Path, document: object) -> Path:
    path = tmp_path / "org.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_the_bundled_org_has_forty_users_with_seven_deliberate_errors() -> None:
    org = load_org()
    assert (len(org.users), len(org.groups)) == (40, 8)
    people = [user.profile for user in org.users]
    emails = [p["email"] for p in people]
    deliberate = [
        {p["login"] for p in people if "displayName" not in p},
        {p["login"] for p in people if "<" in p.get("title", "")},
        {p["login"] for p in people if "streetAddress" in p and "zipCode" not in p},
        {p["login"] for p in people if emails.count(p["email"]) > 1},
        {user.profile["login"] for user in org.users if user.status != "ACTIVE"},
        {p["login"] for p in people if p.get("department") == "R&D"},
    ]
    assert [len(logins) for logins in deliberate] == [1, 1, 1, 2, 1, 1]
    groups = {group.name: set(group.members) for group in org.groups}
    pushed = set[str]().union(
        *(groups[f"aws-{n}"] for n in ("admins", "developers", "finance", "data", "support"))
    )
    for logins in deliberate:
        assert logins <= groups["aws-access"]
        assert logins <= pushed
    assert pushed <= groups["aws-access"]


def test_members_are_found_ignoring_case(tmp_path: Path) -> None:
    assert load_org(written(tmp_path, DOCUMENT)).groups[0].members == ("ada@example.com",)


@pytest.mark.parametrize(
    ("place", "value", "expected"),
    [
        (("users", 0, "login"), "nobody", "users[0].login is 'nobody'"),
        (("users", 0, "shoe"), 7, "users[0].shoe is 7. Unknown key"),
        (("users", 0, "zipCode"), 98101, "users[0].zipCode is 98101. Use a string: put"),
        (("users", 0, "countryCode"), False, "users[0].countryCode is False"),
        (("users", 0, "title"), "", "users[0].title is ''"),
        (("users", 0, "status"), "ASLEEP", "users[0].status is 'ASLEEP'. Use one of STAGED"),
        (("groups", 0, "members"), ["x@example.com"], "groups[0].members[0] is 'x@example.com'"),
        (("groups", 0, "members"), "x", "groups[0].members is 'x'. Use a list"),
        (("groups", 0, "active_directory"), "corp", "groups[0].active_directory is 'corp'. Use a"),
        (("groups", 0, "active_directory"), 7, "groups[0].active_directory is 7. Use a string"),
        (("aws", "account"), 123456789012, "aws.account is 123456789012. Use a string"),
        (("aws", "region"), "moon", "aws.region is 'moon'. Use a region"),
        (("aws", "tenant"), None, "aws.tenant is missing"),
        (("aws", "members"), "x", "aws.members is 'x'. Use a list"),
        (("aws", "members", 0, "id"), 7, "aws.members[0].id is 7. Use a string"),
        (("aws", "members", 0, "id"), "12", "aws.members[0].id is '12'. Use the twelve digits"),
        (("aws", "members", 1, "id"), "210987654321", "aws.members[1].id is '210987654321'. Use a"),
        (("aws", "members", 0, "id"), "123456789012",
         "aws.members[0].id is '123456789012'. Remove it: the management"),
        (("aws", "members", 0, "email"), "x", "aws.members[0].email is 'x'. Use an address"),
        (("aws", "members", 0, "owner"), "x", "aws.members[0].owner is 'x'. Unknown key"),
        (("aws", "applications", 0, "id"), "apl-1", "aws.applications[0].id is 'apl-1'. Use apl-"),
        (("aws", "applications", 0, "name"), None, "aws.applications[0].name is missing"),
        (("name",), None, "name is missing"),
        (("extra",), 1, "extra is 1. Unknown key"),
    ],
)  # fmt: skip
def test_an_error_names_file_location_value_and_remedy(
    tmp_path: Path, place: tuple[Any, ...], value: object, expected: str
) -> None:
    document: Any = copy.deepcopy(DOCUMENT)
    target = document
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    path = written(tmp_path, document)
    with pytest.raises(OrgError) as caught:
        load_org(path)
    assert f"{path}: {expected}" in str(caught.value)


def test_an_org_file_can_be_json(tmp_path: Path) -> None:
    path = tmp_path / "org.json"
    path.write_text(json.dumps(yaml.safe_load(BUNDLED.read_text())))
    assert load_org(path) == load_org()


@pytest.mark.parametrize("text", ["[" * 200_000, "a: " + "[{b: " * 100_000, "- " * 200_000 + "1"])
def test_excessive_nesting_is_an_org_error(tmp_path: Path, text: str) -> None:
    """libyaml's parser, used for large files, would crash the process."""
    path = tmp_path / "org.yaml"
    path.write_text(text)
    with pytest.raises(OrgError, match="is not valid YAML"):
        load_org(path)


def test_the_organization_has_three_accounts_and_requires_only_one(
    tmp_path: Path,
) -> None:
    aws = load_org().aws
    assert len({aws.account, *(member.id for member in aws.members)}) == 3
    assert len(aws.applications) == 1
    document = copy.deepcopy(DOCUMENT)
    del document["aws"]["members"], document["aws"]["applications"]
    alone = load_org(written(tmp_path, document)).aws
    assert (alone.members, alone.applications) == ((), ())


def test_logins_are_unique_ignoring_case(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["users"].append({"login": "Ada@Example.com", "email": "b@example.com"})
    with pytest.raises(OrgError, match=r"users\[1\]\.login"):
        load_org(written(tmp_path, document))


def test_group_names_are_unique_in_okta_and_in_each_directory(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["groups"].append({"name": "G", "active_directory": "corp.example.com"})
    document["groups"].append({"name": "G", "active_directory": "emea.example.com"})
    found = load_org(written(tmp_path, document)).groups
    assert [g.active_directory for g in found] == ["", "corp.example.com", "emea.example.com"]
    document["groups"].append({"name": "g", "active_directory": "corp.example.com"})
    with pytest.raises(OrgError, match=r"groups\[3\]\.name is 'g'\. Use a unique name"):
        load_org(written(tmp_path, document))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(alphabet=st.characters(codec="utf-8")) | st.binary())
def test_any_other_file_is_an_org_error(tmp_path: Path, text: str | bytes) -> None:
    path = tmp_path / "any.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    with pytest.raises(OrgError):
        load_org(path)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=4,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(key=st.sampled_from(["name", "users", "groups", "aws"]), value=VALUES, deep=st.booleans())
def test_a_wrong_value_is_never_a_traceback(
    tmp_path: Path, key: str, value: object, deep: bool
) -> None:
    document = {**DOCUMENT, key: [value] if deep else value}
    with suppress(OrgError):
        load_org(written(tmp_path, document))
