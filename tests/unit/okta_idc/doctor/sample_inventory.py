"""Inventory of a federation without defects, for tests to modify."""

from datetime import UTC, datetime, timedelta
from typing import Any

from okta_idc.clients.aws_environment import Environment
from okta_idc.clients.identity_center import PermissionSetDetails
from okta_idc.clients.identity_store import ENTERPRISE, StoreNetwork
from okta_idc.doctor import bindings
from okta_idc.doctor.report import Report
from okta_idc.doctor.user_checks import UserChecks
from okta_idc.inventory.assigned_users import AssignedUser, AssignedUsers
from okta_idc.inventory.declared import Declared, DeclaredGroup
from okta_idc.inventory.model import (
    Access,
    Certificate,
    Inventory,
    Membership,
    OktaGroups,
    Source,
    StoreGroup,
    StoreUser,
)
from okta_idc.inventory.sent_values import stored_values
from okta_idc.rules.access_drift import DeclaredAccess
from okta_idc.rules.account_access import Assignment
from okta_idc.rules.attribute_statements import statement
from okta_idc.rules.attributes import NAME_PREFIX, URI_NAME_FORMAT, Attribute
from okta_idc.rules.profile_mappings import Mapped
from okta_idc.rules.scim_secret import ScimResponse
from okta_idc.settings.declared_access import declared_set
from okta_idc.settings.models import PermissionSet

MAPPED = {
    name: Mapped(f"user.{name}", True)
    for name in ("firstName", "lastName", "displayName", "email", "department")
}
NOW = datetime(2026, 11, 25, tzinfo=UTC)
STORE = "d-9067a1b2c3"
ENVIRONMENT = Environment(
    "123456789012", True, "123456789012", StoreNetwork(),
    dict.fromkeys(("123456789012", "210987654321", "1"), "ACTIVE"),
    frozenset({"arn:aws:iam::aws:policy/ReadOnlyAccess"}),
)  # fmt: skip
ENDPOINT = "https://scim.us-east-1.amazonaws.com/11111111111-2222-3333-4444-555555555555/scim/v2"
ACS = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd"
ISSUER = f"https://us-east-1.signin.aws.amazon.com/platform/saml/{STORE}"
DEPARTMENT = Attribute("Department", "user.department")
APPLICATION = "arn:aws:sso::123456789012:application/ssoins-1/apl-1"
POLICY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ADMIN: dict[str, Any] = {"session_duration": "PT1H", "managed_policies": (POLICY,)}
"""Properties of the permission set in AWS."""


def app(**more: Any) -> dict[str, Any]:
    return {
        "id": "0oa1", "label": "AWS", "status": "ACTIVE",
        "features": ["PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION",
                     "GROUP_PUSH"],
        "credentials": {"userNameTemplate": {"template": "${source.login}"},
                        "signing": {"kid": "k1"}},
        "settings": {
            "app": {"acsURL": ACS, "entityID": ISSUER},
            "signOn": {"attributeStatements": [sent()]},
        },
        "_links": {"accessPolicy": {"href": "https://acme.okta.com/api/v1/policies/rst1"}},
        **more,
    }  # fmt: skip


def sent(key: str = "Department", **more: Any) -> dict[str, Any]:
    """An attribute statement as Okta returns it."""
    return {
        "type": "EXPRESSION", "name": NAME_PREFIX + key, "namespace": URI_NAME_FORMAT,
        "values": [f"user.{key[0].lower()}{key[1:]}"], **more,
    }  # fmt: skip


def app_user(name: str, number: int, **more: Any) -> dict[str, Any]:
    """An app user as Okta returns it with `expand=user`. Merges in `okta`, and `profile` into both
    profiles."""
    address = f"{name}@example.com"
    names = {"firstName": name.capitalize(), "lastName": "Berg", "email": address,
             "displayName": f"{name.capitalize()} Berg", "department": "Research"}  # fmt: skip
    okta = {"status": "ACTIVE", **more.pop("okta", {})}
    own = more.pop("profile", {})
    okta["profile"] = {"login": address, **names, **own, **okta.get("profile", {})}
    return {
        "id": f"00u{number}", "externalId": f"u-{number}", "status": "PROVISIONED",
        "syncState": "SYNCHRONIZED",
        "scope": "GROUP", "credentials": {"userName": address},
        "profile": {**names, **own}, "_embedded": {"user": okta}, **more,
    }  # fmt: skip


