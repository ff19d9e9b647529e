"""Okta's Python SDK walks the emulated org with an API token, with OAuth, and with DPoP."""

from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.aws.account import scim_token
from sandbox.org_file import load_org
from tests.clients.environments import version_of
from tests.clients.results import Summary, summarize
from tests.sandbox_process import sandbox_process

AWS = load_org().aws
MODES = {"ssws": "accepted", "oauth": "accepted", "dpop": "required"}
"""The credentials of the client, and the sandbox's setting `dpop`."""
_NOT_IN_DESCRIPTION = (
    "real orgs answer with 200, as recorded; the SDK parses 201 only, as Okta's description says."
)
_RESOURCE_TYPE = (
    "the answer has the text `_embedded.resourceType`, as recorded from a real org; the SDK "
    "expects objects in `_embedded`."
)
DEVIATIONS = {
    **{f"create_group_push_mapping[{mode}]": _NOT_IN_DESCRIPTION for mode in MODES},
    **{f"list_policies[{mode}]": _RESOURCE_TYPE for mode in MODES},
    "get_user, again[dpop]": "the SDK encodes `@` in the claim `htu`, which Okta refuses "
    "([okta-sdk-python#541](https://github.com/okta/okta-sdk-python/issues/541)).",
}


def private_key() -> str:
    key = rsa.generate_private_key(65537, 2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    ).decode()


def test_the_sdk_walks_the_org(
    tmp_path: Any, run_script: Callable[..., dict[str, str]], summaries: list[Summary]
) -> None:
    calls: dict[str, str] = {}
    for mode, dpop in MODES.items():
        folder = tmp_path / mode
        folder.mkdir()
        options = ("--connections", "supported", "--latency", "0", "--dpop", dpop)
        with sandbox_process(folder, *options) as addresses:
            calls |= run_script(
                "okta", "okta_sdk.py", MODE=mode, OKTA_ORG=addresses["okta"],
                API_TOKEN="sandbox-okta-token", PRIVATE_KEY=private_key(),
                SCIM_TOKEN=scim_token(addresses["id"]),
                SCIM_BASE_URL=f"https://scim.{AWS.region}.amazonaws.com/{AWS.tenant}/scim/v2",
            )  # fmt: skip
    version = version_of("okta", "okta")
    summaries.append(summarize("Okta SDK for Python", version, "Okta", calls, DEVIATIONS))
