"""The console steps in a real browser."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from okta_idc.clients.admin_console import app_page
from tests.browser_page import page
from tests.sandbox.console import console_journey
from tests.sandbox.console.running_sandbox import RunningSandbox

__all__ = ["page"]


def ignore(_: str) -> None:
    """Take no screenshot."""


def test_a_user_connects_okta_and_aws(page: Any, sandbox: RunningSandbox, tmp_path: Path) -> None:
    recorded: list[str] = []
    page.on("console", lambda message: recorded.append(message.text))
    page.on("pageerror", lambda error: recorded.append(str(error)))
    console_journey.change_identity_source(page, sandbox.okta, tmp_path, ignore)
    endpoint, token = console_journey.enable_automatic_provisioning(page, ignore)
    assert endpoint.endswith("/scim/v2/")
    console_journey.configure_api_integration(page, endpoint, token, ignore)
    assert sandbox.app["features"] == ["GROUP_PUSH"]
    console_journey.enable_features(page, ignore)
    assert sandbox.app["features"] == [
        "GROUP_PUSH", "PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION",
    ]  # fmt: skip
    connection = sandbox.api("GET", f"/apps/{sandbox.app['id']}/connections/default")
    assert connection["status"] == "UNKNOWN"
    console_journey.assign_group(page, "aws-access")
    sandbox.settled()
    console_journey.push_group(page, "aws-admins")
    sandbox.settled()
    page.reload()
    assert page.locator("td .state").all_inner_texts() == ["Active"]
    page.get_by_role("link", name="AWS console").click()
    page.get_by_role("link", name="Groups", exact=True).click()
    page.get_by_role("link", name="aws-admins").click()
    assert page.locator("tbody tr").count() == len(sandbox.store.members(*sandbox.store.groups))
    assert page.locator("tbody tr").count() > 0
    assert not [text for text in recorded if "Content Security Policy" in text]


def test_the_fragment_of_an_apps_address_selects_the_tab(
    page: Any, sandbox: RunningSandbox
) -> None:
    sandbox.connect()
    address = app_page(sandbox.okta, sandbox.app["id"])
    for fragment, heading in (
        ("", "SAML Signing Certificates"),
        ("#tab-signon", "SAML Signing Certificates"),
        ("#tab-user-management/api-credentials", "Integration Edit"),
        ("#tab-user-management/create-n-update", "Provisioning to App Edit"),
    ):
        page.goto("about:blank")  # a fragment alone does not load the page again
        page.goto(address + fragment)
        found = page.get_by_role("heading", level=2).all_inner_texts()
        shown = [" ".join(text.split()) for text in found]
        assert heading in shown, (fragment, shown)
        assert page.get_by_role("navigation", name="AWS IAM Identity Center").count() == 1


@contextmanager
def foreign(text: str) -> Iterator[str]:
    """Serve a page on another port, which is another origin."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *_: Any) -> None:
            """Log nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_page_of_another_origin_can_neither_post_nor_frame(
    page: Any, sandbox: RunningSandbox
) -> None:
    sandbox.center.external = True
    with foreign(
        f'<form method=post action="{sandbox.okta}/aws-console/settings/provisioning/enable">'
        f'<button>go</button></form><iframe src="{sandbox.okta}/aws-console/settings"></iframe>'
    ) as url:
        page.goto(url)
        page.wait_for_load_state("networkidle")
        assert page.frame_locator("iframe").get_by_role("heading", name="Settings").count() == 0
        page.get_by_role("button", name="go").click()
        page.get_by_role("heading", name="Refused").wait_for()
    assert not sandbox.center.enabled
