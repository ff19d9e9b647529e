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
