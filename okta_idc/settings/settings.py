"""The root of the settings tree."""
# ruff: noqa: RUF012 - pydantic copies defaults

from typing import Annotated

from pydantic import Field

from okta_idc.settings.models import (
    INSTANCE_ARN,
    AccessControlAttributes,
    AccountAccess,
    App,
    Assignments,
    AttributeStatement,
    DriftPolicy,
    Fleet,
    Node,
    Provisioning,
    PushGroup,
    PushGroupPattern,
    ScimToken,
    Text,
    TokenExpiryAlarm,
    shorthand,
)


class Settings(Node):
    """One Okta org federated with one IAM Identity Center instance."""

    app: App = App()
    """The SAML app in Okta."""
    instance_arn: Annotated[str, Field(pattern=INSTANCE_ARN)] | None = None
    """ARN of the IAM Identity Center instance; required if AWS lists more than one."""
    attribute_statements: list[AttributeStatement] = []
    """Attributes for access control that Okta sends in the SAML assertion."""
    profile_mappings: dict[str, Text] = {}
    """Okta expression by attribute of the app user, for example `displayName`. Attributes that are
    not listed keep Okta's mapping."""
    scim_token: ScimToken
    """The secret in AWS Secrets Manager with the SCIM endpoint and access token."""
    provisioning: Provisioning = Provisioning()
    """Provisioning to App in Okta."""
    drift: Annotated[DriftPolicy, Field(strict=False)] = DriftPolicy.REPORT
    """What happens when Okta or AWS differs from the declared configuration."""
    assignments: Assignments = Assignments()
    """Who is assigned to the app, and so provisioned in AWS."""
    push_groups: list[Annotated[PushGroup, shorthand("name", PushGroup)]] = []
    """Okta groups whose name and members appear in AWS."""
    push_group_patterns: list[
        Annotated[PushGroupPattern, shorthand("pattern", PushGroupPattern)]
    ] = []
    """Further Okta groups to push, by a pattern over their names."""
    account_access: AccountAccess = AccountAccess()
    """Permission sets and assignments of push groups."""
    access_control_attributes: AccessControlAttributes | None = None
    """Turns on attributes for access control in IAM Identity Center; `{}` is enough."""
    token_expiry_alarm: TokenExpiryAlarm | None = None
    """Notifies before the SCIM token expires; `{}` is enough."""
    fleet: Fleet | None = None
    """Divides the federation among several stacks."""
    protect: bool = True
    """Protects the app, assignments, push mappings and permission sets from deletion."""
