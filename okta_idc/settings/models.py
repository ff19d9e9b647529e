"""The settings tree: every key with its type, limits, default and description.

The components' arguments (components/federation_args.py), the JSON Schema and
docs/reference/settings.md have the same paths, names and defaults. A leaf of type `Text` may be an
Output in component arguments: any object that is not plain data is accepted as it is.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    WrapValidator,
)

from okta_idc.rules.account_access import IDENTITY_STORE_ID
from okta_idc.rules.partitions import REGION as REGION_CODE
from okta_idc.rules.scim_secret import (
    SECRETS_MANAGER_NAME,
    SECRETS_MANAGER_NAME_FORM,
    SECRETS_MANAGER_NAME_LENGTH,
)
from okta_idc.rules.stack_file import is_plain


def _if_plain(value: Any, check: Callable[[Any], Any]) -> Any:
    return check(value) if is_plain(value) else value


def _whole(value: Any) -> Any:
    """Pulumi sends integers as floats to components written in another language."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


FORMS = {
    (APP_ID := r"^0oa\w+$"): "an app ID, `0oa…`",
    (_GROUP_ID := r"^00g\w+$"): "a group ID, `00g…`",
    (_USER_ID := r"^00u\w+$"): "a user ID, `00u…`",
    (_IMPORT_ID := r"^\w+/\w+$"): "an app ID and another ID, `0oa…/…`",
    (_AWS_GROUP_ID := rf"^{IDENTITY_STORE_ID}$"): "the ID of an Identity Store group",
    (REGION := rf"^({REGION_CODE})?$"): "an AWS Region, for example `us-east-1`",
    (_ROLE_ARN := r"^(arn:aws[\w-]*:iam::\d{12}:role/.+)?$"): "the ARN of an IAM role",
    (_ACCOUNT_ID := r"^[0-9]{12}$"): "an account ID: 12 digits, in quotes",
    (_LOCAL := r"^(http://(127\.0\.0\.1|localhost)(:\d+)?)?$"): "`http://127.0.0.1:PORT`",
    (_SECRET_NAME := rf"^{SECRETS_MANAGER_NAME}$"): SECRETS_MANAGER_NAME_FORM,
    (
        _APPLICATION_ARN := (
            r"^arn:aws[\w-]*:sso::\d{12}:application/(sso)?ins-[A-Za-z0-9.-]{16}/apl-[A-Za-z0-9]{16}$"
        )
    ): "the ARN of an application, `arn:aws:sso::ACCOUNT:application/ssoins-…/apl-…`",
    (_EMAIL := r"^[^@\s]+@[^@\s]+$"): "an email address",
    (_TWO_ARNS := r"^arn:[^,]+,arn:[^,]+$"): "`PERMISSION_SET_ARN,INSTANCE_ARN`",
    (INSTANCE_ARN := r"^arn:aws[\w-]*:sso:::instance/"): "an instance ARN",
}
"""What a text that must match a pattern is, by pattern."""
LATER = WrapValidator(_if_plain)
"""Accepts any object that is not plain data as a value known later."""
Text = Annotated[str, LATER]
"""Text that may be an Output, since no resource is named after it."""
NonEmpty = Annotated[str, Field(min_length=1), LATER]
ImportId = Annotated[str, Field(pattern=_IMPORT_ID)]
LARGEST = 2**53
"""Largest number that every reader of JSON keeps as it is; `shape_of` refuses larger ones."""
_MAXIMUM: Any = {"maximum": LARGEST}
WHOLE = BeforeValidator(_whole)
"""Accepts 1.0 for 1. It comes after Field, so that the JSON Schema has the limits."""
Policy = Annotated[dict[str, JsonValue], LATER]


class Node(BaseModel):
    """A part of the tree: immutable, and unknown keys are rejected."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True
    )


class ProvisioningMode(StrEnum):
    """Who connects Okta's provisioning to the SCIM endpoint."""

    API = "api"
    """The program, through Okta's API. Okta does not document API support for this app."""
    CONSOLE = "console"
    """An administrator, in the Okta Admin Console; the program prints and verifies the steps."""


