"""The address of the Okta Admin Console."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from okta_idc.clients.admin_console import (
    METADATA,
    app_page,
    console_of_org,
    public_admin_console,
)
from okta_idc.clients.okta import OktaError

Find = Callable[[str, Any], str]


@pytest.fixture
def find(monkeypatch: pytest.MonkeyPatch) -> Find:
    """The console for a URL of the org whose metadata is this document."""

    def run(url: str, metadata: Any) -> str:
        def answer(request: httpx.Request) -> httpx.Response:
            assert request.url.path == METADATA
            assert "Authorization" not in request.headers
            return httpx.Response(200, json=metadata)

        original = httpx.AsyncClient.__init__

        def init(self: httpx.AsyncClient, **given: Any) -> None:
            original(self, **given | {"transport": httpx.MockTransport(answer)})

        monkeypatch.setattr(httpx.AsyncClient, "__init__", init)
        return asyncio.run(public_admin_console(url))

    return run


def links(organization: str) -> dict[str, Any]:
    return {
        "id": "00o1", "pipeline": "idx",
        "_links": {
            "organization": {"href": organization}, "alternate": {"href": "https://sso.example.com"}
        },
    }  # fmt: skip


DOMAINS = ["okta.com", "oktapreview.com", "okta-emea.com", "okta-gov.com", "okta.mil",
           "trexcloud.com", "okta.new"]  # fmt: skip


@pytest.mark.parametrize("domain", DOMAINS)
@pytest.mark.parametrize("given_host", ["acme", "acme-admin"])
def test_every_domain_has_its_console(find: Find, domain: str, given_host: str) -> None:
    url = f"https://{given_host}.{domain}/api/v1/apps/0oa1/sso/saml/metadata"
    assert find(url, links(f"https://acme.{domain}")) == f"https://acme-admin.{domain}"


def test_metadata_that_names_the_console_is_the_same_console(find: Find) -> None:
    url = "https://acme-admin.okta.com"
    assert find(url, links(url)) == url


def test_a_custom_domain_has_the_console_of_the_org(find: Find) -> None:
    found = find("https://sso.example.com/x", links("https://acme.okta.com"))
    page = app_page(found, "0oa1", "signon")
    assert page == (
        "https://acme-admin.okta.com/admin/app/amazon_aws_sso/instance/0oa1/#tab-signon"
    )


def test_the_sandbox_has_one_address(find: Find) -> None:
    assert find("http://127.0.0.1:8410/x", links("http://127.0.0.1:8410")) == (
        "http://127.0.0.1:8410"
    )


@pytest.mark.parametrize(
    "metadata",
    [{}, {"_links": []}, links(""), links("http://acme.okta.com"), links("acme.okta.com"),
     links("https://acme.okta.com/\x1b[31m"), links("https://acme.okta.com@evil.example"),
     {"_links": {"organization": {"href": ["https://acme.okta.com"]}}}],
)  # fmt: skip
def test_metadata_without_an_address_is_an_error(find: Find, metadata: Any) -> None:
    with pytest.raises(OktaError, match="does not name the org's address"):
        find("https://acme.okta.com", metadata)


@given(st.text())
def test_a_console_is_a_plain_address_or_nothing(text: str) -> None:
    for address in (text, f"https://{text}", f"https://{text}.okta.com"):
        url = console_of_org(address)
        assert url == "" or httpx.URL(url).path == "/"
        assert url.isascii()
        assert url.isprintable()
