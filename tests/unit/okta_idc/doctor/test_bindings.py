"""Every rule of the doctor has a binding, and each binding finds the rule's defect.

Each case adds one defect to a sound inventory and states the name and the path of the finding.
"""

import contextlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.clients.identity_store import ENTERPRISE, StoreNetwork
from okta_idc.clients.policy_validation import PolicyIssue
from okta_idc.doctor.bindings import BINDINGS, identities
from okta_idc.doctor.bindings.users import UNEXPLAINED
from okta_idc.doctor.user_checks import USER_RULES
from okta_idc.inventory.declared import DeclaredGroup
from okta_idc.inventory.model import Certificate, Inventory, StoreGroup, StoreUser
from okta_idc.rules import RULES, EnforcementPoint
from okta_idc.rules.access_drift import DeclaredAccess
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.attributes import NAME_PREFIX
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.policy_grammar import example
from okta_idc.rules.profile_mappings import Mapped
from okta_idc.rules.scim_secret import ScimResponse
from tests.unit.okta_idc.doctor.sample_inventory import (
    ADMIN,
    APPLICATION,
    ENDPOINT,
    ENVIRONMENT,
    ISSUER,
    MAPPED,
    NOW,
    app,
    app_user,
    assigned_users,
    judge,
    mapping,
    sent,
    sound,
    store_user,
)
from tests.unit.okta_idc.rules import unlocated

Defect = Callable[[Inventory], None]
DENY = (
    '{"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": '
    '{"StringEquals": {"aws:PrincipalTag/%s": "blue"}}}]}'
)


def put(**parts: Any) -> Defect:
    def change(found: Inventory) -> None:
        for name, value in parts.items():
            setattr(found, name, value)

    return change


def environment(**parts: Any) -> Defect:
    return put(environment=replace(ENVIRONMENT, **parts))


def issue(kind: str) -> Defect:
    found = PolicyIssue(kind, "INVALID_ACTION", "No such action.", "Statement[0].Action")
    return put(policy_issues={"Admin": (found,)})


def tags(**more: str | None) -> Defect:
    def change(found: Inventory) -> None:
        assert not isinstance(found.secret, Unavailable)
        merged = {**found.secret, **more}
        found.secret = {key: value for key, value in merged.items() if value is not None}

    return change


def app_with(**more: Any) -> Defect:
    """The app with other attributes."""
    return put(app=app(**more))


def settings(**more: str) -> Defect:
    return app_with(settings={"app": {"acsURL": app()["settings"]["app"]["acsURL"],
                                   "entityID": ISSUER, **more}})  # fmt: skip


def sends(*statements: dict[str, Any]) -> Defect:
    """The app has these attribute statements, which apply to all users."""

    def change(found: Inventory) -> None:
        found.app = app(settings={**app()["settings"],
                                  "signOn": {"attributeStatements": [*statements]}})  # fmt: skip
        found.users = assigned_users(app_document=found.app)

    return change


def users(*app_users: dict[str, Any]) -> Defect:
    return put(users=assigned_users(*app_users))


def ada(**more: Any) -> Defect:
    return users(app_user("ada", 1, **more), app_user("ben", 2))


def profile(**more: Any) -> Defect:
    return ada(profile=more)


def declares(**more: Any) -> Defect:
    def change(found: Inventory) -> None:
        found.declared = replace(found.declared, **more)

    return change


def named(name: str) -> Defect:
    """Renames the push group in Okta."""

    def change(found: Inventory) -> None:
        assert not isinstance(found.groups, Unavailable)
        found.groups.names["00gP"] = name

    return change


def ruled(status: str = "") -> Defect:
    """Declares a group rule, which Okta has in this status; by default, only another one."""

    def change(found: Inventory) -> None:
        found.declared = replace(found.declared, rules=("aws-engineering",))
        found.rules = [{"name": "unmanaged", "status": "INVALID"}]
        if status:
            found.rules += [{"name": "aws-engineering", "status": status}]

    return change


def share_a_name(found: Inventory) -> None:
    assert not isinstance(found.groups, Unavailable)
    found.pushes = (mapping(), mapping(sourceGroupId="00gQ", targetGroupId="00gR"))
    found.groups.names |= {"00gQ": "AWS-Admins", "00gR": "AWS-Admins"}


def members(*idents: str, **inactive: str) -> Defect:
    def change(found: Inventory) -> None:
        found.members.by_group["00gP"] = frozenset(idents)
        found.members.logins |= {i: found.members.logins.get(i, f"{i}@x.org") for i in idents}
        found.members.inactive |= {f"00{key}": status for key, status in inactive.items()}

    return change


