"""The console steps from a new Identity Center to groups in AWS, by the consoles' labels.

The browser test and `screenshots` use these steps. `page` is a Playwright page; the module does not
import Playwright, so that linters work without it.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EXECUTABLES = ("chromium", "chromium-browser", "google-chrome")
Shot = Callable[[str], None]


def chromium() -> str | None:
    """The path of an installed Chromium, if any."""
    return next(filter(None, map(shutil.which, EXECUTABLES)), None)


@contextmanager
def browser(program: str) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium_browser = playwright.chromium.launch(executable_path=program)
        page = chromium_browser.new_page(viewport={"width": 1180, "height": 660})
        page.set_default_timeout(60_000)
        try:
            yield page
        finally:
            chromium_browser.close()


def open_app(page: Any) -> None:
    """Open the app from the list. Until its styles are loaded, the page shows all of its tabs."""
    page.get_by_role("link", name="AWS IAM Identity Center").click()
    page.wait_for_load_state()


def change_identity_source(page: Any, okta: str, files: Path, shot: Shot) -> None:
    page.goto(f"{okta}/admin")
    open_app(page)
    shot("okta-sign-on")
    page.locator("summary", has_text="Actions").click()
    link = page.get_by_role("link", name="View IdP metadata").get_attribute("href")
    (files / "metadata.xml").write_bytes(page.request.get(link).body())
    page.get_by_role("link", name="AWS console").click()
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("link", name="Change identity source").click()
    page.get_by_label("External identity provider").check()
    page.get_by_role("button", name="Next").click()
    shot("aws-identity-source")
    page.get_by_label("IdP SAML metadata").set_input_files(files / "metadata.xml")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Type ACCEPT to confirm").fill("ACCEPT")
    page.get_by_role("button", name="Change identity source").click()
    shot("aws-settings")


def enable_automatic_provisioning(page: Any, shot: Shot) -> tuple[str, str]:
    """Enable automatic provisioning; return SCIM endpoint and access token."""
    page.get_by_role("button", name="Enable").click()
    assert page.get_by_role("heading", name="Inbound automatic provisioning").is_visible()
    endpoint = page.get_by_label("SCIM endpoint").input_value()
    shot("aws-inbound-automatic-provisioning")
    page.get_by_text("Show token").click()
    token = page.get_by_label("Access token").input_value()
    page.get_by_role("link", name="Close").click()
    return endpoint, token


def configure_api_integration(page: Any, endpoint: str, token: str, shot: Shot) -> None:
    page.get_by_role("link", name="Okta Admin Console").click()
    open_app(page)
    page.get_by_role("link", name="Provisioning").click()
    page.get_by_role("link", name="Configure API Integration").click()
    page.get_by_label("Enable API integration").uncheck()
    assert not page.get_by_label("Base URL").is_visible()
    page.get_by_label("Enable API integration").check()
    page.get_by_label("Base URL").fill(endpoint)
    page.get_by_label("API Token").fill(token)
    page.get_by_role("button", name="Test API Credentials").click()
    error = page.get_by_role("alert").inner_text()
    assert error == "Base URL: Does not match required pattern", error
    shot("okta-base-url")
    page.get_by_label("Base URL").fill(endpoint.rstrip("/"))
    page.get_by_role("button", name="Test API Credentials").click()
    verified = page.get_by_role("status").inner_text()
    assert verified == "AWS IAM Identity Center was verified successfully!", verified
    assert page.get_by_label("API Token").input_value() == ""  # kept, but not in the page
    shot("okta-integration")
    page.get_by_role("button", name="Save").click()


def enable_features(page: Any, shot: Shot) -> None:
    page.get_by_role("link", name="To App", exact=True).click()
    page.get_by_role("link", name="Edit").click()
    for feature in ("Create Users", "Update User Attributes", "Deactivate Users"):
        page.get_by_label(f"Enable {feature}").check()
    assert page.get_by_label("Enable Sync Password").is_disabled()
    shot("okta-to-app")
    page.get_by_role("button", name="Save").click()


def assign_group(page: Any, name: str) -> None:
    page.get_by_role("link", name="Assignments").click()
    page.locator("summary", has_text="Assign").click()
    page.get_by_role("link", name="Assign to Groups").click()
    page.get_by_role("link", name=f"Assign {name}", exact=True).click()
    page.get_by_role("button", name="Save and Go Back").click()
    page.get_by_role("link", name="Done").click()


def push_group(page: Any, name: str) -> None:
    page.get_by_role("link", name="Push Groups", exact=True).click()
    page.locator("summary", has_text="Push Groups").click()
    page.get_by_role("link", name="Find groups by name").click()
    page.get_by_label("Enter a group to push").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_label("Push group memberships immediately").check()
    page.get_by_role("button", name="Save", exact=True).click()