class GatePolicy(StrEnum):
    """What happens while provisioning is not known to be on."""

    ENFORCE = "enforce"
    """The run fails, and nothing is assigned or pushed."""
    WARN = "warn"
    """The run continues with a warning; the output `gate` holds the reason."""


class DriftPolicy(StrEnum):
    """What happens when Okta or AWS differs from the declared configuration."""

    REPORT = "report"
    """Each difference is a warning and is listed in the output `drift`."""
    ENFORCE = "enforce"
    """`pulumi up` fails if a difference is blocking."""


class WaitMode(StrEnum):
    """When a run waits for an administrator to turn provisioning on."""

    AUTO = "auto"
    """With a terminal; not in a pipeline (`CI` is set, or there is no terminal)."""
    ALWAYS = "always"
    """In every run."""
    NEVER = "never"
    """In no run."""


class App(Node):
    """The SAML app in Okta, an instance of the catalog app `amazon_aws_sso`."""

    acs_url: Text | None = None
    """IAM Identity Center Assertion Consumer Service (ACS) URL. AWS shows it only in its console,
    so the first run creates the app without it; required to assign or push."""
    issuer_url: Text | None = None
    """IAM Identity Center issuer URL. Default: derived from the instance's Region and Identity
    Store ID."""
    label: Annotated[str, Field(min_length=1, max_length=100), LATER] = "AWS IAM Identity Center"
    """Application label in Okta; unique in the org."""
    username_format: NonEmpty = "${source.login}"
    """Application username format in Okta. The result is the NameID and the SCIM userName."""
    rename_users_from: Annotated[str, Field(min_length=1)] | None = None
    """The current username format, to confirm a new one, which renames every user in AWS."""
    import_id: Annotated[str, Field(pattern=APP_ID)] | None = None
    """Imports and protects an existing app: its ID, `0oa…`. Remove it after the first run."""


class AttributeStatement(Node):
    """One attribute that Okta sends in the SAML assertion, a session tag in AWS."""

    key: str
    """Session tag key, for example `Department`."""
    value: Text
    """Okta expression, for example `user.department`, or a literal in quotes: `"blue"`."""


class AwsLocation(Node):
    """An AWS account and Region other than the provider's."""

    region: Annotated[str, Field(pattern=REGION)] = ""
    """AWS Region, if it differs from `aws:region`."""
    role_arn: Annotated[str, Field(pattern=_ROLE_ARN)] = ""
    """ARN of the role to assume, if the secret or the alarm is in another account."""


class ScimToken(AwsLocation):
    """The secret in AWS Secrets Manager with the SCIM endpoint and access token."""

    secret: Annotated[
        str,
        Field(pattern=_SECRET_NAME, min_length=1, max_length=SECRETS_MANAGER_NAME_LENGTH),
        LATER,
    ]
    """Name or ARN of the secret."""
    verify: bool = True
    """Tests the token against AWS before Okta gets it (mode `api`)."""
    verify_at: Annotated[str, Field(pattern=_LOCAL)] = ""
    """Sends the test to this address on the local machine instead (the sandbox)."""


class Provisioning(Node):
    """Provisioning to App in Okta, and how a run verifies it."""

    mode: Annotated[ProvisioningMode, Field(strict=False)] = ProvisioningMode.API
    """Who connects Okta's provisioning to the SCIM endpoint."""
    create_users: bool = True
    """Create Users: provisions assigned users in AWS."""
    update_user_attributes: bool = True
    """Update User Attributes: sends changed attributes."""
    deactivate_users: bool = True
    """Deactivate Users: disables users in AWS who are unassigned or deactivated in Okta."""
    gate: Annotated[GatePolicy, Field(strict=False)] = GatePolicy.ENFORCE
    """What happens while provisioning is not known to be on."""
    wait: Annotated[WaitMode, Field(strict=False)] = WaitMode.AUTO
    """When a run waits for an administrator to turn provisioning on."""
    wait_timeout_minutes: Annotated[float, Field(gt=0, le=1440)] = 30
    """Longest wait for an administrator, in minutes."""
    propagation_timeout_minutes: Annotated[float, Field(ge=0, le=1440)] = 10
    """Longest wait until AWS shows users and groups, in minutes; 0 does not wait."""
    propagation_settle_seconds: Annotated[float, Field(gt=0, json_schema_extra=_MAXIMUM)] = 20
    """Ends the wait when AWS has shown nothing new for this many seconds."""


