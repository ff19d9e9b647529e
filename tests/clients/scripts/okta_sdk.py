"""Calls the sandbox's Okta with Okta's SDK, with the credentials that MODE names.

Runs in the SDK's own environment. Prints a JSON object: each call and its error, or nothing.
"""

import asyncio
import json
import os
import sys
import traceback
import urllib.request
from collections.abc import Callable
from typing import Any

from okta import models
from okta.client import Client
from okta.pagination import paginate_all

ORG, TOKEN, MODE = (os.environ[name] for name in ("OKTA_ORG", "API_TOKEN", "MODE"))
os.environ["OKTA_TESTING_TESTINGDISABLEHTTPSCHECK"] = "true"  # the sandbox has no TLS


def client(token: str = TOKEN) -> Client:
    """The SDK's client, configured as its documentation says for this mode."""
    common = {"orgUrl": ORG, "rateLimit": {"maxRetries": 0}}
    if MODE == "ssws":
        return Client({**common, "token": token})
    return Client(
        {
            **common, "authorizationMode": "PrivateKey", "clientId": "0oaService",
            "scopes": ["okta.apps.manage", "okta.groups.manage", "okta.users.manage"],
            "privateKey": os.environ["PRIVATE_KEY"], "dpopEnabled": MODE.startswith("dpop"),
        }
    )  # fmt: skip


class Walk:
    def __init__(self) -> None:
        self.okta = client()
        self.calls: dict[str, str] = {}

    async def __call__(
        self, name: str, *args: Any, expect: Callable[[Any], Any] | None = None, **more: Any
    ) -> Any:
        """Call the method of the client; `expect` returns whether the data is as expected."""
        shown = f"{name}[{MODE}]"
        if shown in self.calls:
            shown = f"{name}, again[{MODE}]"
        try:
            *data, response, error = await getattr(self.okta, name)(*args, **more)
        except Exception as failure:
            self.calls[shown] = f"{type(failure).__name__}: {failure}"[:600]
            return None
        # The SDK reports no error if an answer has no body.
        status = getattr(response, "status_code", None) or getattr(response, "status", 0)
        self.calls[shown] = str(error)[:600] if error else "" if status < 300 else str(status)
        found = data[0] if data else None
        if not self.calls[shown] and expect is not None:
            try:
                if not expect(found):
                    self.calls[shown] = f"unexpected: {found!r:.500}"
            except Exception as failure:
                self.calls[shown] = f"{type(failure).__name__}: {failure} in {found!r:.500}"
        return found

    async def every_page(self, name: str, minimum: int, **more: Any) -> Any:
        """Read a list page by page, and require that it is as long as at once."""
        api = getattr(self.okta, name)
        paged = [each.id async for each in paginate_all(api, limit=minimum, **more)]
        once, _, error = await api(limit=200, **more)
        same = not error and paged == [each.id for each in once] and len(paged) > minimum
        self.calls[f"{name}, paged[{MODE}]"] = "" if same else f"{error} {len(paged)}"
        return once


def raw(method: str, path: str, body: Any = None) -> Any:
    """What the SDK has no call for: the SDK never sends the name of a catalog app."""
    headers = {"Authorization": f"SSWS {TOKEN}", "Content-Type": "application/json"}
    data = json.dumps(body).encode() if body is not None else None
    request = urllib.request.Request(ORG + path, data, headers, method=method)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read() or b"null")


