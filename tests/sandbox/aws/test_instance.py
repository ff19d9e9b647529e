"""The Identity Center instance through boto3: attributes, regions and refused requests."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import pytest

from sandbox.client import SandboxClient
from tests.sandbox.aws.conftest import INSTANCE, ORG, STORE, Client, refused
from tests.sandbox_process import sandbox_process

AT = {"InstanceArn": INSTANCE}


def configuration(*attributes: tuple[str, str]) -> dict[str, Any]:
    listed = [{"Key": key, "Value": {"Source": [source]}} for key, source in attributes]
    return {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": listed}}


COST_CENTER = configuration(("CostCenter", "${path:enterprise.costCenter}"))


@pytest.fixture
def off(sso: Any) -> Iterator[Any]:
    """The client, with attributes for access control disabled before and after the test."""
    yield sso
    if sso.describe_instance_access_control_attribute_configuration(**AT)["Status"] == "ENABLED":
        sso.delete_instance_access_control_attribute_configuration(**AT)


def test_attributes_are_enabled_changed_and_disabled(sso: Any) -> None:
    describe = sso.describe_instance_access_control_attribute_configuration
    update = sso.update_instance_access_control_attribute_configuration
    delete = sso.delete_instance_access_control_attribute_configuration
    refused(describe, "ResourceNotFoundException", **AT)
    refused(update, "ResourceNotFoundException", **AT, **COST_CENTER)
    refused(delete, "ResourceNotFoundException", **AT)
    sso.create_instance_access_control_attribute_configuration(**AT, **COST_CENTER)
    try:
        found = describe(**AT)
        assert found["Status"] == "ENABLED"
        assert COST_CENTER.items() <= found.items()
        refused(
            sso.create_instance_access_control_attribute_configuration, "ConflictException",
            **AT, **COST_CENTER,
        )  # fmt: skip
        two = configuration(("A", "${path:title}"), ("B", "${path:userName}"))
        update(**AT, **two)
        assert two.items() <= describe(**AT).items()
    finally:
        delete(**AT)
    refused(describe, "ResourceNotFoundException", **AT)


def test_attributes_can_be_enabled_without_a_mapping(off: Any) -> None:
    off.create_instance_access_control_attribute_configuration(**AT, **configuration())
    found = off.describe_instance_access_control_attribute_configuration(**AT)
    assert configuration().items() <= found.items()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (configuration(*((f"k{n}", "${path:title}") for n in range(51))), "less than or equal"),
        (configuration(("a,b", "${path:title}")), "accessControlAttributes.1.member.key"),
        (configuration(("k" * 129, "${path:title}")), "accessControlAttributes.1.member.key"),
        (configuration(("k", "${path:title};")), "member.value.source.1.member"),
        (configuration(("k", "x"), ("k", "y")), "Duplicate attribute keys: k"),
        (
            {"InstanceAccessControlAttributeConfiguration": {"AccessControlAttributes": [
                {"Key": "k", "Value": {"Source": ["a", "b"]}}]}},
            "member.value.source",
        ),
    ],
)  # fmt: skip
def test_invalid_attributes_are_refused(sso: Any, given: dict[str, Any], message: str) -> None:
    create = sso.create_instance_access_control_attribute_configuration
    assert message in refused(create, "ValidationException", **AT, **given)
    describe = sso.describe_instance_access_control_attribute_configuration
    refused(describe, "ResourceNotFoundException", **AT)


def test_a_key_can_contain_any_letter(off: Any) -> None:
    off.create_instance_access_control_attribute_configuration(
        **AT, **configuration(("Kostenstelle Größe 部門", "${path:title}"))
    )


def test_the_instance_describes_itself_and_its_only_region(sso: Any) -> None:
    shown = sso.describe_instance(**AT)
    assert (shown["IdentityStoreId"], shown["Status"]) == (STORE, "ACTIVE")
    assert (shown["OwnerAccountId"], shown["PrimaryRegion"]) == (ORG.aws.account, ORG.aws.region)
    (region,) = sso.list_regions(**AT)["Regions"]
    assert (region["RegionName"], region["IsPrimaryRegion"]) == (ORG.aws.region, True)


def test_each_list_of_instances_names_the_regions(sso: Any, client: Client) -> None:
    [listed] = sso.list_instances(RegionScope="ALL_REGIONS")["Instances"]
    shown = sso.describe_instance(**AT)
    assert listed.items() <= shown.items()
    [region] = listed["Regions"]
    assert region["RegionName"] == listed["PrimaryRegion"] == ORG.aws.region
    described = sso.describe_region(**AT, RegionName=ORG.aws.region)
    assert region.items() <= described.items()
    refused(sso.describe_region, "ResourceNotFoundException", **AT, RegionName="eu-west-1")


def test_an_update_of_the_instance_has_one_aspect(client: Client) -> None:
    sso = client("sso-admin")
    network = {"VpceAccessRequired": True, "AllowSourceIps": ["203.0.113.0/24"]}
    both: dict[str, Any] = {"NetworkConfiguration": network, "PermissionSetsEnabled": True}
    refused(sso.update_instance, "ValidationException", **AT, **both)
    refused(sso.update_instance, "ValidationException", **AT, PermissionSetsEnabled=False)
    sso.update_instance(**AT, NetworkConfiguration=network)
    assert sso.describe_instance(**AT)["NetworkConfigurationDetails"] == network
    sso.update_instance(**AT, Name="renamed")
    assert sso.describe_instance(**AT)["Name"] == "renamed"


def test_an_account_administers_identity_center_for_the_organization(client: Client) -> None:
    organizations, account = client("organizations"), ORG.aws.members[0].id
    one = {"AccountId": account, "ServicePrincipal": "sso.amazonaws.com"}
    listed = {"ServicePrincipal": "sso.amazonaws.com"}
    assert organizations.list_delegated_administrators(**listed)["DelegatedAdministrators"] == []
    organizations.register_delegated_administrator(**one)
    [found] = organizations.list_delegated_administrators(**listed)["DelegatedAdministrators"]
    assert found["Id"] == account
    refused(
        organizations.register_delegated_administrator, "AccountAlreadyRegisteredException", **one
    )
    organizations.deregister_delegated_administrator(**one)


def test_settings_change_what_the_instance_and_the_store_show(
    tmp_path: Path,
) -> None:
    with sandbox_process(tmp_path) as addresses:
        control = SandboxClient(addresses["okta"])
        connect = partial(
            boto3.client, region_name="us-east-1", endpoint_url=addresses["aws"],
            aws_access_key_id="x", aws_secret_access_key="x",
        )  # fmt: skip

        def shown() -> tuple[bool, dict[str, Any]]:
            store: Any = connect("identitystore").describe_identity_store(IdentityStoreId=STORE)
            instance: Any = connect("sso-admin").describe_instance(**AT)
            return instance["PermissionSetsEnabled"], store["NetworkConfiguration"]

        assert shown() == (True, {"VpceAccessRequired": False})
        control.settings(permission_sets="disabled", store_network="closed")
        assert shown() == (False, {"VpceAccessRequired": True})
        sso: Any = connect("sso-admin")
        sso.update_instance(**AT, PermissionSetsEnabled=True)
        control.settings(store_network="listed")
        network = {"VpceAccessRequired": True, "ScimAllowSourceIps": ["203.0.113.0/24"]}
        assert shown() == (True, network)


def test_aws_managed_policies_have_their_paths(client: Client) -> None:
    pages = client("iam").get_paginator("list_policies").paginate(Scope="AWS")
    arns = {each["Arn"] for page in pages for each in page["Policies"]}
    assert "arn:aws:iam::aws:policy/job-function/Billing" in arns
    assert len(arns) > 1_000


def test_a_policy_is_validated(client: Client) -> None:
    validate = partial(client("accessanalyzer").validate_policy, policyType="IDENTITY_POLICY")
    statement = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": statement}
    assert validate(policyDocument=json.dumps(policy))["findings"] == []
    statement["Effect"] = "allow"
    [finding] = validate(policyDocument=json.dumps(policy))["findings"]
    assert finding["findingType"] == "ERROR"


def test_the_instance_exists_in_its_region_only(client: Client) -> None:
    other_region = client("sso-admin", "eu-west-1")
    assert other_region.list_instances()["Instances"] == []
    refused(other_region.list_permission_sets, "ResourceNotFoundException", **AT)
    create = other_region.create_permission_set
    refused(create, "ResourceNotFoundException", **AT, Name="other")


def test_another_instance_is_not_found(sso: Any) -> None:
    other = "arn:aws:sso:::instance/ssoins-0000000000000000"
    message = refused(sso.list_permission_sets, "ResourceNotFoundException", InstanceArn=other)
    assert other in message


def test_an_unsupported_operation_fails_immediately(sso: Any) -> None:
    message = refused(sso.list_trusted_token_issuers, "UnsupportedOperation", **AT)
    assert message == "The sandbox does not support sso-admin:ListTrustedTokenIssuers."
