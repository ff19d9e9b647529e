"""`python -m tests.sandbox.console.screenshots`: updates the pictures in docs/images."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.paths import ROOT
from tests.sandbox.console import console_journey
from tests.sandbox.console.running_sandbox import running_sandbox


def main(folder: Path, port: int) -> int:
    program = console_journey.chromium()
    if program is None:
        sys.stderr.write("Chromium is missing. Install it with: apt-get install chromium\n")
        return 1
    folder.mkdir(parents=True, exist_ok=True)
    with running_sandbox(port) as sandbox, console_journey.browser(program) as page:

        def shot(name: str) -> None:
            page.screenshot(path=folder / f"{name}.png")

        with tempfile.TemporaryDirectory() as files:
            console_journey.change_identity_source(page, sandbox.okta, Path(files), shot)
        endpoint, token = console_journey.enable_automatic_provisioning(page, shot)
        console_journey.configure_api_integration(page, endpoint, token, shot)
        console_journey.enable_features(page, shot)
        console_journey.assign_group(page, "aws-access")
        sandbox.settled()
        page.get_by_role("link", name="People").click()
        page.get_by_label("Search people").fill("ra")
        page.get_by_role("button", name="Search").click()
        shot("okta-assignments")
        for name in ("aws-admins", "aws-data", "aws-finance"):
            console_journey.push_group(page, name)
        sandbox.settled()
        page.reload()
        page.locator("td summary").first.click()
        shot("okta-push-groups")
        page.get_by_role("link", name="AWS console").click()
        page.get_by_role("link", name="Groups", exact=True).click()
        shot("aws-groups")
    return 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox.console.screenshots")
    parser.add_argument("--folder", type=Path, default=ROOT / "docs" / "images")
    parser.add_argument("--port", type=int, default=8410, help="port in the pictures")
    args = parser.parse_args()
    sys.exit(main(args.folder, args.port))
