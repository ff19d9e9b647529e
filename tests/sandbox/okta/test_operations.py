"""Every operation of the emulator responds in a shape that the evidence allows."""

from dataclasses import replace
from functools import cache
from typing import Any

from tests.sandbox.okta.operations import offered
from tests.sandbox.okta.org import SCIM_BASE, Okta, org, run
from tests.sandbox.okta.shapes import operation

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def call_every_operation() -> None:
    """Once in a process, with a check of each answer."""

    async def all_of_them(okta: Okta) -> None:
        done: set[str] = set()

        async def ok(method: str, path: str, body: Any = None) -> Any:
            done.add(operation(method, path))
            return await okta.ok(method, path, body)

        await _org(ok)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        data = (f"grant_type=client_credentials&client_assertion=x&scope=okta.apps.read"
                f"&client_assertion_type={ASSERTION}")  # fmt: skip
        token = await okta.call("POST", "/oauth2/v1/token", data=data, headers=form)
        assert (token.status, token.body["token_type"]) == (200, "Bearer")
        done.add("POST /oauth2/v1/token")
        assert {f"{method} {path}" for method, path in offered()} == done

    contractors = {"contractor": {"agency": "string"}}
    run(all_of_them, replace(org(4, {"a": (0, 1), "b": (2,)}), user_types=contractors))


def test_every_operation_responds_in_an_allowed_shape() -> None:
    call_every_operation()


async def _org(ok: Any) -> None:
    user = (await ok("GET", '/api/v1/users?search=profile.login eq "user0@example.com"'))[0]
    await _people(ok, f"/api/v1/users/{user['id']}")
    await _created_person(ok)
    groups = [g["id"] for g in await ok("GET", "/api/v1/groups")]
    group = await ok("POST", "/api/v1/groups", {"profile": {"name": "c", "description": "d"}})
    one = f"/api/v1/groups/{group['id']}"
    await ok("PUT", one, {"profile": {"name": "c2", "description": ""}})
    await ok("PUT", f"{one}/users/{user['id']}")
    assert [u["id"] for u in await ok("GET", one + "/users")] == [user["id"]]
    assert group["id"] in [g["id"] for g in await ok("GET", f"/api/v1/users/{user['id']}/groups")]
    await ok("DELETE", f"{one}/users/{user['id']}")
    await ok("GET", one)
    await _rules(ok, group["id"])
    await _app(ok, user["id"], groups)
    await ok("DELETE", one)
    attribute = {"badge": {"title": "Badge", "type": "string"}}
    custom = {"definitions": {"custom": {"properties": attribute}}}
    await ok("GET", "/api/v1/meta/schemas/user/default")
    default, other = await ok("GET", "/api/v1/meta/types/user")
    assert (default["default"], other["default"]) == (True, False)
    schema = other["_links"]["schema"]["href"].partition("/api/")[2]
    await ok("GET", f"/api/{schema}")
    await ok("POST", f"/api/{schema}", custom)
    schema = await ok("POST", "/api/v1/meta/schemas/user/default", custom)
    assert "badge" in schema["definitions"]["custom"]["properties"]


async def _created_person(ok: Any) -> None:
    profile = {"login": "new@example.com", "email": "new@example.com", "firstName": "New",
               "lastName": "User"}  # fmt: skip
    created = await ok("POST", "/api/v1/users", {"profile": profile, "credentials": {}})
    assert created["status"] == "PROVISIONED"
    await _deleted(ok, created["id"])
    staged = await ok("POST", "/api/v1/users?activate=false", {"profile": profile})
    assert (staged["status"], staged["activated"]) == ("STAGED", None)
    await _deleted(ok, staged["id"])
    assert not await ok("GET", '/api/v1/users?search=profile.login eq "new@example.com"')


async def _deleted(ok: Any, user: str) -> None:
    one = f"/api/v1/users/{user}"
    await ok("DELETE", one)
    assert (await ok("GET", one))["status"] == "DEPROVISIONED"
    await ok("DELETE", one)


async def _people(ok: Any, one: str) -> None:
    await ok("POST", one, {"profile": {"title": "Engineer"}})
    profile = (await ok("GET", one))["profile"]
    assert profile["title"] == "Engineer"
    await ok("PUT", one, {"profile": {**profile, "title": "Manager"}})
    for to, status in (("suspend", "SUSPENDED"), ("unsuspend", "ACTIVE"),
                       ("deactivate", "DEPROVISIONED"), ("activate", "ACTIVE")):  # fmt: skip
        await ok("POST", f"{one}/lifecycle/{to}")
        assert (await ok("GET", one))["status"] == status


async def _rules(ok: Any, group: str) -> None:
    rule = {
        "type": "group_rule", "name": "r",
        "conditions": {"expression": {"value": 'user.department=="Sales"'}},
        "actions": {"assignUserToGroups": {"groupIds": [group]}},
    }  # fmt: skip
    one = f"/api/v1/groups/rules/{(await ok('POST', '/api/v1/groups/rules', rule))['id']}"
    await ok("POST", one + "/lifecycle/activate")
    await ok("GET", "/api/v1/groups/rules")
    await ok("POST", one + "/lifecycle/deactivate")
    await ok("PUT", one, rule | {"name": "r2"})
    assert (await ok("GET", one))["name"] == "r2"
    await ok("DELETE", one + "?removeUsers=true")


