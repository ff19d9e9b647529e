"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

App = Annotated[str, typer.Option(help="ID of the app (0oa…); default: from the stack.")]
AwsEndpoint = Annotated[str, typer.Option(help="URL that replaces AWS's endpoints (sandbox).")]
Everything = Annotated[
    bool, typer.Option("--all", help="List every user and group instead of the first ones.")
]
IdentityStoreId = Annotated[
    str, typer.Option(help="ID of the identity store (d-…), with --app instead of a stack.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
OktaUrl = Annotated[str, typer.Option(help="URL of the org, for example https://acme.okta.com.")]
Outputs = Annotated[
    Path | None,
    typer.Option(help="File with the stack's outputs as JSON; default: from Pulumi."),
]
Region = Annotated[str, typer.Option(help="AWS Region; default: from AWS's settings.")]
Secret = Annotated[str, typer.Argument(help="Name of the secret, as in scim_token.secret.")]
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
