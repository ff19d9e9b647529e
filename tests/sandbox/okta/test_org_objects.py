"""The org of an org file: user types, custom attributes, sources of groups, and apps."""

import json
from dataclasses import replace
from typing import Any

from sandbox.aws.store import IdentityStore
from sandbox.okta.model import Model
from sandbox.org_file import Group, Org, OrgApp, User, load_org
from sandbox.settings import Settings
from sandbox.snapshot import create_snapshot, restore_snapshot, snapshot_org
from tests.sandbox.okta.org import Okta, people, run

ADA, BEN, EVE = (f"user{n}@example.com" for n in range(3))
AWS = "AWS IAM Identity Center"
RICH = Org(
    name="Rich",
    users=(
        *people(2),
        User({"login": EVE, "email": EVE, "firstName": "Eve", "lastName": "Eden",
              "agency": "Acme", "nickName": None, "title": ""}, "LOCKED_OUT", "contractor"),
    ),
    groups=(
        Group("staff", "", (ADA, BEN)),
        Group("staff", "", (EVE,), active_directory="corp.example.com"),
        Group("ldap-staff", "From LDAP", (BEN,), ldap="corp.example.com"),
        Group("jira-users", "", (ADA,), app="Jira"),
    ),
    aws=load_org().aws,
    attributes={"badge": "integer", "teams": "string[]"},
    user_types={"contractor": {"agency": "string"}},
    apps=(
        OrgApp("Jira", "jira", groups=("Everyone",)),
        OrgApp(AWS, "amazon_aws_sso", groups=("staff",), users=(EVE,)),
        OrgApp("AWS (old)", "amazon_aws_sso", "INACTIVE", settings={"acsURL": "https://old"}),
    ),
    everyone=True,
)  # fmt: skip


async def by_name(okta: Okta, kind: str) -> dict[str, Any]:
    """The groups of a type by their names."""
    found = await okta.ok("GET", f'/api/v1/groups?filter=type eq "{kind}"')
    return {group["profile"]["name"]: group for group in found}


def test_each_user_type_has_its_own_schema() -> None:
    async def check(okta: Okta) -> None:
        default, contractor = await okta.ok("GET", "/api/v1/meta/types/user")
        assert (default["default"], contractor["default"]) == (True, False)
        assert (default["name"], contractor["name"]) == ("user", "contractor")
        schemas = [each["_links"]["schema"]["href"] for each in (default, contractor)]
        assert schemas[0].endswith("/api/v1/meta/schemas/user/default")
        found = [await okta.ok("GET", schema) for schema in schemas]
        custom = [each["definitions"]["custom"]["properties"] for each in found]
        assert [set(each) for each in custom] == [{"badge", "teams"}, {"agency"}]
        assert custom[0]["badge"]["type"] == "integer"
        assert (custom[0]["teams"]["type"], custom[0]["teams"]["items"]) == (
            "array", {"type": "string"},
        )  # fmt: skip
        assert found[1]["_links"]["type"]["href"] == contractor["_links"]["self"]["href"]
        eve = await okta.ok("GET", f"/api/v1/users/{EVE}")
        assert eve["type"]["id"] == contractor["id"]
        assert eve["_links"]["schema"]["href"] == schemas[1]
        assert eve["status"] == "LOCKED_OUT"
        assert [eve["profile"][key] for key in ("agency", "nickName", "title")] == [
            "Acme",
            None,
            "",
        ]

    run(check, RICH)


def test_a_change_of_a_schema_leaves_the_other_ones_alone() -> None:
    async def check(okta: Okta) -> None:
        _, contractor = await okta.ok("GET", "/api/v1/meta/types/user")
        schema = contractor["_links"]["schema"]["href"]
        added = {"ends": {"title": "Ends", "type": "string"}, "agency": None}
        await okta.ok("POST", schema, {"definitions": {"custom": {"properties": added}}})
        changed = await okta.ok("GET", schema)
        assert set(changed["definitions"]["custom"]["properties"]) == {"ends"}
        default = await okta.ok("GET", "/api/v1/meta/schemas/user/default")
        assert set(default["definitions"]["custom"]["properties"]) == {"badge", "teams"}
        assert (await okta.call("GET", "/api/v1/meta/schemas/user/osc0")).status == 404

    run(check, RICH)