class GroupSource(Node):
    """An Okta group: exactly one of `name`, `id` and `create`."""

    name: Annotated[str, Field(min_length=1)] | None = None
    """Name of an existing group, exactly as Okta shows it."""
    id: Annotated[str, Field(pattern=_GROUP_ID)] | None = None
    """ID of an existing group, `00g…`."""
    create: Annotated[str, Field(min_length=1, max_length=255)] | None = None
    """Name of a group to create; it is deleted with the stack."""
    description: Text = ""
    """Description of the group to create."""
    rule: NonEmpty | None = None
    """Okta expression of the group rule that fills the group to create."""
    import_id: ImportId | None = None

    @property
    def key(self) -> str:
        """The name or ID by which the settings refer to the group."""
        return self.name or self.id or self.create or ""


class AssignmentGroup(GroupSource):
    """A group whose users are provisioned."""

    import_id: ImportId | None = None
    """Imports and protects the assignment `APP_ID/GROUP_ID`. Remove it after the first run."""
    priority: Annotated[int, Field(ge=1, json_schema_extra=_MAXIMUM), WHOLE] | None = None
    """Priority of the assignment, 1 is the highest. Set it on all groups or on none."""


class PushGroup(GroupSource):
    """A group whose name and members appear in AWS."""

    import_id: ImportId | None = None
    """Existing push mapping, checked for drift and never changed: `APP_ID/MAPPING_ID`."""
    retire: bool = False
    """Deletes the group in AWS when a later run no longer declares it."""
    aws_group_id: Annotated[str, Field(pattern=_AWS_GROUP_ID)] | None = None
    """ID of the Identity Store group of an existing push mapping."""


class User(Node):
    """An Okta user assigned individually: exactly one of `login` and `id`."""

    login: Annotated[str, Field(min_length=1)] | None = None
    """Okta username."""
    id: Annotated[str, Field(pattern=_USER_ID)] | None = None
    """Okta user ID, `00u…`."""
    username: NonEmpty | None = None
    """Username in AWS. Default: the result of the app's username format."""
    import_id: ImportId | None = None
    """Imports and protects an existing assignment: `APP_ID/USER_ID`."""

    @property
    def key(self) -> str:
        """The login in lower case, as Okta compares it, or the ID."""
        return (self.login or "").lower() or self.id or ""


def shorthand(key: str, model: type[Node]) -> Any:
    """Accepts a plain string as `{key: string}`."""

    def expand(given: Any) -> Any:
        if not isinstance(given, str | dict) and is_plain(given):
            text = "an account ID" if key == "id" else f"a {key}"
            raise ValueError(f"{text} in quotes, or a mapping of keys to values")
        return {key: given} if isinstance(given, str) else cast(Any, given)

    text = Annotated[str, Field(min_length=1)]
    return BeforeValidator(expand, json_schema_input_type=cast(Any, text | model))


class PushedMembersGroup(Node):
    """The group that holds the members of all push groups, filled by group rules."""

    name: Annotated[str, Field(min_length=1, max_length=255)] = "aws-identity-center-assigned"
    """Name of the group to create."""