def store(*users: StoreUser) -> Defect:
    return put(store_users={f"u-{n}": user for n, user in enumerate(users, 1)})


ADA, BEN = store_user("ada", 1), store_user("ben", 2)
MOVED = store_user("ada", 1, Extensions={ENTERPRISE: {"department": "Sales"}})
"""Ada with another department in AWS."""


def moved(**more: Any) -> Defect:
    """Ada has another department in AWS, and her app user has other properties."""
    return both(ada(**more), store(MOVED, BEN))


def mapped(**more: Mapped | None) -> Defect:
    """The profile mapping has other attributes."""
    merged = MAPPED | more
    return put(mapping={name: each for name, each in merged.items() if each})


def access(**more: Any) -> Defect:
    def change(found: Inventory) -> None:
        assert not isinstance(found.access, Unavailable)
        found.access = replace(found.access, **more)

    return change


def policy(text: str) -> Defect:
    return admin(inline_policy=text)


def admin(**changes: Any) -> Defect:
    """The permission set has other properties in AWS."""
    return access(sets=(PermissionSetDetails("Admin", **ADMIN | changes),))


def join_too_many_groups(found: Inventory) -> None:
    found.store_groups = {f"g-{n}": StoreGroup(f"g{n}", True) for n in range(1_001)}
    found.store_members = {f"g-{n}": frozenset({"u-1"}) for n in range(1_001)}


def both(*changes: Defect) -> Defect:
    def change(found: Inventory) -> None:
        for each in changes:
            each(found)

    return change


