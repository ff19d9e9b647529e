"""A Python project outside the clone uses [components], with the real engine."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.package.guide import example
from tests.package.harness import Project, Venv, installer_env, minimal_env, run

ACS_URL = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-sandbox"
ISSUER_URL = "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3"
PROGRAM = f"""
import pulumi
from okta_idc.components import IdentityCenterFederation

sandbox = pulumi.Config().require("scimAddress")
federation = IdentityCenterFederation(
    "sso",
    {{
        "app": {{"acs_url": "{ACS_URL}", "issuer_url": "{ISSUER_URL}"}},
        "scim_token": {{"secret": "okta-identity-center/scim", "verify_at": sandbox}},
    }},
)
pulumi.export("appId", federation.app_id)
"""
"""The required arguments, and the address that verifies the sandbox's token."""


@pytest.fixture(scope="module")
def acme(venv: Callable[[str], Venv], project: Callable[..., Project]) -> Project:
    """The deployed project."""
    made = project(venv("components"))
    made.write("__main__.py", PROGRAM)
    made.configure("scimAddress", made.sandbox["scim"])
    made.up()
    return made


def test_the_required_arguments_alone_deploy_a_federation(acme: Project) -> None:
    assert acme.outputs()["appId"].startswith("0oa")
    types = {resource["type"] for resource in acme.resources()}
    assert {"okta:app/saml:Saml", "okta:app/connection:Connection"} <= types


def type_check(acme: Project, program: str) -> str:
    """Pyright's output for a program in the project's virtual environment."""
    acme.write("checked/main.py", program)
    python = acme.env["OIC_PYTHON"]
    done = run(sys.executable, "-m", "pyright", "--pythonpath", python, "checked/main.py",
               cwd=acme.folder, env=installer_env())  # fmt: skip
    assert "1 file analyzed" in done.text or "error" in done.text, done.text
    return done.text


def test_the_programs_type_check(acme: Project) -> None:
    for program in (PROGRAM, example("python", "IdentityCenterFederation")):
        assert "0 errors" in type_check(acme, program)


def test_the_type_checker_and_the_program_reject_a_misspelled_argument(
    acme: Project,
) -> None:
    wrong = PROGRAM.replace('"issuer_url"', '"issuerurl"')
    assert '"issuerurl" is an undefined item' in type_check(acme, wrong)
    acme.write("__main__.py", wrong)
    done = acme.pulumi("preview")
    acme.write("__main__.py", PROGRAM)
    assert done.code != 0
    assert "app.issuerurl" in done.text, done.text
    assert "Traceback" not in done.text


def test_a_second_preview_finds_no_change(acme: Project) -> None:
    done = acme.pulumi("preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_the_doctor_checks_the_federation_without_pulumi(
    acme: Project, venv: Callable[[str], Venv], tmp_path: Path
) -> None:
    env = minimal_env(tmp_path) | {
        "OKTA_API_TOKEN": "sandbox-okta-token",
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
    }
    sandbox: dict[str, Any] = acme.sandbox
    done = run(
        venv("").bin / "okta-idc", "doctor", "--app", acme.outputs()["appId"],
        "--identity-store", "d-9067a1b2c3", "--region", "us-east-1",
        "--secret", "okta-identity-center/scim",
        "--okta-url", sandbox["okta"], "--aws-endpoint", sandbox["aws"],
        "--html", "report.html", cwd=tmp_path, env=env,
    )  # fmt: skip
    assert done.code == 0, done.text
    assert "rules checked" in done.text
    assert "<html" in (tmp_path / "report.html").read_text()


def test_the_app_cannot_be_destroyed_until_it_is_unprotected(acme: Project) -> None:
    refused = acme.pulumi("destroy", "--yes", "--skip-preview")
    assert refused.code != 0
    assert "because it is protected" in refused.text
    acme.pulumi("state", "unprotect", "--all", "--yes")
    done = acme.pulumi("destroy", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert acme.resources() == []
