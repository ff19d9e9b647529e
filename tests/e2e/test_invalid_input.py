"""Invalid input, with the real engine: the error names path, value and remedy, and nothing
changes."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.e2e.conftest import Kit
from tests.paths import ROOT

pytestmark = pytest.mark.e2e

FEDERATION = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"][
    "okta-identity-center:federation"
]


@pytest.fixture(scope="module")
def sandbox(kit: Kit) -> Iterator[Kit]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox():
        yield kit


def assert_rejected(kit: Kit, *messages: str) -> None:
    writes = {"POST", "PUT", "PATCH", "DELETE"}
    before = len(kit.okta("GET", "/sandbox/request-log"))
    done = kit.run("up", "--yes", "--skip-preview")
    assert done.code != 0
    for text in messages:
        assert text in done.text, done.text
    assert "Traceback" not in done.text, done.text
    assert "Exception calling application" not in done.text, done.text
    made = kit.okta("GET", "/sandbox/request-log")[before:]
    assert not [call for call in made if call["method"] in writes], (
        "the failed run sent write requests"
    )


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"push_group": []}, ["federation.push_group: unknown key", "Did you mean 'push_groups'?"]),
        ({"push": ["aws-admins"]}, ["federation.push: was renamed. Use push_groups."]),
        (
            {"push_groups": ["aws-admin"]},
            ["push_groups[0]: 'aws-admin' is not a group in Okta", "Did you mean 'aws-admins'?"],
        ),
        ({"push_groups": ["aws-access"]}, ["federation.push_groups[0]: 'aws-access'", "OIC-201"]),
        (
            {"app": {**FEDERATION["app"], "acs_url": "https://example.com/acs"}},
            ["federation.app.acs_url: 'https://example.com/acs'", "is not an ACS URL"],
        ),
        (
            {
                "attribute_statements": [
                    {"key": "A", "value": "user.a"},
                    {"key": "a", "value": "user.b"},
                ]
            },
            ["federation.attribute_statements[1]: 'a' is also the key of another attribute"],
        ),
        (
            {"attribute_statements": [{"key": "A&B", "value": "user.a"}]},
            ["federation.attribute_statements[0].key: 'A&B'", "OIC-401"],
        ),
        (
            {"attribute_statements": [{"key": "D", "value": "${user.department}"}]},
            [
                "federation.attribute_statements[0].value",
                "expects the expression itself: user.department",
            ],
        ),
        (
            {"attribute_statements": [{"key": "D", "value": "department"}]},
            [
                "federation.attribute_statements[0].value: 'department'",
                "Did you mean user.department?",
            ],
        ),
        (
            {"push_groups": ["aws-admins"], "account_access": FEDERATION["account_access"]},
            ["account_access.permission_sets[0].groups[0]: 'aws-developers'"],
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else None,
)
def test_an_invalid_setting_is_explained_and_changes_nothing(
    sandbox: Kit, changes: dict[str, Any], messages: list[str]
) -> None:
    sandbox.change(**({"account_access": {}} | changes))
    assert_rejected(sandbox, *messages)


@pytest.mark.parametrize(
    ("value", "messages"),
    [
        ("no json, TOPSECRET", "is not JSON"),
        (json.dumps({"token": "TOPSECRET"}), "endpoint: is missing"),
        (
            json.dumps(
                {
                    "endpoint": "https://example.com/scim/v2",
                    "token": "TOPSECRET",
                    "token_id": "1",
                    "created": "2026-01-01",
                    "expires": "2099-01-01",
                }
            ),
            "is not a SCIM endpoint",
        ),
    ],
    ids=["no-json", "no-endpoint", "wrong-endpoint"],
)
def test_a_malformed_secret_is_explained_without_its_value(
    sandbox: Kit, value: str, messages: str
) -> None:
    secrets = sandbox.aws("secretsmanager")
    name = f"bad/{abs(hash(value))}"
    secrets.create_secret(Name=name, SecretString=value)
    sandbox.change(scim_token={"secret": name})
    assert_rejected(sandbox, f"secret '{name}'", messages)
    assert "TOPSECRET" not in sandbox.run("preview").text


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"token": "TOPSECRET"}, "token: is rejected (401), although it expires on"),
        ({"endpoint": ("sandbox", "another")}, "belongs to another endpoint"),
        ({"created": "2024-01-01", "expires": "2025-01-01"}, "expires: expired on 2025-01-01"),
        ({"endpoint": ("us-east-1", "eu-west-1")}, "is not the instance's primary Region"),
    ],
    ids=["deleted", "another-tenant", "expired", "another-region"],
)
def test_a_token_is_verified_before_it_is_sent_to_okta(
    sandbox: Kit, changes: dict[str, Any], messages: str
) -> None:
    secret = dict(sandbox.secret)
    for key, change in changes.items():
        secret[key] = change if isinstance(change, str) else _replaced(secret[key], *change)
    name = f"stale/{abs(hash(messages))}"
    sandbox.aws("secretsmanager").create_secret(Name=name, SecretString=json.dumps(secret))
    token = {"secret": name, "verify_at": sandbox.sandbox["scim"]}
    sandbox.change(scim_token=token, account_access={})
    assert_rejected(sandbox, f"secret '{name}'" if "Region" not in messages else "secret", messages)
    assert secret["token"] not in sandbox.run("preview").text


def _replaced(endpoint: str, old: str, new: str) -> str:
    if old != "sandbox":
        return endpoint.replace(old, new)
    host, tenant = endpoint.split("/")[2:4]
    return f"https://{host}/9{tenant[1:]}/scim/v2"
