"""What is declared: one Pulumi component a file. `IdentityCenterFederation` composes the others,
each of which can be used alone."""

from components.access_control import AccessControlAttributes, AccessControlAttributesArgs
from components.account_access import (
    AccountAccess,
    AccountAccessArgs,
    ApplicationArgs,
    PermissionSetArgs,
)
from components.assigned_people import (
    AssignedPeople,
    AssignedPeopleArgs,
    Person,
    PersonArgs,
    find_people,
)
from components.assignment_groups import AssignmentGroups, AssignmentGroupsArgs
from components.attribute_mappings import AttributeMappings, AttributeMappingsArgs
from components.federation import IdentityCenterFederation
from components.federation_args import IdentityCenterFederationArgs
from components.gate import Gate, GateArgs
from components.groups import Group, GroupArgs
from components.provisioning import Provisioning, ProvisioningArgs
from components.push_groups import PushGroups, PushGroupsArgs
from components.pushed_people import PushedPeople, PushedPeopleArgs
from components.saml_app import AttributeStatement, SamlApp, SamlAppArgs
from components.scim_token import ScimToken, ScimTokenArgs
from components.token_alarm import TokenExpiryAlarm, TokenExpiryAlarmArgs
from components.unassigning import Unassigning, UnassigningArgs
from components.wait import Wait

__all__ = [
    "AccessControlAttributes",
    "AccessControlAttributesArgs",
    "AccountAccess",
    "AccountAccessArgs",
    "ApplicationArgs",
    "AssignedPeople",
    "AssignedPeopleArgs",
    "AssignmentGroups",
    "AssignmentGroupsArgs",
    "AttributeMappings",
    "AttributeMappingsArgs",
    "AttributeStatement",
    "Gate",
    "GateArgs",
    "Group",
    "GroupArgs",
    "IdentityCenterFederation",
    "IdentityCenterFederationArgs",
    "PermissionSetArgs",
    "Person",
    "PersonArgs",
    "Provisioning",
    "ProvisioningArgs",
    "PushGroups",
    "PushGroupsArgs",
    "PushedPeople",
    "PushedPeopleArgs",
    "SamlApp",
    "SamlAppArgs",
    "ScimToken",
    "ScimTokenArgs",
    "TokenExpiryAlarm",
    "TokenExpiryAlarmArgs",
    "Unassigning",
    "UnassigningArgs",
    "Wait",
    "find_people",
]
