"""API of app sign-on policies, and the org's well-known document.

A policy has exactly one rule, its system rule, which can be changed.
"""

from aiohttp import web

from .app_view import ORG_ID
from .errors import OktaError, invalid, not_found
from .http import Json, Resource, Route, read_body, reply, text_of
from .model import now


class Policies(Resource):
    def routes(self) -> list[Route]:
        path = "/api/v1/policies/{policy}"
        rules = path + "/rules"
        return [
            ("GET", "/.well-known/okta-organization", self.organization),
            ("GET", "/api/v1/policies", self.list),
            ("POST", "/api/v1/policies", self.create),
            ("GET", path, self.get),
            ("PUT", path, self.replace),
            ("DELETE", path, self.delete),
            ("GET", rules, self.rules),
            ("GET", rules + "/{rule}", self.rule),
            ("PUT", rules + "/{rule}", self.replace_rule),
        ]

    async def organization(self, _: web.Request) -> web.Response:
        names = ("analyticsCollectionEnabled", "bugReportingEnabled", "desktopMFAEnabled",
                 "itpEnabled", "omEnabled", "pssoEnabled")  # fmt: skip
        org = self.model.org
        own = f"https://{org.okta_domain}" if org.okta_domain else self.context.base
        links = {"organization": {"href": own}}
        if org.custom_domain:
            links["alternate"] = {"href": f"https://{org.custom_domain}"}
        return reply({"id": ORG_ID, "pipeline": "idx", "cell": "sbx", "_links": links,
                      "settings": dict.fromkeys(names, False)})  # fmt: skip

    def view(self, policy: Json) -> Json:
        url = f"{self.context.api}/policies/{policy['id']}"
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
            raise invalid("type", "type: the sandbox supports ACCESS_POLICY only")
        embedded = {"_embedded": {"resourceType": "APP"}}
        return self.context.page(
            request, list(found), lambda p: self.view(p) | embedded, default=200, maximum=200
        )

    async def create(self, request: web.Request) -> web.Response:
        fields = _validated(await read_body(request))
        return reply(self.view(self.model.add_policy(**fields, system=False)))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self._policy(request)))

    async def replace(self, request: web.Request) -> web.Response:
        policy = self._policy(request)
        policy |= {**_validated(await read_body(request)), "lastUpdated": now()}
        return reply(self.view(policy))

    async def delete(self, request: web.Request) -> web.Response:
        policy = self._policy(request)
        if policy["system"] or any(a.policy == policy["id"] for a in self.model.apps.values()):
            raise OktaError(403, "E0000077", "Cannot delete a policy that is in use or a default.")
        del self.model.policies[policy["id"]], self.model.catch_all_rules[policy["id"]]
        return web.Response(status=204)

    def rule_view(self, policy: Json) -> Json:
        rule = self.model.catch_all_rules[policy["id"]]
        url = f"{self.context.api}/policies/{policy['id']}/rules/{rule['id']}"
        return {**rule, "_links": {"self": {"href": url, "hints": {"allow": ["GET", "PUT"]}}}}

    async def rules(self, request: web.Request) -> web.Response:
        return reply([self.rule_view(self._policy(request))])

    async def rule(self, request: web.Request) -> web.Response:
        policy, ident = self._policy(request), request.match_info["rule"]
        if self.model.catch_all_rules[policy["id"]]["id"] != ident:
            raise not_found(ident, "PolicyRule")
        return reply(self.rule_view(policy))

    async def replace_rule(self, request: web.Request) -> web.Response:
        policy, body = self._policy(request), await read_body(request)
        await self.rule(request)
        actions = body.get("actions")
        sign_on = actions.get("appSignOn") if isinstance(actions, dict) else None
        if not isinstance(sign_on, dict) or sign_on.get("access") not in ("ALLOW", "DENY"):
            raise invalid("actions", "actions.appSignOn.access: use ALLOW or DENY")
        rule = self.model.catch_all_rules[policy["id"]]
        rule |= {"actions": actions, "lastUpdated": now()}
        return reply(self.rule_view(policy))

    def _policy(self, request: web.Request) -> Json:
        return self.model.find_policy(request.match_info["policy"])


def _validated(body: Json) -> Json:
    if body.get("type") != "ACCESS_POLICY":
        raise invalid("type", "type: the sandbox supports ACCESS_POLICY only")
    priority = body.get("priority")
    if priority is not None and type(priority) is not int:
        raise invalid("priority", "priority: must be a number")
    # Assumed: Okta stores the priority unchanged and does not compare sign-on policies by it.
    return {
        "name": text_of(body, "name"),
        "description": text_of(body, "description", required=False),
        "priority": priority or 1,
    }
