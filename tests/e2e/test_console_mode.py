"""`mode: console`, with the real engine: the printed steps, and runs before and after them."""

import json
import re

import httpx
import pytest

from tests.e2e.conftest import Kit, Result

pytestmark = pytest.mark.e2e

FEATURES = ("create_users", "update_users", "deactivate_users")


class ConsoleAdministrator:
    """An administrator in the sandbox's consoles, with the SCIM endpoint and token."""

    def __init__(self, kit: Kit) -> None:
        self.kit = kit
        self.http = httpx.Client(base_url=kit.sandbox["okta"], timeout=60)

    def enable_provisioning(self) -> None:
        secret = self.kit.aws("secretsmanager").get_secret_value(
            SecretId="okta-identity-center/scim"
        )
        scim = json.loads(secret["SecretString"])
        [app] = self.kit.okta("GET", "/api/v1/apps?limit=200")
        page = f"/admin/app/amazon_aws_sso/instance/{app['id']}/provisioning"
        url = scim["endpoint"].rstrip("/")
        self.save_form(f"{page}/integration", enable="on", base_url=url, api_token=scim["token"])
        self.save_form(f"{page}/to-app", **dict.fromkeys(FEATURES, "on"))

    def save_form(self, page: str, **fields: str) -> None:
        form = self.http.get(f"{page}?edit=1").text
        secret = re.search(r'name="csrf" value="([^"]+)"', form)
        assert secret, form
        answer = self.http.post(
            page,
            data={"csrf": secret[1], "save": "", **fields},
            headers={"Origin": self.kit.sandbox["okta"]},
            follow_redirects=True,
        )
        assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module", autouse=True)
def first_up(kit: Kit) -> Result:
    """The output of the first `make up MODE=console`, which stops at the provisioning gate."""
    return kit.toolchain("up", "--port", "0", "--mode", "console")


@pytest.fixture(scope="module")
def connected(kit: Kit) -> Result:
    """The output of `pulumi up` after an administrator has connected Okta to AWS."""
    ConsoleAdministrator(kit).enable_provisioning()
    done = kit.run("up", "--yes", "--skip-preview")
    kit.settle()
    return done


def test_a_pipeline_fails_immediately_with_the_exact_steps(kit: Kit, first_up: Result) -> None:
    done = first_up
    assert done.code != 0
    for off in ("PUSH_NEW_USERS", "PUSH_PROFILE_UPDATES", "PUSH_USER_DEACTIVATION"):
        assert f"{off} is off." in done.text, done.text
    assert "GROUP_PUSH is" in done.text
    assert done.text.rstrip().endswith("run: make up")
    assert f"{kit.sandbox['okta']}/admin/app/amazon_aws_sso/instance/0oa" in done.text
    assert re.search(r"Base URL: https://scim\.us-east-1\.amazonaws\.com/\S+/scim/v2\n", done.text)
    assert "Traceback" not in done.text, done.text
    assert kit.token not in done.text


def test_a_second_run_fails_again(kit: Kit) -> None:
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code != 0
    assert "Turn provisioning on in the Okta Admin Console" in done.text
    assert kit.okta("GET", "/api/v1/apps?limit=200")[0]["features"] == []


def test_a_preview_lists_the_steps_and_does_not_fail(kit: Kit) -> None:
    done = kit.run("preview")
    assert done.code == 0, done.text
    assert "Turn provisioning on in the Okta Admin Console" in done.text


def test_the_link_in_the_steps_opens_the_app(kit: Kit) -> None:
    link = re.search(r"Open (http\S+instance/\w+/)", kit.run("preview").text)
    assert link
    page = httpx.get(link[1], follow_redirects=True)
    assert page.status_code == 200
    assert "Provisioning" in page.text


def test_up_succeeds_after_the_steps(kit: Kit, connected: Result) -> None:
    assert connected.code == 0, connected.text
    assert {"aws-admins", "aws-developers"} <= set(kit.groups())


def test_a_second_up_changes_nothing(kit: Kit, connected: Result) -> None:
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_the_program_does_not_read_the_token(kit: Kit, connected: Result) -> None:
    exported = kit.pulumi("stack", "export").text
    assert kit.token not in exported
    assert "getSecretVersion" not in exported
    assert "app/connection:Connection" not in exported
    log = (kit.home / "pulumi.log").read_text()
    assert kit.token not in log


def test_switching_to_api_mode_and_back_keeps_users_and_groups(kit: Kit, connected: Result) -> None:
    ids = {g["GroupId"] for g in aws_groups(kit)}
    assert kit.toolchain("up", "--mode", "api").code == 0
    assert kit.toolchain("up", "--mode", "console").code == 0
    kit.settle()
    assert {g["GroupId"] for g in aws_groups(kit)} == ids
    assert {u["UserStatus"] for u in kit.users().values()} == {"ENABLED"}


def aws_groups(kit: Kit) -> list[dict]:
    return kit.aws("identitystore").list_groups(IdentityStoreId=kit.store)["Groups"]