async def users_and_groups(walk: Walk) -> tuple[Any, Any]:
    await walk.every_page("list_users", 3)
    profile = models.UserProfile(
        login=f"sdk-{MODE}@example.com", email=f"sdk-{MODE}@example.com", first_name="S",
        last_name="DK", display_name="S DK",
    )  # fmt: skip
    user = await walk(
        "create_user", models.CreateUserRequest(profile=profile),
        expect=lambda data: data.status == "PROVISIONED",
    )  # fmt: skip
    await walk("get_user", user.id, expect=lambda data: data.profile.login == profile.login)
    # A login has a character that the SDK encodes in the path, and Okta decodes for DPoP.
    await walk("get_user", profile.login, expect=lambda data: data.id == user.id)
    search = f'profile.login eq "{profile.login}"'
    await walk("list_users", search=search, expect=lambda data: [u.id for u in data] == [user.id])
    changed = models.UpdateUserRequest(profile=models.UserProfile(title="Engineer"))
    await walk(
        "update_user", user.id, changed, expect=lambda data: data.profile.title == "Engineer"
    )
    await walk("suspend_user", user.id)
    await walk("unsuspend_user", user.id)
    await walk("list_user_types", expect=lambda data: data[0].default)
    await walk.every_page("list_groups", 2)
    group_profile = models.OktaUserGroupProfile(name=f"sdk-{MODE}", description="by the SDK")
    group = await walk(
        "add_group", models.AddGroupRequest(profile=group_profile),
        expect=lambda data: data.type == "OKTA_GROUP",
    )  # fmt: skip
    await walk("get_group", group.id, expect=lambda data: data.id == group.id)
    renamed = models.OktaUserGroupProfile(name=f"sdk-{MODE}-2", description="renamed")
    await walk("replace_group", group.id, models.AddGroupRequest(profile=renamed))
    await walk("assign_user_to_group", group.id, user.id)
    await walk("list_group_users", group.id, expect=lambda data: [u.id for u in data] == [user.id])
    await walk("list_user_groups", user.id, expect=lambda data: group.id in [g.id for g in data])
    return user, group


async def rules_and_schemas(walk: Walk, group: Any) -> None:
    rule = models.CreateGroupRuleRequest(
        name=f"sdk-{MODE}", type="group_rule",
        actions=models.GroupRuleAction(
            assign_user_to_groups=models.GroupRuleGroupAssignment(group_ids=[group.id])
        ),
        conditions=models.GroupRuleConditions(
            expression=models.GroupRuleExpression(
                type="urn:okta:expression:1.0", value='user.department == "SDK"'
            )
        ),
    )  # fmt: skip
    made = await walk("create_group_rule", rule, expect=lambda data: data.status == "INACTIVE")
    await walk("activate_group_rule", made.id)
    await walk("get_group_rule", made.id, expect=lambda data: data.status == "ACTIVE")
    await walk("list_group_rules", expect=lambda data: made.id in [each.id for each in data])
    await walk("deactivate_group_rule", made.id)
    await walk("delete_group_rule", made.id)
    await walk(
        "get_user_schema", "default", expect=lambda data: data.definitions.base.properties.login
    )
    await walk("list_policies", "ACCESS_POLICY", expect=lambda data: data[0].id)


async def app(walk: Walk, user: Any, group: Any) -> str:
    body = {"name": "amazon_aws_sso", "label": f"SDK {MODE}", "signOnMode": "SAML_2_0"}
    ident = raw("POST", "/api/v1/apps", body)["id"]
    await walk("list_applications", expect=lambda data: ident in [each.id for each in data])
    await walk("get_application", ident, expect=lambda data: data.label == body["label"])
    await walk("deactivate_application", ident)
    await walk("activate_application", ident)
    keys = await walk("list_application_keys", ident)
    await walk("get_application_user_schema", ident, expect=lambda data: data.definitions)
    assignment = models.ApplicationGroupAssignment(priority=0)
    await walk(
        "assign_group_to_application", ident, group.id, assignment,
        expect=lambda data: data.id == group.id,
    )  # fmt: skip
    await walk("get_application_group_assignment", ident, group.id)
    await walk("list_application_group_assignments", ident, expect=lambda data: len(data) == 1)
    await walk("list_application_users", ident, expect=lambda data: data[0].id == user.id)
    await walk("get_application_user", ident, user.id, expect=lambda data: data.scope == "GROUP")
    await walk("list_assigned_applications_for_group", group.id, expect=lambda data: data[0].id)
    assert keys
    return ident


