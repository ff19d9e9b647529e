"""The shipped stack, with the real engine: from `make up` to `make down`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.conftest import TOKEN, Kit, Result
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

ENTERPRISE = "aws:identitystore:enterprise"
PUSHED = {"aws-admins", "aws-developers", "aws-finance", "aws-data", "aws-support"}


def org() -> dict:
    return yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())


def valid_users() -> dict[str, str]:
    """The emails by login of the users that AWS accepts, from the org file."""
    assigned = set(next(g for g in org()["groups"] if g["name"] == "aws-access")["members"])
    seen: set[str] = set()
    valid: dict[str, str] = {}
    for user in org()["users"]:
        parts = [user.get(k) for k in ("streetAddress", "city", "state", "zipCode", "countryCode")]
        email = user["email"].lower()
        if user["login"] not in assigned or user.get("status", "ACTIVE") != "ACTIVE":
            continue
        refused = (
            not user.get("displayName")
            or any(c in str(user.get("title", "")) for c in "<>;:%")
            or (any(parts) and not all(parts))
            or email in seen
        )
        seen.add(email)
        if not refused:
            valid[user["login"]] = user["email"]
    return valid


def expected_members(group: str) -> set[str]:
    logins = next(g for g in org()["groups"] if g["name"] == group)["members"]
    valid = valid_users()
    return {valid[login] for login in logins if login in valid}


@pytest.fixture(scope="module", autouse=True)
def deployed(kit: Kit) -> Result:
    """The output of `make up`, which deploys the shipped stack."""
    done = kit.toolchain("up", "--port", "0")
    assert done.code == 0, done.text
    return done


def test_up_names_the_engine_and_the_plugins(deployed: Result) -> None:
    assert re.search(r"engine.*3\.\d+\.\d+", deployed.text, re.I | re.S)
    assert re.search(r"plugin.*okta", deployed.text, re.I | re.S)
    assert "not known to" in deployed.text  # real Okta may not support connections
    assert "Traceback" not in deployed.text


def test_up_tells_the_days_left_without_outputs(deployed: Result) -> None:
    assert "Outputs:" not in deployed.text  # `make up` passes --suppress-outputs
    assert re.search(r"the SCIM token expires in \d+ days, on \d{4}-", deployed.text)


def test_exactly_the_valid_users_are_provisioned(kit: Kit) -> None:
    kit.settle()
    assert set(kit.users()) == set(valid_users().values())
    assert len(valid_users()) > 25


def test_push_groups_have_their_members(kit: Kit) -> None:
    groups = kit.groups()
    assert set(groups) == PUSHED
    for name, members in groups.items():
        assert members == expected_members(name), name
        assert members


def test_session_tags_reach_aws_according_to_the_doctor(kit: Kit) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "okta_idc", "doctor", "--json",
         "--outputs", str(kit.home / "outputs.json"),
         "--okta-url", kit.sandbox["okta"], "--aws-endpoint", kit.sandbox["aws"]],
        cwd=ROOT, text=True, capture_output=True, check=False,
        env=kit.isolated_env | {"OKTA_API_TOKEN": TOKEN, "AWS_ACCESS_KEY_ID": "sandbox",
                                "AWS_SECRET_ACCESS_KEY": "sandbox"},
    )  # fmt: skip
    report = json.loads(done.stdout)
    assert "OIC-410" in report["checked"], report["unknown"]
    assert "OIC-410" not in {finding["rule"] for finding in report["findings"]}


def test_a_second_up_changes_nothing(kit: Kit) -> None:
    done = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_make_up_again_succeeds_and_changes_nothing(kit: Kit) -> None:
    done = kit.toolchain("up")
    assert done.code == 0, done.text
    assert not re.search(r"\d+ (created|updated|replaced|deleted)", done.text), done.text


def test_a_refresh_finds_no_change(kit: Kit) -> None:
    done = kit.run("refresh", "--yes", "--skip-preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_a_preview_writes_nothing(kit: Kit) -> None:
    kit.change(push_groups=["aws-admins"], account_access={})
    before = len(kit.okta("GET", "/sandbox/request-log"))
    done = kit.run("preview")
    assert done.code == 0, done.text
    assert "delete" in done.text
    made = kit.okta("GET", "/sandbox/request-log")[before:]
    assert {call["method"] for call in made} == {"GET"}
    kit.change()


def test_a_new_push_group_and_attribute_cause_one_creation_and_one_update(kit: Kit) -> None:
    shipped = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    federation = shipped["okta-identity-center:federation"]
    kit.change(
        push_groups=[*federation["push_groups"], "contractors"],
        attribute_statements=[
            *federation["attribute_statements"],
            {"key": "Title", "value": "user.title"},
        ],
    )
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert re.search(r"\+ 1 created", done.text), done.text
    assert re.search(r"~ 1 updated", done.text), done.text
    kit.settle()
    assert kit.groups()["contractors"] == expected_members("contractors")


def test_a_department_changed_in_okta_is_updated_in_aws(kit: Kit) -> None:
    email = sorted(valid_users().values())[0]
    [user] = [
        u for u in kit.okta("GET", "/api/v1/users?limit=200") if u["profile"]["email"] == email
    ]
    kit.okta("POST", f"/api/v1/users/{user['id']}", {"profile": {"department": "Moonshots"}})
    kit.settle()
    described = kit.aws("identitystore").describe_user(
        IdentityStoreId=kit.store, UserId=kit.users()[email]["UserId"], Extensions=[ENTERPRISE]
    )
    assert described["Extensions"][ENTERPRISE]["department"] == "Moonshots"


def test_state_and_logs_contain_no_plain_text_secret(kit: Kit) -> None:
    token = kit.token
    assert token.startswith("sandbox-scim-")
    leaking = [
        str(path)
        for path in kit.home.rglob("*")
        if path.is_file() and token.encode() in path.read_bytes()
    ]
    assert leaking == []
    exported = kit.pulumi("stack", "export")
    assert token not in exported.text
    assert '"ciphertext"' in exported.text  # the encrypted token


def test_the_process_list_never_shows_the_token_during_up(kit: Kit) -> None:
    if not Path("/proc/self/cmdline").exists():
        pytest.skip("needs /proc (Linux) to see every process")
    token = kit.token.encode()
    running = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive"],
        cwd=ROOT, env=kit.env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    seen: list[str] = []
    samples = 0
    while running.poll() is None:
        samples += 1
        for process in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = process.read_bytes()
            except OSError:
                continue
            if token in line:
                seen.append(line.decode(errors="replace")[:80])
    assert running.stdout is not None
    output = running.stdout.read()
    assert running.returncode == 0, output
    assert token not in output
    assert samples > 3
    assert seen == []


def test_down_keeps_the_groups_in_aws_and_lists_them(kit: Kit) -> None:
    done = kit.toolchain("down", "--keep-sandbox")
    assert done.code == 0, done.text
    assert "aws-admins" in done.text
    kit.settle()
    assert set(kit.groups()) >= PUSHED
    assert {u["UserStatus"] for u in kit.users().values()} == {"DISABLED"}


def test_up_again_links_the_remaining_groups(kit: Kit) -> None:
    assert kit.toolchain("down", "--keep-sandbox").code == 0
    ids = {
        g["DisplayName"]: g["GroupId"]
        for g in kit.aws("identitystore").list_groups(IdentityStoreId=kit.store)["Groups"]
    }
    kit.change()
    done = kit.toolchain("up")
    assert done.code == 0, done.text
    kit.settle()
    after = kit.aws("identitystore").list_groups(IdentityStoreId=kit.store)["Groups"]
    assert {g["DisplayName"]: g["GroupId"] for g in after} == ids
    for name in PUSHED:
        assert kit.groups()[name] == expected_members(name)


def test_down_stops_all_processes(kit: Kit) -> None:
    pid = kit.sandbox["pid"]
    done = kit.toolchain("down")
    assert done.code == 0, done.text
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert kit.processes() == []
    assert kit.toolchain("down").code == 0  # nothing is left to stop
