"""Attribute mappings: what fills the attributes of the app's users, and so what arrives in AWS.

Owns the expressions of the attributes it is given, and none beside them: Okta's mapping of the app
is there by itself once provisioning is on, and has more attributes than anybody declares. Hence
what is not declared is not looked at (`delete_when_absent` off), and the mapping is left as it
stands when it is removed here: the provider would otherwise empty every attribute but the login,
whoever filled it (docs/research/okta-provider.md#profile-mappings). An attribute that is taken out
of the declaration keeps its last expression too.

Goes before the assignments, so that nobody is provisioned with a display name missing. They depend
on `resource`, and not on its id: an id that a preview does not know yet would seem to move them to
another app, which replaces them.
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, ResourceOptions

from okta_idc.rules import profile_mappings as rules

from .._errors import ValidationError, raise_findings
from .._lookup_errors import readable


class ProfileMappingsArgs(TypedDict):
    """Inputs of ProfileMappings."""

    app_id: Input[str]
    """From the ProvisioningGate: Okta makes the app's mapping when provisioning is turned on."""
    mappings: Mapping[str, str]
    """Okta's expression for each attribute of the app's users, by the attribute's name."""


class ProfileMappings(pulumi.ComponentResource):
    """The profile mapping from Okta to the app. Raises ValidationError for OIC-312 and OIC-324."""

    def __init__(
        self, name: str, args: ProfileMappingsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:ProfileMappings", name, {}, opts)
        mapped = {name: rules.Mapped(text, push=True) for name, text in args["mappings"].items()}
        raise_findings(rules.unsupported(mapped), "mappings")
        raise_findings(rules.expression_is_one(mapped), "mappings")
        for finding in rules.roles(mapped):
            pulumi.log.warn(finding.text("mappings"), self)
        users = readable(
            okta.user.get_user_profile_mapping_source_output(opts=InvokeOutputOptions(parent=self))
        )
        self.resource = okta.profile.Mapping(
            f"{name}-to-app",
            source_id=users.apply(lambda found: found.id or _no_source()),
            target_id=args["app_id"],
            mappings=[
                okta.profile.MappingMappingArgs(
                    id=attribute, expression=expression, push_status="PUSH"
                )
                for attribute, expression in args["mappings"].items()
            ],
            delete_when_absent=False,
            # Applies it to assigned users too, but not with OAuth: then a person does so
            # (docs/research/okta-provider.md#profile-mappings).
            always_apply=True,
            opts=ResourceOptions(parent=self, retain_on_delete=True),
        )
        self.register_outputs({})


def _no_source() -> str:
    raise ValidationError(
        "mappings: Okta shows no profile mapping from its own users, so their user type is not "
        "known. Fix: give the credentials the scope okta.profileMappings.manage (Okta, the app → "
        "Okta API Scopes), then run again."
    )
