"""The Sign On tab: attribute statements and the metadata for AWS."""

import pytest

from tests.sandbox.console.running_sandbox import APP, RunningSandbox

PREFIX = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"


def save(sandbox: RunningSandbox, *rows: tuple[str, str, str], **fields: str) -> tuple[int, str]:
    columns = zip(*rows, strict=True) if rows else ((), (), ())
    lists = dict(zip(("name", "format", "value"), map(list, columns), strict=True))
    answer = sandbox.post(f"{sandbox.root}/sign-on", **lists, **fields)  # type: ignore[arg-type]
    return answer.status_code, answer.text


def statements(sandbox: RunningSandbox) -> list[dict[str, object]]:
    return sandbox.app["settings"]["signOn"]["attributeStatements"]


def test_the_page_shows_the_settings_of_the_api(sandbox: RunningSandbox) -> None:
    page = sandbox.get(f"{sandbox.root}/sign-on")
    for text in (PREFIX + "Department", "URI Reference", "user.department", "Okta username",
                 *APP["settings"]["app"].values()):  # fmt: skip
        assert text in page


def test_the_api_returns_the_saved_settings(sandbox: RunningSandbox) -> None:
    rows = (
        (PREFIX + "Department", URI, "user.department"),
        (PREFIX + "Cost", URI, "user.costCenter"),
    )
    status, _ = save(sandbox, *rows, ("", URI, ""), acs="https://a.example", issuer="")
    assert status == 200
    assert statements(sandbox) == [
        {"type": "EXPRESSION", "name": name, "namespace": kind, "values": [value]}
        for name, kind, value in rows
    ]
    settings = sandbox.app["settings"]["app"]
    issuer = APP["settings"]["app"]["entityID"]
    assert settings == {"acsURL": "https://a.example", "entityID": issuer}
    assert save(sandbox)[0] == 200
    assert statements(sandbox) == []


def test_group_attribute_statements_are_unchanged(sandbox: RunningSandbox) -> None:
    group = {"type": "GROUP", "name": "groups", "filterType": "STARTS_WITH", "filterValue": "aws-"}
    body = {**APP, "settings": {**APP["settings"], "signOn": {"attributeStatements": [group]}}}
    sandbox.api("PUT", f"/apps/{sandbox.app['id']}", body)
    assert save(sandbox, ("a", URI, "user.title"))[0] == 200
    assert group in statements(sandbox)
    assert save(sandbox, ("groups", URI, "user.title"))[0] == 400  # the name is already used


def test_invalid_input_changes_nothing_and_remains_in_the_form(sandbox: RunningSandbox) -> None:
    before = statements(sandbox)
    for rows, why in (
        ([("a", URI, "")], "a: enter a value and select a name format"),
        ([("", URI, "user.title")], "name: must be unique, of 1 to 512 characters"),
        ([("a", URI, "user.title"), ("a", URI, "user.city")], "name: must be unique"),
        ([("a", "urn:other", "user.title")], "a name format"),
    ):
        status, page = save(sandbox, *rows)
        assert (status, why in page) == (400, True)
        assert f'value="{rows[0][0] or rows[0][2]}"' in page
        assert statements(sandbox) == before


UNKNOWN_KEYS = {
    "second_acs_url": ("acsEndpoints", [{"index": 0, "url": "https://b.example/acs"}]),
    "unknown_sign_on_key": ("kept", {"any": ["value"]}),
}
"""A key of `signOn` that the sandbox does not know, by the switch that says what happens to it."""


@pytest.mark.parametrize("switch", UNKNOWN_KEYS)
@pytest.mark.parametrize("choice", ["kept", "ignored"])
def test_saving_the_page_keeps_the_keys_that_the_api_keeps(
    sandbox: RunningSandbox, switch: str, choice: str
) -> None:
    key, value = UNKNOWN_KEYS[switch]
    sandbox.settings(**{switch: choice})
    body = {**APP, "settings": {**APP["settings"], "signOn": {key: value}}}
    path = f"/apps/{sandbox.app['id']}"
    sandbox.api("PUT", path, body)
    by_api = sandbox.app["settings"]["signOn"]
    assert (key in by_api) == (choice == "kept")
    assert save(sandbox, ("a", URI, "user.title"))[0] == 200
    by_console = sandbox.app["settings"]["signOn"]
    assert by_console.pop("attributeStatements") != by_api.pop("attributeStatements")
    assert by_console == by_api
    sandbox.api("PUT", path, sandbox.app)
    assert sandbox.app["settings"]["signOn"].get(key) == by_api.get(key)


@pytest.mark.parametrize("switch", UNKNOWN_KEYS)
def test_the_page_refuses_a_key_that_the_api_refuses(sandbox: RunningSandbox, switch: str) -> None:
    """A key that an earlier setting kept is refused by both from then on."""
    key, value = UNKNOWN_KEYS[switch]
    sandbox.settings(**{switch: "kept"})
    body = {**APP, "settings": {**APP["settings"], "signOn": {key: value}}}
    sandbox.api("PUT", f"/apps/{sandbox.app['id']}", body)
    sandbox.settings(**{switch: "refused"})
    before = sandbox.app
    status, page = save(sandbox, ("a", URI, "user.title"))
    assert (status, f"{key}: unknown property" in page) == (400, True)
    assert sandbox.app == before


def test_saving_the_page_keeps_the_signing_key(sandbox: RunningSandbox) -> None:
    path = f"/apps/{sandbox.app['id']}"
    key = sandbox.api("POST", f"{path}/credentials/keys/generate?validityYears=2")["kid"]
    sandbox.api("PUT", path, {**APP, "credentials": {"signing": {"kid": key}}})
    assert save(sandbox)[0] == 200
    assert sandbox.app["credentials"]["signing"]["kid"] == key


def test_the_metadata_link_requires_no_authentication(sandbox: RunningSandbox) -> None:
    page = sandbox.get(f"{sandbox.root}/sign-on")
    link = f"{sandbox.okta}/app/exk{sandbox.app['id'][3:]}/sso/saml/metadata"
    assert f'href="{link}">View IdP metadata' in page
    answer = sandbox.http.get(link)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "IDPSSODescriptor" in answer.text
    assert sandbox.http.get("/app/exknone/sso/saml/metadata").status_code == 404
