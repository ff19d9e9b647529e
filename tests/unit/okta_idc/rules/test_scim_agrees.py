"""The profile rules agree with the sandbox's SCIM endpoint, although they share no code.

The endpoint follows the patterns that AWS documents.
"""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from okta_idc.rules import Severity, groups, uniqueness
from okta_idc.rules.profile_mappings import UNSUPPORTED, unsupported
from okta_idc.rules.profiles import ADDRESS, judge
from sandbox.aws.scim_rules import InvalidError, group_record, user_record
from sandbox.aws.store import ConflictError, IdentityStore
from sandbox.okta.provisioning.scim_user import scim_user
from tests.unit.okta_idc.rules import a_profile

_OKTA = {
    "name.givenName": {"firstName"},
    "name.familyName": {"lastName"},
    "name.middleName": {"middleName"},
    "name.honorificPrefix": {"honorificPrefix"},
    "name.honorificSuffix": {"honorificSuffix"},
    "emails.value": {"email"},
    "phoneNumbers.value": {"primaryPhone"},
    "manager.value": {"manager"},
    **{
        f"addresses.{part}": {"address", *ADDRESS}
        for part in ("streetAddress", "locality", "region", "postalCode", "country")
    },
}
"""Okta attributes by SCIM path, where the names differ."""


_NAMES = {"firstName": "A", "lastName": "B", "displayName": "C"}


def rejection(profile: dict[str, Any]) -> str | None:
    """The endpoint's reason to reject the user that Okta sends for a profile."""
    document = scim_user("00u1", profile.get("userName"), profile, True)  # type: ignore[arg-type]
    try:
        user_record(document, "https://scim.aws.com/x")
    except InvalidError as error:
        return str(error)
    return None


def okta_attributes(reason: str) -> set[str]:
    """Okta attributes that a rejection reason refers to."""
    [path] = re.findall(r"^(?:Value at ')?([\w.]+)", reason)
    return _OKTA.get(path, {path.removeprefix("enterprise.")})


@settings(max_examples=3_000)
@given(a_profile())
def test_a_profile_is_rejected_exactly_when_a_finding_explains_it(profile: dict[str, Any]) -> None:
    blocking = [f for f in judge(profile) if f.rule.severity is Severity.BLOCKING]
    reason = rejection(profile)
    if not blocking:
        assert reason is None
    elif not any(isinstance(v, str) and v and not v.strip() for v in profile.values()):
        # The rules treat blank text as empty; AWS's pattern accepts it.
        assert reason is not None
    if reason is not None:
        assert okta_attributes(reason) & {finding.path for finding in blocking}


@pytest.mark.parametrize("attribute", UNSUPPORTED)
@pytest.mark.parametrize("value", [["x"], "x", [], None])
def test_an_attribute_that_the_endpoint_rejects_is_a_finding(attribute: str, value: object) -> None:
    document = scim_user("00u1", "ada", _NAMES, True)
    rejected = False
    try:
        user_record({**document, attribute: value}, "https://scim.aws.com/x")
    except InvalidError:
        rejected = True
    assert rejected is bool(unsupported({attribute: value}))


_SOME = st.sampled_from(["ada", "Ada", "ADA", "ben", "ß", "ss", "İ"])


@settings(max_examples=1_000)
@given(st.lists(st.tuples(_SOME, _SOME | st.just(""), st.sampled_from("abAB")), max_size=4))
def test_the_store_conflicts_exactly_when_users_are_not_unique(
    users: list[tuple[str, str, str]],
) -> None:
    store = IdentityStore("d-1", "tenant")
    conflicts = 0
    for name, email, external in users:
        profile = {**_NAMES, "email": email or None}
        try:
            store.put_user(user_record(scim_user(external, name, profile, True), store.issuer))
        except ConflictError:
            conflicts += 1
    names, emails, externals = zip(*users, strict=True) if users else ((), (), ())
    found = [
        *uniqueness.unique_user_names(names),
        *uniqueness.unique_emails(emails),
        *uniqueness.unique_external_ids(externals),
    ]
    assert bool(conflicts) is bool(found)


@settings(max_examples=1_000)
@given(st.lists(_SOME | st.text(max_size=3) | st.sampled_from(["", "x" * 1_025]), max_size=4))
def test_the_store_accepts_exactly_the_valid_group_names(names: list[str]) -> None:
    store = IdentityStore("d-1", "tenant")
    rejected = 0
    for name in dict.fromkeys(names):
        try:
            store.put_group(group_record({"displayName": name}, store.issuer))
        except (InvalidError, ConflictError):
            rejected += 1
    found = [finding for name in names for finding in groups.group_name(name)]
    found += groups.group_names_differ(tuple(names))
    assert bool(rejected) is bool(found)
