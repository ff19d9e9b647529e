"""Attributes for access control on the AWS side: the switch that lets session tags through, and the
instance's own mappings from the identity store.

The switch is on or off for the whole instance, and no look-up tells which: where it is on already,
the configuration is taken over by its id. At least one mapping is needed, so that there is a
harmless one where all attributes come from Okta. Destroying it would switch the feature off for
everybody: it is retained. A mapping beats an attribute of the same key from Okta, so no key may be
in both (OIC-409).
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions

from okta_idc.rules import instance_attributes as rules

from .. import _options
from .._errors import raise_findings
from ._import_hints import ImportHints

HARMLESS = {"IdcUserName": "${path:userName}"}


class AccessControlAttributesArgs(TypedDict):
    """Inputs of AccessControlAttributes."""

    instance_arn: Input[str]
    attributes: NotRequired[Mapping[str, str]]
    """Key → source in the identity store, e.g. `${path:enterprise.department}`. Default: one
    harmless mapping."""
    from_okta: NotRequired[Sequence[str]]
    """Keys that Okta sends; none of them may be mapped here."""
    import_id: NotRequired[str]
    """The instance's ARN, where the feature is on already: its configuration is taken over."""
    protect: NotRequired[bool]


class AccessControlAttributes(pulumi.ComponentResource):
    """The instance's configuration. Raises ValidationError for OIC-409 and OIC-411."""

    keys: list[str]
    """Keys of the session tags that are mapped here."""
    status: Output[str]
    """ENABLED once session tags are let through."""

    def __init__(
        self, name: str, args: AccessControlAttributesArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:AccessControlAttributes", name, {}, opts)
        attributes = dict(args.get("attributes") or HARMLESS)
        for key, source in attributes.items():
            raise_findings(rules.instance_source(rules.InstanceAttribute(key, source)), f"{key}")
        feeds = rules.Feeds(tuple(args.get("from_okta", ())), tuple(attributes))
        raise_findings(rules.one_feed(feeds), "attributes")
        conflicts = ImportHints(f"{name}-conflicts", self, {})
        self.resource = aws.ssoadmin.InstanceAccessControlAttributes(
            f"{name}-attributes",
            instance_arn=args["instance_arn"],
            attributes=[
                aws.ssoadmin.InstanceAccessControlAttributesAttributeArgs(
                    key=key,
                    values=[
                        aws.ssoadmin.InstanceAccessControlAttributesAttributeValueArgs(
                            sources=[source]
                        )
                    ],
                )
                for key, source in attributes.items()
            ],
            opts=_options.options(
                ResourceOptions(parent=self, retain_on_delete=True, hooks=conflicts.binding),
                args.get("import_id"),
                args.get("protect", False),
            ),
        )
        self.keys = list(attributes)
        self.status = self.resource.status
        self.register_outputs({"status": self.status})
