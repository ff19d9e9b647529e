"""Requires what only a person can supply, the ACS URL and the SCIM token, after the app is created.

AWS's console shows both only to a person who has the app's metadata, so the first run creates the
app without them. If nothing is assigned or pushed yet, they are next steps. Otherwise the run fails
with these steps: a run that continued without the assignments and push mappings would delete those
of an existing deployment.
"""

import pulumi
import pulumi_aws as aws
from pulumi import Output, Resource

from okta_idc.settings import Settings

from .._errors import ValidationError
from ..aws.scim_token import ScimToken
from ..okta.saml_app import SamlApp
from .console_steps import connect_steps
from .lookups import Lookups
from .next_steps import stopped


def assigns_or_pushes(settings: Settings) -> bool:
    """Whether anyone or anything is declared that Okta provisions."""
    given = settings.assignments
    return bool(given.groups or given.users or given.pushed_members_group or settings.push_groups)


def needs_connection(settings: Settings) -> bool:
    """Whether the settings declare something that requires the SCIM token."""
    return assigns_or_pushes(settings) or settings.token_expiry_alarm is not None


def connection_to_aws(
    parent: Resource,
    settings: Settings,
    checked: Output[Lookups],
    token: ScimToken,
    app: SamlApp,
    provider: aws.Provider | None,
) -> tuple[Output[list[str]], Output[Lookups]]:
    """The steps that connect AWS to Okta, empty if nothing is missing; and `checked`, which fails
    with these steps if the settings need them. Both are unknown in a preview without the app.
    `provider`: the secret's."""
    needed, missing_acs_url = needs_connection(settings), settings.app.acs_url is None

    def remaining(missing_secret: str) -> Output[list[str]]:
        if not missing_secret and not missing_acs_url:
            return Output.from_input(list[str]())
        if needed and pulumi.runtime.is_dry_run():
            pulumi.log.warn("AWS and Okta are not connected. The run stops after the app.", parent)
        return Output.all(
            metadata_url=app.metadata_url,
            issuer_url=checked.issuer_url,
            region=checked.region,
            secret=settings.scim_token.secret,
            secret_region=provider.region if provider else checked.region,
            missing_secret=missing_secret,
            missing_acs_url=missing_acs_url,
        ).apply(lambda known: connect_steps(**known))

    def stop(checked: Lookups, steps: list[str]) -> Lookups:
        if steps and needed:
            raise ValidationError.at("", stopped(steps))
        return checked

    steps = token.missing.apply(remaining)
    return steps, Output.all(checked, steps).apply(lambda both: stop(*both))
