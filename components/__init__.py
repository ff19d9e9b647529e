"""What is declared: one Pulumi component a file. `IdentityCenterFederation` composes the others,
each of which can be used alone."""

from ._checks.deprovisioning_guard import DeprovisioningGuard, DeprovisioningGuardArgs
from ._checks.provisioning_gate import ProvisioningGate, ProvisioningGateArgs
from ._polling import WaitPolicy
from .aws.access_control_attributes import AccessControlAttributes, AccessControlAttributesArgs
from .aws.account_access import AccountAccess, AccountAccessArgs, ApplicationArgs, PermissionSetArgs
from .aws.scim_token import ScimToken, ScimTokenArgs
from .aws.token_expiry_alarm import TokenExpiryAlarm, TokenExpiryAlarmArgs
from .federation import IdentityCenterFederation
from .federation_args import IdentityCenterFederationArgs
from .okta.group_assignments import GroupAssignments, GroupAssignmentsArgs
from .okta.groups import Group, GroupArgs
from .okta.profile_mappings import ProfileMappings, ProfileMappingsArgs
from .okta.provisioning import Provisioning, ProvisioningArgs
from .okta.push_groups import PushGroups, PushGroupsArgs
from .okta.pushed_members_group import PushedMembersGroup, PushedMembersGroupArgs
from .okta.saml_app import AttributeStatement, SamlApp, SamlAppArgs
from .okta.user_assignments import (
    User,
    UserArgs,
    UserAssignments,
    UserAssignmentsArgs,
    find_users,
)

__all__ = [
    "AccessControlAttributes",
    "AccessControlAttributesArgs",
    "AccountAccess",
    "AccountAccessArgs",
    "ApplicationArgs",
    "AttributeStatement",
    "DeprovisioningGuard",
    "DeprovisioningGuardArgs",
    "Group",
    "GroupArgs",
    "GroupAssignments",
    "GroupAssignmentsArgs",
    "IdentityCenterFederation",
    "IdentityCenterFederationArgs",
    "PermissionSetArgs",
    "ProfileMappings",
    "ProfileMappingsArgs",
    "Provisioning",
    "ProvisioningArgs",
    "ProvisioningGate",
    "ProvisioningGateArgs",
    "PushGroups",
    "PushGroupsArgs",
    "PushedMembersGroup",
    "PushedMembersGroupArgs",
    "SamlApp",
    "SamlAppArgs",
    "ScimToken",
    "ScimTokenArgs",
    "TokenExpiryAlarm",
    "TokenExpiryAlarmArgs",
    "User",
    "UserArgs",
    "UserAssignments",
    "UserAssignmentsArgs",
    "WaitPolicy",
    "find_users",
]
