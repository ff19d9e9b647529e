"""The pages of docs/guide/operate, followed in the sandbox as printed, with the real engine.

All pages share one federation in `mode: console`. A page's test is marked with its name; what the
page leaves to a person in a console is done in the sandbox's consoles or with its API.
"""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from components.aws.token_expiry_alarm import message
from tests.e2e.conftest import Kit
from tests.e2e.operator import BASE, REPORTS, SECRET, Operator
from tests.e2e.test_console_mode import ConsoleAdministrator
from tests.runbook import FOLDER, Runbook
from tests.sandbox.console.browser import Browser

pytestmark = pytest.mark.e2e

BEA = "bea.costa@example.com"


@pytest.fixture(scope="module")
def operator(kit: Kit, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """A deployed federation, and the person who operates it."""
    with kit.running_sandbox():
        kit.okta("POST", "/sandbox/settings", {"cloudtrail": "per-token"})
        operator = Operator(kit, tmp_path_factory.mktemp("operator") / "tools")
        kit.change(**BASE)
        assert kit.run("up", "--yes", "--skip-preview").code != 0
        ConsoleAdministrator(kit).enable_provisioning()
        operator.deploy()
        yield operator


@pytest.fixture
def page(request: pytest.FixtureRequest, operator: Operator) -> Iterator[Runbook]:
    """The page of the test's mark, which the test follows to the end."""
    [name] = request.node.get_closest_marker("runbook").args
    operator.kit.change(**BASE)
    failed = request.session.testsfailed
    book = operator.page(name)
    yield book
    operator.kit.okta("DELETE", "/sandbox/faults")
    if request.session.testsfailed == failed:
        book.finish()


@pytest.mark.runbook("check")
def test_check(page: Runbook) -> None:
    assert "OIC-301" in page.run("doctor", code=1)  # the sandbox's org has defects
    assert re.search(r"aws-finance +\d+ +ACTIVE", page.run("status"))
    page.run("--expect-no-changes")
    assert page.run("output drift").strip() == "[]"


@pytest.mark.runbook("token-expires")
def test_token_expires(page: Runbook, operator: Operator) -> None:
    operator.date_token(18)
    page.run("preview")
    acts = (operator.generate, operator.paste, operator.delete_oldest)
    rotated = page.run("token rotate", by=operator.at_terminal(*acts))
    assert "Done: Okta uses the token" in rotated
    assert operator.kit.token not in rotated
    assert len(operator.consoles.tokens()) == 1
    page.run("pulumi up")
    page.run("token status")
    operator.generate()
    assert '"act": "paste"' in page.run("--token-stdin", code=1)
    page.run("--abort")
    operator.consoles.delete(operator.consoles.tokens()[1])
    assert operator.shell("okta-idc token status --stack dev")[0] == 0


@pytest.mark.runbook("token-expired")
def test_token_expired(page: Runbook, operator: Operator) -> None:
    kit = operator.kit
    operator.delete_oldest()
    operator.date_token(-3)
    kit.okta("POST", f"/api/v1/users/{operator.user(BEA)}/lifecycle/deactivate")
    kit.settle()
    assert "OIC-625" in page.run("doctor", code=1)
    page.run("explain")
    rotated = page.run("rotate", by=operator.at_terminal(operator.generate, operator.paste))
    assert "Done: Okta uses the token" in rotated
    page.run("pulumi up")
    disable(kit, BEA)
    operator.push_now()
    page.run("token status")
    report = page.run("doctor", code=1)
    for rule in ("OIC-103", "OIC-117", "OIC-621", "OIC-622", "OIC-624", "OIC-625"):
        assert rule not in report, report


def disable(kit: Kit, name: str) -> None:
    """As "Disable user access" in AWS's console does."""
    user = kit.users()[name]["UserId"]
    tenant = kit.secret["endpoint"].partition(".com")[2].rstrip("/")
    change = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [{"op": "replace", "path": "active", "value": False}],
    }
    done = httpx.patch(
        f"{kit.sandbox['scim']}{tenant}/Users/{user}", json=change,
        headers={"Authorization": f"Bearer {kit.token}"}, timeout=60,
    )  # fmt: skip
    assert done.status_code == 200, done.text


@pytest.mark.runbook("group-renamed")
def test_group_renamed(page: Runbook, operator: Operator) -> None:
    before = operator.aws_group("aws-finance")
    operator.rename("aws-finance", "aws-billing")
    try:
        page.run("preview", code=1)
        page.run("perl")
        page.run("--expect-no-changes")
        page.run("pulumi up")
        page.run("map")
        assert operator.aws_group("aws-billing") == before
    finally:
        operator.rename("aws-billing", "aws-finance")
    operator.deploy()


