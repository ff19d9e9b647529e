"""The inputs of IdentityCenterFederation: those of its parts, under one roof."""

from typing import NotRequired, TypedDict

import pulumi_aws as aws

from ._polling import WaitPolicy
from .aws.account_access import ApplicationArgs, PermissionSetArgs
from .aws.scim_token import Probe
from .okta.groups import GroupArgs
from .okta.saml_app import AttributeStatement
from .okta.user_assignments import UserArgs

API = "api"


class AccessControl(TypedDict):
    """See AccessControlAttributes."""

    attributes: NotRequired[dict[str, str]]
    import_id: NotRequired[str]


class Alarm(TypedDict):
    """See TokenExpiryAlarm."""

    emails: NotRequired[list[str]]
    days_before: NotRequired[list[int]]


class IdentityCenterFederationArgs(TypedDict):
    """Inputs of IdentityCenterFederation."""

    acs_url: str
    issuer_url: str
    secret: str
    """Name or ARN of the secret with the SCIM endpoint and token."""
    secret_provider: NotRequired[aws.Provider | None]
    """For the secret, where it lies in another account or region than the instance."""
    alarm_provider: NotRequired[aws.Provider | None]
    """For the alarm."""
    probe: NotRequired[Probe | None]
    """Proves the token before Okta gets it (mode `api`). Default: it is not proven."""
    label: NotRequired[str]
    user_name_template: NotRequired[str]
    rename_users_from: NotRequired[str]
    """See SamlApp."""
    attributes: NotRequired[list[AttributeStatement]]
    mappings: NotRequired[dict[str, str]]
    """See ProfileMappings. Default: Okta's mapping is left as it is."""
    mode: NotRequired[str]
    """`api` (default) or `console`: who connects Okta's provisioning to the SCIM endpoint."""
    gate: NotRequired[str]
    """`enforce` (default) or `warn`: what happens while provisioning is not known to be on."""
    drift: NotRequired[str]
    """`report` (default) or `enforce`: what happens when something is not as it is declared."""
    wait: NotRequired[WaitPolicy]
    """How long a person is waited for. Default: not at all."""
    create_users: NotRequired[bool]
    update_users: NotRequired[bool]
    deactivate_users: NotRequired[bool]
    assign: NotRequired[list[GroupArgs]]
    """The assignment groups."""
    assign_pushed: NotRequired[str]
    """Instead of `assign`: the name of one group, made here, of everybody who is pushed."""
    assign_people: NotRequired[list[UserArgs]]
    """People assigned one by one, beside the groups."""
    unassign_limit: NotRequired[int]
    """How many people a run may unassign without a word. Default: 10."""
    unassign: NotRequired[list[str]]
    """Assignment groups and people, as they were called, that may go however many lose AWS."""
    push: NotRequired[list[GroupArgs]]
    """The push groups; none of them an assignment group."""
    arrival: NotRequired[WaitPolicy]
    """How long people and groups may take to arrive in AWS. Default: not waited for."""
    settle_seconds: NotRequired[float]
    """See PushGroups."""
    permission_sets: NotRequired[list[PermissionSetArgs]]
    """What pushed groups may do in which accounts."""
    applications: NotRequired[list[ApplicationArgs]]
    """Applications of IAM Identity Center that pushed groups may open."""
    access_control: NotRequired[AccessControl]
    """Switches attributes for access control on. Default: left as it is."""
    alarm: NotRequired[Alarm]
    """Warns before the token expires. Default: nobody is warned."""
    import_id: NotRequired[str]
    """Id of an app that is there already: taken over, and protected."""
    protect: NotRequired[bool]
    """Default: false. True: app, assignments and mappings cannot be removed by accident."""