# Rule, defect, and the name and path of the finding.
CASES: list[tuple[str, Defect, str, str]] = [
    ("OIC-101", put(connection={"status": "ENABLED", "baseUrl": ENDPOINT + "/"}),
     "the app's connection", "Base URL"),
    ("OIC-103", tags(expires="2026-11-01T00:00:00Z"), "SCIM token", ""),
    ("OIC-104", tags(expires="2027-01-25T00:00:00Z"), "SCIM token", ""),
    ("OIC-105", tags(expires="2026-12-01"), "SCIM token", ""),
    ("OIC-107", put(primary_region="eu-west-1"), "the secret", "endpoint"),
    ("OIC-108", put(connection={"status": "ENABLED",
                                "baseUrl": ENDPOINT.replace("5555/", "5556/")}),
     "the app's connection", "Base URL"),
    ("OIC-109", tags(token_id=None), "the secret", "token_id"),
    ("OIC-110", settings(acsURL="https://x.example"), "the app", "acsURL"),
    ("OIC-111", settings(entityID="https://x.example"), "the app", "entityID"),
    ("OIC-112", settings(acsURL="https://eu-west-1.sso.signin.aws/platform/saml/acs/01-ab"),
     "the app", "acs_url"),
    ("OIC-133", tags(endpoint="https://scim.xx-north-1.amazonaws.xx/" + "1" * 20 + "/scim/v2"),
     "the secret", "endpoint"),
    ("OIC-134", settings(acsURL="https://us-east-1.signin.example.com/platform/saml/acs/01-ab"),
     "the app", "acsURL"),
    ("OIC-113", put(store_id="d-1111111111"), "the app", "entityID"),
    ("OIC-114", put(certificate=Certificate("A" * 3000, NOW + timedelta(days=999))),
     "SAML signing certificate", ""),
    ("OIC-115", put(metadata="<" * 75_001), "the app", "metadata"),
    ("OIC-116", put(certificate=Certificate("A", NOW + timedelta(days=30))),
     "SAML signing certificate", ""),
    ("OIC-117", put(token=ScimResponse(401, "GET /Users", NOW + timedelta(days=310))),
     "SCIM token", ""),
    ("OIC-130", put(pushes=(mapping(status="ERROR", lastUpdated="2026-11-02T00:00:00Z",
                                    errorSummary="Unable to push group: Unauthorized"),)),
     "Provisioning", "SCIM requests"),
    ("OIC-131", users(*(app_user(name, number, syncState="ERROR",
                                 lastUpdated="2026-11-02T00:00:00.000Z")
                        for number, name in enumerate(("ada", "ben"), 1))),
     "Provisioning", "SCIM requests"),
    ("OIC-201", put(assigned={"00gA": 1, "00gP": 2}), "aws-admins", ""),
    ("OIC-202", members("00u1", "00u2", "00u9"), "00u9@x.org", "aws-admins"),
    ("OIC-203", declares(push=(DeclaredGroup("aws-admin", "00gP"),)), "push group aws-admin", ""),
    ("OIC-205", named("aws-\u200badmins"), "aws-\u200badmins", "name"),
    ("OIC-206", named("aws:admins"), "aws:admins", "name"),
    ("OIC-207", share_a_name, "AWS-Admins", "name"),
    ("OIC-208", members("00u1", "00u2", u2="SUSPENDED"), "ben@example.com", "aws-admins"),
    ("OIC-209", ada(scope="USER"), "ada@example.com", ""),
    ("OIC-211", members("00u1", *(f"00u{n}" for n in range(200))), "aws-admins", "members"),
    ("OIC-301", profile(displayName=None), "ada@example.com", "displayName"),
    ("OIC-302", users(app_user("ada", 1, credentials={"userName": "A@x.org"}),
                    app_user("ben", 2, credentials={"userName": "a@x.org"})),
     "ben@example.com", "userName"),
    ("OIC-303", profile(title="<"), "ada@example.com", "title"),
    ("OIC-304", profile(city="Rome"), "ada@example.com", "address"),
    ("OIC-305", profile(title="a\u200bb"), "ada@example.com", "title"),
    ("OIC-306", profile(email="ben@example.com"), "ben@example.com", "email"),
    ("OIC-307", profile(title=""), "ada@example.com", "title"),
    ("OIC-308", profile(title=5), "ada@example.com", "title"),
    ("OIC-309", profile(email=["a", "b"]), "ada@example.com", "email"),
    ("OIC-310", profile(manager=""), "ada@example.com", "manager"),
    ("OIC-311", profile(roles=["admin"]), "ada@example.com", "roles"),
    ("OIC-312", profile(password="x"), "ada@example.com", "password"),
    ("OIC-313", profile(title="x" * 1025), "ada@example.com", "title"),
    ("OIC-314", ada(credentials={"userName": "a b@x.org"}), "ada@example.com", "userName"),
    ("OIC-315", ada(credentials={"userName": "ada"}), "ada@example.com", "userName"),
    ("OIC-316", store(ADA, replace(BEN, external_id="00u1")), "ben@example.com", "externalId"),
    ("OIC-320", app_with(credentials={"userNameTemplate": {"template": "x"}}),
     "the app", "userNameTemplate"),
    ("OIC-322", put(mapping={n: Mapped("user.x", True) for n in ("firstName", "lastName")}),
     "the profile mapping", "displayName"),
    ("OIC-323", put(mapping={"title": Mapped("user.title", False)}),
     "the profile mapping", "title"),
    ("OIC-324", put(mapping={"title": Mapped("title", True)}), "the profile mapping", "title"),
    ("OIC-328", put(mapping={"title": Mapped("appuser.x", True)}),
     "the profile mapping", "title"),
    ("OIC-401", sends(sent("Cost&Center")), "attribute Cost&Center", "key"),
    ("OIC-402", sends(sent(), sent("department")), "attribute department", ""),
    ("OIC-403", sends(sent(values=["department"])), "attribute Department", "value"),
    ("OIC-404", sends(*(sent(f"Key{n}") for n in range(51))), "the app", "attribute_statements"),
    ("OIC-405", ada(okta={"profile": {"department": "R&D"}}),
     "ada@example.com", "attribute Department"),
    ("OIC-406", sends(sent(namespace="x")), "attribute Department", "namespace"),
    ("OIC-407", sends(sent(name="https://aws.amazon.com/SAML/Attributes/AccessControl/X")),
     "statement https://aws.amazon.com/SAML/Attributes/AccessControl/X", "name"),
    ("OIC-408", sends(sent(values=["user.a", "user.b"])),
     f"statement {NAME_PREFIX}Department", "values"),
    ("OIC-409", put(access_control=("ENABLED", (("department", "${path:userName}"),))),
     "attribute Department", ""),
    ("OIC-410", put(access_control=("", ())), "status", ""),
    ("OIC-411", put(access_control=("ENABLED", (("X", "${path:nothing}"),))),
     "attribute X", "source"),
    ("OIC-412", sends(sent(values=['"' + "x" * 1_023 + '"'])), "attribute Department", "value"),
    ("OIC-413", ada(okta={"profile": {"department": None}}),
     "ada@example.com", "attribute Department"),
    ("OIC-414", sends(sent(values=["user.departmen"])), "attribute Department", "value"),
    ("OIC-415", sends(sent(values=["Groups.contains(1)"])), "attribute Department", "value"),
    ("OIC-416", sends(sent(), sent()), "attribute Department", ""),
    ("OIC-417", sends(sent(values=['"R&D"'])), "attribute Department", "value"),
    ("OIC-418", sends(sent(values=["null"])), "attribute Department", "value"),
    ("OIC-419", sends(sent(values=["appuser.titel"])), "attribute Department", "value"),
    ("OIC-505", policy(example(Sid=f'"{"x" * 10_300}"')), "permission set Admin", "inline_policy"),
    ("OIC-506", policy("{}"), "permission set Admin", "inline_policy"),
    ("OIC-509", policy(example(Effect='"allow"')), "permission set Admin",
     "inline_policy.Statement[0].Effect"),
    ("OIC-510", policy(example(Principal='"*"')), "permission set Admin",
     "inline_policy.Statement[0].Principal"),
    ("OIC-511", policy(example(Sid='"a b"')), "permission set Admin",
     "inline_policy.Statement[0].Sid"),
    ("OIC-512", policy(example(Condition='{"StringEqual": {"a:b": "c"}}')), "permission set Admin",
     "inline_policy.Statement[0].Condition"),
    ("OIC-513", policy(example("", Resource='"arn:aws:s3:::${aws:userid}"')),
     "permission set Admin", "inline_policy.Statement[0].Resource"),
    ("OIC-514", policy(example(Resource='"arn:aws:s3:::${"')), "permission set Admin",
     "inline_policy.Statement[0].Resource"),
    ("OIC-515", policy(example(Action='"GetObject"')), "permission set Admin",
     "inline_policy.Statement[0].Action"),
    ("OIC-516", policy(example(Resource='"data"')), "permission set Admin",
     "inline_policy.Statement[0].Resource"),
    ("OIC-507", admin(managed_policies=("p",) * 21), "permission set Admin", "managed_policies"),
    ("OIC-519", issue("ERROR"), "permission set Admin", "inline_policy.Statement[0].Action"),
    ("OIC-522", issue("WARNING"), "permission set Admin", "inline_policy.Statement[0].Action"),
    ("OIC-539", environment(accounts={"210987654321": "ACTIVE"}), "permission set Admin", ""),
    ("OIC-540", environment(accounts={"123456789012": "SUSPENDED"}), "permission set Admin", ""),
    ("OIC-541", environment(caller="210987654321"), "permission set Admin", ""),
    ("OIC-542", environment(permission_sets=False), "the instance", "permission sets"),
    ("OIC-543", environment(policies=frozenset()), "permission set Admin", ""),
    ("OIC-544", environment(network=StoreNetwork(True)), "the identity store",
     "network configuration"),
    ("OIC-545", environment(network=StoreNetwork(True)), "the identity store",
     "network configuration"),
    ("OIC-520", policy(DENY % "Team"), "permission set Admin",
     "inline_policy.Statement[0].Condition.StringEquals.aws:PrincipalTag/Team"),
    ("OIC-521", policy(DENY % "Department"), "permission set Admin",
     "inline_policy.Statement[0].Condition.StringEquals.aws:PrincipalTag/Department"),
    ("OIC-523", policy(example(Condition='{"Null": {"aws:PrincipalTag": true}}')),
     "permission set Admin", "inline_policy.Statement[0].Condition.Null"),
    ("OIC-525", policy(example(Condition='{"Null": {"aws:PrincipalTag/Department": "no"}}')),
     "permission set Admin",
     "inline_policy.Statement[0].Condition.Null.aws:PrincipalTag/Department"),
    ("OIC-526", policy(example(
        Condition='{"Null": {"aws:PrincipalTag/Department": "false"}, '
        '"null": {"aws:PrincipalTag/Department": "false"}}')),
     "permission set Admin", "inline_policy.Statement[0].Condition.null"),
    ("OIC-524",
     policy(example(Condition='{"StringNotEquals": {"aws:PrincipalTag/Department": "blue"}}')),
     "permission set Admin",
     "inline_policy.Statement[0].Condition.StringNotEquals.aws:PrincipalTag/Department"),
    ("OIC-531", access(assignments=(Assignment("u-1", "Admin", "1", "USER"),)),
     "ada@example.com", "Admin in 1"),
    ("OIC-534", access(assignments=(Assignment("g-9", "Admin", "1"),)),
     "Admin in 1, group g-9", ""),
    ("OIC-536", join_too_many_groups, "ada@example.com", ""),
    ("OIC-537", access(sets_of_accounts={"123456789012": 501}), "123456789012", ""),
    ("OIC-601", put(pushes=(mapping(status="ERROR", errorSummary="no"),)),
     "aws-admins", "push mapping"),
    ("OIC-602", put(pushes=()), "aws-admins", "push_groups"),
    ("OIC-603", declares(push=()), "aws-admins", "push_groups"),
    ("OIC-604", put(pushes=(mapping(status="INACTIVE"),)), "aws-admins", "push mapping"),
    ("OIC-605", put(assigned={}), "aws-access", "assignments.groups"),
    ("OIC-606", declares(assign=()), "aws-access", "assignments.groups"),
    ("OIC-607", ruled("INACTIVE"), "aws-engineering", "group rule"),
    ("OIC-608", ruled("INVALID"), "aws-engineering", "group rule"),
    ("OIC-609", ruled(), "aws-engineering", "group rule"),
    ("OIC-610", put(connection={"status": "UNKNOWN"}), "the app", "connection"),
    ("OIC-611", put(connection={"status": "DISABLED"}), "the app", "connection"),
    ("OIC-612", app_with(features=["GROUP_PUSH", "PUSH_NEW_USERS"]), "the app", "features"),
    ("OIC-613", app_with(features=["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES",
                                "PUSH_USER_DEACTIVATION"]), "the app", "features"),
    ("OIC-646", put(app=app(features=["GROUP_PUSH"]),
                    feature=Unavailable("401.", code="E0000015", applicable=False)),
     "the app", "features"),
    ("OIC-614", put(feature={"capabilities": {"update": {"password": {"status": "ENABLED"}}}}),
     "the app", "capabilities.update.password"),
    ("OIC-615", app_with(label="Another"), "the app", "label"),
    ("OIC-616", sends(sent(values=["user.title"])), "the app", "attribute_statements"),
    ("OIC-617", declares(policy="rst2"), "the app", "policy"),
    ("OIC-618", put(apps={"A": app(), "B": app()}), "B", ""),
    ("OIC-619", app_with(status="INACTIVE"), "the app", "status"),
    ("OIC-620", both(put(store_groups={"g-1": StoreGroup("old", False)}),
                     declares(push=(DeclaredGroup("aws-admins", "00gP", "g-1"),))),
     "aws-admins", "name"),
    ("OIC-621", put(store_members={"g-1": frozenset({"u-1"})}), "ben@example.com", "aws-admins"),
    ("OIC-622", members("00u1"), "ben@example.com", "aws-admins"),
    ("OIC-623", put(store_groups={}), "aws-admins", "push_groups"),
    ("OIC-624", store(ADA), "ben@example.com", ""),
    ("OIC-625", users(app_user("ada", 1)), "ben@example.com", ""),
    ("OIC-626", both(store(ADA, replace(BEN, by_scim=False)),
                     users(app_user("ada", 1), app_user("ben", 2, syncState="ERROR"))),
     "ben@example.com", ""),
    ("OIC-627", put(pushes=(mapping(lastPush=None),)), "aws-admins", "push_groups"),
    ("OIC-628", store(ADA, BEN, StoreUser("root", True, "", False)), "root", "users"),
    ("OIC-629", ada(syncState="ERROR"), "ada@example.com", ""),
    ("OIC-630", store(replace(ADA, external_id="ada"), BEN), "ada@example.com", "externalId"),
    ("OIC-631", tags(created="2024-01-01T00:00:00Z"), "the secret", "created"),
    ("OIC-632", access(sets=()), "permission set Admin", ""),
    ("OIC-633", admin(description="x"), "permission set Admin", "description"),
    ("OIC-634", admin(customer_managed_policies=("own",)),
     "permission set Admin", "customer_managed_policies"),
    ("OIC-635", admin(managed_policies=()), "permission set Admin", "managed_policies"),
    ("OIC-636", admin(permissions_boundary="arn:b"),
     "permission set Admin", "permissions_boundary"),
    ("OIC-637", access(assignments=()), "aws-admins", "account assignments"),
    ("OIC-638", put(applications={"g-1": (APPLICATION, "arn:aws:sso::1:application/i/apl-2")}),
     "aws-admins", "application assignments"),
    ("OIC-639", put(access_control=("ENABLED", (("UserName", "${path:title}"),))),
     "attributes for access control", "access_control_attributes"),
    ("OIC-650", moved(syncState="ERROR"), "ada@example.com", "department"),
    ("OIC-651", moved(syncState="OUT_OF_SYNC"), "ada@example.com", "department"),
    ("OIC-652", both(moved(), app_with(features=["PUSH_NEW_USERS"])),
     "ada@example.com", "department"),
    ("OIC-653", both(moved(), mapped(department=Mapped("user.department", push=False))),
     "ada@example.com", "department"),
    ("OIC-654", moved(), "ada@example.com", "department"),
    ("OIC-655", ada(okta={"profile": {"department": "Sales"}}), "ada@example.com", "department"),
    ("OIC-656", both(moved(), mapped(department=None)), "ada@example.com", "department"),
    ("OIC-330", both(users(app_user("ada", 1, profile={"email": None}), app_user("ben", 2)),
                     store(store_user("ada", 1, Emails=[]), BEN)), "ada@example.com", "email"),
    ("OIC-657", both(users(*(app_user(f"p{n}", n) for n in range(1, 6))),
                     store(*(store_user(f"p{n}", n, Extensions={}) for n in range(1, 6)))),
     "the profile mapping", "department"),
]  # fmt: skip


