"""Pulumi components that connect an Okta org to AWS IAM Identity Center.

`IdentityCenterFederation` composes the others, each of which can be used alone.
"""

from okta_idc.settings.models import DriftPolicy, GatePolicy, ProvisioningMode, WaitMode

from ._errors import ValidationError
from ._shutdown import exit_when_stopped
from .aws.access_control_attributes import AccessControlAttributes, AccessControlAttributesArgs
from .aws.account_access import AccountAccess, AccountAccessArgs
from .aws.token_expiry_alarm import TokenExpiryAlarm, TokenExpiryAlarmArgs
from .environment import reject_ambient_credentials
from .federation import IdentityCenterFederation
from .federation_args import IdentityCenterFederationArgs, federation_args_from
from .okta.group_assignments import GroupAssignments, GroupAssignmentsArgs
from .okta.profile_mappings import ProfileMappings, ProfileMappingsArgs
from .okta.provisioning import Provisioning, ProvisioningArgs
from .okta.push_groups import PushGroups, PushGroupsArgs
from .okta.pushed_members_group import PushedMembersGroup, PushedMembersGroupArgs
from .okta.saml_app import SamlApp, SamlAppArgs
from .okta.user_assignments import UserAssignments, UserAssignmentsArgs

__all__ = [
    "AccessControlAttributes",
    "AccessControlAttributesArgs",
    "AccountAccess",
    "AccountAccessArgs",
    "DriftPolicy",
    "GatePolicy",
    "GroupAssignments",
    "GroupAssignmentsArgs",
    "IdentityCenterFederation",
    "IdentityCenterFederationArgs",
    "ProfileMappings",
    "ProfileMappingsArgs",
    "Provisioning",
    "ProvisioningArgs",
    "ProvisioningMode",
    "PushGroups",
    "PushGroupsArgs",
    "PushedMembersGroup",
    "PushedMembersGroupArgs",
    "SamlApp",
    "SamlAppArgs",
    "TokenExpiryAlarm",
    "TokenExpiryAlarmArgs",
    "UserAssignments",
    "UserAssignmentsArgs",
    "ValidationError",
    "WaitMode",
    "exit_when_stopped",
    "federation_args_from",
    "reject_ambient_credentials",
]
