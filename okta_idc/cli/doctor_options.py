"""The doctor's inputs from its command line and the stack: where to read, and what is declared."""

import os
from dataclasses import dataclass, field, replace
from pathlib import Path

import boto3

from okta_idc.cli.stack import (
    CannotLookError,
    declared_by,
    org_url,
    read_config,
    read_outputs,
    read_settings_file,
    settings_in,
)
from okta_idc.clients.okta_auth import Credentials
from okta_idc.inventory.declared import Declared, DeclaredGroup
from okta_idc.inventory.model import Source
from okta_idc.rules.attribute_statements import statement
from okta_idc.rules.attributes import Attribute
from okta_idc.settings import Settings


@dataclass(frozen=True)
class Inputs:
    """The org's URL, its credentials, where to read, and what is declared in which file."""

    url: str
    credentials: Credentials
    source: Source
    declared: Declared = field(default_factory=Declared)
    declared_in: str = "Pulumi.yaml"

    def given(self, *, region: str, secret: str, policy: str, endpoint: str) -> "Inputs":
        """The same with the command line's options, which override the stack."""
        source = replace(
            self.source,
            region=region or self.source.region,
            secret=secret or self.source.secret,
            endpoint=endpoint or None,
        )
        declared = replace(self.declared, policy=policy) if policy else self.declared
        return replace(self, declared=declared, source=source)


def from_stack(outputs: Path | None, stack: str, settings: Path | None, url: str) -> Inputs:
    """From the stack's outputs; without a file of them, from pulumi with the settings.
    Raises CannotLookError."""
    stack_outputs = read_outputs(outputs, stack)
    config = {} if outputs else read_config(stack)
    known = None
    if settings:
        known = read_settings_file(settings)
    elif config:
        known = settings_in(config, "pulumi config")
    secret, secret_region = _secret(known)
    okta = {key.removeprefix("okta:"): v for key, v in config.items() if key.startswith("okta:")}
    return Inputs(
        url=org_url(url, stack_outputs, config),
        credentials=Credentials.read(okta),
        source=Source(
            app_id=str(stack_outputs["appId"]),
            store_id=str(stack_outputs["identityStoreId"]),
            region=str(stack_outputs["region"]),
            secret=str(stack_outputs.get("secretName") or secret),
            secret_region=secret_region,
        ),
        declared=_with_settings(declared_by(stack_outputs), known),
        declared_in=str(settings or (f"Pulumi.{stack}.yaml" if stack else "Pulumi.yaml")),
    )


def direct(app: str, store: str, region: str, url: str, settings: Path | None) -> Inputs:
    """Without a stack. Raises CannotLookError."""
    if not store:
        raise CannotLookError("--app requires --identity-store d-….")
    known = read_settings_file(settings) if settings else None
    secret, secret_region = _secret(known)
    return Inputs(
        url=org_url(url, {}),
        credentials=Credentials.read(),
        source=Source(
            app_id=app,
            store_id=store,
            region=known_region(region),
            secret=secret,
            secret_region=secret_region,
        ),
        declared=_with_settings(_by_settings(known) if known else Declared(), known),
        declared_in=str(settings or "Pulumi.yaml"),
    )


def _secret(known: Settings | None) -> tuple[str, str]:
    """Name and Region of the secret in the settings; empty where they are unknown."""
    return (known.scim_token.secret, known.scim_token.region) if known else ("", "")


def known_region(given: str) -> str:
    """As given, or from AWS's settings. The provider reads AWS_REGION, which boto3 does not.
    Raises CannotLookError."""
    region = given or os.environ.get("AWS_REGION") or boto3.Session().region_name or ""
    if not region:
        raise CannotLookError("the AWS Region is unknown. Pass --region, for example us-east-1.")
    return region


def _by_settings(known: Settings) -> Declared:
    named = [group.key for group in known.assignments.groups]
    if members := known.assignments.pushed_members_group:
        named.append(members.name)
    return Declared(
        push=tuple(DeclaredGroup(group.key, group.id or "") for group in known.push_groups),
        assign=tuple(DeclaredGroup(name) for name in named),
    )


def _with_settings(declared: Declared, known: Settings | None) -> Declared:
    if known is None:
        return declared
    wanted = {
        "PUSH_NEW_USERS": known.provisioning.create_users,
        "PUSH_PROFILE_UPDATES": known.provisioning.update_user_attributes,
        "PUSH_USER_DEACTIVATION": known.provisioning.deactivate_users,
    }
    return replace(
        declared,
        settings={
            "acsURL": known.app.acs_url,
            "entityID": known.app.issuer_url,
            "label": known.app.label,
            "userNameTemplate": known.app.username_format,
        },
        statements=tuple(statement(Attribute(a.key, a.value)) for a in known.attribute_statements),
        features=tuple(name for name, on in wanted.items() if on),
        mode=declared.mode or known.provisioning.mode.value,
    )
