"""Options that several commands share."""

import re
from pathlib import Path
from typing import Annotated

import typer

from okta_idc.rules.scim_secret import SECRETS_MANAGER_NAME_FORM, is_secret_name


def app_id(value: str) -> str:
    """Check an app's ID. Raises BadParameter, without the value, which may be a token."""
    if not value:
        return value
    from okta_idc.settings.models import APP_ID  # builds every model

    if not re.fullmatch(APP_ID, value, re.ASCII):
        raise typer.BadParameter("the value is not the ID of an app, 0oa….")
    return value


def secret_name(value: str) -> str:
    """Check a secret's name. Raises BadParameter, without the value, which may be a token."""
    if not is_secret_name(value):
        raise typer.BadParameter(f"the value is not {SECRETS_MANAGER_NAME_FORM}.")
    return value


def optional_secret_name(value: str) -> str:
    """Check a secret's name, if it is given. Raises BadParameter."""
    return secret_name(value) if value else value


App = Annotated[
    str, typer.Option(callback=app_id, help="ID of the app (0oa…); default: from the stack.")
]
AwsEndpoint = Annotated[str, typer.Option(help="URL that replaces AWS's endpoints (sandbox).")]
Everything = Annotated[
    bool, typer.Option("--all", help="List every user and group instead of the first ones.")
]
IdentityStoreId = Annotated[
    str, typer.Option(help="ID of the identity store (d-…), with --app instead of a stack.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OktaUrl = Annotated[
    str,
    typer.Option(
        help="URL of the org, for example https://acme.okta.com; default: from the stack or the "
        "environment."
    ),
]
Outputs = Annotated[
    Path | None,
    typer.Option(help="File with the stack's outputs as JSON; default: from Pulumi."),
]
ProviderSettings = Annotated[
    Path | None,
    typer.Option(
        help="Stack file with the `okta:` and `aws:` settings, for example Pulumi.prod.yaml."
    ),
]
Region = Annotated[str, typer.Option(help="AWS Region; default: from AWS's settings.")]
Secret = Annotated[
    str,
    typer.Argument(callback=secret_name, help="Name of the secret, as in scim_token.secret."),
]
SettingsFile = Annotated[
    Path | None, typer.Option(help="Stack file to compare with, for example Pulumi.prod.yaml.")
]
Share = Annotated[
    float,
    typer.Option(min=0.01, max=1, help="Share of Okta's remaining rate limits that may be used."),
]
Stack = Annotated[str, typer.Option(help="Name of the stack; default: the selected stack.")]
VerifyAt = Annotated[
    str,
    typer.Option(
        envvar="OKTA_IDC_VERIFY_AT",
        help="Local address that replaces the SCIM endpoint (sandbox).",
    ),
]