def test_a_group_names_the_source_that_it_is_imported_from() -> None:
    async def check(okta: Okta) -> None:
        apps = {a["label"]: a["id"] for a in await okta.ok("GET", "/api/v1/apps")}
        groups = await by_name(okta, "APP_GROUP")
        sources = {name: group["source"]["id"] for name, group in groups.items()}
        assert sources["jira-users"] == apps["Jira"]
        assert len({*sources.values(), *apps.values()}) == 5  # two directories and three apps
        assert groups["staff"]["objectClass"] == ["okta:windows_security_principal"]
        assert groups["ldap-staff"]["profile"]["description"] == "From LDAP"
        assert set(await by_name(okta, "OKTA_GROUP")) == {"staff"}
        user = await okta.ok("GET", f"/api/v1/users/{EVE}")
        for group in groups.values():
            answer = await okta.call("PUT", f"/api/v1/groups/{group['id']}/users/{user['id']}")
            assert answer.status == 400

    run(check, RICH)


def test_everyone_holds_all_users_and_cannot_be_changed() -> None:
    async def check(okta: Okta) -> None:
        (everyone,) = (await by_name(okta, "BUILT_IN")).values()
        one = f"/api/v1/groups/{everyone['id']}"
        members = await okta.ok("GET", one + "/users")
        assert [user["profile"]["login"] for user in members] == [ADA, BEN, EVE]
        named = {"profile": {"name": "Everyone"}}
        for method, path, body in (
            ("DELETE", one, None),
            ("PUT", one, named),
            ("DELETE", f"{one}/users/{members[0]['id']}", None),
            ("POST", "/api/v1/groups", named),
        ):
            assert (await okta.call(method, path, body)).status == 400
        assert len(await okta.ok("GET", one + "/users")) == 3

    run(check, RICH)
    run(
        check_no_everyone, replace(RICH, everyone=False, apps=RICH.apps[1:], groups=RICH.groups[:3])
    )


async def check_no_everyone(okta: Okta) -> None:
    assert await by_name(okta, "BUILT_IN") == {}


def test_apps_have_their_assignments_and_settings() -> None:
    async def check(okta: Okta) -> None:
        found = await okta.ok("GET", "/api/v1/apps")
        apps = {app["label"]: app for app in found}
        assert [app["status"] for app in found] == ["ACTIVE", "ACTIVE", "INACTIVE"]
        assert apps["AWS (old)"]["settings"]["app"] == {"acsURL": "https://old"}
        assert len({app["credentials"]["signing"]["kid"] for app in found}) == 3
        users = {
            label: await okta.ok("GET", f"/api/v1/apps/{app['id']}/users?expand=user")
            for label, app in apps.items()
        }
        logins = {
            label: {(u["_embedded"]["user"]["profile"]["login"], u["scope"]) for u in each}
            for label, each in users.items()
        }
        assert logins == {
            "Jira": {(ADA, "GROUP"), (BEN, "GROUP"), (EVE, "GROUP")},
            AWS: {(EVE, "USER"), (ADA, "GROUP"), (BEN, "GROUP")},  # Okta's own group `staff`
            "AWS (old)": set(),
        }
        same = {"name": "amazon_aws_sso", "label": AWS, "signOnMode": "SAML_2_0"}
        assert (await okta.call("POST", "/api/v1/apps", same)).status == 400

    run(check, RICH)


def test_a_snapshot_keeps_all_objects() -> None:
    store = IdentityStore(RICH.aws.identity_store_id, RICH.aws.tenant)
    model = Model(RICH, Settings())
    started = {"id": "0" * 16, "started": "2026-01-01T00:00:00+00:00"}
    text = json.dumps(create_snapshot(model, store, started, "the token"))
    snapshot = json.loads(text)
    assert snapshot_org(snapshot) == RICH
    restored = Model(snapshot_org(snapshot), Settings())
    restore_snapshot(snapshot, restored, store, "the token")
    for name in ("users", "groups", "members", "apps", "other_user_types", "custom_attributes"):
        assert getattr(restored, name) == getattr(model, name)
