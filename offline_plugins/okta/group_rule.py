"""group.Rule. Okta cannot change an active rule, so an update deactivates it first. A changed
status alone sends nothing else; an invalid rule is deleted without deactivating it.

A change of its groups replaces the rule; the old rule is deleted first. A 404 at read removes it
from the state (docs/research/okta-provider.md#group-rules).
"""

from __future__ import annotations

from typing import Any

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.resource import Properties, auto_name, terraform_set
from offline_plugins.property_values import has_unknown
from offline_plugins.provider_server import UNKNOWN, Checked, Diff, Failure, Resource, State

DEFAULTS = {"expressionType": "urn:okta:expression:1.0", "status": "ACTIVE"}
REPLACED_BY = frozenset({"groupAssignments"})
SETS = frozenset({"groupAssignments", "usersExcluded"})
SENT = ("expressionType", "expressionValue", "name", "usersExcluded")
"""Properties whose change is sent with a PUT; the status has requests of its own."""
LONGEST_NAME = 50
RULES = "/api/v1/groups/rules"


class Rule:
    type = "okta:group/rule:Rule"
    inputs = frozenset(
        {"expressionValue", "groupAssignments", "name", "removeAssignedUsers", "usersExcluded",
         *DEFAULTS}
    )  # fmt: skip

    def check(self, resource: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = sdkv2.with_defaults(news, {**DEFAULTS, "name": auto_name(resource, olds, seed)})
        failures: list[Failure] = []
        name = inputs.get("name")
        if isinstance(name, str) and len(name) > LONGEST_NAME:
            # The official plugin's message has these braces.
            reason = f"[{{{{}} name}}] cannot be longer than {LONGEST_NAME} runes"
            failures.append(Failure(f"{reason}. Examine values at '{resource.name}.name'."))
        return Checked(inputs, failures)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = sdkv2.detailed_diff(
            _planned(news, olds), olds, sorted(self.inputs), replaced_by=REPLACED_BY, sets=SETS
        )
        return sdkv2.to_diff(changes, sorted(REPLACED_BY), delete_before_replace=True)

    def create(self, okta: Okta, resource: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            groups = planned["groupAssignments"]
            shown = UNKNOWN if has_unknown(groups) else groups
            return State("", {**planned, "groupAssignments": shown, "id": UNKNOWN})
        with sdkv2.bridge_errors(), sdkv2.step("failed to create group rule"):
            made = okta.post(RULES, _body(planned))["id"]
        with sdkv2.partial_state_errors("creating", resource, made, {**planned, "id": made}):
            self._activate(okta, made, planned)
            return State(made, self._read(okta, made, planned))

    def read(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, inputs: Properties
    ) -> State | None:
        try:
            outputs = self._read(okta, id, {"usersExcluded": [], **_recorded(olds)})
        except sdkv2.StepError as error:
            if error.gone:
                return None
            raise sdkv2.bridge_error("refreshing", resource.urn, error) from None
        if olds or inputs:
            return State(id, outputs, sdkv2.refreshed_inputs(inputs, outputs, frozenset()))
        given = {
            name: outputs[name]
            for name in sorted(self.inputs)
            if not sdkv2.is_empty(outputs[name]) and outputs[name] != DEFAULTS.get(name)
        }
        return State(id, outputs, {"__defaults": [], **given})

    def update(
        self, okta: Okta, resource: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = {**_planned(news, olds), "id": id}
        if preview:
            return planned
        active = planned["status"] == "ACTIVE"
        with sdkv2.partial_state_errors("updating", resource, id, planned):
            if planned["status"] != olds.get("status"):
                with sdkv2.step("failed to change group rule status"):
                    action = "activate" if active else "deactivate"
                    okta.post(f"{RULES}/{id}/lifecycle/{action}")
            if any(planned.get(name) != olds.get(name) for name in SENT):
                if active:
                    with sdkv2.step("failed to deactivate group rule"):
                        okta.post(f"{RULES}/{id}/lifecycle/deactivate")
                with sdkv2.step("failed to update group rule"):
                    okta.put(f"{RULES}/{id}", _body(planned))
                self._activate(okta, id, planned)
            return self._read(okta, id, planned)

    def delete(self, okta: Okta, resource: Resource, id: str, olds: Properties) -> None:
        users = "true" if olds.get("removeAssignedUsers") else "false"
        with sdkv2.bridge_errors("deleting", resource.urn):
            if olds.get("status") == "ACTIVE":
                with sdkv2.step("failed to deactivate group rule before removing"):
                    _deactivate_valid(okta, id)
            with sdkv2.step("failed to delete group rule"):
                okta.delete(f"{RULES}/{id}?removeUsers={users}")

    def _activate(self, okta: Okta, id: str, planned: Properties) -> None:
        if planned["status"] == "ACTIVE":
            with sdkv2.step("failed to activate group rule"):
                okta.post(f"{RULES}/{id}/lifecycle/activate")

    def _read(self, okta: Okta, id: str, planned: Properties) -> Properties:
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
            "removeAssignedUsers": planned.get("removeAssignedUsers"),
            "status": rule["status"],
            "usersExcluded": terraform_set(excluded) if excluded else planned.get("usersExcluded"),
        }


def _deactivate_valid(okta: Okta, id: str) -> None:
    try:
        okta.post(f"{RULES}/{id}/lifecycle/deactivate")
    except OktaError as error:
        if not any(cause.endswith("Group Rule with the status INVALID") for cause in error.causes):
            raise


def _recorded(olds: Properties) -> Properties:
    return {"removeAssignedUsers": olds.get("removeAssignedUsers")}


def _planned(news: Properties, olds: Properties) -> Properties:
    def or_recorded(name: str) -> Any:
        return olds.get(name) if news.get(name) is None else news.get(name)

    groups = news.get("groupAssignments")
    return {
        "expressionType": news.get("expressionType"),
        "expressionValue": news.get("expressionValue"),
        "groupAssignments": groups if has_unknown(groups) else terraform_set(groups or []),
        "name": news.get("name"),
        "removeAssignedUsers": or_recorded("removeAssignedUsers"),
        "status": news.get("status"),
        "usersExcluded": or_recorded("usersExcluded"),
    }


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