@pytest.mark.runbook("mapping-deleted")
def test_mapping_deleted(page: Runbook, operator: Operator) -> None:
    before = operator.aws_group("aws-finance")
    operator.delete_mapping()
    urn = operator.urn("PushGroup::")
    assert f"pulumi state delete '{urn}' --force" in page.run("preview")
    recovery = page.run("recover", code=1)
    assert f"pulumi state delete '{urn}' --force" in recovery
    operator.run_printed(recovery)
    page.run("pulumi up")
    assert operator.aws_group("aws-finance") == before
    page.run("recover")
    page.run("--diff")


@pytest.mark.runbook("run-interrupted")
def test_run_interrupted(page: Runbook, operator: Operator) -> None:
    kit = operator.kit
    lost = {"name": "lost", "method": "POST", "path": "/group-push/mappings$"}
    kit.okta("POST", "/sandbox/faults", lost)
    kit.change(**BASE | {"push_groups": ["aws-finance", "aws-support"]})
    assert kit.run("up", "--yes", "--skip-preview").code != 0
    operator.run_printed(page.run("recover", code=1))
    page.run("pulumi up")
    page.run("recover")
    page.run("--expect-no-changes")
    operator.deploy()


@pytest.mark.runbook("wrong-preview")
def test_wrong_preview(page: Runbook, operator: Operator) -> None:
    kit = operator.kit
    kit.change(**BASE | {"account_access": {}})
    page.run("--json")
    users = kit.users()
    enabled = [n for n in kit.groups()["aws-finance"] if users[n]["UserStatus"] == "ENABLED"]
    count = len(enabled)  # 5, or 4 once the page token-expired has deactivated one
    page.run("review", names={"5 people": f"{count} people", "Approval: 5-": f"Approval: {count}-"})
    assert "AccountAssignment" in page.run("--diff")
    assert "AccountAssignment" in page.run("--refresh")
    kit.change(**BASE)
    page.run("--expect-no-changes")


@pytest.mark.runbook("identity-source")
def test_identity_source(page: Runbook, operator: Operator) -> None:
    kit = operator.kit
    page.run("before.json")
    page.run("doctor", code=1)
    endpoint = change_source(operator)
    stored = page.run("token store", by=operator.typing(endpoint, operator.generate()))
    assert kit.secret["endpoint"] == endpoint.rstrip("/"), stored
    operator.paste()
    page.run("--refresh")
    page.run("--diff")
    page.run("after.json")
    assert page.run("diff") == ""
    page.run("token status")


def change_source(operator: Operator) -> str:
    """Make the app the identity source once more, and enable automatic provisioning again. Returns
    the new SCIM endpoint; the token of its dialog is deleted."""
    kit, source = operator.kit, "/aws-console/settings/identity-source"
    browser = Browser(kit.sandbox["okta"])
    metadata = httpx.get(operator.outputs()["metadataUrl"]).content
    upload = {"metadata": ("metadata.xml", metadata)}
    browser.submit(f"{source}/external", f"{source}/external", files=upload)
    browser.submit(f"{source}/review", f"{source}/review", accept="ACCEPT")
    for token in operator.consoles.tokens():
        operator.consoles.delete(token)
    page = "/aws-console/settings/provisioning"
    browser.submit(f"{page}/disable", f"{page}/disable", confirm="DISABLE")
    dialog = browser.submit("/aws-console/settings", f"{page}/enable")
    [endpoint] = re.findall(r'id="endpoint" value="([^"]+)"', dialog)
    operator.delete_oldest()
    return endpoint


