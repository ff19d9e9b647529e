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
    "attributes": {"badge": "integer", "remote": "boolean", "teams": "string[]"},
    "user_types": {"contractor": {"agency": "string"}},
    "everyone": True,
    "users": [{"login": "ada@example.com", "email": "ada@example.com"}],
    "groups": [
        {"name": "g", "description": "d", "members": ["ADA@example.com"]},
        {"name": "j", "app": "Jira"},
    ],
    "apps": [
        {"label": "Jira", "name": "jira", "groups": ["Everyone"], "settings": {}},
        {"label": "AWS", "name": "amazon_aws_sso", "users": ["ada@example.com"]},
    ],
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
        (("users", 0, "login"), "", "users[0].login is ''. Use a non-empty"),
        (("users", 0, "email"), None, "users[0].email is missing. Add a value"),
        (("users", 0, "badge"), "7", "users[0].badge is '7'. Use a value of type integer"),
        (("users", 0, "badge"), True, "users[0].badge is True. Use a value of type integer"),
        (("users", 0, "badge"), 7.5, "users[0].badge is 7.5. Use a value of type integer"),
        (("users", 0, "remote"), 1, "users[0].remote is 1. Use a value of type boolean"),
        (("users", 0, "teams"), "x", "users[0].teams is 'x'. Use a list of values of type string"),
        (("users", 0, "teams"), ["x", 1], "users[0].teams is ['x', 1]. Use a list"),
        (("users", 0, "nickName"), 1, "users[0].nickName is 1. Use a string: put it in quotes"),
        (("users", 0, "agency"), "x", "users[0].agency is 'x'. Unknown key"),
        (("users", 0, "type"), "robot", "users[0].type is 'robot'. Use a name of user_types"),
        (("users", 0, "type"), None, "users[0].type is missing. Use a name of user_types"),
        (("users", 0, "type"), [], "users[0].type is []. Use a name of user_types"),
        (("attributes",), [], "attributes is []. Use a mapping from names to types"),
        (("attributes", "a b"), "string", "attributes.a b is 'string'. Name an attribute with"),
        (("attributes", "title"), "string", "attributes.title is 'string'. Use another name"),
        (("attributes", "status"), "string", "attributes.status is 'string'. Use another name"),
        (("attributes", "badge"), "date", "attributes.badge is 'date'. Use one of string, number"),
        (("attributes", "badge"), [], "attributes.badge is []. Use one of string, number"),
        (("user_types",), "x", "user_types is 'x'. Use a mapping"),
        (("user_types", "user"), {}, "user_types.user is {}. Name a user type"),
        (("user_types", "contractor", "agency"), 1, "user_types.contractor.agency is 1. Use one"),
        (("everyone",), "yes", "everyone is 'yes'. Use true or false"),
        (("groups", 0, "name"), "Everyone", "groups[0].name is 'Everyone'. Use another name, or"),
        (("groups", 0, "ldap"), "corp", "groups[0].ldap is 'corp'. Use a domain"),
        (("groups", 0, "app"), "jira", "groups[0].app is 'jira'. Use the label of one of the apps"),
        (("groups", 1, "ldap"), "x.example.com", "groups[1].app is 'Jira'. Keep one of ldap, app"),
        (("apps",), {}, "apps is {}. Use a list"),
        (("apps", 0, "label"), None, "apps[0].label is missing"),
        (("apps", 1, "label"), "JIRA", "apps[1].label is 'JIRA'. Use a unique label"),
        (("apps", 0, "name"), "a b", "apps[0].name is 'a b'. Use the name of a catalog app"),
        (("apps", 0, "status"), "ON", "apps[0].status is 'ON'. Use one of ACTIVE, INACTIVE"),
        (("apps", 0, "groups", 0), "x", "apps[0].groups[0] is 'x'. Use the name of one of"),
        (("apps", 0, "groups"), ["g", "g"], "apps[0].groups[1] is 'g'. List each group once"),
        (("apps", 0, "groups"), [1], "apps[0].groups[0] is 1. Use a string"),
        (("apps", 0, "users"), ["x"], "apps[0].users[0] is 'x'. Add a user with this login"),
        (("apps", 0, "settings"), "x", "apps[0].settings is 'x'. Use a mapping"),
        (("apps", 0, "settings", "acsURL"), 1, "apps[0].settings.acsURL is 1. Use a string"),
        (("apps", 0, "owner"), "x", "apps[0].owner is 'x'. Unknown key"),
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
        (("aws", "members", 0, "organizational_unit"), "A//B",
         "aws.members[0].organizational_unit is 'A//B'. Use a path of names"),
        (("aws", "members", 0, "tags"), {"a": 1}, "aws.members[0].tags is {'a': 1}. Use a mapping"),
        (("aws", "members", 0, "tags"), "a", "aws.members[0].tags is 'a'. Use a mapping"),
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


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("string", ["x", ""]), ("number", [1, 1.5]), ("integer", [-1]), ("boolean", [True, False]),
        ("string[]", [[], ["x", ""]]), ("number[]", [[1, 1.5]]), ("integer[]", [[1, 2]]),
    ],
)  # fmt: skip
def test_a_custom_attribute_is_null_or_has_a_value_of_its_type(
    tmp_path: Path, kind: str, values: list[Any]
) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["attributes"]["extra"] = kind
    for value in [None, *values]:
        document["users"][0]["extra"] = value
        assert load_org(written(tmp_path, document)).users[0].profile["extra"] == value


def test_texts_can_be_null_or_empty_but_login_and_email(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["users"][0] |= {"firstName": None, "lastName": "", "title": " "}
    [user] = load_org(written(tmp_path, document)).users
    assert [user.profile[key] for key in ("firstName", "lastName", "title")] == [None, "", " "]


def test_a_user_has_the_attributes_of_its_own_type(tmp_path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["users"][0] |= {"type": "contractor", "agency": "Acme"}
    [user] = load_org(written(tmp_path, document)).users
    assert (user.type, user.profile["agency"]) == ("contractor", "Acme")
    document["users"][0]["badge"] = 7
    with pytest.raises(OrgError, match=r"users\[0\]\.badge is 7\. Unknown key"):
        load_org(written(tmp_path, document))


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
    domains = ["", "", "corp.example.com", "emea.example.com"]
    assert [g.active_directory for g in found] == domains
    document["groups"].append({"name": "g", "active_directory": "corp.example.com"})
    with pytest.raises(OrgError, match=r"groups\[4\]\.name is 'g'\. Use a unique name"):
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
@given(key=st.sampled_from(sorted(DOCUMENT)), value=VALUES, deep=st.booleans())
def test_a_wrong_value_is_never_a_traceback(
    tmp_path: Path, key: str, value: object, deep: bool
) -> None:
    document = {**DOCUMENT, key: [value] if deep else value}
    with suppress(OrgError):
        load_org(written(tmp_path, document))


@pytest.mark.parametrize(
    "text",
    [
        "\n".join(["- &a0 [x]", *(f"- &a{i} [*a{i - 1}, *a{i - 1}]" for i in range(1, 40))]),
        "name: acme\nusers: &users [*users]\n",
    ],
)
def test_aliases_that_multiply_are_an_org_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "org.yaml"
    path.write_text(text)
    with pytest.raises(OrgError, match="Write the values out"):
        load_org(path)


def test_an_org_file_can_use_aliases(tmp_path: Path) -> None:
    path = tmp_path / "org.yaml"
    text = BUNDLED.read_text().replace("attributes:", "attributes: &attributes", 1)
    path.write_text(text)
    assert load_org(path) == load_org()