class Assignments(Node):
    """Who is assigned to the app, and so provisioned in AWS."""

    groups: list[Annotated[AssignmentGroup, shorthand("name", AssignmentGroup)]] = []
    """Okta groups whose users are provisioned."""
    pushed_members_group: PushedMembersGroup | None = None
    """Also creates and assigns one group with the members of all push groups; `{}` is enough."""
    users: list[Annotated[User, shorthand("login", User)]] = []
    """Okta users assigned individually."""
    max_deprovisioned_users: Annotated[int, Field(ge=0, json_schema_extra=_MAXIMUM), WHOLE] = 10
    """Blocks a run that would deprovision more users than this."""
    confirm_deprovisioning: list[str] = []
    """Groups and users that may be unassigned regardless of how many users that deprovisions."""


class PushGroupPattern(Node):
    """Okta groups that are pushed because of their names."""

    pattern: Annotated[str, Field(min_length=1)]
    """Form of the names: `*` is any text. In `app_aws_{account}_{permission_set}`, the name also
    gives the group access: to the account with this ID or name, with this permission set."""
    limit: Annotated[int, Field(ge=1, json_schema_extra=_MAXIMUM), WHOLE] = 50
    """Blocks a run if more groups match."""


class AccountSelector(Node):
    """The accounts of the organization that have all of these properties."""

    id: Annotated[str, Field(pattern=_ACCOUNT_ID)] | None = None
    """Account ID."""
    name: Annotated[str, Field(min_length=1)] | None = None
    """Account name."""
    organizational_unit: Annotated[str, Field(min_length=1)] | None = None
    """Organizational unit: its ID (`ou-…`), or the path of names from the root (`Workloads/Dev`);
    `/` is the root."""
    nested: bool = True
    """Includes the accounts of the units inside the organizational unit."""
    tags: dict[str, str] = {}
    """Values of the account's tags, by key."""


_SELECTORS = list[Annotated[AccountSelector, shorthand("id", AccountSelector)]]


class AccountAssignments(Node):
    """Groups, and the accounts that each of them is assigned to."""

    groups: list[str] = []
    """Push groups, by their declared name or ID."""
    accounts: list[str] = []
    """AWS account IDs: 12 digits, in quotes."""
    account_selectors: _SELECTORS = []
    """Further accounts, by their properties."""
    excluded_accounts: _SELECTORS = []
    """Accounts that the selectors do not select: account IDs, or properties."""


class PermissionSet(Node):
    """A permission set, and the push groups and accounts that it is assigned to."""

    name: str
    """Name; unique in the Identity Center instance."""
    groups: list[str] = []
    """Push groups, by their declared name or ID."""
    accounts: list[str] = []
    """AWS account IDs: 12 digits, in quotes."""
    account_selectors: _SELECTORS = []
    """Further accounts, by their properties."""
    excluded_accounts: _SELECTORS = []
    """Accounts that the selectors do not select: account IDs, or properties."""
    assignments: list[AccountAssignments] = []
    """Further groups with accounts of their own."""
    description: Text | None = None
    """Description shown in the AWS access portal."""
    session_duration: Text = "PT1H"
    """Session duration, `PT1H` to `PT12H`."""
    relay_state: Text | None = None
    """URL at which the console opens."""
    managed_policies: list[str] = []
    """ARNs of AWS managed policies."""
    customer_managed_policies: list[str] = []
    """`path/name` of policies that exist in each of the accounts."""
    inline_policy: Policy | None = None
    """IAM policy document."""
    permissions_boundary: str | None = None
    """Permissions boundary: ARN of an AWS managed policy, or `path/name` of your own."""
    import_id: Annotated[str, Field(pattern=_TWO_ARNS)] | None = None
    """Imports and protects an existing permission set with its policies, and the assignments of
    groups that have an AWS group ID: `PERMISSION_SET_ARN,INSTANCE_ARN`."""

    def combinations(self) -> list[tuple[str, AccountAssignments]]:
        """Groups with their accounts, by path below the permission set: its own, and those of
        `assignments`."""
        own = AccountAssignments.model_construct(
            **{key: getattr(self, key) for key in AccountAssignments.model_fields}
        )
        further = ((f".assignments[{index}]", each) for index, each in enumerate(self.assignments))
        return [("", own), *further]

    def pairs(self) -> list[tuple[str, str]]:
        """Each group and account that the permission set is assigned to, once."""
        listed = (
            (group, account)
            for _, each in self.combinations()
            for group in each.groups
            for account in each.accounts
        )
        return list(dict.fromkeys(listed))

    def all_groups(self) -> list[str]:
        """Each group that is listed, once."""
        return list(dict.fromkeys(g for _, each in self.combinations() for g in each.groups))


