"""The arguments of IdentityCenterFederation: the settings tree as typed dictionaries.

Paths, names, defaults and descriptions are those of okta_idc/settings; a test compares them. Only
an AWS location, `region` and `role_arn` in a stack file, is a `provider` here. Leaves that nothing
is named after accept an Input.
"""

from collections.abc import Mapping
from typing import Any, NotRequired, TypedDict, cast

import pulumi_aws as aws
from pulumi import Input

from okta_idc.settings import Settings, SettingsError
from okta_idc.settings.models import DriftPolicy, GatePolicy, ProvisioningMode, WaitMode

from ._errors import ValidationError
from .aws.account_access import Application, PermissionSet
from .okta.saml_app import AttributeStatement
from .providers import aws_provider


class AppSettings(TypedDict):
    """The SAML app in Okta, an instance of the catalog app `amazon_aws_sso`."""

    acs_url: Input[str]
    """IAM Identity Center Assertion Consumer Service (ACS) URL."""
    issuer_url: Input[str]
    """IAM Identity Center issuer URL."""
    label: NotRequired[Input[str]]
    """Application label in Okta; unique in the org."""
    username_format: NotRequired[Input[str]]
    """Application username format in Okta. The result is the NameID and the SCIM userName."""
    rename_users_from: NotRequired[str | None]
    """Confirms a new `username_format`, which renames every user in AWS: the current format."""
    import_id: NotRequired[str | None]
    """Imports and protects an existing app: its ID, `0oa…`. Remove it after the first run."""


class ScimTokenSettings(TypedDict):
    """The secret in AWS Secrets Manager with the SCIM endpoint and access token."""

    secret: Input[str]
    """Name or ARN of the secret."""
    verify: NotRequired[bool]
    """Tests the token against AWS before Okta gets it (mode `api`)."""
    verify_at: NotRequired[str]
    """Sends the test to this address on the local machine instead (the sandbox)."""
    provider: NotRequired[aws.Provider | None]
    """AWS provider for a secret in another account or Region."""


class ProvisioningSettings(TypedDict):
    """Provisioning to App in Okta, and how a run verifies it."""

    mode: NotRequired[ProvisioningMode]
    """Who connects Okta's provisioning to the SCIM endpoint."""
    create_users: NotRequired[bool]
    """Create Users: provisions assigned users in AWS."""
    update_user_attributes: NotRequired[bool]
    """Update User Attributes: sends changed attributes."""
    deactivate_users: NotRequired[bool]
    """Deactivate Users: disables users in AWS who are unassigned or deactivated in Okta."""
    gate: NotRequired[GatePolicy]
    """What happens while provisioning is not known to be on."""
    wait: NotRequired[WaitMode]
    """When a run waits for a person to turn provisioning on."""
    wait_timeout_minutes: NotRequired[float]
    """Longest wait for a person, in minutes."""
    propagation_timeout_minutes: NotRequired[float]
    """Longest wait until AWS shows users and groups, in minutes; 0 does not wait."""
    propagation_settle_seconds: NotRequired[float]
    """Ends the wait when AWS has shown nothing new for this many seconds."""


class AssignmentGroup(TypedDict):
    """A group whose users are provisioned. `import_id`, `APP_ID/GROUP_ID`, imports and protects an
    existing assignment; remove it after the first run."""

    name: NotRequired[str | None]
    """Name of an existing group, exactly as Okta shows it."""
    id: NotRequired[str | None]
    """ID of an existing group, `00g…`."""
    create: NotRequired[str | None]
    """Name of a group to create; it is deleted with the stack."""
    description: NotRequired[Input[str]]
    """Description of the group to create."""
    rule: NotRequired[Input[str] | None]
    """Okta expression of the group rule that fills the group to create."""
    import_id: NotRequired[str | None]
    """What exists already, as `APP_ID/GROUP_ID` or `APP_ID/MAPPING_ID`."""
    priority: NotRequired[int | None]
    """Priority of the assignment, 1 is the highest. Set it on all groups or on none."""


class PushGroup(TypedDict):
    """A group whose name and members appear in AWS. `import_id`, `APP_ID/MAPPING_ID`, names an
    existing push mapping, which is watched and never changed."""

    name: NotRequired[str | None]
    """Name of an existing group, exactly as Okta shows it."""
    id: NotRequired[str | None]
    """ID of an existing group, `00g…`."""
    create: NotRequired[str | None]
    """Name of a group to create; it is deleted with the stack."""
    description: NotRequired[Input[str]]
    """Description of the group to create."""
    rule: NotRequired[Input[str] | None]
    """Okta expression of the group rule that fills the group to create."""
    import_id: NotRequired[str | None]
    """What exists already, as `APP_ID/GROUP_ID` or `APP_ID/MAPPING_ID`."""
    retire: NotRequired[bool]
    """Deletes the group in AWS when a later run no longer declares it."""
    aws_group_id: NotRequired[str | None]
    """ID of the Identity Store group of an existing push mapping."""


class User(TypedDict):
    """An Okta user assigned individually: exactly one of `login` and `id`."""

    login: NotRequired[str | None]
    """Okta username."""
    id: NotRequired[str | None]
    """Okta user ID, `00u…`."""
    username: NotRequired[Input[str] | None]
    """Username in AWS; default: the result of `app.username_format`."""
    import_id: NotRequired[str | None]
    """Imports and protects an existing assignment: `APP_ID/USER_ID`."""


class PushedMembersGroupSettings(TypedDict):
    """The group that holds the members of all push groups, filled by group rules."""

    name: NotRequired[str]
    """Name of the group to create."""