def test_the_doctor_binds_its_rules_and_no_others() -> None:
    bound = [each.rule.id for each in (*BINDINGS, *UNEXPLAINED, *identities.BINDINGS)]
    bound += [rule.id for rule in USER_RULES]
    doctor_rules = {
        rule.id for rule in RULES.values() if EnforcementPoint.DOCTOR in rule.enforced_by
    }
    assert set(bound) == doctor_rules
    # Two of the rules on profiles apply to the profile mapping too, and one of the rules on
    # differences to the app user as well as to AWS.
    twice = {rule for rule in bound if bound.count(rule) > 1}
    assert twice == {"OIC-311", "OIC-312", "OIC-653"}


def test_every_rule_of_the_doctor_has_a_case() -> None:
    doctor_rules = {
        rule.id for rule in RULES.values() if EnforcementPoint.DOCTOR in rule.enforced_by
    }
    assert {rule for rule, *_ in CASES} == doctor_rules


def test_a_sound_federation_has_no_findings_and_every_rule_is_checked() -> None:
    report = judge(sound())
    assert report.found == []
    assert report.unknown == {}
    assert report.skipped == {}
    assert report.checked == {
        rule.id for rule in RULES.values() if EnforcementPoint.DOCTOR in rule.enforced_by
    }


@pytest.mark.parametrize(("rule", "change", "name", "path"), CASES, ids=[c[0] for c in CASES])
def test_each_defect_is_found_with_its_name_and_path(
    rule: str, change: Defect, name: str, path: str
) -> None:
    found = sound()
    change(found)
    report = judge(found)
    hits = [each for each in report.found if each.rule.id == rule]
    assert hits, [each.rule.id for each in report.found]
    assert (hits[0].name, hits[0].finding.path) == (name, path), hits[0]
    for binding in BINDINGS:
        with contextlib.suppress(Unavailable):
            assert unlocated(binding, found) == []


