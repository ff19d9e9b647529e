"""The AWS environment is read with as few calls as possible, against botocore's models."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber

from okta_idc.clients import aws
from okta_idc.clients.aws import AwsClient, AwsError
from okta_idc.clients.aws_environment import Environment, Wanted, read_environment
from okta_idc.clients.identity_store import StoreNetwork

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
STORE = "d-9067a1b2c3"
OWNER, MEMBER, OTHER = "123456789012", "210987654321", "321098765432"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
Response = tuple[str, Any, Any]


@pytest.fixture
def stubs(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, list[Response | AwsError]]]:
    """Responses by service. Each call must be expected, and each response must be used."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    planned: dict[str, list[Response | AwsError]] = {}
    made: list[Stubber] = []
    original = aws._client

    def client(session: Any, service: str, *rest: Any) -> Any:
        found = original(session, service, *rest)
        stub = Stubber(found)
        for response in planned.pop(service, []):
            if isinstance(response, AwsError):
                stub.add_client_error(response.action, response.code)
            else:
                stub.add_response(*response)
        stub.activate()
        made.append(stub)
        return found

    monkeypatch.setattr(aws, "_client", client)
    yield planned
    for stub in made:
        stub.assert_no_pending_responses()
    assert planned == {}


def read(wanted: Wanted) -> Environment:
    return read_environment(INSTANCE, STORE, wanted, "us-east-1")


def account(ident: str, **more: str) -> dict[str, str]:
    return {"Id": ident, **({"State": "ACTIVE"} | more)}


def accounts(*listed: dict[str, str], token: str = "", after: str = "") -> Response:
    response: dict[str, Any] = {"Accounts": [*listed]}
    response |= {"NextToken": token} if token else {}
    return "list_accounts", response, {"NextToken": after} if after else {}


def policies(*arns: str, marker: str = "", after: str = "") -> Response:
    response: dict[str, Any] = {"Policies": [{"Arn": arn} for arn in arns]}
    response |= {"IsTruncated": bool(marker)} | ({"Marker": marker} if marker else {})
    asked = {"Scope": "AWS", "MaxItems": 1_000} | ({"Marker": after} if after else {})
    return "list_policies", response, asked


def instance(**more: Any) -> Response:
    return "describe_instance", {"OwnerAccountId": OWNER, **more}, {"InstanceArn": INSTANCE}


def test_nothing_wanted_causes_no_call(stubs: dict[str, Any]) -> None:
    assert stubs == {}
    assert read(Wanted()) == Environment()


def test_accounts_are_read_until_all_are_found(stubs: dict[str, Any]) -> None:
    stubs["organizations"] = [
        accounts(account(OTHER), token="1"),
        accounts(account(MEMBER, State="SUSPENDED"), account(OWNER), token="2", after="1"),
    ]
    found = read(Wanted(accounts=frozenset({MEMBER})))
    assert found.accounts == {OTHER: "ACTIVE", MEMBER: "SUSPENDED"}


def test_accounts_known_to_be_active_are_not_read(stubs: dict[str, Any]) -> None:
    known = frozenset({MEMBER})
    assert stubs == {}
    assert read(Wanted(accounts=known, active=known)).accounts is None


def test_all_accounts_are_read_for_a_missing_one(stubs: dict[str, Any]) -> None:
    stubs["organizations"] = [
        accounts(account(OWNER), token="1"),
        accounts({"Id": OTHER, "Status": "ACTIVE"}, after="1"),
    ]
    found = read(Wanted(accounts=frozenset({MEMBER})))
    assert found.accounts == {OWNER: "ACTIVE", OTHER: "ACTIVE"}


def test_policies_are_read_until_all_are_found(stubs: dict[str, Any]) -> None:
    stubs["iam"] = [policies("arn:aws:iam::aws:policy/OtherPolicy", READ_ONLY, marker="1")]
    found = read(Wanted(policies=frozenset({READ_ONLY}))).policies
    assert isinstance(found, frozenset)
    assert READ_ONLY in found


def test_all_policies_are_read_for_a_missing_one(stubs: dict[str, Any]) -> None:
    stubs["iam"] = [policies(READ_ONLY, marker="1"), policies(after="1")]
    wanted = frozenset({"arn:aws:iam::aws:policy/MissingPolicy"})
    assert read(Wanted(policies=wanted)).policies == {READ_ONLY}


def test_a_repeated_marker_ends_the_read(stubs: dict[str, Any]) -> None:
    stubs["iam"] = [policies(marker="1"), policies(marker="1", after="1")]
    found = read(Wanted(policies=frozenset({READ_ONLY}))).policies
    assert "same Marker twice" in str(found)


@pytest.mark.parametrize(("enabled", "expected"), [(True, True), (False, False), (None, None)])
def test_the_instance_shows_its_owner_and_features(
    stubs: dict[str, Any], enabled: bool | None, expected: bool | None
) -> None:
    stubs["sso-admin"] = [
        instance(**({} if enabled is None else {"PermissionSetsEnabled": enabled}))
    ]
    found = read(Wanted(instance=True))
    assert (found.owner, found.permission_sets, found.caller) == (OWNER, expected, None)


def test_the_caller_is_read_only_if_the_owner_is_wanted(stubs: dict[str, Any]) -> None:
    stubs["sso-admin"] = [instance()]
    stubs["sts"] = [("get_caller_identity", {"Account": MEMBER}, {})]
    stubs["organizations"] = [accounts(account(OWNER))]
    found = read(Wanted(instance=True, accounts=frozenset({OWNER})))
    assert (found.owner, found.caller) == (OWNER, MEMBER)


def test_the_network_configuration_is_read(stubs: dict[str, Any]) -> None:
    vpc = "arn:aws:ec2:us-east-1:123456789012:vpc/vpc-1"
    configuration = {
        "VpceAccessRequired": True, "ScimAllowSourceIps": ["203.0.113.0/24"],
        "ApiAllowSourceIps": ["198.51.100.0/24"], "ApiRestrictSourceVpcs": [vpc],
    }  # fmt: skip
    arn = f"arn:aws:identitystore::{OWNER}:identitystore/{STORE}"
    shown: dict[str, Any] = {"IdentityStoreId": STORE, "IdentityStoreArn": arn}
    shown |= {"NetworkConfiguration": configuration}
    stubs["identitystore"] = [("describe_identity_store", shown, {"IdentityStoreId": STORE})]
    expected = StoreNetwork(True, ("203.0.113.0/24",), ("198.51.100.0/24",), (vpc,))
    assert read(Wanted(network=True)).network == expected


def test_a_denied_part_leaves_the_others(stubs: dict[str, Any]) -> None:
    denied = AwsError("", "list_accounts", "AccessDeniedException")
    stubs["organizations"] = [denied]
    stubs["iam"] = [policies(READ_ONLY)]
    wanted = Wanted(accounts=frozenset({MEMBER}), policies=frozenset({READ_ONLY}))
    found = read(wanted)
    assert isinstance(found.accounts, AwsError)
    assert (found.accounts.action, found.accounts.is_denied) == ("organizations:ListAccounts", True)
    assert found.policies == {READ_ONLY}


def test_an_operation_that_boto3_lacks_is_an_error(stubs: dict[str, Any]) -> None:
    assert stubs == {}
    with pytest.raises(AwsError, match="lacks describe_nothing"):
        AwsClient("iam", "us-east-1").call("describe_nothing")
