"""Drafts settings for an existing federation, with notes on what they cannot express.

What cannot be adopted as it is becomes a comment in the file, with the reason and the next step.
The command also prints the notes.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from okta_idc.adoption.account_access import access_of, permission_sets
from okta_idc.adoption.discovery import Federation
from okta_idc.adoption.items import Item, Note
from okta_idc.clients.json_path import get_list, get_text
from okta_idc.inventory.declared import FEATURES
from okta_idc.inventory.model import Json, PushGroup
from okta_idc.inventory.session_tags import statements_of
from okta_idc.inventory.unavailable import Unavailable
from okta_idc.rules import Finding, attribute_statements, attributes, endpoints, instance_attributes
from okta_idc.settings import SettingsError, load_settings


@dataclass
class Draft:
    """The pieces of a stack file."""

    app: Item
    scim_token: Item
    provisioning: Item
    attribute_statements: list[Item]
    groups: list[Item]
    push_groups: list[Item]
    permission_sets: list[Item]
    access_control_attributes: list[Item] = field(default_factory=list[Item])
    """One item, or none if the feature is off."""

    def settings(self) -> Json:
        """The settings without the pieces that are commented out."""
        settings: Json = {
            "app": self.app.value,
            "attribute_statements": _kept(self.attribute_statements),
            "scim_token": self.scim_token.value,
            "provisioning": self.provisioning.value,
            "assignments": {"groups": _kept(self.groups)},
            "push_groups": _kept(self.push_groups),
            "account_access": {"permission_sets": _kept(self.permission_sets)},
            "protect": True,
        }
        for value in _kept(self.access_control_attributes):
            settings["access_control_attributes"] = value
        return settings

    def notes(self) -> list[Note]:
        """All notes, in the order of the file."""
        return [note for item in self.items() for note in item.notes]

    def items(self) -> tuple[Item, ...]:
        """All pieces, in the order of the file."""
        return (
            self.app, *self.attribute_statements, self.scim_token, self.provisioning, *self.groups,
            *self.push_groups, *self.permission_sets, *self.access_control_attributes,
        )  # fmt: skip


def draft(found: Federation) -> Draft:
    """The settings of an existing federation."""
    sent = [_attribute_statement(each) for each in statements_of(found.app)]
    keys = [item.value["key"] for item in sent if not item.commented_out]
    push = [_push_group(found, each) for each in found.pushed]
    control = _access_control_attributes(found, keys)
    keys += [key for value in _kept(control) for key in value["attributes"]]
    result = Draft(
        app=_app(found),
        scim_token=_scim_token(found),
        provisioning=_provisioning(found),
        attribute_statements=sent,
        groups=_assignment_groups(found),
        push_groups=push,
        permission_sets=permission_sets(found, access_of(found, push), keys),
        access_control_attributes=control,
    )
    try:
        load_settings(result.settings())
    except SettingsError as error:
        result.app.problem(f"these settings are invalid: {error}")
    return result


def _kept(items: Iterable[Item]) -> list[Any]:
    return [item.value for item in items if not item.commented_out]


def _app(found: Federation) -> Item:
    app = found.app
    item = Item(
        {
            "label": get_text(app, "label"),
            "acs_url": get_text(app, "settings", "app", "acsURL"),
            "issuer_url": get_text(app, "settings", "app", "entityID"),
            "username_format": get_text(app, "credentials", "userNameTemplate", "template"),
            "import_id": str(app["id"]),
        }
    )
    if app.get("status") != "ACTIVE":
        item.problem(f"the app is {app.get('status')}; `pulumi up` would activate it.")
    issuer = endpoints.IssuerOfStore(item.value["issuer_url"], found.store_id)
    item.add_findings(endpoints.issuer_of_store(issuer))
    return item


def _scim_token(found: Federation) -> Item:
    name, tags = found.source.secret, found.secret
    item = Item({"secret": name})
    if isinstance(tags, Unavailable) or not tags.get("endpoint"):
        reason = tags.text if isinstance(tags, Unavailable) else "it has no tag `endpoint`."
        item.problem(
            f"the secret {name} cannot be used: {reason} Store the SCIM endpoint and token with "
            "`okta-idc token store`, or name another secret with --secret."
        )
    return item


def _provisioning(found: Federation) -> Item:
    features = get_list(found.app, "features")
    on = {setting: name in features for setting, name in FEATURES.items()}
    if any(on.values()):
        return Item({"mode": "console", **on})
    item = Item({"mode": "console"})
    item.problem(
        f"provisioning seems to be off (features of the app: {', '.join(features) or 'none'}), so "
        "`pulumi up` would stop at the gate. Turn it on in Okta (app → Provisioning)."
    )
    return item


def _assignment_groups(found: Federation) -> list[Item]:
    pushed = {each.source for each in found.pushed}
    listed = sorted((priority or 0, ident) for ident, priority in found.assigned.items())
    numbered = all(priority >= 1 for priority, ident in listed if ident not in pushed)
    items: list[Item] = []
    for priority, ident in listed:
        item = Item({**_reference(found, ident), "import_id": f"{found.app['id']}/{ident}"})
        if numbered and ident not in pushed:
            item.value["priority"] = priority
        if ident in pushed:
            item.commented_out = True
            item.problem(
                f"the group {found.groups.name(ident)} is assigned and pushed, which Okta does not "
                "support (OIC-201). It is adopted as a push group; its assignment stays "
                "unchanged. Create another group with the same members, add it to "
                "`assignments.groups`, run `pulumi up`, and then unassign this group in Okta."
            )
        items.append(item)
    if not numbered and items:
        items[0].note("Okta numbers these assignments from 0, so no priorities are declared.")
    return items


def _reference(found: Federation, ident: str) -> Json:
    """The group by name, or by ID if another group has the same name."""
    name = found.groups.name(ident)
    return {"name": name} if found.groups.by_name.get(name) == [ident] else {"id": ident}


def _push_group(found: Federation, each: PushGroup) -> Item:
    mapping, name, status = each.mapping, each.name, each.mapping.get("status")
    import_id = f"{found.app['id']}/{mapping['id']}"
    item = Item({**_reference(found, each.source), "import_id": import_id})
    if "id" in item.value:
        item.note(f"{name}, by ID because another group in Okta has the same name.")
    if each.target and each.target != name:
        item.note(f"The group {name} has the name {each.target} in IAM Identity Center.")
    if each.target and each.aws_id:
        item.value["aws_group_id"] = each.aws_id
    else:
        renamed = f" as {each.target}" if each.target else ""
        item.problem(
            f"the group {name} is not in IAM Identity Center{renamed}. Okta shows the reason "
            "(app → Push Groups)."
        )
    if status == "ERROR":
        reason = str(mapping.get("errorSummary") or "Okta gives no reason").rstrip(".")
        item.problem(
            f"the push mapping of {name} is in ERROR, and Okta no longer pushes the group: "
            f"{reason}. Fix the cause, then choose Retry all groups (app → Push Groups)."
        )
    elif status != "ACTIVE":
        item.problem(f"the push mapping of {name} is {status}, so Okta does not push the group.")
    return item


def _attribute_statement(found: attribute_statements.Statement) -> Item:
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
    item.commented_out = True
    reasons = "; ".join(f.explanation.rstrip(".") + f" [{f.rule.id}]" for f in breaches)
    item.problem(
        f"the attribute statement {found.name} cannot be declared "
        f"({reasons or 'it is not an attribute for access control'}), and `pulumi up` would remove "
        "it. Correct or remove it in Okta first (app → Sign On); do not continue while it is used."
    )
    return item


def _access_control_attributes(found: Federation, sent: list[str]) -> list[Item]:
    status, pairs = found.access_control
    if not status:
        return []
    mapped = dict(pairs)
    item = Item({"attributes": mapped, "import_id": found.instance})
    if not mapped:
        item.commented_out = True
        item.note(
            "attributes for access control are on, without mappings in AWS: the provider cannot "
            "import that, and nothing has to be declared."
        )
        return [item]
    for key, source in pairs:
        subject = instance_attributes.InstanceAttribute(key, source)
        item.add_findings(instance_attributes.instance_source(subject))
    keys = instance_attributes.KeySources(tuple(sent), tuple(mapped))
    item.add_findings(instance_attributes.one_source_per_key(keys))
    item.commented_out = bool(item.notes)
    return [item]
