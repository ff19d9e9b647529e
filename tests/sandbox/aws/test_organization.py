"""Organizational units and tags of the org file's accounts."""

from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from okta_idc.clients.organization import Organization
from tests.paths import ROOT
from tests.sandbox_process import sandbox_process

DEV, PROD, MANAGEMENT = "210987654321", "321098765432", "123456789012"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("sandbox")
    org = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    dev, prod = org["aws"]["members"]
    dev |= {"organizational_unit": "Workloads/Dev", "tags": {"env": "dev"}}
    prod |= {"organizational_unit": "Workloads", "tags": {"env": "prod", "team": "a"}}
    file: Path = folder / "org.yaml"
    file.write_text(yaml.safe_dump(org))
    with sandbox_process(folder, "--org", str(file)) as addresses:
        yield addresses["aws"]


@pytest.fixture
def organization(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Organization:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    return Organization("us-east-1", endpoint)


def test_accounts_are_in_their_units(organization: Organization) -> None:
    units = {
        name: (sorted(unit.direct), sorted(unit.inside))
        for name in ("/", "Workloads", "Workloads/Dev")
        if (unit := organization.unit(name))
    }
    assert units == {
        "/": ([MANAGEMENT], [DEV, PROD]),
        "Workloads": ([PROD], [DEV]),
        "Workloads/Dev": ([DEV], []),
    }
    assert organization.unit("Workloads/Prod") is None
    assert organization.unit_names == ["Workloads", "Workloads/Dev"]


def test_a_unit_is_found_by_its_id_and_missed_once_it_is_deleted(
    organization: Organization, endpoint: str
) -> None:
    client: Any = boto3.client("organizations", "us-east-1", endpoint_url=endpoint)
    [root] = client.list_roots()["Roots"]
    made = client.create_organizational_unit(ParentId=root["Id"], Name="Sandbox")
    ident = made["OrganizationalUnit"]["Id"]
    client.move_account(AccountId=MANAGEMENT, SourceParentId=root["Id"], DestinationParentId=ident)
    assert organization.unit(ident) == organization.unit("Sandbox")
    client.move_account(AccountId=MANAGEMENT, SourceParentId=ident, DestinationParentId=root["Id"])
    assert organization.unit("ou-abcd-11111111") is None


def test_tags_are_read_in_bulk(organization: Organization) -> None:
    found = organization.tags([DEV, PROD, MANAGEMENT])
    assert found == {DEV: {"env": "dev"}, PROD: {"env": "prod", "team": "a"}, MANAGEMENT: {}}


def test_other_regions_and_types_have_no_tags_of_accounts(
    organization: Organization, endpoint: str
) -> None:
    for region, kind in (("eu-west-1", "organizations:account"), ("us-east-1", "s3:bucket")):
        tagging: Any = boto3.client("resourcegroupstaggingapi", region, endpoint_url=endpoint)
        listed = tagging.get_resources(ResourceTypeFilters=[kind])
        assert listed["ResourceTagMappingList"] == []


def test_an_organization_of_a_thousand_accounts_starts_and_keeps_the_managed_policies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "sandbox")
    org = yaml.safe_load((ROOT / "sandbox" / "org.yaml").read_text())
    org["aws"]["members"] = [
        {"id": f"{200_000_000_000 + n}", "name": f"a-{n}", "email": f"a-{n}@example.com"}
        for n in range(1_000)
    ]
    file = tmp_path / "org.yaml"
    file.write_text(yaml.safe_dump(org))
    with sandbox_process(tmp_path, "--org", str(file)) as addresses:
        assert len(Organization("us-east-1", addresses["aws"]).accounts()) == 1_001
        iam: Any = boto3.client("iam", "us-east-1", endpoint_url=addresses["aws"])
        policy = iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
        assert policy["Policy"]["PolicyName"] == "AdministratorAccess"
