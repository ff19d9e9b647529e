"""Staging labels of a secret's versions move as in AWS Secrets Manager."""

import uuid
from typing import Any

import pytest

from tests.sandbox.aws.conftest import Client, refused


@pytest.fixture
def secrets(client: Client) -> Any:
    return client("secretsmanager")


@pytest.fixture
def name(secrets: Any) -> str:
    return secrets.create_secret(Name=f"v/{uuid.uuid4().hex}", SecretString="1")["Name"]


def labels(secrets: Any, name: str) -> dict[str, str]:
    found = secrets.describe_secret(SecretId=name)["VersionIdsToStages"]
    return {label: version for version, stages in found.items() for label in stages}


def value(secrets: Any, name: str, **of: str) -> str:
    return secrets.get_secret_value(SecretId=name, **of)["SecretString"]


def put(secrets: Any, name: str, text: str, label: str = "AWSPENDING") -> str:
    return secrets.put_secret_value(SecretId=name, SecretString=text, VersionStages=[label])[
        "VersionId"
    ]


def test_a_pending_version_leaves_the_current_one(secrets: Any, name: str) -> None:
    old = labels(secrets, name)["AWSCURRENT"]
    new = put(secrets, name, "2")
    assert labels(secrets, name) == {"AWSCURRENT": old, "AWSPENDING": new}
    assert value(secrets, name) == "1"
    assert value(secrets, name, VersionStage="AWSPENDING") == "2"
    later = put(secrets, name, "3")
    assert labels(secrets, name) == {"AWSCURRENT": old, "AWSPENDING": later}


def test_awsprevious_follows_awscurrent(secrets: Any, name: str) -> None:
    old, new = labels(secrets, name)["AWSCURRENT"], put(secrets, name, "2")
    move: dict[str, Any] = {"SecretId": name, "VersionStage": "AWSCURRENT"}
    secrets.update_secret_version_stage(**move, MoveToVersionId=new, RemoveFromVersionId=old)
    assert labels(secrets, name) == {"AWSCURRENT": new, "AWSPENDING": new, "AWSPREVIOUS": old}
    assert value(secrets, name) == "2"
    secrets.update_secret_version_stage(**move, MoveToVersionId=old, RemoveFromVersionId=new)
    assert labels(secrets, name) == {"AWSCURRENT": old, "AWSPENDING": new, "AWSPREVIOUS": new}
    assert value(secrets, name) == "1"


def test_a_stored_value_becomes_current_and_other_labels_stay(secrets: Any, name: str) -> None:
    old, pending = labels(secrets, name)["AWSCURRENT"], put(secrets, name, "2")
    new = put(secrets, name, "3", "AWSCURRENT")
    assert labels(secrets, name) == {"AWSCURRENT": new, "AWSPENDING": pending, "AWSPREVIOUS": old}


def test_a_label_moves_only_from_the_version_that_has_it(secrets: Any, name: str) -> None:
    old, new = labels(secrets, name)["AWSCURRENT"], put(secrets, name, "2")
    before = labels(secrets, name)
    move: dict[str, Any] = {"SecretId": name, "VersionStage": "AWSCURRENT"}
    for remove in ({}, {"RemoveFromVersionId": new}):
        text = refused(
            secrets.update_secret_version_stage, "InvalidParameterException", **move,
            MoveToVersionId=new, **remove,
        )  # fmt: skip
        assert old in text
    assert labels(secrets, name) == before
    secrets.update_secret_version_stage(
        SecretId=name, VersionStage="AWSPENDING", RemoveFromVersionId=new
    )
    assert labels(secrets, name) == {"AWSCURRENT": old}
    refused(
        secrets.get_secret_value, "ResourceNotFoundException", SecretId=name,
        VersionStage="AWSPENDING",
    )  # fmt: skip


def test_the_same_request_again_has_no_effect(secrets: Any, name: str) -> None:
    token = str(uuid.uuid4())
    pending: dict[str, Any] = {
        "SecretId": name, "ClientRequestToken": token, "VersionStages": ["AWSPENDING"],
    }  # fmt: skip
    for _ in range(2):
        assert secrets.put_secret_value(SecretString="2", **pending)["VersionId"] == token
    refused(secrets.put_secret_value, "ResourceExistsException", SecretString="other", **pending)
    assert value(secrets, name, VersionStage="AWSPENDING") == "2"
