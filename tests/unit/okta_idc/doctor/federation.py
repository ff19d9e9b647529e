"""A federation in a sandbox that runs as a process of its own, built by API calls as `up` would."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx

from sandbox.org_file import load_org
from tests.sandbox_process import sandbox_process

AWS = load_org().aws
ASSIGN = ("aws-access",)
PUSH = ("aws-admins", "aws-developers", "aws-finance", "aws-data", "aws-support")
ATTRIBUTES = {"Department": "user.department", "CostCenter": "user.costCenter"}
ACS_URL = "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-5a4b3c2d-sandbox"
ISSUER = f"https://us-east-1.signin.aws.amazon.com/platform/saml/{AWS.identity_store_id}"
TOKEN = "sandbox-okta-token"
_ON = {"status": "ENABLED"}


@dataclass
class Federation:
    """A running sandbox and, once built, the app in it."""

    okta: str
    aws: str
    app: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    mappings: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"SSWS {TOKEN}"} if path.startswith("/api/") else {}
        answer = httpx.request(
            method, self.okta + path, json=body, params=query or None, headers=headers, timeout=60
        )
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content else None

    def client(self, service: Any) -> Any:
        return boto3.client(
            service, region_name=AWS.region, endpoint_url=self.aws,
            aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
        )  # fmt: skip

    def build(self, attributes: dict[str, str] = ATTRIBUTES) -> None:
        """App, connection, features, assignment, pushes, attributes for access control."""
        secret = self.client("secretsmanager").get_secret_value(SecretId=AWS.secret)
        document = json.loads(secret["SecretString"])
        statements = [
            {"type": "EXPRESSION", "name": f"https://aws.amazon.com/SAML/Attributes/"
             f"AccessControl:{key}", "values": [value],
             "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
            for key, value in attributes.items()
        ]  # fmt: skip
        self.app = self.ask("POST", "/api/v1/apps", {
            "name": "amazon_aws_sso", "label": "AWS IAM Identity Center", "signOnMode": "SAML_2_0",
            "credentials": {"userNameTemplate": {"template": "${source.email}"}},
            "settings": {"app": {"acsURL": ACS_URL, "entityID": ISSUER},
                         "signOn": {"attributeStatements": statements}},
        })["id"]  # fmt: skip
        root = f"/api/v1/apps/{self.app}"
        endpoint, token = document["endpoint"].rstrip("/"), document["token"]
        connection = {"baseUrl": endpoint, "profile": {"authScheme": "TOKEN", "token": token}}
        self.ask("POST", f"{root}/connections/default", connection, activate="true")
        capabilities = {"create": {"lifecycleCreate": _ON},
                        "update": {"profile": _ON, "lifecycleDeactivate": _ON}}  # fmt: skip
        self.ask("PUT", f"{root}/features/USER_PROVISIONING", capabilities)
        self.groups = {g["profile"]["name"]: g["id"] for g in self.ask("GET", "/api/v1/groups")}
        for name in ASSIGN:
            self.ask("PUT", f"{root}/groups/{self.groups[name]}", {})
        # people first, then their groups (docs/research/group-push.md#order-of-changes)
        self.settle()
        for name in PUSH:
            body = {"sourceGroupId": self.groups[name], "targetGroupName": name}
            made = self.ask("POST", f"{root}/group-push/mappings", body)
            self.mappings[name] = made["id"]
        self.settle()
        feed = {"Key": "UserName", "Value": {"Source": ["${path:userName}"]}}
        self.client("sso-admin").create_instance_access_control_attribute_configuration(
            InstanceArn=f"arn:aws:sso:::instance/{AWS.instance_id}",
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": [feed]},
        )

    def settle(self) -> None:
        assert self.ask("GET", "/sandbox/settled", timeout=60)["settled"]

    def outputs(self) -> dict[str, Any]:
        """What the stack would export."""
        return {
            "appId": self.app, "identityStoreId": AWS.identity_store_id, "region": AWS.region,
            "secretName": AWS.secret, "mode": "api", "metadataUrl": f"{self.okta}/api/v1/apps/x",
            "assignmentGroups": [{"name": n, "id": self.groups[n]} for n in ASSIGN],
            "pushGroups": [{"name": n, "sourceGroupId": self.groups[n]} for n in PUSH],
        }  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """What the stack file would hold."""
        federation = {
            "app": {"acs_url": ACS_URL, "issuer_url": ISSUER,
                    "username_format": "${source.email}"},
            "scim_token": {"secret": AWS.secret}, "assignments": {"groups": [*ASSIGN]},
            "push_groups": [*PUSH],
            "attribute_statements": [
                {"key": key, "value": value} for key, value in ATTRIBUTES.items()
            ],
        }  # fmt: skip
        return {"config": {"okta-identity-center:federation": federation}}

    def login(self, person: str) -> str:
        """The id of an Okta user."""
        return self.ask("GET", f"/api/v1/users/{person}@example.com")["id"]


@contextmanager
def unbuilt_federation(folder: Path) -> Iterator[Federation]:
    """A new sandbox, without the app."""
    with sandbox_process(folder, "--connections", "supported", "--latency", "0") as addresses:
        yield Federation(addresses["okta"], addresses["aws"])


@contextmanager
def built_federation(folder: Path) -> Iterator[Federation]:
    with unbuilt_federation(folder) as federation:
        federation.build()
        yield federation
