"""App sign-on policies, as far as an app's policy can be chosen, and the org's own page.

A policy made here has its one system rule and takes no others.
"""

from aiohttp import web

from sandbox.okta.app_view import ORG_ID
from sandbox.okta.errors import OktaError, invalid
from sandbox.okta.wire import Json, Route, Wire, read, reply


class Policies:
    def __init__(self, wire: Wire) -> None:
        self.wire, self.model = wire, wire.model

    def routes(self) -> list[Route]:
        one = "/api/v1/policies/{policy}"
        return [
            ("GET", "/.well-known/okta-organization", self.organization),
            ("GET", "/api/v1/policies", self.list),
            ("POST", "/api/v1/policies", self.create),
            ("GET", one, self.get),
            ("DELETE", one, self.delete),
            ("GET", one + "/rules", self.rules),
        ]

    async def organization(self, _: web.Request) -> web.Response:
        names = ("analyticsCollectionEnabled", "bugReportingEnabled", "desktopMFAEnabled",
                 "itpEnabled", "omEnabled", "pssoEnabled")  # fmt: skip
        links = {"organization": {"href": self.wire.base}}
        return reply({"id": ORG_ID, "pipeline": "idx", "cell": "sbx", "_links": links,
                      "settings": dict.fromkeys(names, False)})  # fmt: skip

    def view(self, policy: Json) -> Json:
        url = f"{self.wire.api}/policies/{policy['id']}"
        allow = ["GET", "PUT"] if policy["system"] else ["GET", "PUT", "DELETE"]
        links = {
            "self": {"href": url, "hints": {"allow": allow}},
            "rules": {"href": url + "/rules", "hints": {"allow": ["GET", "POST"]}},
        }
        return {**policy, "status": "ACTIVE", "conditions": None, "type": "ACCESS_POLICY",
                "_links": links}  # fmt: skip

    async def list(self, request: web.Request) -> web.Response:
        found = self.model.policies.values()
        if request.query.get("type") != "ACCESS_POLICY":
            raise invalid("type", "type: the sandbox knows ACCESS_POLICY only")
        embedded = {"_embedded": {"resourceType": "APP"}}
        return self.wire.page(
            request, list(found), lambda p: self.view(p) | embedded, default=200, most=200
        )

    async def create(self, request: web.Request) -> web.Response:
        body = await read(request)
        if body.get("type") != "ACCESS_POLICY":
            raise invalid("type", "type: the sandbox knows ACCESS_POLICY only")
        name, description = body.get("name"), body.get("description")
        if not isinstance(name, str) or not name:
            raise invalid("name", "name: The field cannot be left blank")
        if not isinstance(description, str | None):
            raise invalid("description", "description: must be a text")
        return reply(self.view(self.model.add_policy(name, description or "", system=False)))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self.model.find_policy(request.match_info["policy"])))

    async def delete(self, request: web.Request) -> web.Response:
        policy = self.model.find_policy(request.match_info["policy"])
        if policy["system"] or any(a.policy == policy["id"] for a in self.model.apps.values()):
            raise OktaError(403, "E0000077", "Cannot delete a policy that is in use or a default.")
        del self.model.policies[policy["id"]]
        return web.Response(status=204)

    async def rules(self, request: web.Request) -> web.Response:
        policy = self.model.find_policy(request.match_info["policy"])
        ident = "rul" + policy["id"][3:]
        url = f"{self.wire.api}/policies/{policy['id']}/rules/{ident}"
        links = {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}
        return reply([{
            "id": ident, "status": "ACTIVE", "name": "Catch-all Rule", "priority": 99,
            "created": policy["created"], "lastUpdated": policy["lastUpdated"], "system": True,
            "conditions": None, "type": "ACCESS_POLICY", "_links": links,
            "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": {
                "factorMode": "1FA", "type": "ASSURANCE", "reauthenticateIn": "PT12H",
                "constraints": []}}},
        }])  # fmt: skip
