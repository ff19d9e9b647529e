"""The Identity Store client, against botocore's model of the service."""

from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from okta_idc.clients.aws import AwsError
from okta_idc.clients.identity_store import IdentityStore

STORE = "d-9067a1b2c3"
EXTENDED = {"Extensions": ["aws:identitystore:enterprise"]}
ID = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> IdentityStore:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "x")
    return IdentityStore(STORE, "us-east-1")


def stubbed(store: IdentityStore, *responses: tuple[str, Any, Any]) -> Stubber:
    stub = Stubber(store._client)
    for operation, response, parameters in responses:
        stub.add_response(operation, response, {"IdentityStoreId": STORE, **parameters})
    stub.activate()
    return stub


def test_every_page_of_users_is_read(store: IdentityStore) -> None:
    def user(name: str) -> dict[str, str]:
        required = {"UserArn": f"arn:aws:identitystore:::user/{ID}", "Revision": "1"}
        return {"UserId": ID, "IdentityStoreId": STORE, "UserName": name, **required}

    stubbed(
        store,
        ("list_users", {"Users": [user("a")], "NextToken": "n"}, EXTENDED),
        ("list_users", {"Users": [user("b")]}, {"NextToken": "n", **EXTENDED}),
    )
    assert [u["UserName"] for u in store.users()] == ["a", "b"]


def test_an_empty_group_has_no_members(store: IdentityStore) -> None:
    stubbed(store, ("list_group_memberships", {"GroupMemberships": []}, {"GroupId": ID}))
    assert list(store.members(ID)) == []


def test_an_error_quotes_the_message_of_aws(store: IdentityStore) -> None:
    stub = Stubber(store._client)
    stub.add_client_error("list_groups", "AccessDeniedException", "not authorized")
    stub.activate()
    with pytest.raises(AwsError, match=r"ListGroups: AccessDeniedException: not authorized"):
        list(store.groups())


def test_a_client_without_a_region_is_rejected(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    with pytest.raises(AwsError, match="Region is unknown"):
        IdentityStore(STORE, "")
