"""The arguments of IdentityCenterFederation: the settings tree as typed dictionaries.

Paths, names, defaults and meaning are those of okta_idc/settings/models.py, where each key is
described; tests compare them. The only difference is an AWS location: `region` and `role_arn` in a
stack file, `provider` here. Values that no resource name contains accept an Input.
"""

from collections.abc import Iterator
from typing import Any, NotRequired, TypedDict, cast

import pulumi_aws as aws
from pulumi import Input

from okta_idc.settings import Problem, Settings, SettingsError, load_settings, models
from okta_idc.settings.models import DriftPolicy, GatePolicy, ProvisioningMode, WaitMode

from ._errors import ValidationError
from .aws.access_control_attributes import AccessControlAttributesSettings
from .aws.account_access import AccessSettings, AccountAssignments, AccountSelector
from .okta.provisioning import ProvisioningFeatures
from .okta.saml_app import AppSettings, AttributeStatement
from .providers import aws_provider


class ScimTokenSettings(TypedDict):
    secret: Input[str]
    verify: NotRequired[bool]
    verify_at: NotRequired[str]
    provider: NotRequired[aws.Provider | None]
    """AWS provider for a secret in another account or Region."""


class ProvisioningSettings(ProvisioningFeatures):
    mode: NotRequired[ProvisioningMode]
    gate: NotRequired[GatePolicy]
    wait: NotRequired[WaitMode]
    wait_timeout_minutes: NotRequired[float]
    propagation_timeout_minutes: NotRequired[float]
    propagation_settle_seconds: NotRequired[float]


class GroupSource(TypedDict):
    name: NotRequired[str | None]
    id: NotRequired[str | None]
    create: NotRequired[str | None]
    description: NotRequired[Input[str]]
    rule: NotRequired[Input[str] | None]
    import_id: NotRequired[str | None]


class AssignmentGroup(GroupSource):
    priority: NotRequired[int | None]


class PushGroup(GroupSource):
    retire: NotRequired[bool]
    aws_group_id: NotRequired[str | None]


class PushGroupPattern(TypedDict):
    pattern: str
    limit: NotRequired[int]


class User(TypedDict):
    login: NotRequired[str | None]
    id: NotRequired[str | None]
    username: NotRequired[Input[str] | None]
    import_id: NotRequired[str | None]


class PushedMembersGroupSettings(TypedDict):
    name: NotRequired[str]


class AssignmentsSettings(TypedDict):
    groups: NotRequired[list[AssignmentGroup]]
    pushed_members_group: NotRequired[PushedMembersGroupSettings | None]
    users: NotRequired[list[User]]
    max_deprovisioned_users: NotRequired[int]
    confirm_deprovisioning: NotRequired[list[str]]


class AccountAccessSettings(AccessSettings):
    max_removed_assignments: NotRequired[int]
    confirm_removed_accounts: NotRequired[list[str]]


class TokenExpiryAlarmSettings(TypedDict):
    emails: NotRequired[list[str]]
    days_before: NotRequired[list[int]]
    provider: NotRequired[aws.Provider | None]
    """AWS provider for an alarm in another account or Region."""


class StacksByName(TypedDict):
    count: NotRequired[int | None]
    prefixes: NotRequired[list[str]]


class StacksByAccount(TypedDict):
    count: NotRequired[int | None]
    organizational_units: NotRequired[list[str]]


class FleetSettings(TypedDict):
    push_groups: NotRequired[StacksByName | None]
    permission_sets: NotRequired[StacksByName | None]
    accounts: NotRequired[StacksByAccount | None]


class IdentityCenterFederationArgs(TypedDict):
    app: NotRequired[AppSettings]
    instance_arn: NotRequired[str | None]
    attribute_statements: NotRequired[list[AttributeStatement]]
    profile_mappings: NotRequired[dict[str, Input[str]]]
    scim_token: ScimTokenSettings
    provisioning: NotRequired[ProvisioningSettings]
    drift: NotRequired[DriftPolicy]
    assignments: NotRequired[AssignmentsSettings]
    push_groups: NotRequired[list[PushGroup]]
    push_group_patterns: NotRequired[list[PushGroupPattern]]
    account_access: NotRequired[AccountAccessSettings]
    access_control_attributes: NotRequired[AccessControlAttributesSettings | None]
    token_expiry_alarm: NotRequired[TokenExpiryAlarmSettings | None]
    fleet: NotRequired[FleetSettings | None]
    protect: NotRequired[bool]


