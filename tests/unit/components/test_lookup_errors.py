"""Failed lookups raise a readable `RunError` instead of the SDK's exception."""

import asyncio
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pulumi
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi import Output

from components import _lookup_errors
from components._lookup_errors import LOOKUPS, LookupFailedError, invoke, readable
from tests.paths import ROOT
from tests.permissions_page import CALLS, OKTA

GROUPS = "invoke of okta:index/getGroups:getGroups failed: "
INSTANCES = "invoke of aws:ssoadmin/getInstances:getInstances failed: "


def failing(error: Exception) -> Output[Any]:
    async def data() -> Any:
        raise error

    return Output.from_input(data())


def outcome(output: Output[Any]) -> Any:
    try:
        return asyncio.get_event_loop().run_until_complete(output.future())
    except Exception as error:
        return error


@pytest.fixture(autouse=True)
def _loop() -> Any:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    yield
    pulumi.runtime.settings.SETTINGS.outputs.clear()
    loop.close()
    asyncio.set_event_loop(None)


@pytest.mark.parametrize(
    ("error_text", "message"),
    [
        (
            f"{GROUPS}rpc error: code = Unknown desc = invoking okta:index/getGroups:getGroups: 1 "
            "error occurred:\n\t* failed to list groups: the API returned an error: Invalid token "
            "provided\n\n",
            "Cannot read groups from Okta: failed to list groups: the API returned an error: "
            "Invalid token provided. Check that the Okta API token or private key is valid in this "
            "org.",
        ),
        (
            f"{GROUPS}invocation of okta:index/getGroups:getGroups returned an error: "
            "403 Forbidden",
            "Cannot read groups from Okta: 403 Forbidden. Grant okta.groups.read, and an admin "
            "role that includes it (docs/reference/permissions.md in the repository of "
            "okta-identity-center).",
        ),
        (
            f"{GROUPS}404 Not Found",
            "Cannot read groups from Okta: 404 Not Found. Check that it exists in this org and "
            "that the credentials may see it.",
        ),
        (
            f'{GROUPS}Get "http://127.0.0.1:9/api/v1/groups": dial tcp 127.0.0.1:9: connect: '
            "connection refused",
            'Cannot read groups from Okta: Get "http://127.0.0.1:9/api/v1/groups": dial tcp '
            "127.0.0.1:9: connect: connection refused. Check okta:orgName, okta:baseUrl and the "
            "network.",
        ),
        (
            f"{INSTANCES}reading SSO Instances: operation error SSO Admin: ListInstances, https "
            "response error StatusCode: 400, RequestID: 1, api error AccessDeniedException: no",
            "Cannot read IAM Identity Center instances from AWS: reading SSO Instances: operation "
            "error SSO Admin: ListInstances, https response error StatusCode: 400, RequestID: 1, "
            "api error AccessDeniedException: no. Allow sso:ListInstances "
            "(docs/reference/permissions.md in the repository of okta-identity-center).",
        ),
        (
            f"{INSTANCES}something new\nhappened",
            "Cannot read IAM Identity Center instances from AWS: something new happened.",
        ),
        (
            "invoke of aws:new/thing:thing failed: AccessDenied",
            "Cannot read aws:new/thing:thing from AWS: AccessDenied. Allow the right to read it "
            "(docs/reference/permissions.md in the repository of okta-identity-center).",
        ),
    ],
)
def test_a_failed_lookup_reports_the_target_cause_and_remedy(error_text: str, message: str) -> None:
    error = outcome(readable(failing(Exception(error_text))))
    assert isinstance(error, LookupFailedError)
    assert str(error) == message


def advice(provider: str, text: str) -> str:
    """The cause that the advice is about; "" without advice."""
    message = str(outcome(readable(failing(Exception(f"{FAILED[provider]}{text}")))))
    right = {"okta": "okta.groups.read", "aws": "sso:ListInstances"}[provider]
    remedies = _lookup_errors._ADVICE[provider].items()
    ends = (cause for cause, remedy in remedies if message.endswith(remedy.format(right=right)))
    return next(ends, "")


FAILED = {"okta": GROUPS, "aws": INSTANCES}
RESPONSE = "operation error Secrets Manager: GetSecretValue, https response error StatusCode: "
API = "failed to list groups: the API returned an error: "


@pytest.mark.parametrize(
    ("provider", "text", "expected"),
    [
        ("aws", "Secret (team-401/scim): couldn't find resource", "missing"),
        (
            "aws",
            f"Secret (unreachable/scim): {RESPONSE}400, RequestID: 1, ResourceNotFoundException: ",
            "missing",
        ),
        (
            "aws",
            "get credentials: failed to refresh cached credentials, no EC2 IMDS role found, "
            "operation error ec2imds: GetMetadata, request canceled, context deadline exceeded",
            "credentials",
        ),
        ("aws", "failed to get shared config profile, acme", "credentials"),
        (
            "aws",
            f"{RESPONSE}403, RequestID: 1, api error UnrecognizedClientException: no",
            "credentials",
        ),
        (
            "aws",
            f"{RESPONSE}400, RequestID: 1, ThrottlingException: x",
            "throttling",
        ),
        ("aws", f"{RESPONSE}400, RequestID: 1, api error InvalidRequestException: timed out", ""),
        (
            "aws",
            f"{RESPONSE}0, RequestID: , request send failed, Post: dial tcp: i/o timeout",
            "network",
        ),
        (
            "okta",
            f"{API}Not found: Resource not found: aws-403 (UserGroup)",
            "missing",
        ),
        (
            "okta",
            f"{API}The access token provided does not contain the required scopes",
            "permission",
        ),
        (
            "okta",
            f"{API}API call exceeded rate limit due to too many requests",
            "throttling",
        ),
        ("okta", f"{API}Internal Server Error", ""),
        ("okta", "unexpected error: 429 Too Many Requests", "throttling"),
    ],
)
def test_the_advice_follows_from_fixed_texts(provider: str, text: str, expected: str) -> None:
    assert advice(provider, text) == expected


