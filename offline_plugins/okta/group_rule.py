"""group.Rule. Okta cannot change an active rule, so an update deactivates it first. A changed
status alone sends nothing else; an invalid rule is deleted without deactivating it.

A change of its groups replaces the rule; the old rule is deleted first. A 404 at read removes it
from the state (docs/research/okta-provider.md#group-rules).
"""

from __future__ import annotations

from typing import ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import terraform_set
from offline_plugins.property_values import has_unknown
from offline_plugins.provider import Checked, Failure, Properties, Request

SENT = ("expressionType", "expressionValue", "name", "usersExcluded")
"""Properties whose change is sent with a PUT; the status has requests of its own."""
LONGEST_NAME = 50
RULES = "/api/v1/groups/rules"


class Rule(sdkv2.SdkV2Resource):
    type = "okta:group/rule:Rule"
    inputs = frozenset(
        {"expressionType", "expressionValue", "groupAssignments", "name", "removeAssignedUsers",
         "status", "usersExcluded"}
    )  # fmt: skip
    defaults: ClassVar = {"expressionType": "urn:okta:expression:1.0", "status": "ACTIVE"}
    has_automatic_name = True
    kept = frozenset({"removeAssignedUsers", "usersExcluded"})
    sets = frozenset({"groupAssignments", "usersExcluded"})
    replaced_by = frozenset({"groupAssignments"})
    delete_before_replace = True

    def check(self, request: Request) -> Checked:
        checked = super().check(request)
        name = checked.inputs.get("name")
        if isinstance(name, str) and len(name) > LONGEST_NAME:
            # The official plugin's message has these braces.
            reason = f"[{{{{}} name}}] cannot be longer than {LONGEST_NAME} runes"
            failure = Failure(f"{reason}. Examine values at '{request.name}.name'.")
            return Checked(checked.inputs, [failure])
        return checked

    def plan(self, news: Properties, olds: Properties) -> Properties:
        planned = super().plan(news, olds)
        groups = planned["groupAssignments"]
        if not has_unknown(groups):
            planned["groupAssignments"] = terraform_set(groups or [])
        return planned

    def make(self, okta: Okta, planned: Properties) -> str:
        with sdkv2.step("failed to create group rule"):
            return okta.post(RULES, _body(planned))["id"]

    def finish(self, okta: Okta, id: str, planned: Properties) -> Properties:
        if planned["status"] == "ACTIVE":
            with sdkv2.step("failed to activate group rule"):
                okta.post(f"{RULES}/{id}/lifecycle/activate")
        return self._fetch_planned(okta, id, planned)

    def _fetch_planned(self, okta: Okta, id: str, planned: Properties) -> Properties:
        found = self.fetch(okta, id, planned)
        return {**found, "usersExcluded": found["usersExcluded"] or planned["usersExcluded"]}

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        with sdkv2.step("failed to get group rule", may_be_gone=True):
            rule = okta.get(f"{RULES}/{id}")
        expression = rule["conditions"]["expression"]
        excluded = ((rule["conditions"].get("people") or {}).get("users") or {}).get("exclude")
        return {
            "expressionType": expression["type"],
            "expressionValue": expression["value"],
            "groupAssignments": terraform_set(rule["actions"]["assignUserToGroups"]["groupIds"]),
            "id": rule["id"],
            "name": rule["name"],
            "removeAssignedUsers": known.get("removeAssignedUsers"),
            "status": rule["status"],
            "usersExcluded": terraform_set(excluded or []),
        }

    def change(self, okta: Okta, id: str, olds: Properties, planned: Properties) -> Properties:
        active = planned["status"] == "ACTIVE"
        if planned["status"] != olds.get("status"):
            with sdkv2.step("failed to change group rule status"):
                okta.post(f"{RULES}/{id}/lifecycle/{'activate' if active else 'deactivate'}")
        if all(planned.get(name) == olds.get(name) for name in SENT):
            return self._fetch_planned(okta, id, planned)
        if active:
            with sdkv2.step("failed to deactivate group rule"):
                okta.post(f"{RULES}/{id}/lifecycle/deactivate")
        with sdkv2.step("failed to update group rule"):
            okta.put(f"{RULES}/{id}", _body(planned))
        return self.finish(okta, id, planned)

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        users = "true" if olds.get("removeAssignedUsers") else "false"
        if olds.get("status") == "ACTIVE":
            with sdkv2.step("failed to deactivate group rule before removing"):
                _deactivate_valid(okta, id)
        with sdkv2.step("failed to delete group rule"):
            okta.delete(f"{RULES}/{id}?removeUsers={users}")


def _deactivate_valid(okta: Okta, id: str) -> None:
    try:
        okta.post(f"{RULES}/{id}/lifecycle/deactivate")
    except OktaError as error:
        if not any(cause.endswith("Group Rule with the status INVALID") for cause in error.causes):
            raise


def _body(planned: Properties) -> Properties:
    excluded = planned.get("usersExcluded")
    return {
        "actions": {"assignUserToGroups": {"groupIds": planned["groupAssignments"]}},
        "conditions": {
            "expression": {"type": planned["expressionType"], "value": planned["expressionValue"]},
            "people": {"users": {"exclude": excluded} if excluded else {}},
        },
        "name": planned["name"],
        "type": "group_rule",
    }
