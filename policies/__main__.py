"""The policy pack: one policy for each rule of the catalogue that a declaration can be asked.

What is asked of which resource is in `asks`; what must hold, and why, in okta_idc/rules alone.
"""

import sys
from pathlib import Path

CLONE = Path(__file__).resolve().parent.parent
sys.path.insert(1, str(CLONE))

from pulumi_policy import PolicyPack  # noqa: E402

from policies.pack import DESCRIPTION, NAME, policies  # noqa: E402

PolicyPack(NAME, policies(), description=DESCRIPTION, display_name="Okta → IAM Identity Center")