MISLEADING = (
    "401", "403", "404", "team-401/scim", "unreachable/scim", "AccessDeniedException", "timed-out",
    "ExpiredTokenException", "ResourceNotFoundException", "StatusCode=403", "EOF", "invalid_client",
)  # fmt: skip
SECRET_NAMES = st.lists(
    st.sampled_from(MISLEADING) | st.text("abz019/_+=.@-", max_size=5), min_size=1, max_size=3
).map("".join)
"""Names that AWS allows for a secret."""
GROUP_NAMES = st.lists(
    st.sampled_from((*MISLEADING, ": 403 ", ": EOF", "i/o timeout", " (x) ", '"', "x509: "))
    | st.text(max_size=5),
    min_size=1, max_size=3,
).map("".join)  # fmt: skip


def quoted(name: str) -> str:
    return f'Get "https://acme.okta.com/api/v1/groups?search={quote_plus(name)}": dial tcp: '


@pytest.mark.parametrize(
    "text",
    [
        "reading Secrets Manager Secret ({}): couldn't find resource",
        "reading Secrets Manager Secret Version ({}|AWSCURRENT): couldn't find resource",
        f"Secret ({{}}): {RESPONSE}400, RequestID: 1, ResourceNotFoundException: none",
        f"Secret ({{}}): {RESPONSE}400, RequestID: 1, api error AccessDeniedException: not on {{}}",
        f"Secret ({{}}): {RESPONSE}500, RequestID: 1, api error InternalServiceError: {{}}",
        f"Secret ({{}}): {RESPONSE}0, RequestID: , request send failed, dial tcp: i/o timeout",
        "Secret ({}): get credentials: no EC2 IMDS role found, context deadline exceeded",
    ],
)
@given(name=SECRET_NAMES)
def test_the_name_of_a_secret_never_changes_the_advice(text: str, name: str) -> None:
    assert advice("aws", text.replace("{}", name)) == advice("aws", text.replace("{}", "x"))


@pytest.mark.parametrize(
    "text",
    [
        lambda name: f"{API}Not found: Resource not found: {name} (UserGroup)",
        lambda name: f'{API}Invalid search criteria: profile.name eq "{name}"',
        lambda name: f"{quoted(name)}i/o timeout",
        lambda name: f"{quoted(name)}something new",
    ],
)
@given(name=GROUP_NAMES)
def test_the_name_of_a_group_never_changes_the_advice(
    text: Callable[[str], str], name: str
) -> None:
    assert advice("okta", text(name)) == advice("okta", text("x"))


def test_a_successful_lookup_keeps_its_value() -> None:
    assert outcome(readable(Output.from_input("value"))) == "value"


def test_a_secret_output_stays_secret() -> None:
    result = readable(Output.secret("value"))
    loop = asyncio.get_event_loop()
    assert loop.run_until_complete(result.is_secret())


@pytest.mark.parametrize("error", [ValueError("a bug"), pulumi.RunError(f"{GROUPS}upstream")])
def test_other_errors_pass_unchanged(error: Exception) -> None:
    assert outcome(readable(failing(error))) is error


def test_only_the_readable_output_is_awaited_at_the_end_of_the_program() -> None:
    failed = failing(Exception(f"{GROUPS}403 Forbidden"))
    result = readable(failed)
    tracked = pulumi.runtime.settings.SETTINGS.outputs
    assert failed._data not in tracked
    assert result._data in tracked
    outcome(result)


def test_an_awaited_lookup_raises_the_same_error(monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(token: str, args: object, opts: object) -> None:
        raise Exception(f"invoke of {token} failed: 403 Forbidden")

    monkeypatch.setattr(pulumi.runtime, "invoke_async", refuse)
    with pytest.raises(LookupFailedError, match=r"Cannot read the members of a group from Okta"):
        asyncio.get_event_loop().run_until_complete(invoke("okta:group/getGroup", {}))


def test_every_component_lookup_is_readable_and_listed() -> None:
    """Every lookup uses `_lookup_errors` and has an entry in `LOOKUPS`."""
    missing: list[str] = []
    for path in sorted((ROOT / "components").rglob("*.py")):
        if path.name in ("_lookup_errors.py", "_state.py"):  # the latter handles every error
            continue
        text = path.read_text()
        missing += [path.name] * text.count("runtime.invoke")
        for call in re.finditer(
            r"(readable\(\s*)?\b(okta|aws)\.((?:\w+\.)?)get_(\w+)_output\(", text
        ):
            module = call[3].rstrip(".") or "index"
            name = "get" + "".join(part.capitalize() for part in call[4].split("_"))
            if not call[1] or f"{call[2]}:{module}/{name}" not in LOOKUPS:
                missing.append(f"{path.name}: {call[0]}")
        for token in re.findall(r'"((?:okta|aws):\w+/get\w+)', text):
            missing += [] if token in LOOKUPS else [f"{path.name}: {token}"]
    assert not missing


def test_every_required_permission_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "permissions.md").read_text()
    known = {scope for row in OKTA for scope in row["scope"].split(", ")} | set(CALLS["aws"])
    for _, right in LOOKUPS.values():
        for one in right.split(" and "):
            assert one in known or f"`{one}`" in page, one
