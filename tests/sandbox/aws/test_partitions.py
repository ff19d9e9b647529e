"""The sandbox in each AWS partition: ARNs, domains and Region."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from sandbox.__main__ import main
from sandbox.aws.identity_center import IdentityCenter
from sandbox.org_file import load_org
from sandbox.partitions import PARTITIONS, Partition
from tests.sandbox_process import sandbox_process

NAMES = ["aws-us-gov", "aws-cn", "aws-eusc"]


@pytest.fixture(scope="module", params=NAMES)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Partition, dict[str, Any]]]:
    folder = tmp_path_factory.mktemp(request.param)
    with sandbox_process(folder, "--partition", request.param) as info:
        yield PARTITIONS[request.param], info


def client(info: dict[str, Any], service: Any) -> Any:
    return boto3.client(
        service, region_name=info["region"], endpoint_url=info["aws"],
        aws_access_key_id="x", aws_secret_access_key="x",
    )  # fmt: skip


def arns(document: Any) -> Iterator[str]:
    """Every ARN in a response."""
    if isinstance(document, dict):
        document = list(document.values())
    if isinstance(document, list):
        for each in document:
            yield from arns(each)
    elif str(document).startswith("arn:"):
        yield document


def test_every_arn_is_of_the_partition(running: tuple[Partition, dict[str, Any]]) -> None:
    partition, info = running
    assert info["region"] == partition.region
    center, store = client(info, "sso-admin"), client(info, "identitystore")
    [instance] = center.list_instances()["Instances"]
    arn, directory = instance["InstanceArn"], {"IdentityStoreId": instance["IdentityStoreId"]}
    created = center.create_permission_set(InstanceArn=arn, Name="Developer")
    of_set = {"InstanceArn": arn, "PermissionSetArn": created["PermissionSet"]["PermissionSetArn"]}
    policy = f"arn:{partition.id}:iam::aws:policy/PowerUserAccess"
    center.attach_managed_policy_to_permission_set(**of_set, ManagedPolicyArn=policy)
    group = store.create_group(**directory, DisplayName="developers")
    responses = [
        instance, created, group,
        center.describe_instance(InstanceArn=arn),
        center.list_managed_policies_in_permission_set(**of_set),
        center.list_applications(InstanceArn=arn),
        store.list_groups(**directory),
        client(info, "organizations").list_accounts(),
        client(info, "sts").get_caller_identity(),
        client(info, "secretsmanager").list_secrets(),
        client(info, "events").put_rule(Name="expiry", ScheduleExpression="rate(1 day)"),
        client(info, "sns").create_topic(Name="expiry"),
    ]  # fmt: skip
    found = [arn for response in responses for arn in arns(response)]
    assert len(found) > len(responses)
    assert {each.split(":")[1] for each in found} == {partition.id}


def test_policies_of_another_partition_do_not_exist(
    running: tuple[Partition, dict[str, Any]],
) -> None:
    _, info = running
    center = client(info, "sso-admin")
    arn = center.list_instances()["Instances"][0]["InstanceArn"]
    created = center.create_permission_set(InstanceArn=arn, Name="Other")["PermissionSet"]
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        center.attach_managed_policy_to_permission_set(
            InstanceArn=arn, PermissionSetArn=created["PermissionSetArn"],
            ManagedPolicyArn="arn:aws:iam::aws:policy/PowerUserAccess",
        )  # fmt: skip


def test_the_secret_has_the_endpoint_of_the_partition(
    running: tuple[Partition, dict[str, Any]],
) -> None:
    partition, info = running
    secrets = client(info, "secretsmanager")
    text = secrets.get_secret_value(SecretId="okta-identity-center/scim")["SecretString"]
    host = f"https://scim.{partition.region}.{partition.api_domain}/"
    assert json.loads(text)["endpoint"].startswith(host)


@pytest.mark.parametrize(
    ("region", "acs", "issuer", "portal"),
    [
        ("eu-west-1", "https://eu-west-1.sso.signin.aws/platform/saml/acs/",
         "https://eu-west-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
         "https://d-9067a1b2c3.awsapps.com/start"),
        ("us-gov-east-1", "https://us-gov-east-1.sso.signin.amazonaws-us-gov.com/platform/saml/acs/",
         "https://us-gov-east-1.signin.amazonaws-us-gov.com/platform/saml/d-9067a1b2c3",
         "https://start.us-gov-home.awsapps.com/directory/d-9067a1b2c3"),
        ("cn-northwest-1", "https://cn-northwest-1.signin.amazonaws.cn/platform/saml/acs/",
         "https://cn-northwest-1.signin.amazonaws.cn/platform/saml/d-9067a1b2c3",
         "https://start.cn-northwest-1.home.awsapps.cn/directory/d-9067a1b2c3"),
        ("eusc-de-east-1", "https://eusc-de-east-1.signin.amazonaws-eusc.eu/platform/saml/acs/",
         "https://eusc-de-east-1.signin.amazonaws-eusc.eu/platform/saml/d-9067a1b2c3",
         "https://ssoins-7223a1b2c3d4e5f6.eusc-de-east-1.portal.amazonaws.eu"),
    ],
)  # fmt: skip
def test_the_region_of_an_org_file_decides_the_addresses(
    tmp_path: Path, region: str, acs: str, issuer: str, portal: str
) -> None:
    text = Path("sandbox/org.yaml").read_text().replace("us-east-1", region)
    (tmp_path / "org.yaml").write_text(text)
    center = IdentityCenter(load_org(tmp_path / "org.yaml").aws)
    assert center.acs_url.startswith(acs)
    assert (center.issuer_url, center.portal_url) == (issuer, portal)


def test_a_snapshot_keeps_its_partition(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sandbox_process(tmp_path) as info:
        snapshot = str(tmp_path / "before.json")
        assert main(["snapshot", snapshot, "--url", info["okta"]]) == 0
    capsys.readouterr()
    assert main(["serve", "--port", "0", "--restore", snapshot, "--partition", "aws-cn"]) == 2
    assert "the snapshot is of aws. Omit the option." in capsys.readouterr().err
