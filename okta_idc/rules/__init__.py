"""Rules for the federation between Okta and IAM Identity Center, each defined once.

A rule is a pure function over plain data, with a stable ID, its source and a remedy. Components
reject inputs that violate a rule, the policy pack checks declared resources, the doctor checks Okta
and AWS. No Pulumi and no I/O in this package. docs/reference/rules.md lists all rules.

Families: 1xx endpoints and token, 2xx assignment and push groups, 3xx user profiles,
4xx attributes for access control, 5xx account access, 6xx drift and unmanaged objects,
7xx the stack file.
"""

from okta_idc.rules import (
    access_drift,
    access_selection,
    account_access,
    affected_people,
    app_drift,
    assignments,
    attribute_statements,
    attributes,
    aws_environment,
    certificates,
    conflicting_resources,
    endpoints,
    fleet,
    group_rules,
    groups,
    identity,
    identity_store_drift,
    instance_attributes,
    mapping_targets,
    partitions,
    permission_sets,
    policy_conditions,
    policy_grammar,
    policy_tags,
    policy_validation,
    profile_mappings,
    profile_references,
    profiles,
    push_drift,
    push_mappings,
    scim_attempts,
    scim_secret,
    stack_file,
    uniqueness,
    user_names,
)  # fmt: skip
from okta_idc.rules.registry import RULES, EnforcementPoint, Finding, Rule, Severity

__all__ = [
    "RULES", "EnforcementPoint", "Finding", "Rule", "Severity", "access_drift",
    "access_selection", "account_access", "affected_people", "app_drift", "assignments",
    "attribute_statements", "attributes", "aws_environment", "certificates",
    "conflicting_resources", "endpoints", "fleet", "group_rules", "groups", "identity",
    "identity_store_drift", "instance_attributes", "mapping_targets", "partitions",
    "permission_sets", "policy_conditions", "policy_grammar", "policy_tags", "policy_validation",
    "profile_mappings", "profile_references", "profiles", "push_drift", "push_mappings",
    "scim_attempts", "scim_secret", "stack_file", "uniqueness", "user_names",
]  # fmt: skip
