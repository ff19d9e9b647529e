"""The pages of IAM Identity Center: identity source, automatic provisioning, users and groups."""

import html
import re

import httpx
import pytest

from tests.paths import ROOT
from tests.sandbox.console.conftest import token_on
from tests.sandbox.console.running_sandbox import RunningSandbox

HOME = "/aws-console/settings"


def metadata(sandbox: RunningSandbox) -> bytes:
    return sandbox.http.get(f"/app/exk{sandbox.app['id'][3:]}/sso/saml/metadata").content


def upload(sandbox: RunningSandbox, data: bytes, path: str = "/identity-source/external") -> str:
    files = {"metadata": ("metadata.xml", data, "application/xml")}
    return html.unescape(sandbox.post(HOME + path, files=files).text)


def scim(sandbox: RunningSandbox, endpoint: str, token: str) -> int:
    """The endpoint's status for this token, with the Base URL as Okta requires it."""
    url = endpoint.rstrip("/")
    answer = sandbox.post(
        f"{sandbox.root}/provisioning/integration", test="", enable="on", base_url=url,
        api_token=token,
    )  # fmt: skip
    return 200 if answer.status_code == 200 else 401 if "Unauthorized" in answer.text else 0


def delete_token(sandbox: RunningSandbox, ident: str) -> None:
    sandbox.post(f"{HOME}/provisioning/token/{ident}/delete", confirm="DELETE")


def test_a_new_identity_center_has_no_automatic_provisioning(sandbox: RunningSandbox) -> None:
    page = sandbox.get(HOME)
    assert "Identity Center directory" in page
    assert "Automatic provisioning" not in page
    answer = sandbox.post(HOME + "/provisioning/enable")
    assert (answer.status_code, sandbox.center.tokens) == (400, {})
    assert "First change the identity source to an external provider." in answer.text


def test_the_urls_match_the_stack_file(sandbox: RunningSandbox) -> None:
    page = sandbox.get(HOME + "/identity-source/external")
    stack = (ROOT / "Pulumi.dev.yaml").read_text()
    for name, label in (
        ("acs_url", "IAM Identity Center Assertion Consumer Service (ACS) URL"),
        ("issuer_url", "IAM Identity Center issuer URL"),
    ):
        value = re.search(rf"{name}: (\S+)", stack)
        assert value
        assert re.search(rf"{re.escape(label)}</dt><dd>{re.escape(value[1])}</dd>", page)


def test_the_identity_source_is_changed_with_oktas_metadata(sandbox: RunningSandbox) -> None:
    page = upload(sandbox, metadata(sandbox))
    assert "Type ACCEPT to confirm" in page
    assert f"http://www.okta.com/exk{sandbox.app['id'][3:]}" in page
    assert "expires 2036-01-01" in page
    assert sandbox.post(HOME + "/identity-source/review", accept="accept").status_code == 400
    assert not sandbox.center.external
    answer = sandbox.post(HOME + "/identity-source/review", accept="ACCEPT")
    assert "External identity provider" in answer.text
    assert "Automatic provisioning" in answer.text
    assert "http://www.okta.com/exk" in sandbox.get(HOME + "/authentication")
    # An accepted provider cannot be accepted again.
    assert "Configure external" in sandbox.get(HOME + "/identity-source/review")


def test_invalid_metadata_is_refused(sandbox: RunningSandbox) -> None:
    assert "IdP SAML metadata: Choose a file." in sandbox.post(
        HOME + "/identity-source/external", metadata="text"
    ).text  # fmt: skip
    assert "IdP SAML metadata: The file is not XML." in upload(sandbox, b"hello")
    sandbox.center.external = True
    assert "The file is not XML." in upload(sandbox, b"", "/authentication")
    assert sandbox.center.provider is None
    upload(sandbox, metadata(sandbox), "/authentication")
    assert sandbox.center.provider is not None


