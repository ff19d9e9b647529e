"""Checks the settings against the partition of the IAM Identity Center instance."""

import os
from collections.abc import Iterator

import pulumi
from pulumi import Resource

from okta_idc.rules import partitions as rules
from okta_idc.rules.stack_file import is_plain
from okta_idc.settings import Settings

from .._errors import raise_found


def check_arns(settings: Settings, instance_arn: str) -> None:
    """Raises ValidationError for the ARN of another partition (OIC-135), which AWS would refuse in
    the middle of a run. The secret and the roles are not the instance's: a program can read them
    with a provider of another partition."""
    raise_found(
        (path, rules.arn_in_partition(rules.ArnInPartition(arn, instance_arn)))
        for path, arn in _arns(settings)
    )


def warn_of_unknown_regions(parent: Resource, settings: Settings) -> None:
    """Logs a warning for each unknown Region (OIC-132) of the stack or the environment, and of the
    secret's ARN, before a call to AWS fails because of it. OIC-134 covers the sign-in addresses."""
    source, region = _configured_region()
    secret = settings.scim_token.secret
    arn = secret.split(":") if is_plain(secret) else []
    for path, code in ((source, region), ("scim_token.secret", arn[3] if len(arn) > 6 else "")):
        for finding in rules.region_known(code) if code else ():
            pulumi.log.warn(finding.text(path), parent)


def warn_of_unknown_region(parent: Resource, region: str) -> None:
    """Logs a warning if the instance's Region is unknown (OIC-132), and not the stack's."""
    source, configured = _configured_region()
    for finding in rules.region_known(region) if region != configured else ():
        pulumi.log.warn(finding.text(source), parent)


def _configured_region() -> tuple[str, str]:
    """Where the default provider's Region comes from, and the Region; empty if it is in AWS's
    configuration files."""
    if region := pulumi.Config("aws").get("region"):
        return "aws:region", region
    for variable in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        if region := os.environ.get(variable):
            return variable, region
    return "aws:region", ""


def _arns(settings: Settings) -> Iterator[tuple[str, str]]:
    """The ARNs that belong to the instance, with their paths."""
    for number, declared in enumerate(settings.account_access.permission_sets):
        path = f"account_access.permission_sets[{number}]"
        for index, policy in enumerate(declared.managed_policies):
            yield f"{path}.managed_policies[{index}]", policy
        yield f"{path}.permissions_boundary", declared.permissions_boundary or ""
        yield f"{path}.import_id", declared.import_id or ""
    for number, application in enumerate(settings.account_access.applications):
        yield f"account_access.applications[{number}].arn", application.arn
    if settings.access_control_attributes:
        yield (
            "access_control_attributes.import_id",
            (settings.access_control_attributes.import_id or ""),
        )