def store_user(name: str, number: int, **attributes: Any) -> StoreUser:
    """The same user in the Identity Store, with other attributes."""
    address = f"{name}@example.com"
    shown = {
        "UserName": address, "DisplayName": f"{name.capitalize()} Berg",
        "Name": {"GivenName": name.capitalize(), "FamilyName": "Berg"},
        "Emails": [{"Value": address, "Primary": True}],
        "Extensions": {ENTERPRISE: {"department": "Research"}}, **attributes,
    }  # fmt: skip
    return StoreUser(shown["UserName"], True, f"00u{number}", True, stored_values(shown))


def assigned_users(
    *app_users: dict[str, Any], app_document: dict[str, Any] | None = None
) -> AssignedUsers:
    """Assigned users, checked as they are read."""
    inventory = Inventory(Source("us-east-1"), app=app_document or app(), mapping=MAPPED)
    checks = UserChecks()
    found = AssignedUsers(Listener(inventory, checks))
    found.add(app_users or (app_user("ada", 1), app_user("ben", 2)))
    return found


class Listener:
    """Passes each user to the checks, as `read_inventory` does."""

    def __init__(self, inventory: Inventory, checks: UserChecks) -> None:
        self.inventory, self.checks = inventory, checks

    def __call__(self, user: AssignedUser, app_user: dict[str, Any]) -> None:
        self.checks(self.inventory, user, app_user)


def judge(inventory: Inventory) -> Report:
    """The doctor's report on an inventory whose users `assigned_users` returned."""
    users = inventory.users
    listener = users.listener if isinstance(users, AssignedUsers) else None
    checks = listener.checks if isinstance(listener, Listener) else UserChecks()
    return bindings.judge(inventory, checks)


def mapping(**more: Any) -> dict[str, Any]:
    return {"sourceGroupId": "00gP", "targetGroupId": "00gT", "status": "ACTIVE",
            "lastPush": "2026-11-01T00:00:00Z", **more}  # fmt: skip


def sound() -> Inventory:
    """Two users, one assignment group, one push group and one account assignment."""
    members = frozenset({"00u1", "00u2"})
    return Inventory(
        Source("us-east-1", "0oa1", STORE),
        Declared(
            push=(DeclaredGroup("aws-admins", "00gP"),),
            assign=(DeclaredGroup("aws-access", "00gA"),),
            settings={"acsURL": ACS, "entityID": ISSUER, "label": "AWS",
                      "userNameTemplate": "${source.login}"},
            rules=("aws-engineering",), statements=(statement(DEPARTMENT),), policy="rst1",
            mode="api",
            access=DeclaredAccess(
                (declared_set(PermissionSet(name="Admin", managed_policies=[POLICY])),),
                {("aws-admins", "Admin"): frozenset({"123456789012"})},
                {"aws-admins": frozenset({APPLICATION})},
                {"UserName": "${path:userName}"},
            ),
        ),
        NOW,
        apps={"AWS (0oa1)": app()},
        app=app(),
        connection={"status": "ENABLED", "baseUrl": ENDPOINT},
        feature={"capabilities": {"update": {"password": {"status": "DISABLED"}}}},
        certificate=Certificate("-----BEGIN CERTIFICATE-----\n", NOW + timedelta(days=3650)),
        metadata="<EntityDescriptor/>",
        attributes=frozenset({"login", "department"}),
        mapping=MAPPED,
        rules=[{"name": "aws-engineering", "status": "ACTIVE"}],
        assigned={"00gA": 1},
        pushes=(mapping(),),
        groups=OktaGroups({"00gA": "aws-access", "00gP": "aws-admins", "00gT": "aws-admins"},
                          {"aws-access": ["00gA"], "aws-admins": ["00gP"]}),
        users=assigned_users(),
        members=Membership({"00gP": members},
                           {"00u1": "ada@example.com", "00u2": "ben@example.com"}),
        secret={"endpoint": ENDPOINT, "token_id": "t", "created": "2026-10-01T00:00:00Z",
                "expires": "2027-10-01T00:00:00Z"},
        token=ScimResponse(200, "", NOW + timedelta(days=310)),
        primary_region="us-east-1",
        access_control=("ENABLED", (("UserName", "${path:userName}"),)),
        applications={"g-1": (APPLICATION,)},
        environment=ENVIRONMENT,
        policy_issues={"Admin": ()},
        access=Access((PermissionSetDetails("Admin", **ADMIN),),
                      (Assignment("g-1", "Admin", "123456789012"),), {"123456789012": 1}),
        store_users={"u-1": store_user("ada", 1), "u-2": store_user("ben", 2)},
        store_groups={"g-1": StoreGroup("aws-admins", False)},
        store_members={"g-1": frozenset({"u-1", "u-2"})},
    )  # fmt: skip