_NO_PARTS = {
    "in_progress",
    "admin_console",
    "source",
    "app_id",
    "store_id",
    "declared",
    "now",
    "all_types",
    "type_mappings",
    "members",
    "store_members",
}
_ADOPTED = {"instance", "group_access"}
PARTS = [name for name in vars(sound()) if name not in _NO_PARTS | _ADOPTED]


@pytest.mark.parametrize("part", PARTS)
def test_an_unavailable_part_makes_its_rules_unknown(part: str) -> None:
    found = sound()
    setattr(found, part, Unavailable(f"no permission to read {part}."))
    report = judge(found)
    assert report.found == []
    unknown = {rule for why, rules in report.unknown.items() for rule in rules if part in why}
    assert unknown
    assert report.exit_code(RULES["OIC-301"].severity) == 2
    for rule in unknown:  # an unknown rule does not report its defect
        change = next(change for name, change, *_ in CASES if name == rule)
        again = sound()
        change(again)
        setattr(again, part, Unavailable("no."))
        assert rule not in {each.rule.id for each in judge(again).found} or rule in (
            "OIC-311", "OIC-312", "OIC-414", "OIC-637", "OIC-638",  # other parts are still compared
        )  # fmt: skip


def test_hidden_members_make_only_their_group_unknown() -> None:
    found = sound()
    share_a_name(found)
    found.members.by_group["00gQ"] = Unavailable("Okta shows no member of AWS-Admins.")
    found.members.by_group["00gP"] = frozenset({"00u1", "00u9"})
    report = judge(found)
    assert "OIC-202" in {each.rule.id for each in report.found}
    assert {"OIC-202", "OIC-208", "OIC-211"} <= set(
        report.unknown["Okta shows no member of AWS-Admins."]
    )


