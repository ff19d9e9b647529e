"""State of the org: users, groups, apps, assignments and push mappings.

Provisioning tasks go to `enqueue` as (kind, app, subject), in the order of the changes.
"""

import copy
import uuid
from collections.abc import Callable
from typing import Any

from ..org_file import EVERYONE, Org, OrgApp
from ..settings import Settings
from . import active_directory
from .app_body import validate_app_body
from .certificate import signing_key
from .entities import App, AppUser, Json, PushMapping, now, now_in_seconds
from .errors import OktaError, invalid, not_found
from .expression import Scope, parse
from .username_template import user_name

__all__ = ["ACTIVE", "App", "AppUser", "Model", "PushMapping", "now", "now_in_seconds"]

_APP_USER_ATTRIBUTES = (
    "firstName", "lastName", "middleName", "honorificPrefix", "honorificSuffix", "displayName",
    "nickName", "profileUrl", "title", "userType", "preferredLanguage", "locale", "timezone",
    "email", "streetAddress", "city", "state", "zipCode", "countryCode", "primaryPhone",
    "employeeNumber", "costCenter", "organization", "division", "department", "manager",
)  # fmt: skip
"""Attributes of an app's users: assumed to be those sent to AWS, with Okta's names."""
# USER_PROVISIONING capabilities of a new app (from a recording of a real org).
_INITIAL_CAPABILITIES = {
    "create": {"lifecycleCreate": {"status": "DISABLED"}},
    "update": {
        "profile": {"status": "DISABLED"}, "lifecycleDeactivate": {"status": "DISABLED"},
        "password": {"status": "DISABLED", "seed": "RANDOM", "change": "KEEP_EXISTING"},
    },
}  # fmt: skip
ACTIVE = ("ACTIVE", "PROVISIONED", "PASSWORD_EXPIRED", "RECOVERY", "LOCKED_OUT")


def user_attribute(name: str, kind: str) -> Json:
    """A custom attribute in the schema of Okta's users; `kind` is a type of the org file."""
    of_items = kind.removesuffix("[]")
    array: Json = {"type": "array", "items": {"type": of_items}}
    return {
        "title": name, **({"type": kind} if kind == of_items else array),
        "mutability": "READ_WRITE", "scope": "NONE",
        "permissions": [{"principal": "SELF", "action": "READ_ONLY"}],
        "master": {"type": "PROFILE_MASTER"},
    }  # fmt: skip


def _app_body(app: OrgApp, settings: Settings) -> Json:
    body = {"name": app.name, "label": app.label, "signOnMode": "SAML_2_0"}
    return validate_app_body({**body, "settings": {"app": dict(app.settings)}}, settings)


