"""Rules for every page: only its own forms and host, no token, all values escaped."""

import re
from html.parser import HTMLParser

import httpx
import pytest

from tests.sandbox.console.conftest import token_on
from tests.sandbox.console.running_sandbox import RunningSandbox

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


def csrf_token(sandbox: RunningSandbox) -> str:
    page = sandbox.get("/aws-console/settings/identity-source/external")
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    return found[1]


def enable(sandbox: RunningSandbox, headers: dict[str, str], **fields: str) -> httpx.Response:
    path = "/aws-console/settings/provisioning/enable"
    return sandbox.http.post(path, data=fields, headers=headers)


@pytest.mark.parametrize(
    ("headers", "fields", "status"),
    [
        ({}, {}, 403),
        ({}, {"csrf": ""}, 403),
        ({}, {"csrf": "x" * 43}, 403),
        ({"Origin": "https://example.com"}, {"csrf": "right"}, 403),
        ({"Origin": "null"}, {"csrf": "right"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, {"csrf": "right"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, {"csrf": "right"}, 403),
        ({"Host": "console.example.com"}, {"csrf": "right"}, 421),
        ({"Host": "localhost"}, {"csrf": "right"}, 421),
    ],
)
def test_a_post_of_another_origin_is_refused(
    sandbox: RunningSandbox, headers: dict[str, str], fields: dict[str, str], status: int
) -> None:
    sandbox.center.external = True
    if fields.get("csrf") == "right":
        fields = {"csrf": csrf_token(sandbox)}
    answer = enable(sandbox, headers, **fields)
    assert answer.status_code == status
    assert not sandbox.center.enabled


def test_a_post_of_a_console_page_is_accepted(sandbox: RunningSandbox) -> None:
    sandbox.center.external = True
    assert enable(sandbox, {"Origin": sandbox.okta}, csrf=csrf_token(sandbox)).status_code == 200
    assert sandbox.center.enabled


def test_each_form_requires_the_csrf_token(sandbox: RunningSandbox) -> None:
    paths = sandbox.routes("POST")
    assert len(paths) > 12
    for path in paths:
        assert sandbox.http.post(path, data={"save": ""}).status_code == 403, path


def test_no_method_but_post_changes_anything(sandbox: RunningSandbox) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS"):
        answer = sandbox.http.request(method, "/aws-console/settings/provisioning/enable")
        assert answer.status_code in (403, 405)
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_a_foreign_host_name_gets_no_page(sandbox: RunningSandbox) -> None:
    for path in sandbox.routes("GET"):
        answer = sandbox.http.get(path, headers={"Host": "evil.example.com"})
        assert answer.status_code == 421, path
        assert 'name="csrf"' not in answer.text


def test_every_response_has_the_security_headers(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    for path in [*sandbox.routes("GET"), "/admin/nowhere"]:
        headers = sandbox.http.get(path).headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'"), path
        assert "unsafe" not in policy
        assert headers["Cache-Control"] == "no-store"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Access-Control-Allow-Origin" not in headers


class Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_names_are_escaped_on_every_page(sandbox: RunningSandbox) -> None:
    sandbox.connect("create_users", "update_users")
    one = sandbox.app
    statement = {"type": "EXPRESSION", "name": EVIL, "values": [EVIL], "namespace": EVIL}
    group = {"type": "GROUP", "name": EVIL + "2", "filterType": EVIL, "filterValue": EVIL}
    signing = {"attributeStatements": [statement, group]}
    settings = {"app": {"acsURL": EVIL, "entityID": EVIL}, "signOn": signing}
    template = {"template": "${source.login}" + EVIL, "type": "CUSTOM"}
    body = {**one, "label": EVIL, "settings": settings,
            "credentials": {"userNameTemplate": template}}  # fmt: skip
    sandbox.api("PUT", f"/apps/{one['id']}", body)
    created = sandbox.api("POST", "/groups", {"profile": {"name": EVIL, "description": EVIL}})
    person = sandbox.api("GET", "/users?limit=1")[0]
    sandbox.api("POST", f"/users/{person['id']}", {"profile": {"firstName": EVIL}})
    sandbox.api("PUT", f"/groups/{created['id']}/users/{person['id']}")
    sandbox.api("PUT", f"/apps/{one['id']}/groups/{created['id']}")
    pushed = {"sourceGroupId": created["id"], "targetGroupName": EVIL}
    mapping = sandbox.api("POST", f"/apps/{one['id']}/group-push/mappings", pushed)
    sandbox.settled()
    user = sandbox.store.put_user(
        {"UserName": EVIL, "DisplayName": EVIL, "UserStatus": "ENABLED",
         "Name": {"GivenName": EVIL, "FamilyName": EVIL}, "Emails": [{"Value": EVIL}]}
    )  # fmt: skip
    held = sandbox.store.put_group({"DisplayName": EVIL + "3", "Description": EVIL})
    sandbox.store.add_member(held["GroupId"], user["UserId"])
    root = sandbox.root
    special = [
        f"{root}/sign-on?edit=1", f"{root}/push-groups/mapping/{mapping['id']}/unlink",
        f"{root}/push-groups/by-name?q=%3Cscript%3E&group={created['id']}",
        f"{root}/assignments/people?q=%3Cscript%3E", f"{root}/assignments/groups",
        f"{root}/assignments/groups/assign", f"{root}/assignments/groups/assign/{created['id']}",
        f"{root}/assignments/people/assign/{person['id']}",
        f"{root}/provisioning/integration?edit=1", f"/aws-console/users/{user['UserId']}",
        f"/aws-console/groups/{held['GroupId']}", f"{root}/assignments/people/assign/<script>",
        "/aws-console/users?q=<script>",
    ]  # fmt: skip
    shown = 0
    for path in [*sandbox.routes("GET"), *special]:
        answer = sandbox.http.get(path, follow_redirects=True)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        assert answer.status_code in (200, 404), (path, answer.text)
        elements = Elements()
        elements.feed(answer.text)
        assert not [tag for tag, _ in elements.found if tag in ("script", "img", "style")], path
        for _, attributes in elements.found:
            assert not [name for name in attributes if name.startswith("on")], path
        shown += answer.text.count("&lt;script&gt;")
    assert shown > 40  # the pages show the names


def test_a_token_is_shown_once_on_one_page(
    sandbox: RunningSandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    sandbox.center.external = True
    first = sandbox.post("/aws-console/settings/provisioning/enable")
    token = token_on(first.text)
    integration = f"{sandbox.root}/provisioning/integration"
    seen = [
        sandbox.post(integration, test="", enable="on", base_url="x", api_token=token),
        sandbox.post(integration, test="", enable="on", api_token=token,
                     base_url=sandbox.center.endpoint.rstrip("/")),
        sandbox.post(integration, save="", enable="on", api_token=token,
                     base_url=sandbox.center.endpoint.rstrip("/")),
        sandbox.post(integration, test="", enable="on", base_url="x", api_token=token + "?"),
        sandbox.post("/aws-console/settings/provisioning/enable"),  # reloads the page
    ]  # fmt: skip
    texts = [answer.text + str(answer.url) for answer in seen]
    for path in [*sandbox.routes("GET"), integration + "?edit=1"]:
        answer = sandbox.http.get(path, follow_redirects=True)
        texts.append(answer.text + str(answer.headers))
    texts.append(sandbox.http.get("/sandbox/request-log").text)
    texts.append(str(sandbox.api("GET", "/apps")) + repr(sandbox.center.tokens))
    texts.extend(capfd.readouterr())
    assert not [text for text in texts if token[:40] in text]


def test_console_requests_are_not_recorded_and_get_no_faults(sandbox: RunningSandbox) -> None:
    before = len(sandbox.http.get("/sandbox/request-log").json())
    fault = {"path": ".*", "status": 500}
    sandbox.http.post("/sandbox/faults", json=fault)
    assert "Applications" in sandbox.get("/admin")
    assert len(sandbox.http.get("/sandbox/faults").json()) == 1
    assert len(sandbox.http.get("/sandbox/request-log").json()) == before


def test_each_page_has_the_sandbox_notice_once(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    for path in sandbox.routes("GET"):
        answer = sandbox.http.get(path, follow_redirects=True)
        if answer.headers["Content-Type"].startswith("text/html"):
            assert answer.text.count("This is the sandbox on 127.0.0.1") == 1, path