def test_a_connection_created_in_the_console_is_skipped() -> None:
    found = sound()
    declares(mode="console")(found)
    found.connection = {"status": "UNKNOWN"}
    report = judge(found)
    assert report.found == []
    assert report.unknown == {}
    skipped = {rule for rules in report.skipped.values() for rule in rules}
    assert skipped == {"OIC-101", "OIC-108", "OIC-130", "OIC-610", "OIC-611"}


@pytest.mark.parametrize("code", ["", "E0000001", "E0000006"])
def test_while_provisioning_is_off_the_license_is_unknown(code: str) -> None:
    found = sound()
    put(app=app(features=["GROUP_PUSH"]), feature=Unavailable("Not shown.", code=code))(found)
    report = judge(found)
    assert [why for why, rules in report.unknown.items() if "OIC-646" in rules] == [
        "No provisioning feature of the app is on, and Okta's API shows no licenses. In the Okta "
        "Admin Console, check that the app has the tab Provisioning: an org without Lifecycle "
        "Management may not show it."
    ]


def test_a_provisioning_feature_that_is_on_proves_the_license() -> None:
    found = sound()
    put(app=app(features=["PUSH_NEW_USERS"]),
        feature=Unavailable("401.", code="E0000015"))(found)  # fmt: skip
    assert "OIC-646" not in {each.rule.id for each in judge(found).found}


