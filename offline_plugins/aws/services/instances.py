"""Instances of IAM Identity Center."""

from __future__ import annotations

from offline_plugins.aws.calls import error_context
from offline_plugins.aws.registry import lookup
from offline_plugins.aws.service import Service
from offline_plugins.provider import Properties


@lookup("aws:ssoadmin/getInstances:getInstances", "sso-admin", "sdkv2")
def get_instances(aws: Service, _: Properties) -> Properties:
    """The instances of the Region. The lists are empty if there is none."""
    with error_context("reading SSO Instances"):
        found = aws.pages("ListInstances", "Instances")
    return {
        "arns": [instance["InstanceArn"] for instance in found],
        "identityStoreIds": [instance["IdentityStoreId"] for instance in found],
    }
