"""1xx, AWS's partitions: the Regions, the domains and the ARNs of each.

The data is botocore's, as of its version in requirements.txt (okta_idc/rules/partition_data.py,
written by `make docs`). A Region or domain that is not in it may be new: that is a warning.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from okta_idc.rules.partition_data import PARTITIONS as _DATA
from okta_idc.rules.registry import EnforcementPoint, Severity, Violation, rule
from okta_idc.rules.suggestions import did_you_mean

REGION = r"[a-z]{2,}(?:-[a-z]+)+-\d+"
"""Pattern of a Region's code in any partition, for example `eusc-de-east-1`."""
DOMAIN = r"[a-z0-9-]+(?:\.[a-z0-9-]+)*"
_ARN = re.compile(r"arn:([a-z0-9-]+):")
_PUBLIC_CONSOLES = frozenset({"aws", "aws-cn", "aws-us-gov", "aws-eusc"})
"""Partitions with a public console, at `console.` and the sign-in domain
(docs/research/aws-partitions.md#consoles)."""
_MORE_SIGN_IN = {"aws": ("aws",)}
"""Sign-in domains that botocore lacks (docs/research/aws-partitions.md#saml-addresses)."""


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition, for example `aws-us-gov`."""

    id: str
    """The second field of its ARNs."""
    regions: tuple[str, ...]
    """Codes of its known Regions."""
    api_domains: tuple[str, ...]
    """Domains of its API endpoints: of IPv4, and of IPv4 and IPv6."""
    sign_in_domain: str
    """What follows `REGION.signin.` in its sign-in addresses."""

    @property
    def sign_in_domains(self) -> tuple[str, ...]:
        """All domains that follow `REGION.signin.`."""
        return self.sign_in_domain, *_MORE_SIGN_IN.get(self.id, ())

    @property
    def console(self) -> str:
        """Host of the console, without the Region; empty if no source names it."""
        return f"console.{self.sign_in_domain}" if self.id in _PUBLIC_CONSOLES else ""


PARTITIONS = {
    key: Partition(key, each["regions"], each["api_domains"], each["sign_in_domain"])
    for key, each in _DATA.items()
}
"""Every partition by its ID."""
_PATTERNS = {key: re.compile(each["pattern"], re.ASCII) for key, each in _DATA.items()}
REGIONS = tuple(region for each in PARTITIONS.values() for region in each.regions)
"""Codes of all known Regions."""


def partition_of(region: str) -> Partition | None:
    """The partition of a Region, including Regions that follow a partition's pattern; None for any
    other text."""
    for key, pattern in _PATTERNS.items():
        if region in PARTITIONS[key].regions or pattern.fullmatch(region):
            return PARTITIONS[key]
    return None


def partition_of_arn(arn: str) -> str:
    """The partition that an ARN names; empty for any other text."""
    match = _ARN.match(arn)
    return match[1] if match else ""


@rule(
    "OIC-132",
    "An AWS Region is unknown",
    severity=Severity.ADVISORY,
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/aws-partitions.md#partitions",
    remedy="Check the Region's code. If AWS added the Region recently, no change is needed.",
    good="eusc-de-east-1",
    bad="us-esat-1",
)
def region_known(region: str) -> Iterator[Violation]:
    """Subject: the code of a Region."""
    if region not in REGIONS:
        hint = did_you_mean(region, REGIONS)
        yield "", region, f"is not a Region that this kit knows.{hint}"


@dataclass(frozen=True, slots=True)
class ArnInPartition:
    """An ARN that the settings name, and the ARN of the IAM Identity Center instance."""

    arn: str
    instance_arn: str


@rule(
    "OIC-135",
    "An ARN belongs to another partition than IAM Identity Center",
    enforced_by=(EnforcementPoint.COMPONENT,),
    source="docs/research/aws-partitions.md#partitions",
    remedy="Name the resource of the instance's own partition: AWS cannot use one of another.",
    good=ArnInPartition(
        "arn:aws-us-gov:iam::aws:policy/ReadOnlyAccess",
        "arn:aws-us-gov:sso:::instance/ssoins-1234567890abcdef",
    ),
    bad=ArnInPartition(
        "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws-us-gov:sso:::instance/ssoins-1234567890abcdef",
    ),
)
def arn_in_partition(subject: ArnInPartition) -> Iterator[Violation]:
    """Subject: both ARNs. A text that is not an ARN has no partition."""
    own, wanted = partition_of_arn(subject.arn), partition_of_arn(subject.instance_arn)
    if own and wanted and own != wanted:
        message = f"is in the partition {own}; the instance is in {wanted}."
        yield "", subject.arn, message
