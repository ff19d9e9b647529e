"""`okta-idc recover`, with a stub in place of Okta and AWS."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from okta_idc.cli import recover as command
from okta_idc.cli.main import app
from okta_idc.cli.stack import InputError
from okta_idc.clients.aws import AwsError
from okta_idc.recovery import kinds
from okta_idc.recovery.live import Live, LiveObject
from okta_idc.settings import load_settings

ROOT_URN = "urn:pulumi:prod::kit::pulumi:pulumi:Stack::kit-prod"
FEDERATION = "okta-identity-center:index:IdentityCenterFederation"
SAML = (
    f"urn:pulumi:prod::kit::{FEDERATION}$okta-identity-center:index:SamlApp$"
    "okta:app/saml:Saml::identity-center-app-saml"
)
STATE: dict[str, Any] = {
    "deployment": {
        "resources": [
            {"urn": ROOT_URN, "type": "pulumi:pulumi:Stack"},
            {"urn": SAML, "type": kinds.APP, "id": "0oa1"},
        ]
    }
}


@pytest.fixture
def live(monkeypatch: pytest.MonkeyPatch) -> Live:
    """What Okta and AWS have."""
    found = Live({kinds.APP: [LiveObject("0oa1", ("AWS",), "0oa1")]})

    async def read(*_: object) -> Live:
        return found

    monkeypatch.setattr(command, "read_live", read)
    monkeypatch.setenv("OKTA_API_TOKEN", "TOPSECRET")
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    return found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    path = tmp_path / "state.json"
    path.write_text(json.dumps(STATE))
    return path


def run(*arguments: object) -> Any:
    given = ["recover", "--okta-url", "https://acme.okta.com", *map(str, arguments)]
    return CliRunner().invoke(app, given)


def test_without_a_difference_the_exit_code_is_0(live: Live, state: Path) -> None:
    done = run("--file", state)
    assert done.exit_code == 0
    assert done.stdout == "Nothing to recover.\n"


def test_a_difference_is_printed_with_its_commands(live: Live, state: Path) -> None:
    live.objects[kinds.APP] = []
    done = run("--file", state)
    assert done.exit_code == 1
    assert "app identity-center-app-saml: recorded as 0oa1, which no longer exists" in done.stdout
    assert f"--target '{SAML}'" in done.stdout
    assert "TOPSECRET" not in done.output


def test_what_a_destroy_retains_is_described_so(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupted destroy may leave its component, which an interrupted `up` also records."""
    kind = "okta-identity-center:index:AccessControlAttributes"
    urn = f"urn:pulumi:prod::kit::{FEDERATION}${kind}::identity-center-attributes"
    resources = [*STATE["deployment"]["resources"], {"urn": urn, "type": kind}]
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"deployment": {"resources": resources}}))
    settings = load_settings({"scim_token": {"secret": "s"}, "access_control_attributes": {}})
    monkeypatch.setattr(command, "read_settings", lambda *_: (settings, {}))
    live.objects[kinds.ACCESS_CONTROL] = [LiveObject("arn:instance", (), "arn:instance")]
    done = run("--file", state)
    assert done.exit_code == 1
    assert "A destroy retains it deliberately" in done.stdout
    assert "pulumi import" in done.stdout


def test_a_part_that_could_not_be_read_makes_the_exit_code_2(live: Live, state: Path) -> None:
    live.unknown[kinds.APP] = "403"
    done = run("--file", state)
    assert done.exit_code == 2
    assert "unknown: app: 403" in done.stderr


def test_json_has_differences_commands_and_the_import(live: Live, state: Path) -> None:
    live.objects[kinds.APP] = []
    document = json.loads(run("--file", state, "--json").stdout)
    assert [each["status"] for each in document["differences"]] == ["gone"]
    assert document["commands"]
    assert document["import"] == {"nameTable": {}, "resources": []}


def test_the_state_is_written_without_what_was_replaced_and_cannot_be_deleted(
    live: Live, tmp_path: Path
) -> None:
    urn = f"urn:pulumi:prod::kit::{FEDERATION}${kinds.ACCOUNT_ASSIGNMENT}::access"
    new, old = (
        {"urn": urn, "type": kinds.ACCOUNT_ASSIGNMENT, "id": f"{group},GROUP",
         "inputs": {"principalId": group}}
        for group in ("new", "old")
    )  # fmt: skip
    resources = [*STATE["deployment"]["resources"], new]
    state, out = tmp_path / "state.json", tmp_path / "out.json"
    state.write_text(
        json.dumps({"deployment": {"resources": [*resources, old | {"delete": True}]}})
    )
    live.objects[kinds.ACCOUNT_ASSIGNMENT] = [LiveObject("new,GROUP", (), "new,GROUP")]
    live.lost_groups = frozenset({"old"})
    done = run("--file", state, "--state-out", out)
    assert done.exit_code == 1
    assert "access: replaced, and cannot be deleted: recorded for group old" in done.stdout
    assert f"pulumi stack import --file {out}" in done.stdout
    assert "AWS keeps it" in done.stdout
    assert json.loads(out.read_text())["deployment"]["resources"] == resources


