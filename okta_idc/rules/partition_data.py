"""AWS's partitions, from botocore. `make docs` writes `PARTITIONS`; do not edit it.

`pattern` is a regular expression of the partition's Regions, `regions` are those that it has,
`api_domains` those of its API endpoints, and `sign_in_domain` follows `REGION.signin.`.
"""

# fmt: off
from typing import TypedDict


class PartitionData(TypedDict):
    """One partition."""

    pattern: str
    regions: tuple[str, ...]
    api_domains: tuple[str, ...]
    sign_in_domain: str


PARTITIONS: dict[str, PartitionData] = {
    "aws": {
        "pattern": r"^(us|eu|ap|sa|ca|me|af|il|mx)\-\w+\-\d+$",
        "regions": (
            "af-south-1",
            "ap-east-1",
            "ap-east-2",
            "ap-northeast-1",
            "ap-northeast-2",
            "ap-northeast-3",
            "ap-south-1",
            "ap-south-2",
            "ap-southeast-1",
            "ap-southeast-2",
            "ap-southeast-3",
            "ap-southeast-4",
            "ap-southeast-5",
            "ap-southeast-6",
            "ap-southeast-7",
            "ca-central-1",
            "ca-west-1",
            "eu-central-1",
            "eu-central-2",
            "eu-north-1",
            "eu-south-1",
            "eu-south-2",
            "eu-west-1",
            "eu-west-2",
            "eu-west-3",
            "il-central-1",
            "me-central-1",
            "me-south-1",
            "me-west-1",
            "mx-central-1",
            "sa-east-1",
            "sa-west-1",
            "us-east-1",
            "us-east-2",
            "us-west-1",
            "us-west-2",
        ),
        "api_domains": ("amazonaws.com", "api.aws"),
        "sign_in_domain": "aws.amazon.com",
    },
    "aws-cn": {
        "pattern": r"^cn\-\w+\-\d+$",
        "regions": (
            "cn-north-1",
            "cn-northwest-1",
        ),
        "api_domains": ("amazonaws.com.cn", "api.amazonwebservices.com.cn"),
        "sign_in_domain": "amazonaws.cn",
    },
    "aws-eusc": {
        "pattern": r"^eusc\-(de)\-\w+\-\d+$",
        "regions": (
            "eusc-de-east-1",
        ),
        "api_domains": ("amazonaws.eu", "api.amazonwebservices.eu"),
        "sign_in_domain": "amazonaws-eusc.eu",
    },
    "aws-iso": {
        "pattern": r"^us\-iso\-\w+\-\d+$",
        "regions": (
            "us-iso-east-1",
            "us-iso-west-1",
        ),
        "api_domains": ("c2s.ic.gov", "api.aws.ic.gov"),
        "sign_in_domain": "c2shome.ic.gov",
    },
    "aws-iso-b": {
        "pattern": r"^us\-isob\-\w+\-\d+$",
        "regions": (
            "us-isob-east-1",
            "us-isob-west-1",
        ),
        "api_domains": ("sc2s.sgov.gov", "api.aws.scloud"),
        "sign_in_domain": "sc2shome.sgov.gov",
    },
    "aws-iso-e": {
        "pattern": r"^eu\-isoe\-\w+\-\d+$",
        "regions": (
            "eu-isoe-west-1",
        ),
        "api_domains": ("cloud.adc-e.uk", "api.cloud-aws.adc-e.uk"),
        "sign_in_domain": "csphome.adc-e.uk",
    },
    "aws-iso-f": {
        "pattern": r"^us\-isof\-\w+\-\d+$",
        "regions": (
            "us-isof-east-1",
            "us-isof-south-1",
        ),
        "api_domains": ("csp.hci.ic.gov", "api.aws.hci.ic.gov"),
        "sign_in_domain": "csphome.hci.ic.gov",
    },
    "aws-us-gov": {
        "pattern": r"^us\-gov\-\w+\-\d+$",
        "regions": (
            "us-gov-east-1",
            "us-gov-west-1",
        ),
        "api_domains": ("amazonaws.com", "api.aws"),
        "sign_in_domain": "amazonaws-us-gov.com",
    },
}
