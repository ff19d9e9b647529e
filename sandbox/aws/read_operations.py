"""Which operations of AWS only read: a later call answers the same as without them."""

import re

_READS = re.compile(
    r"(Assume|BatchGet|Check|Describe|Get|Is|List|Lookup|Search|Simulate|Test|Validate)[A-Z]\w*"
)
"""Names of operations that only read, as botocore's trait `readonly` says where a model has it.
CloudTrail reports AssumeRole as such, too (user guide, `readOnly` in its example)."""


def only_reads(action: str) -> bool:
    """Whether an operation (`ListUsers`) or an IAM action (`sso:ListInstances`) only reads."""
    return bool(_READS.fullmatch(action.rpartition(":")[2]))
