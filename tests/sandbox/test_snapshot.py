"""A sandbox continues from a snapshot with the same IDs, users and secret."""

import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest

from sandbox.__main__ import main
from sandbox.pytest_plugin import Sandbox, start_sandbox
from sandbox.snapshot import SnapshotError, read_snapshot, write_snapshot
from tests.sandbox.okta.provisioning.harness import ON

__all__ = ["start_sandbox"]  # a fixture of the plugin
SECRET = "okta-identity-center/scim"
ORG = """
name: tests
aws:
  region: us-east-1
  account: "123456789012"
  instance_id: ssoins-7223a1b2c3d4e5f6
  identity_store_id: d-9067a1b2c3
  tenant: 3f2a9c10b7e-4d21-4c8a-9b5e-6a7d8c9e0f12
  secret: okta-identity-center/scim
users:
  - {login: ada@example.com, email: ada@example.com, firstName: Ada, lastName: Berg,
     displayName: Ada Berg}
  - {login: ben@example.com, email: ben@example.com, firstName: Ben, lastName: Oduya,
     displayName: Ben Oduya}
groups:
  - {name: staff, members: [ada@example.com]}
  - {name: admins, members: [ada@example.com, ben@example.com]}
"""


def okta(sandbox: Sandbox, method: str, path: str, body: Any = None) -> Any:
    headers = {"Authorization": f"SSWS {sandbox.token}"}
    url = f"{sandbox.okta}/api/v1/{path}"
    answer = httpx.request(method, url, json=body, headers=headers, timeout=60)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def aws(sandbox: Sandbox, service: Any) -> Any:
    return boto3.client(service, region_name="us-east-1", endpoint_url=sandbox.aws,
                        aws_access_key_id="x", aws_secret_access_key="x")  # fmt: skip


def secret(sandbox: Sandbox) -> Any:
    found = aws(sandbox, "secretsmanager").get_secret_value(SecretId=SECRET)
    return json.loads(found["SecretString"])


def group_id(sandbox: Sandbox, name: str) -> str:
    return next(g["id"] for g in okta(sandbox, "GET", "groups") if g["profile"]["name"] == name)


def members(sandbox: Sandbox) -> dict[str, int]:
    store = aws(sandbox, "identitystore")
    where = {"IdentityStoreId": "d-9067a1b2c3"}
    return {
        group["DisplayName"]: len(
            store.list_group_memberships(GroupId=group["GroupId"], **where)["GroupMemberships"]
        )
        for group in store.list_groups(**where)["Groups"]
    }


def federate(sandbox: Sandbox, token: str) -> str:
    """Create an app with an assigned user and a pushed group; return its ID."""
    app = okta(sandbox, "POST", "apps", {"name": "amazon_aws_sso", "label": "AWS",
                                         "signOnMode": "SAML_2_0"})["id"]  # fmt: skip
    body = {"baseUrl": secret(sandbox)["endpoint"].rstrip("/"),
            "profile": {"authScheme": "TOKEN", "token": token}}  # fmt: skip
    okta(sandbox, "POST", f"apps/{app}/connections/default?activate=true", body)
    okta(sandbox, "PUT", f"apps/{app}/features/USER_PROVISIONING", ON)
    okta(sandbox, "PUT", f"apps/{app}/groups/{group_id(sandbox, 'staff')}", {})
    mapping = {"sourceGroupId": group_id(sandbox, "admins"), "targetGroupName": "admins"}
    okta(sandbox, "POST", f"apps/{app}/group-push/mappings", mapping)
    sandbox.settle()
    return app


LISTS = ("users", "groups", "apps", "apps/{app}", "apps/{app}/users", "apps/{app}/groups",
         "apps/{app}/group-push/mappings", "apps/{app}/features",
         "apps/{app}/connections/default", "apps/{app}/credentials/keys")  # fmt: skip


def seen(sandbox: Sandbox, app: str) -> str:
    """Everything that Okta's API shows, without the sandbox's address."""
    found = [okta(sandbox, "GET", path.format(app=app)) for path in LISTS]
    path = f"{sandbox.okta}/api/v1/apps/{app}/sso/saml/metadata"
    headers = {"Authorization": f"SSWS {sandbox.token}"}
    metadata = httpx.get(path, headers=headers, timeout=60).text
    return (json.dumps(found) + metadata).replace(sandbox.okta, "")