class Application(Node):
    """An application of IAM Identity Center, and the push groups assigned to it."""

    arn: Annotated[str, Field(pattern=_APPLICATION_ARN)]
    """ARN of the application."""
    groups: Annotated[list[str], Field(min_length=1)]
    """Push groups, by their declared name or ID."""
    import_assignments: bool = False
    """Imports the existing assignments of groups that have an AWS group ID."""


class AccountAccess(Node):
    """What push groups may do in AWS."""

    permission_sets: list[PermissionSet] = []
    """Permission sets with their account assignments."""
    max_removed_assignments: Annotated[int, Field(ge=0, json_schema_extra=_MAXIMUM), WHOLE] = 10
    """Blocks a run that would remove more account assignments because an account is no longer
    selected. Accounts that are removed from `accounts` do not count."""
    confirm_removed_accounts: list[Annotated[str, Field(pattern=_ACCOUNT_ID)]] = []
    """IDs of accounts whose access may be removed regardless of the limit."""
    applications: list[Application] = []
    """Application assignments."""


DEFAULT_ATTRIBUTES = {"IdcUserName": "${path:userName}"}
"""Attributes for access control if none is declared: AWS requires one, and this is harmless."""


class AccessControlAttributes(Node):
    """Attributes for access control in IAM Identity Center."""

    attributes: dict[str, Text] = {}
    """Identity store source by key, for example `${path:enterprise.department}`; no key may also be
    an attribute statement. If empty, the kit sets one harmless attribute, because AWS requires at
    least one."""
    import_id: Annotated[str, Field(pattern=INSTANCE_ARN)] | None = None
    """Imports the configuration of an instance that has the feature enabled: the instance ARN."""


class TokenExpiryAlarm(AwsLocation):
    """Notifications by Amazon SNS before the SCIM token expires."""

    emails: list[Annotated[str, Field(pattern=_EMAIL)]] = []
    """Recipients; each must confirm the subscription."""
    days_before: list[Annotated[int, Field(ge=1, le=364), WHOLE]] = [60, 30, 14, 7, 1]
    """Days before the expiry on which a notification is sent."""


class StacksByName(Node):
    """How push groups or permission sets are divided among stacks: exactly one of `count` and
    `prefixes`."""

    count: Annotated[int, Field(ge=1, le=100), WHOLE] | None = None
    """Number of stacks, each with about as many."""
    prefixes: list[Annotated[str, Field(min_length=1)]] = []
    """One stack for each beginning of a name; the longest that fits decides. The core stack has the
    rest."""


class StacksByAccount(Node):
    """How account assignments are divided among stacks: exactly one of `count` and
    `organizational_units`."""

    count: Annotated[int, Field(ge=1, le=100), WHOLE] | None = None
    """Number of stacks, each with about as many accounts."""
    organizational_units: list[Annotated[str, Field(min_length=1)]] = []
    """One stack for each organizational unit with its nested units; the innermost decides. The core
    stack has the rest."""


class Fleet(Node):
    """Divides the federation among several stacks: the core stack, which is the stack of these
    settings, and those that are named here."""

    push_groups: StacksByName | None = None
    """Stacks `STACK-push-…`: push mappings."""
    permission_sets: StacksByName | None = None
    """Stacks `STACK-sets-…`: permission sets with their policies."""
    accounts: StacksByAccount | None = None
    """Stacks `STACK-access-…`: account assignments."""