async def _app(ok: Any, user: str, groups: list[str]) -> None:
    await ok("GET", "/.well-known/okta-organization")
    body = {"name": "amazon_aws_sso", "label": "L", "signOnMode": "SAML_2_0"}
    app = await ok("POST", "/api/v1/apps", body)
    one = f"/api/v1/apps/{app['id']}"
    await ok("PUT", one, body | {"label": "L2"})
    await ok("GET", "/api/v1/apps?q=L2")
    key = await ok("POST", one + "/credentials/keys/generate?validityYears=2")
    assert key in await ok("GET", one + "/credentials/keys")
    await ok("GET", one + "/sso/saml/metadata")
    await _policies(ok, one)
    await _provisioning(ok, one)
    profile = {"costCenter": "7"}
    await ok("PUT", f"{one}/groups/{groups[0]}", {"priority": 1, "profile": profile})
    assert (await ok("GET", f"{one}/groups/{groups[0]}"))["profile"] == profile
    assigned = await ok("GET", f"/api/v1/groups/{groups[0]}/apps")
    assert [each["id"] for each in assigned] == [app["id"]]
    assert await ok("GET", f"/api/v1/groups/{groups[1]}/apps") == []
    assert len(await ok("GET", one + "/groups")) == 1
    await ok("POST", one + "/users", {"id": user, "scope": "USER"})
    await ok("POST", f"{one}/users/{user}", {"profile": {"title": "Guest"}})
    assert (await ok("GET", f"{one}/users/{user}"))["profile"]["title"] == "Guest"
    assert len(await ok("GET", one + "/users?expand=user")) == 2
    await ok("DELETE", f"{one}/users/{user}")
    await ok("DELETE", f"{one}/groups/{groups[0]}")
    await _attributes(ok, app, one)
    await _push(ok, one + "/group-push/mappings", groups[1])
    await ok("POST", one + "/lifecycle/deactivate")
    assert (await ok("GET", one))["status"] == "INACTIVE"
    await ok("POST", one + "/lifecycle/activate")
    await ok("POST", one + "/lifecycle/deactivate")
    await ok("DELETE", one)


async def _policies(ok: Any, app: str) -> None:
    body = {"type": "ACCESS_POLICY", "name": "p", "description": "d", "priority": 1}
    policy = (await ok("POST", "/api/v1/policies", body))["id"]
    one = f"/api/v1/policies/{policy}"
    await ok("PUT", one, body | {"description": "d2"})
    await ok("GET", one)
    (rule,) = await ok("GET", one + "/rules")
    rule["actions"]["appSignOn"]["access"] = "DENY"
    await ok("PUT", f"{one}/rules/{rule['id']}", rule)
    shown = await ok("GET", f"{one}/rules/{rule['id']}")
    assert shown["actions"]["appSignOn"]["access"] == "DENY"
    await ok("PUT", f"{app}/policies/{policy}")
    (default,) = [p for p in await ok("GET", "/api/v1/policies?type=ACCESS_POLICY") if p["system"]]
    await ok("PUT", f"{app}/policies/{default['id']}")
    await ok("DELETE", one)


async def _provisioning(ok: Any, app: str) -> None:
    one = app + "/connections/default"
    token = {"baseUrl": SCIM_BASE, "profile": {"authScheme": "TOKEN", "token": "t"}}
    await ok("POST", one, token)
    await ok("POST", one + "/lifecycle/activate")
    assert (await ok("GET", one))["status"] == "ENABLED"
    await ok("POST", one + "/lifecycle/deactivate")
    await ok("POST", one + "?activate=true", token)
    on = {"create": {"lifecycleCreate": {"status": "ENABLED"}}}
    await ok("PUT", app + "/features/USER_PROVISIONING", on)
    assert (await ok("GET", app + "/features")) == [
        await ok("GET", app + "/features/USER_PROVISIONING")
    ]


async def _attributes(ok: Any, app: Any, one: str) -> None:
    (mapping,) = await ok("GET", f"/api/v1/mappings?targetId={app['id']}")
    address = f"/api/v1/mappings/{mapping['id']}"
    wanted = {"displayName": {"expression": "user.lastName", "pushStatus": "PUSH"}}
    await ok("POST", address, {"properties": wanted})
    assert (await ok("GET", address))["properties"]["displayName"] == wanted["displayName"]
    (kind,) = await ok("GET", one + "/user/types")
    await ok("PUT", f"/api/internal/v1/mappings/reapply?source=x&target={kind['id']}")
    schema = f"/api/v1/meta/schemas/apps/{app['id']}/default"
    attribute = {"badge": {"title": "Badge", "type": "string"}}
    await ok("POST", schema, {"definitions": {"custom": {"properties": attribute}}})
    assert "badge" in (await ok("GET", schema))["definitions"]["custom"]["properties"]
    claims = one + "/federated-claims"
    claim = await ok("POST", claims, {"name": "n", "expression": "user.profile.department"})
    await ok("PUT", f"{claims}/{claim['id']}", {"name": "n2", "expression": "e"})
    assert await ok("GET", claims) == [await ok("GET", f"{claims}/{claim['id']}")]
    await ok("DELETE", f"{claims}/{claim['id']}")


async def _push(ok: Any, mappings: str, group: str) -> None:
    body = {"sourceGroupId": group, "targetGroupName": "t", "status": "ACTIVE"}
    mapping = await ok("POST", mappings, body)
    one = f"{mappings}/{mapping['id']}"
    await ok("PATCH", one, {"status": "INACTIVE"})
    assert [m["id"] for m in await ok("GET", mappings)] == [(await ok("GET", one))["id"]]
    await ok("DELETE", one + "?deleteTargetGroup=true")
