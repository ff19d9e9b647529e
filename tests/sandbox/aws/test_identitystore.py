"""The Identity Store API; every response is checked against botocore's service model."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws.conftest import STORE, Client, refused

AT = {"IdentityStoreId": STORE}


def user(store: Any, name: str) -> str:
    created = store.create_user(
        **AT, UserName=name, DisplayName=name, Name={"GivenName": "A", "FamilyName": "B"}
    )
    return created["UserId"]


def test_every_response_includes_the_arn(client: Client) -> None:
    store = client("identitystore")
    member = user(store, "arn@example.com")
    group = store.create_group(**AT, DisplayName="arn")["GroupId"]
    one = store.create_group_membership(**AT, GroupId=group, MemberId={"UserId": member})
    shown = store.describe_user(**AT, UserId=member)
    assert shown["UserArn"] == f"arn:aws:identitystore:::user/{member}"
    unique = {"AttributePath": "UserName", "AttributeValue": "arn@example.com"}
    found = store.get_user_id(**AT, AlternateIdentifier={"UniqueAttribute": unique})
    assert found["UserArn"] == shown["UserArn"]
    named = {"AttributePath": "DisplayName", "AttributeValue": "arn"}
    found = store.get_group_id(**AT, AlternateIdentifier={"UniqueAttribute": named})
    listed = store.list_groups(**AT, Filters=[named])["Groups"]
    assert [found["GroupArn"]] == [g["GroupArn"] for g in listed]
    (listed,) = store.list_group_memberships(**AT, GroupId=group)["GroupMemberships"]
    same = store.get_group_membership_id(**AT, GroupId=group, MemberId={"UserId": member})
    recorded = store.describe_group_membership(**AT, MembershipId=one["MembershipId"])
    arns = {one["MembershipArn"], listed["MembershipArn"], same["MembershipArn"]}
    assert arns == {recorded["MembershipArn"]}
    assert store.list_group_memberships_for_member(**AT, MemberId={"UserId": member})
    store.describe_group(**AT, GroupId=group)
    store.list_users(**AT)


def test_revisions_increase_and_an_outdated_one_is_refused(client: Client) -> None:
    store = client("identitystore")
    member = user(store, "revision@example.com")
    seen = store.describe_user(**AT, UserId=member)["Revision"]
    change = [{"AttributePath": "title", "AttributeValue": "Engineer"}]
    after = store.update_user(**AT, UserId=member, Operations=change, Revision=seen)["Revision"]
    assert int(after) > int(seen)
    with pytest.raises(ClientError) as caught:
        store.delete_user(**AT, UserId=member, Revision=seen)
    answer: Any = caught.value.response
    assert answer["Reason"] == "CONCURRENT_MODIFICATION"
    store.delete_user(**AT, UserId=member, Revision=after)


def test_the_network_configuration_is_replaced(client: Client) -> None:
    store = client("identitystore")
    [own] = store.list_identity_stores()["IdentityStores"]
    assert own["IdentityStoreId"] == STORE

    def shown() -> dict[str, Any]:
        return store.describe_identity_store(IdentityStoreId=own["IdentityStoreArn"])[
            "NetworkConfiguration"
        ]

    closed = {"VpceAccessRequired": True, "ScimAllowSourceIps": ["203.0.113.0/24"]}
    store.update_identity_store(**AT, NetworkConfiguration=closed)
    assert shown() == closed
    store.update_identity_store(**AT)
    assert shown() == closed
    for invalid in (
        {"VpceAccessRequired": True, "ApiAllowSourceIps": ["203.0.113.0/24"] * 51},
        {"VpceAccessRequired": True, "ApiAllowSourceIps": ["203.0.113.0/33"]},
        {**closed, "VpceAccessRequired": False},
    ):
        refused(
            store.update_identity_store, "ValidationException", **AT, NetworkConfiguration=invalid
        )
    store.update_identity_store(**AT, NetworkConfiguration={"VpceAccessRequired": False})
    assert shown() == {"VpceAccessRequired": False}
