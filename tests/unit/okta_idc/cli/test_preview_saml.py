"""`okta-idc preview-saml` offline, with a stack file and a profile file."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from okta_idc.rules import RULES

PROFILE = {"login": "ada@example.com", "department": "Research", "costCenter": "blue"}


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> None:
        raise AssertionError("the test must not connect")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    for name in ("OKTA_API_TOKEN", "OKTA_ACCESS_TOKEN", "OKTA_API_PRIVATE_KEY"):
        monkeypatch.delenv(name, raising=False)


def run(
    tmp_path: Path, profile: Any = PROFILE, attributes: dict[str, str] | None = None, *options: str
) -> tuple[int, str]:
    declared = attributes or {"CostCenter": "user.costCenter"}
    federation = {
        "app": {
            "acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-abcd",
            "issuer_url": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
        },
        "scim_token": {"secret": "scim"},
        "attribute_statements": [{"key": key, "value": value} for key, value in declared.items()],
    }
    stack, file = tmp_path / "Pulumi.dev.yaml", tmp_path / "ada.json"
    stack.write_text(yaml.safe_dump({"config": {"okta-identity-center:federation": federation}}))
    file.write_text(profile if isinstance(profile, str) else json.dumps(profile))
    arguments = ["--user", "ada@example.com", "--settings", str(stack), "--profile", str(file)]
    result = CliRunner().invoke(app, ["preview-saml", *arguments, *options], catch_exceptions=False)
    return result.exit_code, result.output


def test_the_preview_shows_session_tags_and_the_name_id(tmp_path: Path) -> None:
    code, text = run(tmp_path)
    assert code == 0
    assert "aws:PrincipalTag/CostCenter" in text
    assert "blue" in text
    assert "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter" in text
    assert "NameID ada@example.com" in text


def test_json_output_contains_session_tags_name_id_and_findings(tmp_path: Path) -> None:
    code, text = run(tmp_path, PROFILE, {"CostCenter": '"blue"', "Team": "user.team"}, "--json")
    document = json.loads(text)
    assert code == 1
    assert document["sessionTags"] == {"CostCenter": "blue", "Team": ""}
    assert document["nameId"]["value"] == "ada@example.com"
    assert [f["rule"] for f in document["findings"]] == ["OIC-413"]
    assert document["attributes"][0]["nameFormat"].endswith("attrname-format:uri")


def test_the_profile_file_may_contain_a_whole_okta_user(tmp_path: Path) -> None:
    assert run(tmp_path, {"id": "00u1", "profile": PROFILE})[0] == 0


def test_an_unsupported_expression_is_unknown_and_exits_with_2(tmp_path: Path) -> None:
    code, text = run(tmp_path, PROFILE, {"Team": "Arrays.get(user.teams, 0)"})
    assert code == 2
    assert "unknown: Team: Arrays.get(…) cannot be evaluated here." in text


def test_a_finding_exits_with_1_and_shows_the_remedy(tmp_path: Path) -> None:
    code, text = run(tmp_path, {**PROFILE, "costCenter": "R&D"})
    assert code == 1
    assert 'contains "&"' in text
    assert "[OIC-405]" in text
    assert RULES["OIC-405"].remedy in " ".join(text.split())


@pytest.mark.parametrize("profile", ["nonsense", "[]", '"x"'])
def test_an_invalid_profile_file_is_rejected(tmp_path: Path, profile: str) -> None:
    code, text = run(tmp_path, profile)
    assert code == 2
    assert "not a JSON object with a profile" in " ".join(text.split())


def test_invalid_settings_are_reported_with_the_rule_id(tmp_path: Path) -> None:
    code, text = run(tmp_path, PROFILE, {"CostCenter": "costCenter"})
    assert code == 2
    assert "OIC-403" in text


def test_a_file_that_is_not_a_stack_file_is_rejected(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_text("- a\n")
    result = CliRunner().invoke(
        app, ["preview-saml", "--user", "a", "--settings", str(tmp_path / "x.yaml"),
              "--profile", "x"]
    )  # fmt: skip
    assert result.exit_code == 2
    assert "not a stack file" in result.output


def saved(path: Path, value: str, ends: str) -> Path:
    """An assertion of ada with the attribute CostCenter."""
    name = "https://aws.amazon.com/SAML/Attributes/AccessControl:CostCenter"
    uri = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
    path.write_text(
        '<Assertion xmlns="urn:oasis:names:tc:SAML:2.0:assertion"><Subject><NameID>ada@example.com'
        f'</NameID></Subject><AuthnStatement AuthnInstant="2026-11-29T08:00:00Z"{ends}/>'
        f'<AttributeStatement><Attribute Name="{name}" NameFormat="{uri}"><AttributeValue>{value}'
        "</AttributeValue></Attribute></AttributeStatement></Assertion>"
    )
    return path


def test_a_saved_assertion_is_compared_with_the_preview(tmp_path: Path) -> None:
    limit = ' SessionNotOnOrAfter="2026-11-29T20:00:00Z"'
    file = saved(tmp_path / "saved.xml", "blue", limit)
    code, text = run(tmp_path, PROFILE, None, "--assertion", str(file))
    assert code == 0
    assert "agrees with the preview; SessionNotOnOrAfter limits the portal session to 12:00:00" in (
        text
    )
    code, text = run(tmp_path, PROFILE, None, "--assertion", str(file), "--json")
    assert json.loads(text)["assertion"] == {"sessionSeconds": 43200, "differences": []}


def test_a_saved_assertion_that_differs_exits_with_1(tmp_path: Path) -> None:
    file = saved(tmp_path / "saved.xml", "r\u202eed", "")
    code, text = run(tmp_path, PROFILE, None, "--assertion", str(file))
    assert code == 1
    assert "no SessionNotOnOrAfter, so only AWS limits the portal session" in text
    assert "AccessControl:CostCenter: is 'r" in text
    assert "instead of 'blue'" in text
    assert "\u202e" not in text


def test_a_file_without_an_assertion_is_rejected(tmp_path: Path) -> None:
    file = tmp_path / "saved.xml"
    file.write_text("<secret>")
    code, text = run(tmp_path, PROFILE, None, "--assertion", str(file))
    assert code == 2
    assert f"{file}: is not an XML document." in " ".join(text.split())
    assert "secret>" not in text
