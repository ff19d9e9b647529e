"""Addresses of pages in the AWS console."""

from okta_idc.rules.partitions import partition_of


def aws_settings_page(region: str) -> str:
    """URL of the page Settings in the IAM Identity Center console; empty for a Region whose console
    is unknown (docs/research/aws-partitions.md#consoles)."""
    partition = partition_of(region)
    if partition is None or not partition.console:
        return ""
    return f"https://{region}.{partition.console}/singlesignon/home?region={region}#!/settings"
