"""Orgs in each of Okta's domains, and with a custom domain: the kit's links use the org's own
answer."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from components._checks.console_steps import CHECK_BOXES, provisioning_steps
from okta_idc.clients.admin_console import METADATA, public_admin_console
from sandbox.__main__ import parser
from sandbox.org_file import OKTA_DOMAINS, OrgError, load_org
from tests.sandbox.console.running_sandbox import RunningSandbox, running_sandbox
from tests.sandbox_process import sandbox_process

ORG = load_org()
LINK = re.compile(r"https?://\S+/admin/app/\S+")


def steps(url: str, app: str) -> str:
    """The steps that the kit prints for an org at this address."""
    return asyncio.run(
        provisioning_steps(url, app, "https://scim.example.com", "s", [*CHECK_BOXES])
    )


@pytest.fixture
def at_domains(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Forwards the calls of the org's domains to the sandbox, at its own address."""

    def answer_at(sandbox: RunningSandbox) -> None:
        def forward(request: httpx.Request) -> httpx.Response:
            found = sandbox.http.get(request.url.path)
            return httpx.Response(found.status_code, content=found.content)

        original = httpx.AsyncClient.__init__

        def init(self: httpx.AsyncClient, **given: Any) -> None:
            given["transport"] = httpx.MockTransport(forward)
            original(self, **given)

        monkeypatch.setattr(httpx.AsyncClient, "__init__", init)

    return answer_at


@pytest.mark.parametrize("domain", OKTA_DOMAINS)
@pytest.mark.parametrize("custom", ["", "login.example.com"])
def test_the_links_lead_to_the_admin_console_of_the_org(
    at_domains: Any, domain: str, custom: str
) -> None:
    with running_sandbox(
        org=replace(ORG, okta_domain=f"acme.{domain}", custom_domain=custom)
    ) as sandbox:
        app = sandbox.app["id"]
        links = sandbox.http.get(METADATA).json()["_links"]
        assert links["organization"] == {"href": f"https://acme.{domain}"}
        assert links.get("alternate", {"href": "https://"}) == {"href": f"https://{custom}"}
        at_domains(sandbox)
        for host in filter(None, (f"acme.{domain}", f"acme-admin.{domain}", custom)):
            printed = LINK.findall(steps(f"https://{host}/app/x/sso/saml/metadata", app))
            assert len(printed) == 2
            for link in printed:
                assert link.startswith(
                    f"https://acme-admin.{domain}/admin/app/amazon_aws_sso/instance/{app}/#tab-"
                )
                # The same page is in the sandbox, at its own address.
                path = link.split("/", 3)[3].split("#")[0]
                assert f'id="{link.split("#")[1]}"' in sandbox.get(f"/{path}")


def test_without_a_domain_the_org_is_at_the_sandboxs_address() -> None:
    with running_sandbox() as sandbox:
        assert sandbox.http.get(METADATA).json()["_links"] == {
            "organization": {"href": sandbox.okta}
        }
        assert asyncio.run(public_admin_console(sandbox.okta)) == sandbox.okta


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    options = ("--okta-domain", "acme.okta.mil", "--custom-domain", "login.example.com")
    with sandbox_process(tmp_path_factory.mktemp("sandbox"), *options) as found:
        yield found


def test_the_command_line_chooses_the_domains(process: dict[str, Any]) -> None:
    assert asyncio.run(public_admin_console(process["okta"])) == "https://acme-admin.okta.mil"
    links = httpx.get(process["okta"] + METADATA).json()["_links"]
    assert links["alternate"] == {"href": "https://login.example.com"}


def test_a_snapshot_keeps_the_domains(process: dict[str, Any]) -> None:
    snapshot = httpx.post(process["okta"] + "/sandbox/snapshot", timeout=60).json()
    assert snapshot["org"]["okta_domain"] == "acme.okta.mil"
    assert snapshot["org"]["custom_domain"] == "login.example.com"


def org_file(folder: Path, **domains: str) -> Path:
    document = {
        "name": "x", "users": [], "groups": [], **domains,
        "aws": {key: getattr(ORG.aws, key) for key in (
            "region", "account", "instance_id", "identity_store_id", "tenant", "secret",
        )},
    }  # fmt: skip
    path = folder / "org.json"
    path.write_text(json.dumps(document))
    return path


def test_an_org_file_chooses_the_domains(tmp_path: Path) -> None:
    org = load_org(org_file(tmp_path, okta_domain="a-1.okta-gov.com", custom_domain="id.x.org"))
    assert (org.okta_domain, org.custom_domain) == ("a-1.okta-gov.com", "id.x.org")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("okta_domain", "acme-admin.okta.com"),
        ("okta_domain", "acme.example.com"),
        ("okta_domain", "okta.com"),
        ("okta_domain", "https://acme.okta.com"),
        ("okta_domain", "a.b.okta.com"),
        ("custom_domain", "acme.okta.mil"),
        ("custom_domain", "localhost"),
        ("custom_domain", "login.example.com/"),
    ],
)
def test_an_invalid_domain_is_refused(
    tmp_path: Path, key: str, value: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(OrgError, match=f": {key} is '{value}'. Use "):
        load_org(org_file(tmp_path, **{key: value}))
    with pytest.raises(SystemExit):
        parser().parse_args(["serve", f"--{key.replace('_', '-')}", value])
    assert f"{value}: use " in capsys.readouterr().err