class AssignmentsSettings(TypedDict):
    """Who is assigned to the app, and so provisioned in AWS."""

    groups: NotRequired[list[AssignmentGroup]]
    """Assignment groups, by name or as objects."""
    pushed_members_group: NotRequired[PushedMembersGroupSettings | None]
    """Also creates and assigns one group with the members of all push groups; `{}` is enough."""
    users: NotRequired[list[User]]
    """Users assigned individually, by login or as objects."""
    max_deprovisioned_users: NotRequired[int]
    """Blocks a run that would deprovision more users than this."""
    confirm_deprovisioning: NotRequired[list[str]]
    """Groups and users that may be unassigned regardless of how many users that deprovisions."""


class AccountAccessSettings(TypedDict):
    """What push groups may do in AWS."""

    permission_sets: NotRequired[list[PermissionSet]]
    """Permission sets with their account assignments."""
    applications: NotRequired[list[Application]]
    """Application assignments."""


class AccessControlAttributesSettings(TypedDict):
    """Attributes for access control in IAM Identity Center."""

    attributes: NotRequired[dict[str, Input[str]]]
    """Identity store source by key, for example `${path:enterprise.department}`; no key may also be
    an attribute statement. Default: one harmless attribute, which AWS requires."""
    import_id: NotRequired[str | None]
    """Imports the configuration of an instance on which the feature is on: the instance ARN."""


class TokenExpiryAlarmSettings(TypedDict):
    """Notifications by Amazon SNS before the SCIM token expires."""

    emails: NotRequired[list[str]]
    """Recipients; each must confirm the subscription."""
    days_before: NotRequired[list[int]]
    """Days before the expiry on which a notification is sent."""
    provider: NotRequired[aws.Provider | None]
    """AWS provider for an alarm in another account or Region."""


class IdentityCenterFederationArgs(TypedDict):
    """One Okta org federated with one IAM Identity Center instance."""

    app: AppSettings
    """The SAML app in Okta."""
    attribute_statements: NotRequired[list[AttributeStatement]]
    """Attributes for access control that Okta sends in the SAML assertion."""
    profile_mappings: NotRequired[dict[str, Input[str]]]
    """Okta expression by attribute of the app user, for example `displayName`. Attributes that are
    not listed keep Okta's mapping."""
    scim_token: ScimTokenSettings
    """The SCIM endpoint and access token."""
    provisioning: NotRequired[ProvisioningSettings]
    """Provisioning to App in Okta."""
    drift: NotRequired[DriftPolicy]
    """What happens when Okta differs from the declared configuration."""
    assignments: NotRequired[AssignmentsSettings]
    """Who is assigned to the app, and so provisioned in AWS."""
    push_groups: NotRequired[list[PushGroup]]
    """Push groups, by name or as objects."""
    account_access: NotRequired[AccountAccessSettings]
    """Permission sets and assignments of push groups."""
    access_control_attributes: NotRequired[AccessControlAttributesSettings | None]
    """Turns on attributes for access control in IAM Identity Center; `{}` is enough."""
    token_expiry_alarm: NotRequired[TokenExpiryAlarmSettings | None]
    """Notifies before the SCIM token expires; `{}` is enough."""
    protect: NotRequired[bool]
    """Protects the app, assignments, push mappings and permission sets from deletion."""


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
                {
                    "name": group.name,
                    "id": group.id,
                    "create": group.create,
                    "description": group.description,
                    "rule": group.rule,
                    "import_id": group.import_id,
                    "priority": group.priority,
                }
                for group in assignments.groups
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
            {
                "name": group.name,
                "id": group.id,
                "create": group.create,
                "description": group.description,
                "rule": group.rule,
                "import_id": group.import_id,
                "retire": group.retire,
                "aws_group_id": group.aws_group_id,
            }
            for group in settings.push_groups
        ],
        "account_access": {
            "permission_sets": permission_sets_from(settings),
            "applications": applications_from(settings),
        },
        "access_control_attributes": control
        and {"attributes": {**control.attributes}, "import_id": control.import_id},
        "token_expiry_alarm": alarm
        and {
            "emails": alarm.emails,
            "days_before": alarm.days_before,
            "provider": aws_provider("alarm", alarm),
        },
        "protect": settings.protect,
    }


def permission_sets_from(settings: Settings) -> list[PermissionSet]:
    """The permission sets of the settings, as arguments of AccountAccess."""
    return [
        {
            "name": each.name,
            "groups": each.groups,
            "accounts": each.accounts,
            "description": each.description,
            "session_duration": each.session_duration,
            "relay_state": each.relay_state,
            "managed_policies": each.managed_policies,
            "customer_managed_policies": each.customer_managed_policies,
            "inline_policy": each.inline_policy,
            "permissions_boundary": each.permissions_boundary,
            "import_id": each.import_id,
        }
        for each in settings.account_access.permission_sets
    ]


def applications_from(settings: Settings) -> list[Application]:
    """The applications of the settings, as arguments of AccountAccess."""
    return [
        {"arn": each.arn, "groups": each.groups, "import_assignments": each.import_assignments}
        for each in settings.account_access.applications
    ]


def settings_from(args: IdentityCenterFederationArgs) -> Settings:
    """The settings that the arguments hold, with all defaults.

    Raises ValidationError with every problem: unknown keys, wrong types, broken rules. A bare
    string stands for a group's name or a user's login, as in a stack file.
    """
    tree: dict[str, Any] = {**args}
    for key in ("scim_token", "token_expiry_alarm"):
        if isinstance(node := tree.get(key), Mapping):
            items = cast(Mapping[str, Any], node).items()
            tree[key] = {name: value for name, value in items if name != "provider"}
    try:
        return Settings.load(tree, root="")
    except SettingsError as error:
        raise ValidationError(findings=error.problems) from None
