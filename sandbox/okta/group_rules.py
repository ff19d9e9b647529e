"""Group rules: add the users who match an expression to groups, and remove them again.

Documented: a rule applies while it is ACTIVE; a user whom the rule added is removed when they no
longer match; `removeUsers` (docs/research/okta-api.md#groups-and-users). Assumed: a rule applies
immediately; deactivated users keep their groups; a rule does not remove users who were members
before; a user removed manually is added to the rule's exclusion list; only an inactive rule can be
changed, except for its groups (the plugin deactivates the rule first, and replaces it to change the
groups). A rule is INVALID once one of its groups is deleted, and can then only be read and deleted
(docs/research/okta-provider.md#group-rules); the status code of the refusal is assumed.
"""

from typing import Any

from aiohttp import web

from .errors import OktaError, invalid, not_found
from .expression import ExpressionError, Scope, parse
from .http import Json, OrgContext, Route, read_body, reply, text_of
from .model import Model, now


class GroupRules:
    """API of group rules."""

    def __init__(self, context: OrgContext) -> None:
        self.context, self.model = context, context.model
        self.memberships = RuleMemberships(context.model)

    def routes(self) -> list[Route]:
        rules, path = "/api/v1/groups/rules", "/api/v1/groups/rules/{rule}"
        return [
            ("GET", rules, self.list),
            ("POST", rules, self.create),
            ("GET", path, self.get),
            ("PUT", path, self.replace),
            ("DELETE", path, self.delete),
            ("POST", path + "/lifecycle/activate", self.activate),
            ("POST", path + "/lifecycle/deactivate", self.deactivate),
        ]

    def view(self, rule: Json) -> Json:
        groups = rule["actions"]["assignUserToGroups"]["groupIds"]
        valid = all(ident in self.model.groups for ident in groups)
        invalid_now = not valid and self.model.settings["rule_deleted_group"] == "invalid"
        status = "INVALID" if invalid_now else rule["status"]
        return {**rule, "status": status, "allGroupsValid": valid}

    def _rule(self, request: web.Request) -> Json:
        ident = request.match_info["rule"]
        if ident not in self.model.rules:
            raise not_found(ident, "GroupRule")
        return self.model.rules[ident]

    def _refuse_invalid(self, rule: Json) -> None:
        change = self.model.settings["rule_invalid_change"]
        if self.view(rule)["status"] == "INVALID" and change != "accepted":
            cause = "Cannot activate or deactivate a Group Rule with the status INVALID"
            if change == "refused_403":
                raise OktaError(403, "E0000006", "You do not have permission.", cause)
            raise invalid("status", cause)

    async def list(self, request: web.Request) -> web.Response:
        part = request.query.get("search", "").lower()
        found = [rule for rule in self.model.rules.values() if part in rule["name"].lower()]
        return self.context.page(request, found, self.view, default=50, maximum=200)

    async def create(self, request: web.Request) -> web.Response:
        fields, time = self._validated(await read_body(request)), now()
        ident = self.model.ident("0pr")
        self.model.rules[ident] = {
            "type": "group_rule", "id": ident, "status": "INACTIVE", "created": time,
            "lastUpdated": time, **fields,
        }  # fmt: skip
        return reply(self.view(self.model.rules[ident]))

    async def get(self, request: web.Request) -> web.Response:
        return reply(self.view(self._rule(request)))

    async def replace(self, request: web.Request) -> web.Response:
        rule, body = self._rule(request), await read_body(request)
        fields = self._validated(body, except_id=rule["id"])
        self._refuse_invalid(rule)
        editable = self.model.settings["rule_active_update"] == "accepted"
        if rule["status"] == "ACTIVE" and not editable:
            raise invalid("status", "status: An active rule cannot be updated.")
        if fields["actions"] != rule["actions"]:
            raise invalid("actions", "actions: The groups of a rule cannot be changed.")
        rule |= {**fields, "lastUpdated": now()}
        return reply(self.view(rule))

    async def delete(self, request: web.Request) -> web.Response:
        rule = self._rule(request)
        del self.model.rules[rule["id"]]
        self.memberships.rule_deleted(rule, request.query.get("removeUsers") == "true")
        return reply({}, status=202)

    async def activate(self, request: web.Request) -> web.Response:
        rule = self._rule(request)
        self._refuse_invalid(rule)
        rule["status"], rule["lastUpdated"] = "ACTIVE", now()
        self.memberships.apply_to_all()
        return web.Response(status=204)

    async def deactivate(self, request: web.Request) -> web.Response:
        rule = self._rule(request)
        self._refuse_invalid(rule)
        rule["status"], rule["lastUpdated"] = "INACTIVE", now()
        return web.Response(status=204)

    def _validated(self, body: Json, except_id: str = "") -> Json:
        name, conditions = text_of(body, "name"), _object(body, "conditions")
        if len(name) > 50 and self.model.settings["rule_name_limit"] == "refused":
            raise invalid("name", "name: The field must hold 1 to 50 characters")
        if any(r["name"] == name and r["id"] != except_id for r in self.model.rules.values()):
            cause = "name: An object with this field already exists in the current organization"
            raise invalid("name", cause)
        expression = _object(conditions, "expression")
        value = text_of(expression, "value")
        try:
            parse(value)
        except ExpressionError as error:
            raise invalid("expression", f"Invalid expression: {error}") from None
        for part, name_of in (("?", "rule_ternary"), ("user.status", "rule_user_status")):
            if part in value and self.model.settings[name_of] == "refused":
                raise invalid("expression", f"Invalid expression: {part} is not allowed")
        people, assign = _object(conditions, "people"), _object(_object(body, "actions"),
                                                            "assignUserToGroups")  # fmt: skip
        groups = _ids(assign, "groupIds")
        if not groups:
            raise invalid("groupIds", "groupIds: at least one group is required")
        for ident in groups:
            if self.model.group(ident)["type"] != "OKTA_GROUP":
                cause = f"groupIds: {ident} is not an OKTA_GROUP, so rules cannot add members"
                raise invalid("groupIds", cause)
        return {
            "name": name,
            "conditions": {
                "expression": {"value": value, "type": "urn:okta:expression:1.0"},
                "people": {"users": {"exclude": _ids(_object(people, "users"), "exclude")},
                           "groups": {"exclude": _ids(_object(people, "groups"), "exclude")}},
            },
            "actions": {"assignUserToGroups": {"groupIds": groups}},
        }  # fmt: skip


