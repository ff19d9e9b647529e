"""Attributes for access control in IAM Identity Center. While they are on, AWS passes session tags.

Manages the configuration of the whole instance. No lookup shows whether the feature is already on;
if so, import the configuration by the instance's ARN. Deletion would turn the feature off for
everyone, so the resource is retained. An attribute overrides an attribute statement (OIC-409).
"""

from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from okta_idc.settings.models import DEFAULT_ATTRIBUTES
from okta_idc.settings.models import AccessControlAttributes as Settings
from okta_idc.settings.rules import access_control_findings

from .._args import check_args
from .._errors import raise_found
from .._options import child_of, options


class AccessControlAttributesSettings(TypedDict):
    attributes: NotRequired[dict[str, Input[str]]]
    import_id: NotRequired[str | None]


class AccessControlAttributesArgs(AccessControlAttributesSettings):
    instance_arn: Input[str]
    """ARN of the Identity Center instance."""
    attribute_statement_keys: NotRequired[list[str]]
    """Keys that Okta sends as attribute statements."""
    protect: NotRequired[bool]
    """Protects the configuration from deletion. Default: true."""


class AccessControlAttributes(pulumi.ComponentResource):
    """The instance's configuration. Raises ValidationError for OIC-409 and OIC-411."""

    status: Output[str]
    """`ENABLED` once AWS passes session tags."""

    def __init__(
        self, name: str, args: AccessControlAttributesArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:AccessControlAttributes", name, {}, opts)
        check_args(AccessControlAttributesArgs, args, Settings)
        attributes: dict[str, Input[str]] = {**(args.get("attributes") or DEFAULT_ATTRIBUTES)}
        tags = tuple(args.get("attribute_statement_keys", ()))
        places = "attributes", "attribute_statement_keys[{}]"
        raise_found(access_control_findings(attributes, tags, *places))
        retained = ResourceOptions(retain_on_delete=True)
        self.resource = aws.ssoadmin.InstanceAccessControlAttributes(
            f"{name}-attributes",
            instance_arn=args["instance_arn"],
            attributes=[
                {"key": key, "values": [{"sources": [source]}]}
                for key, source in attributes.items()
            ],
            opts=options(
                child_of(self, opts, retained), args.get("import_id"), args.get("protect", True)
            ),
        )
        self.keys = list(attributes)
        self.status = self.resource.status
        self.register_outputs({"status": self.status})