def test_without_a_declaration_drift_is_skipped_and_the_option_is_named() -> None:
    found = sound()
    found.declared = type(found.declared)()
    report = judge(found)
    assert (report.found, report.unknown) == ([], {})
    reasons = {rule: why for why, rules in report.skipped.items() for rule in rules}
    assert set(reasons) == {"OIC-203", "OIC-602", "OIC-603", "OIC-604", "OIC-605", "OIC-606",
                         "OIC-607", "OIC-608", "OIC-609",
                         "OIC-615", "OIC-616", "OIC-617", "OIC-542", "OIC-543",
                         *(f"OIC-{number}" for number in range(632, 640))}  # fmt: skip
    assert "--stack" in reasons["OIC-602"]
    assert "--settings" in reasons["OIC-615"]
    assert "--policy" in reasons["OIC-617"]


def test_an_attribute_that_another_user_type_may_have_is_unknown() -> None:
    found = sound()
    sends(sent(values=["user.badge"]))(found)
    found.all_types = Unavailable("403. Needs okta.userTypes.read.")
    report = judge(found)
    assert "OIC-414" not in {each.rule.id for each in report.found}
    assert any("okta.userTypes.read" in why for why in report.unknown)


@pytest.mark.parametrize(
    ("defect", "name", "path"),
    [
        (put(mapping={"title": Mapped("user.titel", True)}), "the profile mapping", "title"),
        (app_with(credentials={"userNameTemplate": {"template": "${source.emial}"}}),
         "the app", "userNameTemplate"),
    ],
)  # fmt: skip
def test_unknown_attributes_are_found_in_mappings_and_usernames(
    defect: Defect, name: str, path: str
) -> None:
    found = sound()
    defect(found)
    located = [(e.name, e.finding.path) for e in judge(found).found if e.rule.id == "OIC-414"]
    assert located == [(name, path)]


def test_group_rules_that_okta_does_not_show_are_unknown() -> None:
    found = sound()
    found.declared = replace(found.declared, rules=("aws-engineering",))
    found.rules = Unavailable("Okta shows no group rule.")
    report = judge(found)
    assert report.found == []
    assert set(report.unknown["Okta shows no group rule."]) >= {"OIC-607", "OIC-608", "OIC-609"}


def test_a_rejected_user_is_not_also_missing_from_a_group() -> None:
    found = sound()
    ada(syncState="ERROR")(found)
    put(store_members={"g-1": frozenset({"u-2"})})(found)
    found.store_users = {"u-2": BEN}
    assert {each.rule.id for each in judge(found).found} == {"OIC-629"}