def test_the_token_works_and_the_endpoint_ends_with_a_slash(sandbox: RunningSandbox) -> None:
    sandbox.center.external = True
    answer = sandbox.post(HOME + "/provisioning/enable")
    endpoint = re.search(r'id="endpoint" value="([^"]+)"', answer.text)
    assert endpoint
    assert endpoint[1].endswith("/scim/v2/")
    assert "Inbound automatic provisioning" in answer.text
    token = token_on(answer.text)
    assert 500 <= len(token) <= 620
    assert scim(sandbox, endpoint[1], token) == 200
    assert scim(sandbox, endpoint[1], token[:-1]) == 401
    assert "SCIM" in sandbox.get(HOME)


def test_two_tokens_work_side_by_side_and_a_third_is_refused(sandbox: RunningSandbox) -> None:
    """Token rotation: the new token is created before the old one is deleted."""
    sandbox.center.external = True
    old = token_on(sandbox.post(HOME + "/provisioning/enable").text)
    new = token_on(sandbox.post(HOME + "/provisioning/token").text)
    answer = sandbox.post(HOME + "/provisioning/token")
    assert answer.status_code == 400
    assert "supports up to two access tokens at a time." in html.unescape(answer.text)
    assert len(sandbox.center.tokens) == 2
    endpoint = sandbox.center.endpoint
    assert (scim(sandbox, endpoint, old), scim(sandbox, endpoint, new)) == (200, 200)
    first = next(iter(sandbox.center.tokens))
    assert first in sandbox.get(HOME + "/provisioning")
    delete_token(sandbox, first)
    assert (scim(sandbox, endpoint, old), scim(sandbox, endpoint, new)) == (401, 200)
    assert sandbox.post(f"{HOME}/provisioning/token/{first}/delete").status_code == 400


def test_a_token_is_deleted_only_after_a_confirmation(sandbox: RunningSandbox) -> None:
    sandbox.center.external = True
    token = token_on(sandbox.post(HOME + "/provisioning/enable").text)
    [ident] = sandbox.center.tokens
    listed = sandbox.get(HOME + "/provisioning")
    created = sandbox.center.tokens[ident].created.date()
    assert f"<td>{ident}</td><td>{created}</td>" in listed
    assert f"<td>{sandbox.center.tokens[ident].expires.date()}</td>" in listed
    assert "Type DELETE to confirm" in sandbox.get(f"{HOME}/provisioning/token/{ident}/delete")
    for confirm in ("", "delete"):
        answer = sandbox.post(f"{HOME}/provisioning/token/{ident}/delete", confirm=confirm)
        assert (answer.status_code, set(sandbox.center.tokens)) == (400, {ident})
    assert scim(sandbox, sandbox.center.endpoint, token) == 200
    delete_token(sandbox, ident)
    assert scim(sandbox, sandbox.center.endpoint, token) == 401
    page = sandbox.get(f"{HOME}/provisioning/token/{ident}/delete")
    assert "No access tokens." in page


def test_attributes_for_access_control_are_enabled_edited_and_disabled(
    sandbox: RunningSandbox,
) -> None:
    page = HOME + "/attributes"
    assert "Enable attributes for access control" in sandbox.get(page)
    assert sandbox.http.get(page + "/edit").headers["Location"] == page
    assert "No attributes." in sandbox.post(page + "/enable").text
    assert sandbox.access_control.attributes == []
    values = ["${path:enterprise.costCenter}", "", "${path:userName}"]
    rows = {"attribute_key": ["CostCenter", "", "User"], "attribute_value": values}
    shown = sandbox.post(page + "/edit", **rows).text
    assert "<td>CostCenter</td><td>${path:enterprise.costCenter}</td>" in shown
    assert sandbox.access_control.attributes == [
        {"Key": "CostCenter", "Value": {"Source": ["${path:enterprise.costCenter}"]}},
        {"Key": "User", "Value": {"Source": ["${path:userName}"]}},
    ]
    sandbox.post(page + "/enable")  # changes nothing once enabled
    assert "<td>User</td>" in sandbox.get(page)
    for key, value, expected in (
        (["A", "A"], ["x", "y"], "Duplicate attribute keys: A"),
        ([""], ["x"], "Key: use 1 to 128"),
        (["A"], [""], "Value: use an attribute of the user"),
    ):
        answer = sandbox.post(page + "/edit", attribute_key=key, attribute_value=value)
        assert (answer.status_code, expected in answer.text) == (400, True)
    assert sandbox.post(page + "/disable", confirm="disable").status_code == 400
    assert "<td>User</td>" in sandbox.get(page)
    sandbox.post(page + "/disable", confirm="DISABLE")
    assert sandbox.access_control.attributes is None
    sandbox.post(page + "/edit", **rows)
    assert sandbox.access_control.attributes is None


