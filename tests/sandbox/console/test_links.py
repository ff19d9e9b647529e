"""Every link leads to the page that its text names: the links of the kit and of the consoles."""

import asyncio
import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest

from components._checks.console_steps import CHECK_BOXES, connect_steps, provisioning_steps
from okta_idc.clients.admin_console import app_page, public_admin_console
from okta_idc.doctor.bindings.scim_secret import token_of_okta
from tests.paths import ROOT
from tests.sandbox.console.running_sandbox import RunningSandbox

URL = re.compile(r"http://127\.0\.0\.1:\d+[^\s)]*")
HEADINGS = ("h1", "h2")
VOID = {"input", "meta", "link", "br"}


class Page(HTMLParser):
    """The headings, links, and texts of a page. Each has the ID of the closest element around it,
    which is the fragment of its panel."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        """Texts outside of links, and the links to the page itself."""
        self.links: list[tuple[str, str]] = []
        self._open: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self._open.append((tag, given))
        if tag in HEADINGS:
            self.headings.append((self._part(), ""))
        if tag == "a":
            self.links.append((given["href"] or "", given.get("aria-label") or ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        link = next((given for tag, given in self._open if tag == "a"), None)
        if link is not None and "aria-label" not in link:
            href, text = self.links[-1]
            self.links[-1] = href, text + data
        if link is None or "aria-current" in link:
            self.texts.append((self._part(), data))
        if link is None and any(tag in HEADINGS for tag, _ in self._open):
            part, text = self.headings[-1]
            self.headings[-1] = part, f"{text}{data}".strip()

    def _part(self) -> str:
        return next((str(given["id"]) for _, given in reversed(self._open) if "id" in given), "")

    def shown(self, fragment: str, found: list[tuple[str, str]]) -> list[str]:
        """Of these headings or texts, those that the style sheet shows for a fragment."""
        panels = {part for part, _ in self.headings if part.startswith("tab-")}
        shown = fragment if fragment in panels else "tab-signon"
        return [text for part, text in found if part not in panels or part == shown]


def opened(sandbox: RunningSandbox, url: str) -> tuple[Page, str]:
    """The page of the sandbox at this address, and the fragment."""
    address, fragment = urldefrag(url)
    path = address.removeprefix(sandbox.okta)
    assert path != address, url
    return Page(sandbox.get(path)), fragment


def headings(sandbox: RunningSandbox, url: str) -> list[str]:
    """The headings that a browser shows at this address of the sandbox."""
    page, fragment = opened(sandbox, url)
    return page.shown(fragment, page.headings)


def printed_steps(sandbox: RunningSandbox) -> str:
    steps = provisioning_steps(
        f"{sandbox.okta}/api/v1/apps", sandbox.app["id"], "https://scim.example.com/", "secret",
        list(CHECK_BOXES),
    )  # fmt: skip
    return asyncio.run(steps)


def test_the_links_of_the_printed_steps_lead_to_the_named_tabs(sandbox: RunningSandbox) -> None:
    integration, to_app = URL.findall(printed_steps(sandbox))
    assert headings(sandbox, integration)[1:] == ["Provisioning is not enabled"]
    # To App exists once provisioning is enabled (step 5 comes before step 6).
    assert headings(sandbox, to_app)[1:] == ["Provisioning is not enabled"]
    sandbox.connect()
    assert headings(sandbox, integration)[1:] == ["Integration"]
    assert headings(sandbox, to_app)[1:] == ["Provisioning to App"]


def test_the_doctors_link_leads_to_the_test_of_the_token(sandbox: RunningSandbox) -> None:
    sandbox.connect()
    console = asyncio.run(public_admin_console(sandbox.okta))
    found: Any = SimpleNamespace(admin_console=console, app_id=sandbox.app["id"])
    [link] = URL.findall(token_of_okta(found))
    assert headings(sandbox, link)[1:] == ["Integration"]


def test_the_metadata_address_of_the_first_step_is_a_document(sandbox: RunningSandbox) -> None:
    metadata = f"{sandbox.okta}/app/exk{sandbox.app['id'][3:]}/sso/saml/metadata"
    steps = connect_steps(
        metadata_url=metadata, issuer_url="https://example.com", region="us-east-1",
        secret="secret", secret_region="us-east-1", missing_secret="It is missing.",
        missing_acs_url=True,
    )  # fmt: skip
    [link] = URL.findall("\n".join(steps))
    answer = sandbox.http.get(link)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "EntityDescriptor" in answer.text


@pytest.mark.parametrize("fragment", ["", "#tab-signon", "#tab-unknown"])
def test_an_apps_page_shows_sign_on_unless_its_fragment_names_another_tab(
    sandbox: RunningSandbox, fragment: str
) -> None:
    page = app_page(sandbox.okta, sandbox.app["id"]) + fragment
    assert headings(sandbox, page)[1:] == ["Settings", "SAML Signing Certificates"]


def test_the_style_sheet_shows_the_selected_tab_only(sandbox: RunningSandbox) -> None:
    css = sandbox.http.get("/admin/console.css").text
    assert ".panel:not(:target) { display: none; }" in css
    assert ".panels:not(:has(:target)) > .panel:first-child { display: block; }" in css
    page = sandbox.get(sandbox.root)
    assert page.index('class="panel" id="tab-signon"') < page.index('id="tab-user-management/')


def test_the_guides_addresses_are_the_consoles(sandbox: RunningSandbox) -> None:
    guide = (ROOT / "docs" / "guide" / "consoles.md").read_text()
    named = dict(re.findall(r"`(/[a-z-]+)` (?:is )?the (Okta Admin Console|AWS console)", guide))
    assert named == {"/admin": "Okta Admin Console", "/aws-console": "AWS console"}
    assert headings(sandbox, sandbox.okta + "/admin") == ["Applications"]
    assert headings(sandbox, sandbox.okta + "/aws-console")[0] == "Settings"


SAME_PAGE = {"Edit", "Cancel", "Close", "Done", "Back", "Next"}
"""Links to a form of the page, and back."""
OTHER_NAME = {
    "okta": "Applications", "aws": "Settings", "Okta Admin Console": "Applications",
    "AWS console": "Settings", "Back to Applications": "Applications",
    "Assign to People": "to People", "Assign to Groups": "to Groups",
    "Manage provisioning": "Automatic provisioning",
    "Find groups by name": "Push groups by name",
}  # fmt: skip
"""What names the page, where the link does not."""


def walk(sandbox: RunningSandbox) -> Iterator[tuple[str, str, str]]:
    """Page, text, and address of every link, from both consoles' first pages."""
    found = ["/admin", "/aws-console"]
    for path in found:
        for href, text in Page(sandbox.get(path)).links:
            address = urldefrag(urljoin(sandbox.okta + path, href))[0]
            assert address.startswith(sandbox.okta), (path, href)
            target = address.removeprefix(sandbox.okta)
            yield path, html.unescape(text).strip(" ←↗\n"), target
            if target not in found and "/metadata" not in target:
                found.append(target)