class Model:
    """The org: all objects, and the rules that connect them."""

    def __init__(self, org: Org, settings: Settings) -> None:
        self.org, self.settings, self.created = org, settings, now()
        self.users: dict[str, Json] = {}
        self.groups: dict[str, Json] = {}
        self.members: dict[str, dict[str, None]] = {}
        """User IDs by group; for a group of an app, the users that Okta has pushed into it."""
        self.apps: dict[str, App] = {}
        self.policies: dict[str, Json] = {}
        self.custom_attributes: Json = {}
        """Custom attributes in the schema of Okta's users."""
        self.rules: dict[str, Json] = {}
        self.rule_members: dict[str, dict[str, set[str]]] = {}
        """By group and user, the group rules that added the user."""
        self.on_user_changed: Callable[[str], None] = lambda _: None
        self.on_member_removed: Callable[[str, str], None] = lambda *_: None
        self.catch_all_rules: dict[str, Json] = {}
        """The only rule of each policy."""
        self.scim_ids: dict[str, str] = {}  # ID of an APP_GROUP -> ID in AWS
        self.failures: list[Json] = []  # failed tasks whose object no longer exists
        self.enqueue: Callable[[str, App, Any], None] = lambda *_: None
        self._count = 0
        self.policy = self.add_policy("Any two factors", "The default", system=True)["id"]
        self.user_type = self.ident("oty")
        self.other_user_types: dict[str, Json] = {}
        """Name, schema ID, and custom attributes of each user type but the default one."""
        self._add_org(org)

    def _add_org(self, org: Org) -> None:
        """Create the objects of the org file."""
        self.custom_attributes = {n: user_attribute(n, t) for n, t in org.attributes.items()}
        types = {"": self.user_type}
        for name, attributes in org.user_types.items():
            types[name] = self.ident("oty")
            custom = {n: user_attribute(n, t) for n, t in attributes.items()}
            schema = self.ident("osc")
            self.other_user_types[types[name]] = {
                "name": name, "schema": schema, "attributes": custom,
            }  # fmt: skip
        logins = {
            u.profile["login"]: self.add_user(dict(u.profile), u.status, types[u.type])["id"]
            for u in org.users
        }
        apps = {
            app.label: self.add_app(_app_body(app, self.settings), app.status) for app in org.apps
        }
        sources = {("app", label): app.id for label, app in apps.items()}
        for source in sorted({group.source for group in org.groups}):
            if source[1] and source not in sources:
                sources[source] = self.ident("0oa")
        groups: dict[str, str] = {}
        if org.everyone:
            everyone = self.add_group(EVERYONE, "All users in your organization")
            everyone["type"] = "BUILT_IN"
            self.members[everyone["id"]] = dict.fromkeys(logins.values())
            groups[EVERYONE] = everyone["id"]
        for group in org.groups:
            source = sources.get(group.source)
            added = self.add_group(group.name, group.description, source)
            if domain := group.active_directory:
                added["objectClass"] = [active_directory.OBJECT_CLASS]
                added["profile"] = active_directory.profile(group.name, group.description, domain)
            self.members[added["id"]] = dict.fromkeys(logins[login] for login in group.members)
            if not source or group.name not in groups:  # Okta's own group has precedence
                groups[group.name] = added["id"]
        for each in org.apps:
            app = apps[each.label]
            for login in each.users:
                self.add_app_user(app, logins[login], "USER")
            for priority, name in enumerate(each.groups):
                app.groups[groups[name]] = {
                    "priority": priority, "profile": {}, "lastUpdated": now(),
                }  # fmt: skip
                self.assign(app, *self.members[groups[name]])

    @property
    def connections_supported(self) -> bool:
        return self.settings["connections"] == "supported"

    def ident(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}sbx{self._count:014d}"

    def new_kid(self) -> str:
        return uuid.uuid5(uuid.NAMESPACE_OID, self.ident("kid")).hex

    def record_failure(self, kind: str, name: str, error: str, scim_status: int | None) -> None:
        self.failures.append(
            {"kind": kind, "name": name, "error": error, "scim_status": scim_status}
        )

    def add_policy(self, name: str, description: str, *, system: bool, priority: int = 1) -> Json:
        ident, time = self.ident("rst"), now()
        if self.settings["policy_priority"] == "renumbered" and not system:
            priority = len(self.policies)
        self.policies[ident] = {
            "id": ident, "name": name, "description": description, "system": system,
            "priority": priority, "created": time, "lastUpdated": time,
        }  # fmt: skip
        two_factor: Json = {"type": "ASSURANCE", "factorMode": "2FA", "reauthenticateIn": "PT2H"}
        password = {"required": True, "types": ["password"], "reauthenticateIn": "PT2H"}
        self.catch_all_rules[ident] = {
            "id": self.ident("rul"), "status": "ACTIVE", "name": "Catch-all Rule", "priority": 99,
            "created": time, "lastUpdated": time, "system": True, "conditions": None,
            "type": "ACCESS_POLICY",
            "actions": {"appSignOn": {"access": "ALLOW", "verificationMethod": {
                **two_factor, "constraints": [{"knowledge": password}]}}},
        }  # fmt: skip
        return self.policies[ident]

    def find_policy(self, ident: str) -> Json:
        if ident not in self.policies:
            raise not_found(ident, "Policy")
        return self.policies[ident]

    def add_user(self, profile: Json, status: str, user_type: str) -> Json:
        ident, time = self.ident("00u"), now()
        self.users[ident] = {
            "id": ident, "status": status, "created": time, "activated": time,
            "statusChanged": time, "lastLogin": None, "lastUpdated": time,
            "passwordChanged": None, "type": {"id": user_type},
            "profile": {"mobilePhone": None, "secondEmail": None, **profile},
            "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        }  # fmt: skip
        return self.users[ident]

    def create_user(self, profile: Json, status: str, user_type: str, groups: list[str]) -> Json:
        """Add a user to the org, the group Everyone and these groups."""
        user = self.add_user(profile, status, user_type)
        if status == "STAGED":
            user["activated"] = None
        built_in = [ident for ident, group in self.groups.items() if group["type"] == "BUILT_IN"]
        for ident in built_in + groups:
            self.set_member(ident, user["id"], True)
        self.on_user_changed(user["id"])
        return user

    def delete_user(self, ident: str) -> None:
        """Delete a deactivated user. Assumed: the users in AWS remain, deactivated."""
        for app in self.apps.values():
            app.users.pop(ident, None)
        for members in (*self.members.values(), *self.rule_members.values()):
            members.pop(ident, None)
        del self.users[ident]

    def user(self, ident: str) -> Json:
        if ident in self.users:
            return self.users[ident]
        for user in self.users.values():
            if user["profile"]["login"] == ident:
                return user
        raise not_found(ident, "User")

    def change_user(
        self, user: Json, *, profile: Json | None = None, status: str | None = None
    ) -> None:
        if profile is not None:
            user["profile"] = profile
        if status:
            user["status"], user["statusChanged"] = status, now()
        user["lastUpdated"] = now()
        if status == "DEPROVISIONED" and self.settings["deactivated_user_groups"] == "removed":
            for group in self.groups.values():
                if group["type"] == "OKTA_GROUP" and user["id"] in self.members[group["id"]]:
                    self.set_member(group["id"], user["id"], False)
        for app in self.apps.values():
            if status:
                self.assign(app, user["id"])
            if user["id"] in app.users:
                self.enqueue("user", app, user["id"])
        self.on_user_changed(user["id"])

    def add_group(self, name: str, description: str, source: str | None = None) -> Json:
        ident, time = self.ident("00g"), now()
        self.groups[ident] = {
            "id": ident, "created": time, "lastUpdated": time, "lastMembershipUpdated": time,
            "objectClass": ["okta:user_group"], "type": "OKTA_GROUP",
            "profile": {"name": name, "description": description},
        }  # fmt: skip
        if source:
            self.groups[ident] |= {"type": "APP_GROUP", "source": {"id": source}}
        self.members[ident], self.rule_members[ident] = {}, {}
        return self.groups[ident]

    def check_group(self, profile: Json, except_id: str = "") -> tuple[str, str]:
        """Validate a group profile and return its name and description."""
        name, description = profile.get("name"), profile.get("description")
        if not isinstance(name, str) or not 1 <= len(name) <= 255:
            raise invalid("name", "name: The field must hold 1 to 255 characters")
        if not isinstance(description, str | None):
            raise invalid("description", "description: must be a string")
        for group in self.groups.values():
            same = group["type"] != "APP_GROUP" and group["profile"]["name"] == name
            if same and group["id"] != except_id:
                cause = "name: An object with this field already exists in the current organization"
                raise invalid("name", cause)
        return name, description or ""

    def change_group(self, group: Json, name: str, description: str) -> None:
        renamed = group["profile"]["name"] != name
        group["profile"] = {"name": name, "description": description}
        group["lastUpdated"] = now()
        if renamed and self.settings["rename_groups"] == "on":
            for app in self.apps.values():
                for mapping in app.mappings.values():
                    if mapping.source == group["id"]:
                        mapping.rename = name
                        self.enqueue("rename", app, mapping)

    def group(self, ident: str) -> Json:
        if ident not in self.groups:
            raise not_found(ident, "UserGroup")
        return self.groups[ident]

    def source_of(self, ident: str) -> str:
        """The ID of the app that a group belongs to; empty for a group of Okta."""
        return self.groups[ident].get("source", {}).get("id", "")

    def set_member(self, group_id: str, user_id: str, member: bool) -> None:
        """Add a user to a group or remove them.

        The membership push comes first. For a group that is both assigned and pushed, it precedes
        the creation of a new user (docs/research/group-push.md#order-of-changes), and it finds a
        removed user already unassigned. For this reason Okta does not support one group in both
        roles.
        """
        self.group(group_id)["lastMembershipUpdated"] = now()
        self.user(user_id)
        if member:
            self.members[group_id][user_id] = None
        else:
            self.members[group_id].pop(user_id, None)
        for app in self.apps.values():
            for mapping in app.mappings.values():
                if mapping.source == group_id and mapping.status == "ACTIVE":
                    self.enqueue("member", app, (mapping, user_id, member))
            if group_id in app.groups:
                self.assign(app, user_id)
        self.on_user_changed(user_id)

    def delete_group(self, ident: str) -> None:
        if self.group(ident)["type"] == "BUILT_IN":
            raise invalid("group", "A built-in group cannot be deleted.")
        for app in self.apps.values():
            if any(ident == m.source or ident == m.target for m in app.mappings.values()):
                raise invalid("group", "The group is used in a group push mapping.")
        members = self.members[ident]
        self._forget_group(ident)
        if self.settings["rule_deleted_group"] == "rule_deleted":
            for rule in list(self.rules.values()):
                if ident in rule["actions"]["assignUserToGroups"]["groupIds"]:
                    del self.rules[rule["id"]]
        for app in self.apps.values():
            if app.groups.pop(ident, None):
                self.assign(app, *members)
        for user in members:
            self.on_user_changed(user)

    def _forget_group(self, ident: str) -> None:
        del self.groups[ident], self.members[ident], self.rule_members[ident]

    def delete_target_group(self, app: App, ident: str) -> None:
        """Delete a group of an app, in Okta and in AWS."""
        group, scim_id = self.forget_target_group(ident)
        if group and scim_id:
            self.enqueue("drop", app, (scim_id, group["profile"]["name"]))

    def forget_target_group(self, ident: str) -> tuple[Json | None, str | None]:
        """Delete a group of an app in Okta only."""
        group = self.groups.get(ident)
        if group:
            self._forget_group(ident)
        return group, self.scim_ids.pop(ident, None)

    def app(self, ident: str) -> App:
        if ident not in self.apps:
            raise not_found(ident, "AppInstance")
        return self.apps[ident]

    @property
    def app_user_attributes(self) -> tuple[str, ...]:
        """The attributes of the users of an app, without the user name."""
        others = self.settings["app_user_attributes"] == "others"
        return (*_APP_USER_ATTRIBUTES, *(("mobilePhone",) if others else ()))

    def add_app(self, body: Json, status: str) -> App:
        app = App(self.ident("0oa"), body, status, self.policy)
        app.capabilities = copy.deepcopy(_INITIAL_CAPABILITIES)
        app.mapping_id, app.user_type = self.ident("prm"), self.ident("oty")
        other = self.settings["profile_mapping_defaults"] == "other_expressions"
        app.attribute_mappings = {
            name: {"expression": f"user.{name}", "pushStatus": "PUSH"}
            for name in self.app_user_attributes
        }
        if other:
            expression = 'user.firstName + " " + user.lastName'
            app.attribute_mappings["displayName"]["expression"] = expression
        self.apps[app.id] = app
        self.add_key(app)
        return app

    def add_key(self, app: App) -> Json:
        """Add a signing key to an app. The app signs with its first key until it is changed."""
        key = {**signing_key(), "kid": self.new_kid(), "created": now(), "lastUpdated": now()}
        app.keys.append(key)
        app.body.setdefault("kid", key["kid"])
        return key

    def app_profile(self, app: App, user: AppUser) -> Json:
        """An app user's attributes: mapped values, overridden by its own."""
        scope = Scope(self.users[user.id]["profile"])
        mapped = {
            name: parse(mapping["expression"])(scope)
            for name, mapping in app.attribute_mappings.items()
        }
        return {
            name: value for name, value in mapped.items() if value is not None
        } | user.profile_override

    def assign(self, app: App, *people: str) -> None:
        """Align the app users of these users with the assigned groups, and enqueue provisioning.

        A user deactivated in Okta is unassigned from active apps only
        (support.okta.com, "deprovisioning behavior when an app is inactive").
        """
        for ident in people:
            app_user = app.users.get(ident)
            deactivated = self.users[ident]["status"] == "DEPROVISIONED"
            stays_assigned = not deactivated or (app.status != "ACTIVE" and app_user is not None)
            by_group = stays_assigned and any(ident in self.members[group] for group in app.groups)
            if app_user is None and by_group:
                self.add_app_user(app, ident, "GROUP")
            elif app_user and not by_group and (app_user.scope == "GROUP" or not stays_assigned):
                self.enqueue("remove", app, app.users.pop(ident))

    def add_app_user(self, app: App, ident: str, scope: str) -> AppUser:
        template = app.body["credentials"]["userNameTemplate"]["template"]
        name = user_name(template, self.users[ident]["profile"])
        app.users[ident] = AppUser(ident, name, scope)
        self.enqueue("user", app, ident)
        return app.users[ident]

    def delete_app(self, app: App) -> None:
        if app.status == "ACTIVE":
            raise OktaError(403, "E0000056", "Delete application forbidden.",
                            "The application must be inactive.")  # fmt: skip
        # Assumed: deleting the app deletes its connection and deprovisions no users.
        fate = self.settings["app_deletion"]
        if fate != "users_kept":
            for scim_id in app.scim_user_ids.values():
                self.enqueue("retire", app, (scim_id, fate == "users_deleted"))
        del self.apps[app.id]
        for ident in [i for i in self.groups if self.source_of(i) == app.id]:
            self.forget_target_group(ident)
