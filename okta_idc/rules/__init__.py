"""What must hold between Okta and IAM Identity Center, each rule stated once.

A rule is a pure function over plain data plus what a reader needs to act on it: a stable id,
the sentence of the source it comes from, and the remedy. Three enforced_by use it: a component
refuses inputs that break it, the policy pack reports it on declared resources, the doctor on
what is really there. No Pulumi and no I/O in this package. docs/reference/rules.md lists all rules.

Families: 1xx endpoints and token, 2xx assignment and push groups, 3xx user profiles,
4xx attributes for access control, 5xx account access, 6xx drift and what was made by hand.
"""

from okta_idc.rules import (
    account_access,
    app_drift,
    assignments,
    attribute_statements,
    attributes,
    certificates,
    conflicting_resources,
    endpoints,
    groups,
    identity_store_drift,
    instance_attributes,
    permission_sets,
    policy_tags,
    profile_mappings,
    profiles,
    push_drift,
    push_mappings,
    scim_secret,
    uniqueness,
    user_names,
)  # fmt: skip
from okta_idc.rules.registry import RULES, EnforcementPoint, Finding, Rule, Severity

__all__ = [
    "RULES", "EnforcementPoint", "Finding", "Rule", "Severity", "account_access", "app_drift",
    "assignments", "attribute_statements", "attributes", "certificates",
    "conflicting_resources", "endpoints", "groups", "identity_store_drift",
    "instance_attributes", "permission_sets", "policy_tags", "profile_mappings", "profiles",
    "push_drift", "push_mappings", "scim_secret", "uniqueness", "user_names",
]  # fmt: skip