@pytest.fixture(scope="module")
def before(
    start_sandbox: Callable[..., Sandbox], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """A federation, its snapshot, and its state in Okta and AWS."""
    folder = tmp_path_factory.mktemp("before")
    (folder / "org.yaml").write_text(ORG)
    sandbox = start_sandbox("--org", str(folder / "org.yaml"), "--connections", "supported")
    found = secret(sandbox)
    app = federate(sandbox, found["token"])
    file = folder / "snapshot.json"
    assert main(["snapshot", str(file), "--url", sandbox.okta]) == 0
    result = {"file": file, "app": app, "seen": seen(sandbox, app), "secret": found,
              "id": sandbox.id, "members": members(sandbox)}  # fmt: skip
    result["next"] = okta(sandbox, "POST", "groups", {"profile": {"name": "next"}})["id"]
    sandbox.stop()
    return result


@pytest.fixture(scope="module")
def after(start_sandbox: Callable[..., Sandbox], before: dict[str, Any]) -> Sandbox:
    return start_sandbox("--restore", str(before["file"]))


def test_the_restored_state_equals_the_original(before: dict[str, Any], after: Sandbox) -> None:
    assert after.id == before["id"]
    assert secret(after) == before["secret"]
    assert seen(after, before["app"]) == before["seen"]
    assert members(after) == before["members"] == {"admins": 1}
    assert after.settings()["connections"] == "supported"


def test_a_restored_sandbox_continues_with_the_next_id_and_the_same_connection(
    before: dict[str, Any], after: Sandbox
) -> None:
    created = okta(after, "POST", "groups", {"profile": {"name": "next"}})
    assert created["id"] == before["next"]
    staff = group_id(after, "staff")
    ben = next(u["id"] for u in okta(after, "GET", "users") if "ben" in u["profile"]["login"])
    okta(after, "PUT", f"groups/{staff}/users/{ben}")
    after.settle()
    assert after.refusals() == []
    found = aws(after, "identitystore").list_users(IdentityStoreId="d-9067a1b2c3")["Users"]
    assert {user["UserName"] for user in found} == {"ada@example.com", "ben@example.com"}


def test_the_file_is_private_and_contains_no_token(before: dict[str, Any]) -> None:
    assert stat.S_IMODE(before["file"].stat().st_mode) == 0o600
    text = before["file"].read_text()
    assert before["secret"]["token"] not in text
    assert before["secret"]["token"][len("sandbox-scim-") :][:40] not in text


def test_command_line_settings_override_the_snapshot(
    start_sandbox: Callable[..., Sandbox], before: dict[str, Any]
) -> None:
    sandbox = start_sandbox("--restore", str(before["file"]), "--connections", "unknown")
    assert sandbox.settings()["connections"] == "unknown"
    sandbox.stop()


def test_a_snapshot_omits_tokens_that_the_sandbox_did_not_create(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path
) -> None:
    (tmp_path / "org.yaml").write_text(ORG)
    sandbox = start_sandbox("--org", str(tmp_path / "org.yaml"), "--connections", "supported")
    app = okta(sandbox, "POST", "apps", {"name": "amazon_aws_sso", "label": "AWS",
                                    "signOnMode": "SAML_2_0"})["id"]  # fmt: skip
    body = {"baseUrl": secret(sandbox)["endpoint"].rstrip("/"),
            "profile": {"authScheme": "TOKEN", "token": "a-real-one"}}  # fmt: skip
    okta(sandbox, "POST", f"apps/{app}/connections/default", body)
    assert "a-real-one" not in json.dumps(sandbox.snapshot())
    sandbox.stop()


def test_a_snapshot_requires_that_no_task_is_pending(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "org.yaml").write_text(ORG)
    sandbox = start_sandbox("--org", str(tmp_path / "org.yaml"), "--connections", "supported",
                       "--latency", "1000")  # fmt: skip
    app = okta(sandbox, "POST", "apps", {"name": "amazon_aws_sso", "label": "AWS",
                                    "signOnMode": "SAML_2_0"})["id"]  # fmt: skip
    okta(sandbox, "PUT", f"apps/{app}/groups/{group_id(sandbox, 'admins')}", {})
    assert main(["snapshot", str(tmp_path / "file"), "--url", sandbox.okta]) == 1
    assert "wait until settled" in capsys.readouterr().err
    assert not (tmp_path / "file").exists()
    sandbox.stop()


def test_a_snapshot_after_changes_in_the_aws_console_is_refused(
    start_sandbox: Callable[..., Sandbox], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox = start_sandbox("--identity-center", "new")
    assert main(["snapshot", str(tmp_path / "file"), "--url", sandbox.okta]) == 1
    assert "changes made in the AWS console" in capsys.readouterr().err
    assert not (tmp_path / "file").exists()
    sandbox.stop()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is not a snapshot"),
        ("{}", "is not a snapshot"),
        ("[1]", "is not a snapshot"),
        (None, "cannot be read"),
    ],
)
def test_an_invalid_file_is_reported_in_one_line(
    text: str | None, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    if text is not None:
        file.write_text(text)
    assert main(["serve", "--restore", str(file)]) == 2
    message = capsys.readouterr().err
    assert expected in message
    assert str(file) in message
    assert message.count("\n") == 1


@pytest.mark.parametrize(
    "change",
    [{"format": 1}, {"id": "../../x"}, {"org": {"$": "Popen", "args": "x"}},
     {"settings": {"limits": "free"}}, {"settings": []}],
)  # fmt: skip
def test_a_snapshot_of_another_version_is_reported_in_one_line(
    change: dict[str, Any], before: dict[str, Any], tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    file = tmp_path / "file"
    write_snapshot(file, read_snapshot(before["file"]) | change)
    assert main(["serve", "--port", "0", "--restore", str(file)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_unknown_state_is_reported_without_a_traceback(
    before: dict[str, Any], start_sandbox: Callable[..., Sandbox], tmp_path: Path
) -> None:
    snapshot = read_snapshot(before["file"])
    snapshot["okta"]["invented"] = 1
    write_snapshot(tmp_path / "file", snapshot)
    with pytest.raises(RuntimeError, match="by another version of the sandbox") as caught:
        start_sandbox("--restore", str(tmp_path / "file"))
    assert "Traceback" not in str(caught.value)


def test_an_unwritable_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SnapshotError, match="cannot be written"):
        write_snapshot(tmp_path / "nowhere" / "file", {})
