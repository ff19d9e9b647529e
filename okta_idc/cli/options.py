"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Outputs = Annotated[
    Path | None,
    typer.Option("--outputs", help="File with the stack's outputs as JSON; default: from pulumi."),
]
Stack = Annotated[
    str, typer.Option("--stack", help="Name of the stack, for example prod; default: pulumi's.")
]
OktaUrl = Annotated[
    str,
    typer.Option("--okta-url", help="URL of the org, for example https://acme.okta.com."),
]
AwsEndpoint = Annotated[
    str, typer.Option("--aws-endpoint", help="URL that replaces AWS's endpoints (sandbox).")
]
Share = Annotated[
    float,
    typer.Option(
        "--share", min=0.01, max=1, help="Share of Okta's remaining rate limits that may be used."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
VerifyAt = Annotated[
    str,
    typer.Option("--verify-at", help="Local address that replaces the SCIM endpoint (sandbox)."),
]
