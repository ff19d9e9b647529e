"""Resources in other accounts and Regions, two federations in one org, and a token in the
environment, with the real engine."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from tests.e2e.conftest import Kit, Result
from tests.e2e.operator import Operator
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

ROLE = "arn:aws:iam::210987654321:role/secret-reader"
KEY = "okta-identity-center:federation"
FEDERATION = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"][KEY]
MINIMAL: dict[str, Any] = {
    "account_access": {}, "attribute_statements": [], "access_control_attributes": None,
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox(kit: Kit) -> Iterator[Kit]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        yield kit


def assumed_role_client(kit: Kit, service: str, region: str) -> Any:
    role = {"RoleArn": ROLE, "RoleSessionName": "test"}
    keys = kit.aws("sts").assume_role(**role)["Credentials"]
    return boto3.client(
        service, endpoint_url=kit.sandbox["aws"], region_name=region,
        aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )  # fmt: skip


def up(kit: Kit, *arguments: str) -> Result:
    return kit.run("up", "--yes", "--skip-preview", *arguments)


@pytest.mark.runbook("federations")
def test_the_secret_and_the_alarm_can_be_in_other_accounts_and_regions(
    sandbox: Kit, tmp_path: Path
) -> None:
    page = Operator(sandbox, tmp_path / "tools").page("federations")
    secrets = assumed_role_client(sandbox, "secretsmanager", "eu-west-1")
    secrets.create_secret(Name="federation/scim", SecretString=json.dumps(sandbox.secret))
    token = {"secret": "federation/scim", "verify_at": sandbox.sandbox["scim"]}
    sandbox.change(**MINIMAL, scim_token=token)
    missing = up(sandbox)
    assert "AWS Secrets Manager has no secret 'federation/scim'" in missing.text
    settings = page.settings()
    settings["scim_token"] |= token
    sandbox.change(**MINIMAL, **settings)
    page.run("up")
    assert sandbox.aws("sns").list_topics()["Topics"] == []
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    alarm_region = boto3.client("sns", "eu-central-1", endpoint_url=sandbox.sandbox["aws"], **keys)
    assert len(alarm_region.list_topics()["Topics"]) == 1
    page.run("preview")
    page.finish()


def test_two_federations_in_one_org_do_not_affect_each_other(sandbox: Kit) -> None:
    sandbox.change(**MINIMAL, push_groups=["aws-admins"])
    assert up(sandbox).code == 0
    document = yaml.safe_load(sandbox.settings.read_text())
    app = {**FEDERATION["app"], "label": "AWS IAM Identity Center (second)"}
    document["config"][KEY] |= {
        "app": app,
        "assignments": {"groups": ["aws-access"]},
        "push_groups": ["aws-data"],
    }
    second = sandbox.home / "Pulumi.second.yaml"
    second.write_text(yaml.safe_dump(document))
    made = sandbox.pulumi("stack", "init", "second")
    (ROOT / second.name).unlink(missing_ok=True)  # `stack init` writes it beside Pulumi.yaml
    assert made.code == 0, made.text
    second_stack = ("--stack", "second", "--config-file", str(second))
    done = up(sandbox, *second_stack)
    assert done.code == 0, done.text
    one, two = sandbox.okta("GET", '/api/v1/apps?limit=200&filter=name eq "amazon_aws_sso"')
    pushed = {
        app["label"]: len(sandbox.okta("GET", f"/api/v1/apps/{app['id']}/group-push/mappings"))
        for app in (one, two)
    }
    assert pushed == {"AWS IAM Identity Center": 1, "AWS IAM Identity Center (second)": 1}
    preview = sandbox.run("preview", "--expect-no-changes")
    assert preview.code == 0, preview.text
    assert "warning: push" not in preview.text, preview.text
    destroyed = sandbox.pulumi("destroy", "--yes", "--skip-preview", *second_stack)
    assert destroyed.code == 0, destroyed.text
    preview = sandbox.run("preview", "--expect-no-changes", "--refresh")
    assert preview.code == 0, preview.text


def test_a_token_in_the_environment_is_rejected(sandbox: Kit) -> None:
    done = subprocess.run(
        ["pulumi", "preview", "--non-interactive"], cwd=ROOT,
        env={**sandbox.env, "OKTA_ACCESS_TOKEN": "TOPSECRET"}, capture_output=True, text=True,
        stdin=subprocess.DEVNULL, check=False,
    )  # fmt: skip
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert "OKTA_ACCESS_TOKEN is set in the environment" in output, output
    assert "okta:apiToken" in output
    assert "Unset OKTA_ACCESS_TOKEN" in output
    assert "TOPSECRET" not in output
    assert "Traceback" not in output
    assert os.environ.get("OKTA_ACCESS_TOKEN") is None
