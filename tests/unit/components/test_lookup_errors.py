"""Failed lookups raise a readable `RunError` instead of the SDK's exception."""

import asyncio
import re
from typing import Any

import pulumi
import pytest
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
        if path.name == f"{_lookup_errors.__name__.rsplit('.', 1)[-1]}.py":
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