def test_every_link_of_the_consoles_leads_to_the_page_that_it_names(
    sandbox: RunningSandbox,
) -> None:
    sandbox.connect("create_users", "update_users", "deactivate_users")
    app = sandbox.app["id"]
    sandbox.api("PUT", f"/apps/{app}/groups/{sandbox.group('aws-access')}")
    mapping = {"sourceGroupId": sandbox.group("aws-admins"), "targetGroupName": "aws-admins"}
    sandbox.api("POST", f"/apps/{app}/group-push/mappings", mapping)
    sandbox.settled()
    wrong: set[str] = set()
    seen: set[tuple[str, str]] = set()
    for path, text, target in walk(sandbox):
        if (text, urlsplit(target).path) in seen or text in SAME_PAGE:
            continue
        seen.add((text, urlsplit(target).path))
        if "/metadata" in target:
            assert "EntityDescriptor" in sandbox.get(target)
            continue
        page, fragment = opened(sandbox, sandbox.okta + target)
        expected = OTHER_NAME.get(text, text.removeprefix("Assign ")).casefold()
        shown = " ".join(page.shown(fragment, page.texts)).casefold()
        if not expected or expected not in shown:
            wrong.add(f"{path}: {text} → {target}")
    assert not wrong
    assert len(seen) > 40
