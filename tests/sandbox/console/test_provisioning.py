"""The Provisioning tab: its saved values control provisioning."""

import html
from dataclasses import replace

import pytest

from tests.sandbox.console.running_sandbox import RunningSandbox

ALL = ("create_users", "update_users", "deactivate_users")


def integration(sandbox: RunningSandbox, **fields: str) -> tuple[int, str]:
    fields = {"enable": "on"} | fields
    answer = sandbox.post(f"{sandbox.root}/provisioning/integration", **fields)
    return answer.status_code, html.unescape(answer.text)


def ready(sandbox: RunningSandbox) -> tuple[str, str]:
    sandbox.center.external = True
    return sandbox.center.endpoint, sandbox.center.enable()


@pytest.mark.parametrize("button", ["test", "save"])
@pytest.mark.parametrize("suffix", ["/", " ", "//x", "?a=b"])
def test_an_invalid_base_url_is_refused_with_oktas_message(
    sandbox: RunningSandbox, button: str, suffix: str
) -> None:
    endpoint, token = ready(sandbox)
    url = endpoint.rstrip("/") + suffix
    status, page = integration(sandbox, base_url=url, api_token=token, **{button: ""})
    assert status == 400
    assert "Base URL: Does not match required pattern" in page
    assert sandbox.app["features"] == []


def test_testing_api_credentials_calls_aws_and_saves_nothing(sandbox: RunningSandbox) -> None:
    endpoint, token = ready(sandbox)
    url = endpoint.rstrip("/")
    status, page = integration(sandbox, test="", base_url=url, api_token=token)
    assert (status, sandbox.app["features"]) == (200, [])
    assert "AWS IAM Identity Center was verified successfully!" in page
    status, page = integration(sandbox, test="", base_url=url, api_token="wrong")
    assert status == 400
    assert "Error authenticating: Unauthorized. Errors reported by remote server:" in page
    tenantless = url.replace(sandbox.center.tenant, "a" * 36)
    status, page = integration(sandbox, test="", base_url=tenantless, api_token=token)
    assert (status, "Error authenticating: Unauthorized." in page) == (400, True)


def test_an_expired_token_fails_as_an_unknown_one(sandbox: RunningSandbox) -> None:
    endpoint, token = ready(sandbox)
    [(ident, held)] = sandbox.center.tokens.items()
    sandbox.center.tokens[ident] = replace(held, expires=held.created)
    page = f"{sandbox.okta}/aws-console/settings/provisioning"
    assert "(expired)" in sandbox.get(page)
    status, page = integration(sandbox, test="", base_url=endpoint.rstrip("/"), api_token=token)
    assert (status, "Error authenticating: Unauthorized." in page) == (400, True)


def test_a_foreign_host_is_never_called(sandbox: RunningSandbox) -> None:
    _, token = ready(sandbox)
    status, page = integration(
        sandbox, test="", base_url="https://scim.example.com/x/scim/v2", api_token=token
    )
    assert status == 400
    assert "The sandbox connects to its own SCIM endpoint only." in page