def federation_args_from(settings: Settings) -> IdentityCenterFederationArgs:
    """The arguments for the settings of a stack file, with a provider for each AWS location."""
    app, token, provisioning = settings.app, settings.scim_token, settings.provisioning
    assignments, control = settings.assignments, settings.access_control_attributes
    members, alarm = assignments.pushed_members_group, settings.token_expiry_alarm
    return {
        "app": {
            "acs_url": app.acs_url,
            "issuer_url": app.issuer_url,
            "label": app.label,
            "username_format": app.username_format,
            "rename_users_from": app.rename_users_from,
            "import_id": app.import_id,
        },
        "instance_arn": settings.instance_arn,
        "attribute_statements": [
            {"key": each.key, "value": each.value} for each in settings.attribute_statements
        ],
        "profile_mappings": {**settings.profile_mappings},
        "scim_token": {
            "secret": token.secret,
            "verify": token.verify,
            "verify_at": token.verify_at,
            "provider": aws_provider("secret", token),
        },
        "provisioning": {
            "mode": provisioning.mode,
            "create_users": provisioning.create_users,
            "update_user_attributes": provisioning.update_user_attributes,
            "deactivate_users": provisioning.deactivate_users,
            "gate": provisioning.gate,
            "wait": provisioning.wait,
            "wait_timeout_minutes": provisioning.wait_timeout_minutes,
            "propagation_timeout_minutes": provisioning.propagation_timeout_minutes,
            "propagation_settle_seconds": provisioning.propagation_settle_seconds,
        },
        "drift": settings.drift,
        "assignments": {
            "groups": [
                {**_source(group), "priority": group.priority} for group in assignments.groups
            ],
            "pushed_members_group": {"name": members.name} if members else None,
            "users": [
                {
                    "login": user.login,
                    "id": user.id,
                    "username": user.username,
                    "import_id": user.import_id,
                }
                for user in assignments.users
            ],
            "max_deprovisioned_users": assignments.max_deprovisioned_users,
            "confirm_deprovisioning": assignments.confirm_deprovisioning,
        },
        "push_groups": [
            {**_source(group), "retire": group.retire, "aws_group_id": group.aws_group_id}
            for group in settings.push_groups
        ],
        "push_group_patterns": [
            {"pattern": each.pattern, "limit": each.limit} for each in settings.push_group_patterns
        ],
        "account_access": {
            **access_args(settings.account_access),
            "max_removed_assignments": settings.account_access.max_removed_assignments,
            "confirm_removed_accounts": settings.account_access.confirm_removed_accounts,
        },
        "access_control_attributes": control
        and {"attributes": {**control.attributes}, "import_id": control.import_id},
        "token_expiry_alarm": alarm
        and {
            "emails": alarm.emails,
            "days_before": alarm.days_before,
            "provider": aws_provider("alarm", alarm),
        },
        "fleet": _fleet(settings.fleet),
        "protect": settings.protect,
    }


def _fleet(fleet: models.Fleet | None) -> FleetSettings | None:
    if fleet is None:
        return None
    accounts = fleet.accounts
    return {
        "push_groups": _by_name(fleet.push_groups),
        "permission_sets": _by_name(fleet.permission_sets),
        "accounts": accounts
        and {"count": accounts.count, "organizational_units": accounts.organizational_units},
    }


def _by_name(given: models.StacksByName | None) -> StacksByName | None:
    return given and {"count": given.count, "prefixes": given.prefixes}


def access_args(access: models.AccountAccess) -> AccessSettings:
    """The arguments for permission sets and applications."""
    return {
        "permission_sets": [
            {
                "name": each.name,
                **_assignments(each),
                "assignments": [_assignments(further) for further in each.assignments],
                "description": each.description,
                "session_duration": each.session_duration,
                "relay_state": each.relay_state,
                "managed_policies": each.managed_policies,
                "customer_managed_policies": each.customer_managed_policies,
                "inline_policy": each.inline_policy,
                "permissions_boundary": each.permissions_boundary,
                "import_id": each.import_id,
            }
            for each in access.permission_sets
        ],
        "applications": [
            {
                "arn": each.arn,
                "groups": each.groups,
                "import_assignments": each.import_assignments,
            }
            for each in access.applications
        ],
    }


def _assignments(given: models.PermissionSet | models.AccountAssignments) -> AccountAssignments:
    return {
        "groups": given.groups,
        "accounts": given.accounts,
        "account_selectors": [_selector(each) for each in given.account_selectors],
        "excluded_accounts": [_selector(each) for each in given.excluded_accounts],
    }


def _selector(given: models.AccountSelector) -> AccountSelector:
    return {
        "id": given.id,
        "name": given.name,
        "organizational_unit": given.organizational_unit,
        "nested": given.nested,
        "tags": given.tags,
    }


def _source(group: models.GroupSource) -> GroupSource:
    return {
        "name": group.name,
        "id": group.id,
        "create": group.create,
        "description": group.description,
        "rule": group.rule,
        "import_id": group.import_id,
    }


def settings_from(args: IdentityCenterFederationArgs) -> Settings:
    """The settings that the arguments hold, with all defaults.

    Raises ValidationError with every problem: unknown keys, wrong types, broken rules. A bare
    string is a group's name or a user's login, as in a stack file.
    """
    tree, problems = cast(Any, args), list[Problem]()
    if isinstance(tree, dict):
        tree = {**cast(dict[str, Any], tree)}
        for key in ("scim_token", "token_expiry_alarm"):
            if isinstance(node := tree.get(key), dict):
                tree[key] = {**cast(dict[str, Any], node)}
                problems += _provider_problems(key, tree[key])
    try:
        settings = load_settings(tree, root="")
    except SettingsError as error:
        notes = [Problem("", error.note)] if error.note else []
        raise ValidationError(*problems, *error.problems, *notes) from None
    if problems:
        raise ValidationError(*problems)
    return settings


def _provider_problems(path: str, node: dict[str, Any]) -> Iterator[Problem]:
    """Takes the provider out of the node, and what only a stack file has."""
    provider = node.pop("provider", None)
    if provider is not None and not isinstance(provider, aws.Provider):
        yield Problem(f"{path}.provider", "must be an AWS provider, `aws.Provider`.")
    for key in models.AwsLocation.model_fields.keys() & node.keys():
        yield Problem(f"{path}.{key}", "is for stack files. Pass an `aws.Provider` as `provider`.")
        del node[key]
