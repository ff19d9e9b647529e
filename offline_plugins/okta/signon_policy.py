"""AppSignonPolicy and app.AccessPolicyAssignment: sign-on policies and their assignment to apps.

`catchAll` has an effect only at creation: a later change is recorded and never sent
(docs/research/okta-provider.md#sign-on-policies). The deletion of a policy first assigns the org's
default policy to its apps. The deletion of an assignment makes no call.
"""

from __future__ import annotations

from typing import Any, ClassVar

from offline_plugins.okta.api import Okta
from offline_plugins.okta.saml_payloads import policy_of
from offline_plugins.okta.terraform_framework import FrameworkResource, status_errors
from offline_plugins.provider import Properties, ProviderError

POLICIES = "/api/v1/policies"


class AppSignonPolicy(FrameworkResource):
    type = "okta:index/appSignonPolicy:AppSignonPolicy"
    inputs = frozenset({"catchAll", "description", "name", "priority"})
    defaults: ClassVar = {"catchAll": True, "priority": 1}
    computed = ("defaultRuleId", "id")
    has_automatic_name = True

    def make(self, okta: Okta, planned: Properties) -> Properties:
        self._on_identity_engine(okta)
        with status_errors("failed to create authentication policy"):
            policy = okta.post(POLICIES, _body(planned))
            rule = _system_rule(okta, policy["id"])
            if planned["catchAll"] is False:
                rule = _system_rule(okta, policy["id"])
                actions = rule["actions"]
                denied = {**actions, "appSignOn": {**actions["appSignOn"], "access": "DENY"}}
                path = f"{POLICIES}/{policy['id']}/rules/{rule['id']}"
                okta.put(path, {**rule, "actions": denied})
        return _outputs(policy, rule, planned["catchAll"])

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        self._on_identity_engine(okta)
        with status_errors("failed to read authentication policy"):
            policy = okta.get(f"{POLICIES}/{id}")
            rule = _system_rule(okta, id)
        return _outputs(policy, rule, known.get("catchAll", True))

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        self._on_identity_engine(okta)
        with status_errors("failed to update authentication policy"):
            policy = okta.put(f"{POLICIES}/{id}", _body(planned))
            rule = _system_rule(okta, id)
        return _outputs(policy, rule, planned["catchAll"])

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        self._on_identity_engine(okta)
        with status_errors("failed to delete authentication policy"):
            policies = okta.get(f"{POLICIES}?type=ACCESS_POLICY")
            default = next(policy["id"] for policy in policies if policy.get("system"))
            for app in okta.pages("/api/v1/apps?limit=200"):
                if policy_of(app) == id:
                    okta.put(f"/api/v1/apps/{app['id']}/policies/{default}")
            okta.delete(f"{POLICIES}/{id}")

    def _on_identity_engine(self, okta: Okta) -> None:
        if not okta.is_identity_engine():
            raise ProviderError(f"{self.type} needs an org on Okta Identity Engine")


class AccessPolicyAssignment(FrameworkResource):
    type = "okta:app/accessPolicyAssignment:AccessPolicyAssignment"
    inputs = frozenset({"appId", "policyId"})

    def make(self, okta: Okta, planned: Properties) -> Properties:
        app, policy = planned["appId"], planned["policyId"]
        with status_errors("failed to assign the policy to the app"):
            okta.get(f"/api/v1/apps/{app}")
            okta.put(f"/api/v1/apps/{app}/policies/{policy}")
        return {"appId": app, "id": app, "policyId": policy}

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with status_errors("failed to read the app"):
            app = okta.get(f"/api/v1/apps/{id}")
        return {"appId": app["id"], "id": id, "policyId": policy_of(app)}

    def remove(self, okta: Okta, id: str, olds: Properties) -> None: ...


def _body(planned: Properties) -> Properties:
    sent = {name: planned[name] for name in ("description", "name", "priority")}
    return {**sent, "type": "ACCESS_POLICY"}


def _system_rule(okta: Okta, policy: str) -> Properties:
    rules = okta.get(f"{POLICIES}/{policy}/rules")
    found = next((rule for rule in rules if rule.get("system")), None)
    if found is None:
        raise ProviderError(f"the policy {policy} has no rule of the system")
    return found


def _outputs(policy: Properties, rule: Properties, catch_all: Any) -> Properties:
    read = {name: policy[name] for name in ("description", "id", "name", "priority")}
    return {"catchAll": catch_all, "defaultRuleId": rule["id"], **read}