def test_invalid_credentials_are_refused_and_the_valid_ones_kept(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    url = sandbox.center.endpoint.rstrip("/")
    status, page = integration(sandbox, save="", base_url=url, api_token="wrong")
    assert (status, "Error authenticating: Unauthorized." in page) == (400, True)
    assert sandbox.app["features"] == ["GROUP_PUSH"]
    sandbox.get(f"{sandbox.root}/provisioning/integration")  # cancels
    status, _ = integration(sandbox, save="", base_url=url)  # uses the saved token
    assert status == 200


def test_an_entered_token_is_kept_until_cancelled(sandbox: RunningSandbox) -> None:
    endpoint, token = ready(sandbox)
    integration(
        sandbox, test="", base_url=endpoint, api_token=token
    )  # the trailing slash is refused
    url = endpoint.rstrip("/")
    assert integration(sandbox, test="", base_url=url)[0] == 200
    sandbox.get(f"{sandbox.root}/provisioning/integration")
    status, page = integration(sandbox, test="", base_url=url)
    assert (status, "API Token: The field cannot be left blank" in page) == (400, True)


def test_a_token_that_is_not_a_valid_header_value_is_refused(sandbox: RunningSandbox) -> None:
    endpoint, _ = ready(sandbox)
    for token in ("tok\u00e9n", "a\r\nX-Evil: 1", "\x00"):
        status, page = integration(sandbox, test="", base_url=endpoint.rstrip("/"), api_token=token)
        assert (status, "API Token: Does not match" in page) == (400, True)


def test_the_console_enables_provisioning_that_the_api_does_not_show(
    sandbox: RunningSandbox,
) -> None:
    """The API returns `UNKNOWN` before and after, although provisioning is enabled."""
    one = f"/apps/{sandbox.app['id']}"
    unknown = {"profile": {"authScheme": "UNKNOWN"}, "status": "UNKNOWN"}
    assert sandbox.api("GET", one + "/connections/default") == unknown
    sandbox.connect(*ALL)
    assert sandbox.api("GET", one + "/connections/default") == unknown
    assert sandbox.app["features"] == [
        "GROUP_PUSH", "PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION",
    ]  # fmt: skip
    sandbox.api("PUT", f"{one}/groups/{sandbox.group('aws-access')}")
    sandbox.settled()
    assert sandbox.store.users
    mapping = {"sourceGroupId": sandbox.group("aws-admins"), "targetGroupName": "aws-admins"}
    created = sandbox.api("POST", one + "/group-push/mappings", mapping)
    sandbox.settled()
    assert sandbox.api("GET", f"{one}/group-push/mappings/{created['id']}")["lastPush"]
    assert [group["DisplayName"] for group in sandbox.store.groups.values()] == ["aws-admins"]


def test_to_app_sets_each_feature_separately(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    assert sandbox.app["features"] == ["GROUP_PUSH"]
    sandbox.post(f"{sandbox.root}/provisioning/to-app", create_users="on")
    assert sandbox.app["features"] == ["GROUP_PUSH", "PUSH_NEW_USERS"]
    sandbox.post(f"{sandbox.root}/provisioning/to-app", deactivate_users="on")
    assert sandbox.app["features"] == ["GROUP_PUSH", "PUSH_USER_DEACTIVATION"]
    page = sandbox.get(f"{sandbox.root}/provisioning/to-app")
    assert page.count(" checked") == 1


def test_enabling_create_users_provisions_earlier_assignments(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    sandbox.api("PUT", f"/apps/{sandbox.app['id']}/groups/{sandbox.group('aws-access')}")
    sandbox.settled()
    assert not sandbox.store.users
    sandbox.post(f"{sandbox.root}/provisioning/to-app", create_users="on")
    sandbox.settled()
    assert sandbox.store.users


def test_sync_password_is_shown_but_refused(sandbox: RunningSandbox) -> None:
    sandbox.connect(*ALL)
    assert "Sync Password" in sandbox.get(f"{sandbox.root}/provisioning/to-app")
    answer = sandbox.post(f"{sandbox.root}/provisioning/to-app", sync_password="on")
    assert answer.status_code == 400
    assert len(sandbox.app["features"]) == 4  # the other features are unchanged


def test_without_api_integration_to_app_and_push_are_unavailable(sandbox: RunningSandbox) -> None:
    page = sandbox.get(f"{sandbox.root}/provisioning/to-app")
    assert "Configure API Integration" in page
    sandbox.connect(*ALL)
    answer = sandbox.post(f"{sandbox.root}/provisioning/integration", save="")  # unchecked
    assert answer.status_code == 200
    assert sandbox.app["features"] == []
    sandbox.api("PUT", f"/apps/{sandbox.app['id']}/groups/{sandbox.group('aws-access')}")
    sandbox.settled()
    assert not sandbox.store.users
