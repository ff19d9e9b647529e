"""The doctor's inputs, from its options and the stack: where to read, and what is declared."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from okta_idc.cli.resolved_settings import resolved
from okta_idc.cli.stack import (
    InputError,
    declared_by,
    org_url,
    read_settings,
    read_stack,
    source_in,
)
from okta_idc.clients.aws import AwsClient
from okta_idc.clients.aws_config import AwsConfig
from okta_idc.clients.okta_auth import Credentials
from okta_idc.inventory.declared import FEATURES, Declared, DeclaredGroup
from okta_idc.inventory.model import Source
from okta_idc.rules.attribute_statements import statement
from okta_idc.rules.attributes import Attribute
from okta_idc.settings import Settings
from okta_idc.settings.declared_access import declared_access
from okta_idc.settings.expressions import group_rules


@dataclass(frozen=True)
class Inputs:
    """The org's URL, its credentials, where to read, and what is declared in which file."""

    url: str
    credentials: Credentials
    source: Source
    declared: Declared = field(default_factory=Declared)
    declared_in: str = "Pulumi.yaml"

    def override(
        self, *, region: str = "", secret: str = "", policy: str = "", endpoint: str = "",
        verify_at: str = "",
    ) -> "Inputs":  # fmt: skip
        """A copy with the command line's options, which override the stack."""
        source = replace(
            self.source,
            region=region or self.source.region,
            secret=secret or self.source.secret,
            endpoint=endpoint or self.source.endpoint,
            verify_at=verify_at or self.source.verify_at,
        )
        declared = replace(self.declared, policy=policy) if policy else self.declared
        return replace(self, declared=declared, source=source)


def read_inputs(
    outputs: Path | None, stack: str, settings: Path | None, app: str, store: str, region: str,
    url: str, endpoint: str,
) -> Inputs:  # fmt: skip
    """From the options alone if they name an app, otherwise from the stack, which they override.
    Raises InputError and AwsError; OktaError if rules cannot be resolved."""
    if app or store:
        inputs = from_options(app, store, region, url, settings, endpoint)
    else:
        inputs = from_stack(outputs, stack, settings, url, endpoint)
    return inputs.override(region=region, endpoint=endpoint)


def from_stack(
    outputs: Path | None, stack: str, settings: Path | None, url: str, endpoint: str = ""
) -> Inputs:
    """From the stack's outputs, in a file or from Pulumi, and its settings, with what their rules
    select. Raises InputError; AwsError and OktaError if rules cannot be resolved."""
    instead = ", or --okta-url, --app, --identity-store, and --region"
    stack_outputs, config = read_stack(outputs, stack, instead)
    known, config = read_settings(settings, config)
    inputs = Inputs(
        url=org_url(url, stack_outputs, config),
        credentials=Credentials.read(config),
        source=source_in(stack_outputs, config=config),
        declared=declared_by(stack_outputs),
        declared_in=str(settings or (f"Pulumi.{stack}.yaml" if stack else "Pulumi.yaml")),
    )
    if not known:
        return inputs
    known = resolved(known, config, stack_outputs, url=url, endpoint=endpoint)
    return _with_settings(inputs, known)


def from_options(
    app: str, store: str, region: str, url: str, settings: Path | None, endpoint: str = ""
) -> Inputs:
    """From the options alone, without a stack. Raises InputError, AwsError, and OktaError."""
    if not store:
        raise InputError("--app requires --identity-store d-….")
    known, config = read_settings(settings, {})
    aws = AwsConfig.read(config)
    source = Source(AwsClient("sso-admin", region, None, aws).region, app, store, aws=aws)
    inputs = Inputs(org_url(url, {}, config), Credentials.read(config), source)
    if not known:
        return inputs
    known = resolved(known, config, url=url, region=source.region, endpoint=endpoint)
    declared, declared_in = _by_settings(known), str(settings)
    return _with_settings(replace(inputs, declared=declared, declared_in=declared_in), known)


def _by_settings(known: Settings) -> Declared:
    named = [group.key for group in known.assignments.groups]
    if members := known.assignments.pushed_members_group:
        named.append(members.name)
    return Declared(
        push=tuple(DeclaredGroup(group.key, group.id or "") for group in known.push_groups),
        assign=tuple(DeclaredGroup(name) for name in named),
    )


def _with_settings(inputs: Inputs, known: Settings) -> Inputs:
    """A copy with the declared configuration and the secret of the settings."""
    app, provisioning, secret = known.app, known.provisioning, known.scim_token
    declared = replace(
        inputs.declared,
        settings={
            **({"acsURL": app.acs_url} if app.acs_url else {}),
            **({"entityID": app.issuer_url} if app.issuer_url else {}),
            "label": app.label,
            "userNameTemplate": app.username_format,
        },
        statements=tuple(statement(Attribute(a.key, a.value)) for a in known.attribute_statements),
        features=tuple(name for key, name in FEATURES.items() if getattr(provisioning, key)),
        mode=inputs.declared.mode or provisioning.mode.value,
        access=declared_access(known.account_access, known.access_control_attributes),
        rules=tuple(rule.name for rule in group_rules(known)),
    )
    name = inputs.source.secret or secret.secret
    source = replace(
        inputs.source,
        secret=name,
        secret_region=secret.region,
        verify=secret.verify,
        verify_at=secret.verify_at,
    )
    return replace(inputs, declared=declared, source=source)