class RuleMemberships:
    """Applies the active rules to group memberships after each change."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._busy = False
        model.on_user_changed = self.apply_to_user
        model.on_member_removed = self.on_member_removed

    def apply_to_all(self) -> None:
        memberships: dict[str, dict[str, str]] = {ident: {} for ident in self.model.users}
        for group, name in self._names().items():
            for ident in self.model.members[group]:
                memberships[ident][group] = name
        for ident, groups in memberships.items():
            self._apply_rules(ident, groups)

    def apply_to_user(self, ident: str) -> None:
        """Apply the rules to a user whose profile or groups have changed."""
        if self.model.rules and not self._busy:
            members = self.model.members
            self._apply_rules(
                ident, {g: n for g, n in self._names().items() if ident in members[g]}
            )

    def _names(self) -> dict[str, str]:
        return {
            ident: group["profile"]["name"]
            for ident, group in self.model.groups.items()
            if group["type"] != "APP_GROUP"
        }

    def _apply_rules(self, ident: str, groups: dict[str, str]) -> None:
        """Apply the rules to a user. `groups` holds the user's group names by ID and is updated."""
        if self.model.users[ident]["status"] == "DEPROVISIONED":
            return
        self._busy = True
        try:
            # One rule can make another one match; the limit ends circular rules.
            for _ in range(len(self.model.rules) + 1):
                rules = [*self.model.rules.values()]
                if not any([self._apply(rule, ident, groups) for rule in rules]):  # noqa: C419
                    break
        finally:
            self._busy = False

    def _apply(self, rule: Json, ident: str, groups: dict[str, str]) -> bool:
        """Apply a rule to a user; return whether a membership changed."""
        targets = rule["actions"]["assignUserToGroups"]["groupIds"]
        if rule["status"] != "ACTIVE" or any(g not in self.model.groups for g in targets):
            return False
        matches, changed = self._matches(rule, ident, groups), False
        for group in targets:
            rules = self.model.rule_members[group].get(ident, set[str]())
            added = bool(rules) or group not in groups or self._takes_over
            if matches and rule["id"] not in rules and added:
                self.model.rule_members[group][ident] = rules | {rule["id"]}
                if group not in groups:
                    groups[group] = self.model.groups[group]["profile"]["name"]
                    self.model.set_member(group, ident, True)
                changed = True
            elif not matches and rule["id"] in rules:
                self._withdraw(rule, group, ident)
                if ident not in self.model.members[group]:
                    del groups[group]
                changed = True
        return changed

    @property
    def _takes_over(self) -> bool:
        """Whether a rule also counts the users who were members before."""
        return self.model.settings["rule_earlier_members"] == "removed"

    def _matches(self, rule: Json, ident: str, groups: dict[str, str]) -> bool:
        people = rule["conditions"]["people"]
        if ident in people["users"]["exclude"] or groups.keys() & set(people["groups"]["exclude"]):
            return False
        matches = parse(rule["conditions"]["expression"]["value"])
        return matches(Scope(self.model.users[ident]["profile"], groups)) is True

    def _withdraw(self, rule: Json, group: str, ident: str, remove: bool = True) -> None:
        rules = self.model.rule_members[group].pop(ident) - {rule["id"]}
        if rules:
            self.model.rule_members[group][ident] = rules
        elif remove:
            self.model.set_member(group, ident, False)

    def on_member_removed(self, group: str, ident: str) -> None:
        """Exclude a manually removed user from the rules that had added them."""
        if self.model.settings["rule_manual_removal"] == "not_excluded":
            return
        for rule_id in self.model.rule_members.get(group, {}).pop(ident, set()):
            self.model.rules[rule_id]["conditions"]["people"]["users"]["exclude"].append(ident)

    def rule_deleted(self, rule: Json, remove: bool) -> None:
        """Withdraw a deleted rule; `remove` also removes the users it had added."""
        for group, people in self.model.rule_members.items():
            for ident in [i for i, rules in people.items() if rule["id"] in rules]:
                self._withdraw(rule, group, ident, remove)


def _object(body: Json, key: str) -> Json:
    value: Any = body.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid(key, f"{key}: must be an object")
    return value


def _ids(body: Json, key: str) -> list[str]:
    value: Any = body.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise invalid(key, f"{key}: must be a list of IDs")
    return list(dict.fromkeys(value))
