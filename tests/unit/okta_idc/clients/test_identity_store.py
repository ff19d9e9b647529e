"""The Identity Store client, against botocore's own model of the service."""

from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_store import IdentityStore

STORE = "d-9067a1b2c3"
ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@pytest.fixture
def store() -> IdentityStore:
    session = boto3.Session(aws_access_key_id="x", aws_secret_access_key="x")
    return IdentityStore(STORE, "us-east-1", session=session)


def stubbed(store: IdentityStore, *answers: tuple[str, Any, Any]) -> Stubber:
    stub = Stubber(store._client)
    for operation, answer, asked in answers:
        stub.add_response(operation, answer, {"IdentityStoreId": STORE, **asked})
    stub.activate()
    return stub


def test_users_and_groups_are_read_page_after_page(store: IdentityStore) -> None:
    def user(name: str) -> dict[str, str]:
        required = {"UserArn": f"arn:aws:identitystore:::user/{ID}", "Revision": "1"}
        return {"UserId": ID, "IdentityStoreId": STORE, "UserName": name, **required}

    stubbed(
        store,
        ("list_users", {"Users": [user("a")], "NextToken": "n"}, {}),
        ("list_users", {"Users": [user("b")]}, {"NextToken": "n"}),
    )
    assert [u["UserName"] for u in store.users()] == ["a", "b"]


def test_members_of_an_empty_group_are_an_empty_list(store: IdentityStore) -> None:
    stubbed(store, ("list_group_memberships", {"GroupMemberships": []}, {"GroupId": ID}))
    assert list(store.members(ID)) == []


def test_a_refusal_is_told_in_the_words_of_aws(store: IdentityStore) -> None:
    stub = Stubber(store._client)
    stub.add_client_error("list_groups", "AccessDeniedException", "not yours")
    stub.activate()
    with pytest.raises(AwsError, match=r"AccessDeniedException.*ListGroups.*not yours"):
        list(store.groups())


def test_without_a_region_aws_could_not_be_asked() -> None:
    with pytest.raises(AwsError):
        IdentityStore(STORE, "", session=boto3.Session(region_name=None))
