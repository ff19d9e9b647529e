"""Profile mappings: expressions that fill the app user's attributes, which AWS receives.

Manages the expressions of the declared attributes only. Undeclared attributes are ignored, and the
mapping is retained on deletion: the provider would otherwise clear every attribute but the login
(docs/research/okta-provider.md#profile-mappings). An attribute that is removed from the declaration
keeps its last expression.
"""

from typing import TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceOptions

from okta_idc.rules import mapping_targets
from okta_idc.rules import profile_mappings as rules

from .._args import check_args
from .._errors import ValidationError, raise_found
from .._lookup_errors import readable
from .._options import child_of


class ProfileMappingsArgs(TypedDict):
    app_id: Input[str]
    """ID of the app in Okta; Okta creates the mapping when provisioning is turned on."""
    mappings: dict[str, Input[str]]
    """Okta expression by attribute of the app user, for example `displayName`."""


class ProfileMappings(pulumi.ComponentResource):
    """The profile mapping from Okta to the app. Raises ValidationError for an attribute that AWS
    does not support (OIC-312) or the app does not have (OIC-327), and an invalid expression
    (OIC-324, OIC-328)."""

    mapping_id: Output[str]
    """ID of the profile mapping in Okta."""

    def __init__(
        self, name: str, args: ProfileMappingsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:ProfileMappings", name, {}, opts)
        check_args(ProfileMappingsArgs, args)
        known = {
            attribute: rules.Mapped(text, push=True)
            for attribute, text in args["mappings"].items()
            if isinstance(text, str)
        }
        checks = (
            rules.unsupported,
            mapping_targets.target_exists,
            rules.expression_is_one,
            rules.maps_the_okta_user,
        )
        raise_found(("mappings", check(known)) for check in checks)
        for finding in rules.roles(known):
            pulumi.log.warn(finding.text("profile_mappings"), self)
        # In a new org, the first mapping is the app's own, so the app must exist.
        read = okta.user.get_user_profile_mapping_source_output
        reading = InvokeOutputOptions(parent=self)
        source = Output.from_input(args["app_id"]).apply(lambda _: readable(read(opts=reading)))
        self.resource = okta.profile.Mapping(
            f"{name}-to-app",
            source_id=source.apply(lambda found: found.id or _raise_no_source()),
            target_id=args["app_id"],
            mappings=[
                {"id": attribute, "expression": expression, "push_status": "PUSH"}
                for attribute, expression in args["mappings"].items()
            ],
            delete_when_absent=False,
            # Applies the mapping to users who are assigned already. With an OAuth service app the
            # provider ignores it: choose "Apply updates now" in the Okta Admin Console
            # (docs/research/okta-provider.md#profile-mappings).
            always_apply=True,
            opts=child_of(self, opts, ResourceOptions(retain_on_delete=True)),
        )
        self.mapping_id = self.resource.id
        self.register_outputs({"mapping_id": self.mapping_id})


def _raise_no_source() -> str:
    message = (
        "Okta returned no profile mapping of Okta users, so their user type is unknown. Grant the "
        "scope okta.profileMappings.manage (the app → Okta API Scopes), and run the command again."
    )
    raise ValidationError.at("profile_mappings", message)
