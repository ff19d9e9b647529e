"""The policy pack: one policy for each rule that applies to declared resources.

`pack` binds the rules to resources; okta_idc/rules defines what must hold, and why.
"""

import sys
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(CLONE))

from pulumi_policy import PolicyPack  # noqa: E402

from policies.pack import DESCRIPTION, NAME, policies  # noqa: E402

PolicyPack(NAME, policies(), description=DESCRIPTION, display_name="Okta → IAM Identity Center")