def test_enabling_again_changes_the_endpoint(sandbox: RunningSandbox) -> None:
    sandbox.center.external = True
    token = token_on(sandbox.post(HOME + "/provisioning/enable").text)
    before = sandbox.center.endpoint
    page = "/provisioning/disable"
    assert sandbox.post(HOME + page, confirm="disable").status_code == 400
    assert "Delete the access tokens first." in sandbox.post(HOME + page, confirm="DISABLE").text
    delete_token(sandbox, next(iter(sandbox.center.tokens)))
    sandbox.post(HOME + page, confirm="DISABLE")
    assert "Manual" in sandbox.get(HOME)
    assert sandbox.post(HOME + "/provisioning/token").status_code == 400
    again = token_on(sandbox.post(HOME + "/provisioning/enable").text)
    assert sandbox.center.endpoint != before
    assert scim(sandbox, before, again) == 401
    assert scim(sandbox, sandbox.center.endpoint, token) == 401
    assert scim(sandbox, sandbox.center.endpoint, again) == 200


@pytest.mark.parametrize("path", ["/provisioning", "/provisioning/disable", "/authentication"])
def test_unavailable_pages_redirect_to_settings(sandbox: RunningSandbox, path: str) -> None:
    answer: httpx.Response = sandbox.http.get(HOME + path)
    assert (answer.status_code, answer.headers["Location"]) == (303, HOME)


def test_the_console_shows_the_users_and_groups_from_okta(sandbox: RunningSandbox) -> None:
    assert "No users." in sandbox.get("/aws-console/users")
    assert "No groups." in sandbox.get("/aws-console/groups")
    sandbox.connect("create_users", "update_users", "deactivate_users")
    app, access = sandbox.app["id"], sandbox.group("aws-access")
    sandbox.api("PUT", f"/apps/{app}/groups/{access}")
    mapping = {"sourceGroupId": sandbox.group("aws-admins"), "targetGroupName": "aws-admins"}
    sandbox.settled()
    sandbox.api("POST", f"/apps/{app}/group-push/mappings", mapping)
    sandbox.settled()
    group = next(iter(sandbox.store.groups))
    members = [sandbox.store.user(ident) for ident in sandbox.store.members(group)]
    assert f"<td>{len(members)}</td>" in sandbox.get("/aws-console/groups")
    page = sandbox.get(f"/aws-console/groups/{group}")
    assert all(user["UserName"] in page for user in members)
    page = sandbox.get(f"/aws-console/users/{members[0]['UserId']}")
    assert "aws-admins" in page
    assert "Enabled" in page
    assert "SCIM" in page
    sandbox.api("DELETE", f"/apps/{app}/groups/{access}")
    sandbox.settled()
    page = sandbox.get(f"/aws-console/users?q={members[0]['UserName']}")
    assert "Disabled" in page
    assert page.count("<tr>") == 2  # the header row and the matching user
    assert sandbox.http.get("/aws-console/users/nobody").status_code == 404
    assert sandbox.http.get("/aws-console/groups/nothing").status_code == 404