@pytest.mark.runbook("break-glass")
def test_break_glass(page: Runbook, operator: Operator) -> None:
    iam, name = operator.kit.aws("iam"), {"UserName": "break-glass"}
    iam.create_user(**name)
    keys = iam.create_access_key(**name)["AccessKey"]
    (operator.tools / "credentials").write_text(
        f"[break-glass]\naws_access_key_id = {keys['AccessKeyId']}\n"
        f"aws_secret_access_key = {keys['SecretAccessKey']}\n"
    )
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="break-glass")
    serial = device["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(**name, SerialNumber=serial, **codes)
    page.run("get-caller-identity")
    page.run("doctor", code=1)
    page.run("token status")
    assert serial in page.run("list-mfa-devices")
    page.run("--diff")


@pytest.mark.runbook("upgrade")
def test_upgrade(page: Runbook, operator: Operator) -> None:
    page.run("stack export")
    page.run("--expect-no-changes")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", page.run("--version"))
    page.run("schema")
    assert (operator.tools / "stack.schema.json").read_text().startswith("{")
    page.run("--expect-no-changes")
    page.run("pulumi up")
    page.run("doctor", code=1)


@pytest.mark.runbook("alarms")
def test_alarms(page: Runbook, operator: Operator) -> None:
    assert page.settings() == {"token_expiry_alarm": BASE["token_expiry_alarm"]}
    page.run("pulumi up")
    rules = operator.kit.aws("events").list_rules()["Rules"]
    assert sum("ScheduleExpression" in rule for rule in rules) == 5
    quoted = (FOLDER / "alarms.md").read_text().partition("> ")[2].partition("…")[0]
    said = " ".join(quoted.replace("\n> ", " ").split())
    assert message(SECRET, 30).startswith(said)
    [arn] = re.findall(r'"(arn:[^"]+)"', page.run("list-topics"))
    names = {"ARN": arn, "https://PAGER/INTEGRATION": "https://pager.example.com/sns"}
    page.run("subscribe", names=names)
    assert "https://pager.example.com/sns" in page.run("list-subscriptions", names=names)
    page.run("publish", names=names)


@pytest.mark.runbook("session")
def test_session(page: Runbook, operator: Operator) -> None:
    start, end = "2026-11-29T08:00:00.000Z", "2026-11-29T16:00:00.000Z"
    (operator.tools / "assertion.xml").write_text(
        '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>'
        "ada.berg@example.com</NameID></Subject><AuthnStatement "
        f'AuthnInstant="{start}" SessionNotOnOrAfter="{end}"/><AttributeStatement/></Assertion>'
    )
    page.run("preview-saml")


@pytest.mark.runbook("groups")
def test_groups(page: Runbook, operator: Operator) -> None:
    operator.kit.change(**BASE | page.settings())
    page.run("pulumi up")
    page.run("map")
    retiring: dict[str, Any] = page.settings()
    operator.kit.change(**BASE | retiring)
    assert "Retiring aws-support" in page.run("pulumi up")
    assert "aws-support" in operator.kit.groups()
    operator.kit.change(**BASE | retiring | page.settings())
    page.run("pulumi up")
    operator.kit.settle()
    status = page.run("status")
    assert "aws-support" not in status
    assert "aws-support" not in operator.kit.groups()


def test_access_of_a_group_that_was_deleted_in_aws_is_recovered(operator: Operator) -> None:
    """As in the page mapping-deleted, after the `up` that could not delete the old assignment, and
    before such an `up`."""
    kit, stack = operator.kit, "--stack dev"
    operator.deploy(account_access={"permission_sets": [REPORTS | {"name": "Stranded"}]})
    for failing in (True, False):
        before = operator.aws_group("aws-finance")
        mapping = operator.urn("PushGroup::")
        operator.delete_mapping(with_group=True)
        if failing:
            operator.shell(f"pulumi state delete '{mapping}' --force --yes {stack}")
            code, text = operator.shell(f"pulumi up {stack}")
            assert code != 0, text
            assert f"Group with id {before} was not found" in text, text
        code, text = operator.shell(f"okta-idc recover {stack}")
        assert code == 1, text
        assert ("--state-out" in text) == failing
        operator.run_printed(text)
        for command in ("pulumi up", "pulumi refresh", "okta-idc recover"):
            code, text = operator.shell(f"{command} {stack}")
            assert code == 0, f"{command}: {text}"
        assert operator.aws_group("aws-finance") != before
    permission_set = operator.urn("::identity-center-access-Stranded-set")
    kit.change(**BASE)
    assert "has account assignments" in operator.shell(f"pulumi up {stack}")[1]
    operator.shell(f"pulumi state delete '{permission_set}' --force --yes {stack}")
    operator.deploy()


@pytest.mark.runbook("removals")
def test_removals(page: Runbook, operator: Operator) -> None:
    """The last test of the module: it destroys the stack."""
    kit = operator.kit
    operator.deploy(protect=True)
    urn = operator.urn("GroupAssignment::")
    page.run("unprotect", names={"urn:pulumi:prod::…": urn})
    removed = {"assignments": {"groups": ["contractors"]}, "protect": True}
    kit.change(**BASE | removed)
    page.run("preview", code=1)
    kit.change(**BASE | removed | page.settings())
    page.run("pulumi up")
    kit.settle()
    page.run("status")
    kit.change(**BASE | removed | page.settings())
    page.run("pulumi up")
    page.run("destroy")
    kit.settle()
    assert {user["UserStatus"] for user in kit.users().values()} == {"DISABLED"}
    assert "aws-finance" in kit.groups()
