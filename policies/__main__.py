"""The policy pack: one policy for each rule that applies to declared resources.

`pack` binds the rules to resources; okta_idc/rules defines the rules.
"""

import sys
from pathlib import Path

sys.path.insert(1, str(Path(__file__).resolve().parent.parent))

from pulumi_policy import PolicyPack

from policies.pack import policies

PolicyPack(
    "okta-identity-center",
    policies(),
    description="The rules of a federation between Okta and AWS IAM Identity Center.",
    display_name="Okta → IAM Identity Center",
)