def test_a_suspended_user_keeps_the_membership() -> None:
    found = sound()
    ada(okta={"status": "SUSPENDED"})(found)
    assert {each.rule.id for each in judge(found).found} == set()
    found.members.inactive["00u1"] = "SUSPENDED"
    assert {each.rule.id for each in judge(found).found} == {"OIC-208"}


def test_a_deactivated_member_is_inactive_and_not_also_unassigned() -> None:
    found = sound()
    members("00u1", "00u2", "00u9", u9="DEPROVISIONED")(found)
    hits = {each.rule.id for each in judge(found).found if each.name == "00u9@x.org"}
    assert hits == {"OIC-208"}


def test_deleted_and_hidden_groups_are_distinguished() -> None:
    found = sound()
    found.pushes = ()
    assert "OIC-602" in {each.rule.id for each in judge(found).found}
    assert not isinstance(found.groups, Unavailable)
    found.groups.by_name.clear()
    found.assigned = {}
    report = judge(found)
    assert "OIC-602" not in {each.rule.id for each in report.found}
    assert {"OIC-602", "OIC-603", "OIC-605", "OIC-606"} <= {
        rule for rules in report.unknown.values() for rule in rules
    }


def test_a_denied_action_makes_one_property_unknown_once() -> None:
    found = sound()
    action = "sso:GetPermissionsBoundaryForPermissionSet"
    error = AwsError(f"{action}: AccessDeniedException: no", action, "AccessDeniedException")
    admin(unread={"permissions_boundary": error}, session_duration="PT2H")(found)
    report = judge(found)
    assert {each.rule.id for each in report.found} == {"OIC-633"}
    [(why, rules)] = report.unknown.items()
    assert rules == ["OIC-636"]
    assert why.endswith(f"Needs {action}.")


def test_unknown_applications_do_not_hide_an_undeclared_account_assignment() -> None:
    found = sound()
    found.applications = Unavailable("denied.")
    access(assignments=(Assignment("g-1", "Admin", "123456789012"),
                        Assignment("g-1", "Admin", "210987654321")))(found)  # fmt: skip
    report = judge(found)
    [finding] = report.found
    assert "210987654321" in finding.finding.message
    assert set(report.unknown["denied."]) == {"OIC-637", "OIC-638"}


def test_the_policies_of_a_permission_set_that_is_not_declared_are_shown() -> None:
    found = sound()
    hand_made = PermissionSetDetails("Breakglass", managed_policies=("arn:Administrator",))
    assert not isinstance(found.access, Unavailable)
    assignments = (*found.access.assignments, Assignment("g-1", "Breakglass", "1"))
    access(sets=(*found.access.sets, hand_made), assignments=assignments)(found)
    [finding] = judge(found).found
    assert "permission set Breakglass in 1" in finding.finding.message
    assert "arn:Administrator" in finding.finding.explanation


def test_a_group_renamed_since_the_last_update_keeps_its_declared_access() -> None:
    found = sound()
    named("aws-platform")(found)
    rules = {each.rule.id for each in judge(found).found}
    assert not rules & {"OIC-637", "OIC-638"}


def test_access_that_the_stack_does_not_manage_is_not_compared() -> None:
    found = sound()
    declares(access=DeclaredAccess())(found)
    report = judge(found)
    assert report.found == []
    skipped = {rule for rules in report.skipped.values() for rule in rules}
    assert skipped == {f"OIC-{number}" for number in range(632, 640)}


@pytest.mark.parametrize(
    "in_aws",
    [
        StoreUser("ada@example.com", True, "00u1", True, store_user("ada", 1, Emails=[]).values),
        StoreUser("x@example.com", True, "00u1", True, store_user("ada", 1, Emails=[]).values),
        StoreUser("ADA@example.com", True, "", True, store_user("ada", 1, Emails=[]).values),
        StoreUser("root", True, "", False, store_user("ada", 1, Emails=[]).values),
        StoreUser("root", True, "", True),
    ],
)
def test_an_email_that_okta_sends_or_that_scim_does_not_manage_is_not_missing(
    in_aws: StoreUser,
) -> None:
    found = sound()
    store(in_aws, BEN)(found)
    report = judge(found)
    assert "OIC-330" not in {each.rule.id for each in report.found}


@pytest.mark.parametrize("part", ["users", "store_users"])
def test_missing_emails_are_unknown_if_the_users_of_one_side_are(part: str) -> None:
    found = sound()
    put(**{part: Unavailable("no permission")})(found)
    assert "OIC-330" in {rule for rules in judge(found).unknown.values() for rule in rules}
