"""scim2-tester checks the SCIM endpoint: it deviates from the standard as AWS's does, only."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sandbox.aws.account import scim_token
from tests.clients.environments import clean_environ, environment, version_of
from tests.clients.results import Summary, summarize
from tests.sandbox.aws.conftest import ORG

_PAGE = "../research/scim.md"
_SEARCH = f"[AWS has no `.search`]({_PAGE}#deviations-from-the-standard)."
_RESOURCE_TYPE = f"[resource types have no address]({_PAGE}#deviations-from-the-standard)."
_EXCLUDED = f"[AWS ignores `excludedAttributes`]({_PAGE}#lists)."
_EMAILS = f"the tester's address is not primary, [as AWS requires]({_PAGE}#attributes)."
_LOCATION = (
    "the tester names a member by `meta.location`, "
    f"[which AWS's answers do not have]({_PAGE}#deviations-from-the-standard)."
)
DEVIATIONS = {
    "body of errors": f"[AWS's errors have members of their own]({_PAGE}"
    "#deviations-from-the-standard), which the test removes before the tester reads an error.",
    "query_resource_type_by_id": _RESOURCE_TYPE,
    "query_resource_type_by_id #2": _RESOURCE_TYPE,
    "User search_with_attributes": _SEARCH,
    "Group search_with_attributes": _LOCATION,
    "User object_query_with_attributes #2": _EXCLUDED,
    "User object_list_with_attributes #2": _EXCLUDED,
    "User check_add_attribute emails": _EMAILS,
    "User check_replace_attribute emails": _EMAILS,
    "User check_remove_attribute active": f"[`active` cannot be removed]({_PAGE}#group-changes).",
    "Group object_replacement": f"[groups have no PUT]({_PAGE}#deviations-from-the-standard).",
    "Group object_query_with_attributes": _LOCATION,
    "Group object_list_with_attributes": _LOCATION,
    "Group check_add_attribute members": _LOCATION,
    "Group check_remove_attribute": _LOCATION,
    "Group check_replace_attribute members": f"[AWS refuses a replacement of all members]({_PAGE}"
    "#group-changes).",
}


def test_the_endpoint_deviates_as_aws_does(
    addresses: dict[str, Any], run_script: Callable[..., dict[str, str]], summaries: list[Summary]
) -> None:
    url = f"{addresses['scim']}/{ORG.aws.tenant}/scim/v2"
    token = scim_token(addresses["id"])
    calls = run_script("scim", "scim_tester.py", SCIM_URL=url, SCIM_TOKEN=token)
    version = version_of("scim", "scim2-tester")
    summaries.append(summarize("scim2-tester", version, "SCIM", calls, DEVIATIONS))


def test_the_cli_lists_users_and_reports_a_wrong_token(
    addresses: dict[str, Any], tmp_path: Path, summaries: list[Summary]
) -> None:
    url = f"{addresses['scim']}/{ORG.aws.tenant}/scim/v2"

    def scim(token: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        headers = f"Authorization: Bearer {token}"
        return subprocess.run(
            [environment("scim") / "scim2", *arguments], stdin=subprocess.DEVNULL, text=True,
            capture_output=True, timeout=120, check=False,
            env=clean_environ(tmp_path, SCIM_CLI_URL=url, SCIM_CLI_HEADERS=headers),
        )  # fmt: skip

    token, calls = scim_token(addresses["id"]), {}
    for name, arguments in {
        "create user": ("create", "user", "--user-name", "cli", "--display-name", "C",
                        "--name", '{"givenName": "C", "familyName": "LI"}'),
        "query user": ("query", "user", "--filter", 'userName eq "cli"'),
    }.items():  # fmt: skip
        done = scim(token, *arguments)
        found = '"userName": "cli"' in done.stdout
        calls[name] = "" if done.returncode == 0 and found else done.stdout + done.stderr
    # The CLI names no reason, because it does not accept the members of AWS's errors.
    wrong = scim("wrong", "query", "user")
    refused = wrong.returncode != 0 and "Could not discover the server" in wrong.stderr
    calls["wrong token"] = "" if refused else json.dumps([wrong.stdout, wrong.stderr])
    version = version_of("scim", "scim2-cli")
    summaries.append(summarize("scim2-cli", version, "SCIM", calls, {}))
