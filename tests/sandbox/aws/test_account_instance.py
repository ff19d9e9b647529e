"""An account instance beside the organization's instance."""

from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from sandbox.org_file import BUNDLED, OrgError, load_org
from tests.sandbox.aws.conftest import INSTANCE, ORG, STORE, refused
from tests.sandbox_process import sandbox_process

OTHER = {
    "account": "210987654321", "instance_id": "ssoins-1111222233334444",
    "identity_store_id": "d-1234567890",
}  # fmt: skip


def org_file(folder: Path, **changes: Any) -> Path:
    document = yaml.safe_load(BUNDLED.read_text())
    document["aws"]["account_instance"] = OTHER | changes
    path = folder / "org.yaml"
    path.write_text(yaml.safe_dump(document))
    return path


def test_both_instances_are_listed_and_only_one_has_permission_sets(tmp_path: Path) -> None:
    with sandbox_process(tmp_path, "--org", str(org_file(tmp_path))) as addresses:

        def client(service: Any) -> Any:
            return boto3.client(
                service, region_name="us-east-1", endpoint_url=addresses["aws"],
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip

        sso, arn = client("sso-admin"), f"arn:aws:sso:::instance/{OTHER['instance_id']}"
        listed = sso.list_instances()["Instances"]
        found = {item["InstanceArn"]: item for item in listed}
        assert set(found) == {arn, INSTANCE}
        assert listed[0]["InstanceArn"] == arn
        assert found[arn]["OwnerAccountId"] == OTHER["account"]
        assert found[INSTANCE]["OwnerAccountId"] == ORG.aws.account
        described = sso.describe_instance(InstanceArn=arn)
        assert described["IdentityStoreId"] == OTHER["identity_store_id"]
        assert sso.describe_instance(InstanceArn=INSTANCE)["IdentityStoreId"] == STORE
        assert sso.list_permission_sets(InstanceArn=INSTANCE)["PermissionSets"] == []
        refused(sso.list_permission_sets, "ValidationException", InstanceArn=arn)
        unknown = arn.replace("1111", "9999")
        refused(sso.describe_instance, "ResourceNotFoundException", InstanceArn=unknown)
        directory = client("identitystore")
        directory.create_group(IdentityStoreId=STORE, DisplayName="g")
        assert directory.list_groups(IdentityStoreId=OTHER["identity_store_id"])["Groups"] == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"account": "1"}, "aws.account_instance.account is '1'. Use the twelve digits"),
        ({"instance_id": ORG.aws.instance_id}, "Use another ID than aws.instance_id."),
        ({"identity_store_id": STORE}, "Use another ID than aws.identity_store_id."),
        ({"name": "x"}, "aws.account_instance.name is 'x'. Unknown key"),
    ],
)
def test_an_invalid_account_instance_is_reported(
    tmp_path: Path, changes: dict[str, str], expected: str
) -> None:
    with pytest.raises(OrgError) as caught:
        load_org(org_file(tmp_path, **changes))
    assert expected in str(caught.value)


def test_the_bundled_org_has_no_account_instance() -> None:
    assert load_org().aws.account_instance is None
