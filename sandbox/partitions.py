"""AWS's partitions that the sandbox emulates: ARNs, domains and addresses.

Sources: docs/research/aws-partitions.md. The kit has data of its own, from botocore.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Partition:
    """A partition, with the Region that `--partition` chooses."""

    id: str
    region: str
    prefix: str
    """Begins the names of its Regions; empty for all others."""
    api_domain: str
    acs_domain: str
    """Follows `REGION.` in the ACS URL."""
    sign_in_domain: str
    """Follows `REGION.signin.` in the issuer URL."""
    portal: str
    """Address of the access portal, with the fields `store`, `instance` and `region`."""

    def arn(self, service: str, resource: str, account: str = "") -> str:
        """The ARN of a resource without a Region."""
        return f"arn:{self.id}:{service}::{account}:{resource}"


PARTITIONS = {
    each.id: each
    for each in (
        Partition(
            "aws-us-gov", "us-gov-west-1", "us-gov-", "amazonaws.com",
            "sso.signin.amazonaws-us-gov.com", "amazonaws-us-gov.com",
            "https://start.us-gov-home.awsapps.com/directory/{store}",
        ),
        Partition(
            "aws-cn", "cn-north-1", "cn-", "amazonaws.com.cn", "signin.amazonaws.cn",
            "amazonaws.cn", "https://start.{region}.home.awsapps.cn/directory/{store}",
        ),
        Partition(
            "aws-eusc", "eusc-de-east-1", "eusc-", "amazonaws.eu", "signin.amazonaws-eusc.eu",
            "amazonaws-eusc.eu", "https://{instance}.{region}.portal.amazonaws.eu",
        ),
        Partition(
            "aws", "us-east-1", "", "amazonaws.com", "sso.signin.aws", "aws.amazon.com",
            "https://{store}.awsapps.com/start",
        ),
    )
}  # fmt: skip
"""Every partition by its ID; the last one has all other Regions."""


def partition_of(region: str) -> Partition:
    """The partition of a Region."""
    return next(each for each in PARTITIONS.values() if region.startswith(each.prefix))
