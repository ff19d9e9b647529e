"""The calls of Okta's and AWS's APIs that each operation of a run makes.

Counted, never guessed: Okta's in the recordings of the official plugin (tests/data/wire), AWS's and
the program's own in runs with the replacement plugins
(docs/reference/benchmarks.md#one-budget-for-a-fleet).
"""

from collections.abc import Mapping

from okta_idc.fleet.resources import ACCOUNT_ASSIGNMENT, PERMISSION_SET, PUSH_MAPPING

APPS, APP = "/api/v1/apps", "/api/v1/apps/{id}"
GROUPS, GROUP = "/api/v1/groups", "/api/v1/groups/{id}"
USER, REST = "/api/v1/users/{id}", "/api/v1"
SSO, STORE, SCIM = "sso-admin", "identitystore", "scim"
Calls = Mapping[str, int]
"""Number of calls by bucket."""

GROUP_ASSIGNMENT = "okta:app/groupAssignment:GroupAssignment"
_POLICY = {"create": {SSO: 4}, "update": {SSO: 4}, "refresh": {SSO: 1}, "delete": {SSO: 3}}
CALLS: Mapping[str, Mapping[str, Calls]] = {
    "okta:app/saml:Saml": {
        "create": {APPS: 3, APP: 1}, "update": {APPS: 2, APP: 2},
        "refresh": {APPS: 2, APP: 1}, "delete": {APPS: 1, APP: 1},
    },
    "okta:app/connection:Connection": {
        "create": {APPS: 2}, "update": {APPS: 2}, "refresh": {APPS: 1}, "delete": {},
    },
    "okta:app/features:Features": {
        "create": {APPS: 1}, "update": {APPS: 1}, "refresh": {APPS: 1}, "delete": {},
    },
    GROUP_ASSIGNMENT: {
        "create": {APPS: 2}, "update": {APPS: 2}, "refresh": {APPS: 1}, "delete": {APPS: 1},
    },
    PUSH_MAPPING: {
        "create": {APPS: 1}, "update": {APPS: 1}, "refresh": {APPS: 1}, "delete": {APPS: 2},
        "import": {APPS: 3},
    },
    "okta:group/group:Group": {
        "create": {GROUPS: 1, GROUP: 2}, "update": {GROUP: 2}, "refresh": {GROUP: 1},
        "delete": {GROUP: 1},
    },
    "okta:group/rule:Rule": {
        "create": {GROUPS: 2, GROUP: 1}, "update": {GROUPS: 4}, "refresh": {GROUPS: 1},
        "delete": {GROUPS: 2},
    },
    "okta:profile/mapping:Mapping": {
        "create": {REST: 4}, "update": {REST: 3}, "refresh": {REST: 1}, "delete": {REST: 2},
    },
    ACCOUNT_ASSIGNMENT: {"create": {SSO: 4}, "refresh": {SSO: 1}, "delete": {SSO: 2}},
    PERMISSION_SET: {
        "create": {SSO: 3}, "update": {SSO: 5}, "refresh": {SSO: 2}, "delete": {SSO: 1},
    },
    "aws:ssoadmin/permissionSetInlinePolicy:PermissionSetInlinePolicy": _POLICY,
    "aws:ssoadmin/managedPolicyAttachment:ManagedPolicyAttachment": {
        "create": {SSO: 5}, "refresh": {SSO: 1}, "delete": {SSO: 3},
    },
    "aws:ssoadmin/customerManagedPolicyAttachment:CustomerManagedPolicyAttachment": {
        "create": {SSO: 4}, "refresh": {SSO: 1}, "delete": {SSO: 3},
    },
    "aws:ssoadmin/permissionsBoundaryAttachment:PermissionsBoundaryAttachment": {
        "create": {SSO: 4}, "refresh": {SSO: 1}, "delete": {SSO: 3},
    },
    "aws:ssoadmin/instanceAccessControlAttributes:InstanceAccessControlAttributes": {
        "create": {SSO: 2}, "refresh": {SSO: 1}, "delete": {},
    },
    "aws:ssoadmin/applicationAssignment:ApplicationAssignment": {
        "create": {SSO: 1}, "refresh": {SSO: 1}, "delete": {SSO: 1},
    },
}  # fmt: skip
"""Calls of one operation, by type and operation, as the kit declares the resources: the attributes
for access control are kept when they are deleted. An assignment's status counts as read once."""
OF_A_STACK: Mapping[str, Calls] = {"": {USER: 2}, "push": {USER: 2}}
"""The plugins' calls in each run of a stack, by the kind of its part; "" is the core."""
OF_A_PROGRAM: Mapping[str, Calls] = {
    "": {APPS: 4, APP: 1, GROUPS: 1, STORE: 2, SSO: 2},
    "push": {APPS: 1, APP: 1, GROUPS: 1, STORE: 1, SSO: 1},
    "sets": {STORE: 1, SSO: 3},
    "access": {STORE: 2, SSO: 3},
}
"""What the program reads in each `up`, by the kind of the part, without what it reads for each
group and permission set."""
OF_A_NEW_RESOURCE: Mapping[str, Calls] = {
    GROUP_ASSIGNMENT: {GROUPS: 1, GROUP: 1},
    PUSH_MAPPING: {STORE: 1},
}
"""What the program reads for each new one, to wait for its users and members; once."""