def test_an_older_state_is_not_left_to_an_import(live: Live, state: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    out.write_text("{}")
    assert run("--file", state, "--state-out", out).exit_code == 0
    assert not out.exists()


def test_the_state_that_is_read_is_not_deleted(live: Live, state: Path) -> None:
    assert run("--file", state, "--state-out", state).exit_code == 0
    assert json.loads(state.read_text()) == STATE


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_a_file_that_is_no_state_is_named(live: Live, tmp_path: Path, text: str) -> None:
    path = tmp_path / "state.json"
    path.write_text(text)
    done = run("--file", path)
    assert done.exit_code == 2
    assert str(path) in done.stderr
    assert "Traceback" not in done.output


@pytest.mark.parametrize("stack", ["prod", ""])
@pytest.mark.parametrize("backend", [True, False])
def test_a_cut_off_state_file_is_named_with_its_backup(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stack: str, backend: bool
) -> None:
    """Also the state of the selected stack, and in the backend of `pulumi login`."""
    file = tmp_path / ".pulumi" / "stacks" / "kit" / "prod.json"
    file.parent.mkdir(parents=True)
    file.write_text("")
    file.with_name("prod.json.bak").write_text('{"checkpoint": {}}')
    (tmp_path / "Pulumi.yaml").write_text("name: kit\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PULUMI_STACK", raising=False)
    monkeypatch.setenv("PULUMI_BACKEND_URL", tmp_path.as_uri() if backend else "")

    def answer(arguments: str, *_: object) -> str:
        match arguments:
            case "whoami --json":
                return json.dumps({"url": tmp_path.as_uri()})
            case "stack --show-name":
                return "prod\n"
            case _:
                raise InputError(f"pulumi {arguments}: unexpected end of JSON input")

    monkeypatch.setattr(command, "pulumi", answer)
    done = run("--stack", stack)
    assert done.exit_code == 2
    assert f"{file} is empty or cut off" in done.stderr
    assert f"cp {file}.bak {file}" in done.stderr


def test_rules_that_cannot_be_resolved_leave_account_assignments_unknown(
    live: Live, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def denied(*_: object, **__: object) -> None:
        raise AwsError("organizations:ListAccounts: AccessDeniedException: no")

    settings = load_settings({"scim_token": {"secret": "s"}})
    monkeypatch.setattr(command, "read_settings", lambda *_: (settings, {}))
    monkeypatch.setattr(command, "resolved", denied)
    done = run("--file", state)
    assert done.exit_code == 2
    assert "account assignment: what access rules select is unknown: organizations:List" in (
        " ".join(done.stderr.split())
    )


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("", ["identity-center-group-aws-new", "identity-center-access-Dev-set"]),
        ("push-1", ["identity-center-push-aws-old"]),
        ("access-1", ["identity-center-access-Dev-aws-old-210987654321"]),
    ],
)
def test_the_stack_of_a_fleet_is_compared_with_its_own_share_alone(
    live: Live, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: str, expected: list[str]
) -> None:
    """It would otherwise import what its program does not declare, and the next run delete it."""
    settings = load_settings({
        "scim_token": {"secret": "s"}, "app": {"label": "AWS"},
        "push_groups": ["aws-old", {"create": "aws-new"}],
        "account_access": {"permission_sets": [
            {"name": "Dev", "groups": ["aws-old"], "accounts": ["210987654321"]}
        ]},
        "fleet": {"push_groups": {"count": 1}, "accounts": {"count": 1}},
    })  # fmt: skip
    config = {"okta-identity-center:part": {"core": "prod", "name": part}} if part else {}
    monkeypatch.setattr(command, "read_settings", lambda *_: (settings, config))
    mapping = {"status": "ACTIVE", "appId": "0oa1"}
    live.objects |= {
        kinds.GROUP: [LiveObject("00gN", ("aws-new",), "00gN")],
        kinds.PUSH_MAPPING: [LiveObject("gPm", ("aws-old",), "0oa1/gPm", document=mapping)],
        kinds.PERMISSION_SET: [LiveObject("arn", ("Dev",), "arn")],
        kinds.ACCOUNT_ASSIGNMENT: [LiveObject("a", ("Dev", "aws-old", "210987654321"), "a")],
    }
    resources = [{"urn": ROOT_URN, "type": "pulumi:pulumi:Stack"}]
    if not part:
        resources.append({"urn": SAML, "type": kinds.APP, "id": "0oa1"})
    state = tmp_path / "state.json"
    state.write_text(json.dumps({"deployment": {"resources": resources}}))
    document = json.loads(run("--file", state, "--json").stdout)
    found = [each["urn"].rpartition("::")[2] for each in document["differences"]]
    assert found == expected