async def provisioning(walk: Walk, ident: str, group: Any) -> None:
    token = models.ProvisioningConnectionTokenRequest(
        base_url=os.environ["SCIM_BASE_URL"],
        profile=models.ProvisioningConnectionTokenRequestProfile(
            auth_scheme=models.ProvisioningConnectionTokenAuthScheme.TOKEN,
            token=os.environ["SCIM_TOKEN"],
        ),
    )
    request = models.UpdateDefaultProvisioningConnectionForApplicationRequest(token)
    await walk(
        "update_default_provisioning_connection_for_application", ident, request, activate=True,
        expect=lambda data: data.status == "ENABLED",
    )  # fmt: skip
    await walk(
        "get_default_provisioning_connection_for_application", ident,
        expect=lambda data: data.status == "ENABLED",
    )  # fmt: skip
    await walk("list_features_for_application", ident, expect=lambda data: len(data) >= 1)
    enabled = models.EnabledStatus.ENABLED
    capabilities = models.CapabilitiesObject(
        create=models.CapabilitiesCreateObject(
            lifecycle_create=models.LifecycleCreateSettingObject(status=enabled)
        ),
        update=models.CapabilitiesUpdateObject(
            lifecycle_deactivate=models.LifecycleDeactivateSettingObject(status=enabled),
            profile=models.ProfileSettingObject(status=enabled),
        ),
    )
    await walk(
        "update_feature_for_application", ident, "USER_PROVISIONING",
        models.UpdateFeatureForApplicationRequest(capabilities),
    )  # fmt: skip
    await walk("get_feature_for_application", ident, "USER_PROVISIONING")
    push = models.CreateGroupPushMappingRequest(
        source_group_id=group.id, target_group_name=f"sdk-{MODE}"
    )
    await walk("create_group_push_mapping", ident, push, expect=lambda data: data.id)
    raw("GET", "/sandbox/settled?timeout=60")
    (made,) = await walk("list_group_push_mappings", ident, expect=lambda data: len(data) == 1)
    await walk(
        "get_group_push_mapping", ident, made.id,
        expect=lambda data: (data.status, data.error_summary) == ("ACTIVE", None),
    )  # fmt: skip
    inactive = models.UpdateGroupPushMappingRequest(status="INACTIVE")
    await walk("update_group_push_mapping", ident, made.id, inactive)
    await walk("delete_group_push_mapping", ident, made.id, False)
    mappings = await walk("list_profile_mappings", target_id=ident)
    property_ = models.ProfileMappingProperty(
        expression="user.displayName", push_status=models.ProfileMappingPropertyPushStatus.PUSH
    )
    changed = models.ProfileMappingRequest(properties={"displayName": property_})
    await walk("get_profile_mapping", mappings[0].id)
    await walk("update_profile_mapping", mappings[0].id, changed)


async def removals(walk: Walk, ident: str, user: Any, group: Any) -> None:
    await walk("unassign_application_from_group", ident, group.id)
    await walk("unassign_user_from_group", group.id, user.id)
    await walk("delete_group", group.id)
    await walk("deactivate_application", ident)
    await walk("delete_application", ident)
    for _ in range(2):
        await walk("delete_user", user.id)


async def refusals(walk: Walk) -> None:
    """What Okta refuses has to reach the SDK's user as Okta's error."""
    title = models.UpdateUserRequest(profile=models.UserProfile(title="x" * 10_000_000))
    missing = walk.okta.get_group("00gmissing")
    for name, pending, expected in (
        ("missing object", missing, "E0000007"),
        ("body of 10 MB", walk.okta.update_user("me", title), "E0000003"),
        ("wrong token", client("wrong").list_users(), "E0000011"),
    ):
        if name == "wrong token" and MODE != "ssws":
            pending.close()
            continue
        *_, error = await pending
        walk.calls[f"{name}[{MODE}]"] = "" if expected in str(error) else f"{error!r:.500}"


async def main() -> None:
    walk = Walk()
    try:
        user, group = await users_and_groups(walk)
        await rules_and_schemas(walk, group)
        ident = await app(walk, user, group)
        await provisioning(walk, ident, group)
        await removals(walk, ident, user, group)
        await refusals(walk)
        assert raw("GET", "/api/v1/users/?limit=1"), "the path as the SDK sent it up to 2.9"
    except Exception:
        walk.calls["the walk ended early"] = traceback.format_exc()
    sys.stdout.write("\n" + json.dumps(walk.calls) + "\n")


asyncio.run(main())
