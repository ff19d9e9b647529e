"""Settings for what was found, and in words what they cannot express.

What cannot be taken over as it is stays in the file, commented out, with the reason and how to go
on; it is told on stderr too. Nothing is left out in silence.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from okta_idc.adoption.account_access import access_of, permission_sets
from okta_idc.adoption.discovery import Found, Json, Where
from okta_idc.adoption.items import Item, Note
from okta_idc.clients.json_path import get_text
from okta_idc.inventory.session_tags import statements_of
from okta_idc.rules import Finding, attribute_statements, attributes, endpoints, instance_attributes
from okta_idc.settings import Settings, SettingsError

_FEATURES = {
    "create_users": "PUSH_NEW_USERS",
    "update_users": "PUSH_PROFILE_UPDATES",
    "deactivate_users": "PUSH_USER_DEACTIVATION",
}


@dataclass
class Draft:
    """A stack file in the making: each part in the order and the words of the settings."""

    app: Item
    scim: Item
    provisioning: Item
    assign: list[Item] = field(default_factory=list[Item])
    push: list[Item] = field(default_factory=list[Item])
    permission_sets: list[Item] = field(default_factory=list[Item])
    attributes: list[Item] = field(default_factory=list[Item])
    access_control: Item | None = None

    def settings(self) -> Json:
        """What is meant to be loaded."""
        made: Json = {
            "app": self.app.value,
            "scim": self.scim.value,
            "provisioning": self.provisioning.value,
            "protect": True,
            "assign": _kept(self.assign),
            "push": _kept(self.push),
            "access": {"permission_sets": _kept(self.permission_sets)},
            "attributes": _kept(self.attributes),
        }
        if self.access_control and not self.access_control.left_out:
            made["access_control"] = self.access_control.value
        return made

    def notes(self) -> list[Note]:
        """All that is to be told, in the order of the file."""
        single = [self.app, self.scim, self.provisioning]
        lists = [*self.assign, *self.push, *self.permission_sets, *self.attributes]
        control = [self.access_control] if self.access_control else []
        return [note for item in (*single, *lists, *control) for note in item.notes]


def draft(found: Found, where: Where) -> Draft:
    """The settings of what was found."""
    sent = [_attribute(each) for each in statements_of(found.app)]
    keys = [item.value["key"] for item in sent if not item.left_out]
    push = _push(found)
    control = _access_control(found, keys)
    if control and not control.left_out:
        keys += control.value.get("attributes", {})
    made = Draft(
        app=_app(found),
        scim=_scim(found, where),
        provisioning=_provisioning(found),
        assign=_assign(found),
        push=push,
        permission_sets=permission_sets(found, access_of(found, push), keys),
        attributes=sent,
        access_control=control,
    )
    try:
        Settings.load(made.settings())
    except SettingsError as error:
        made.app.notes.append(Note(f"these settings are refused: {error}", problem=True))
    return made


def _kept(items: Iterable[Item]) -> list[Any]:
    return [item.value for item in items if not item.left_out]


def _app(found: Found) -> Item:
    app = found.app
    made = Item(
        {
            "label": get_text(app, "label"),
            "acs_url": get_text(app, "settings", "app", "acsURL"),
            "issuer_url": get_text(app, "settings", "app", "entityID"),
            "user_name_template": get_text(app, "credentials", "userNameTemplate", "template"),
            "import_id": str(app["id"]),
        }
    )
    if app.get("status") != "ACTIVE":
        made.problem(f"the app is {app.get('status')}: an up would activate it.")
    issuer = endpoints.IssuerOfStore(made.value["issuer_url"], found.store)
    made.breaches(endpoints.issuer_of_store(issuer))
    return made


def _scim(found: Found, where: Where) -> Item:
    made = Item({"secret": where.secret})
    if found.secret:
        made.problem(
            f"the secret {where.secret} cannot be used: {found.secret}. Fix: put endpoint and "
            "token there (okta-idc store-token), or name another with --secret."
        )
    return made


def _provisioning(found: Found) -> Item:
    there: list[str] = found.app.get("features") or []
    on = {setting: name in there for setting, name in _FEATURES.items()}
    if not any(on.values()):
        made = Item({"mode": "console"})
        made.problem(
            f"provisioning is not known to be on (the app's features: {', '.join(there) or 'none'})"
            ", so the gate will stay closed. Fix: turn it on in Okta, app → Provisioning."
        )
        return made
    return Item({"mode": "console", **on})


def _assign(found: Found) -> list[Item]:
    pushed = {str(mapping["sourceGroupId"]) for mapping in found.pushes}
    listed = sorted(found.assigned, key=lambda each: (_priority(each), str(each["id"])))
    numbered = all(_priority(each) >= 1 for each in listed if each["id"] not in pushed)
    items: list[Item] = []
    for each in listed:
        ident = str(each["id"])
        item = Item({**_named(found, ident), "import_id": f"{found.app['id']}/{ident}"})
        if numbered and ident not in pushed:
            item.value["priority"] = _priority(each)
        if ident in pushed:
            item.left_out = True
            item.problem(
                f"the group {found.groups.name(ident)} is assigned and pushed, which Okta does not "
                "support (OIC-201). It is taken over as a push group, and its assignment is left "
                "as it is. To go on: make another group with the same people, name it in `assign`, "
                "run `pulumi up`, and then unassign this one in Okta."
            )
        items.append(item)
    if not numbered and items:
        items[0].told("Okta numbers assignments from 0, which cannot be declared: no priorities.")
    return items


def _priority(assigned: Json) -> int:
    priority = assigned.get("priority")
    return priority if isinstance(priority, int) else 0


def _named(found: Found, ident: str) -> Json:
    """By name; by id where another group has the same name."""
    name = found.groups.name(ident)
    return {"name": name} if found.groups.by_name.get(name) == [ident] else {"id": ident}


def _push(found: Found) -> list[Item]:
    return [_pushed(found, mapping) for mapping in found.pushes]


def _pushed(found: Found, mapping: Json) -> Item:
    source = str(mapping["sourceGroupId"])
    name, status = found.groups.name(source), mapping.get("status")
    target = found.groups.names.get(str(mapping.get("targetGroupId")), "")
    item = Item({**_named(found, source), "import_id": f"{found.app['id']}/{mapping['id']}"})
    if "id" in item.value:
        item.told(f"{name}; another group in Okta has the same name.")
    if target and target != name:
        item.told(f"{name} is called {target} in IAM Identity Center.")
    if in_aws := found.in_aws_of(mapping):
        item.value["aws_group_id"] = in_aws
    else:
        called = f" as {target}" if target else ""
        item.problem(
            f"{name} does not stand in IAM Identity Center{called}. Fix: look at app → Push Groups "
            "in Okta for the reason."
        )
    if status == "ERROR":
        why = str(mapping.get("errorSummary") or "Okta gives no reason").rstrip(".")
        item.problem(
            f"the mapping of {name} is in ERROR, and Okta does not push it any more: {why}. Fix: "
            "remove the reason, then app → Push Groups → Retry all groups."
        )
    elif status != "ACTIVE":
        item.problem(f"the mapping of {name} is {status}: it pushes nothing.")
    return item


def _attribute(found: attribute_statements.Statement) -> Item:
    """One statement: an attribute for access control, or something that the kit does not send."""
    item = Item({"key": found.name, "value": ", ".join(found.values) or found.type})
    attribute = found.attribute
    breaches: list[Finding] = [
        *attribute_statements.name_format(found),
        *attribute_statements.one_value(found),
    ]
    if attribute:
        item.value["key"] = attribute.key
        breaches += attributes.attribute_key(attribute) + attributes.attribute_value(attribute)
        breaches += attribute_statements.statement_lengths(found)
    if attribute and not breaches:
        return item
    item.left_out = True
    why = "; ".join(f.explanation.rstrip(".") + f" [{f.rule.id}]" for f in breaches)
    item.problem(
        f"the statement {found.name} cannot be declared here "
        f"({why or 'it is no attribute for access control'}), and an up would remove it. Fix: mend "
        "or remove it in Okta first (app → Sign On); do not go on while it is needed."
    )
    return item


def _access_control(found: Found, sent: list[str]) -> Item | None:
    """Attributes for access control on the AWS side; None where they are off."""
    status, pairs = found.control
    if not status:
        return None
    mapped = dict(pairs)
    item = Item({"attributes": mapped, "import_id": found.instance})
    if not mapped:
        item.left_out = True
        item.told(
            "attributes for access control are on, with no mapping of the instance's own: the "
            "provider cannot take that over, and nothing has to be declared."
        )
        return item
    for key, source in pairs:
        subject = instance_attributes.InstanceAttribute(key, source)
        item.breaches(instance_attributes.instance_source(subject))
    feeds = instance_attributes.Feeds(tuple(sent), tuple(mapped))
    item.breaches(instance_attributes.one_feed(feeds))
    item.left_out = bool(item.notes)
    return item
