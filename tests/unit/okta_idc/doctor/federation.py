"""A federation in a sandbox process, built with the API calls that `pulumi up` makes."""

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
APPLICATION = f"arn:aws:sso::{AWS.account}:application/{AWS.instance_id}/{AWS.applications[0].id}"
_ENABLED = {"status": "ENABLED"}


@dataclass
class Federation:
    """A running sandbox and, once built, the app in it."""

    okta: str
    aws: str
    scim: str
    app: str = ""
    groups: dict[str, str] = field(default_factory=dict)
    mappings: dict[str, str] = field(default_factory=dict)
    assign: tuple[str, ...] = ASSIGN
    push: tuple[str, ...] = PUSH
    username_format: str = "${source.email}"

    def request(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"SSWS {TOKEN}"} if path.startswith("/api/") else {}
        response = httpx.request(
            method, self.okta + path, json=body, params=query or None, headers=headers, timeout=60
        )
        assert response.is_success, (method, path, response.text)
        return response.json() if response.content else None

    def client(self, service: Any) -> Any:
        return boto3.client(
            service, region_name=AWS.region, endpoint_url=self.aws,
            aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
        )  # fmt: skip

    def build(self, attributes: dict[str, str] = ATTRIBUTES) -> None:
        """Creates the app, assigns and pushes groups, and sets attributes for access control."""
        secret = self.client("secretsmanager").get_secret_value(SecretId=AWS.secret)
        document = json.loads(secret["SecretString"])
        statements = [
            {"type": "EXPRESSION", "name": f"https://aws.amazon.com/SAML/Attributes/"
             f"AccessControl:{key}", "values": [value],
             "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"}
            for key, value in attributes.items()
        ]  # fmt: skip
        self.app = self.request("POST", "/api/v1/apps", {
            "name": "amazon_aws_sso", "label": "AWS IAM Identity Center", "signOnMode": "SAML_2_0",
            "credentials": {"userNameTemplate": {"template": self.username_format}},
            "settings": {"app": {"acsURL": ACS_URL, "entityID": ISSUER},
                         "signOn": {"attributeStatements": statements}},
        })["id"]  # fmt: skip
        root = f"/api/v1/apps/{self.app}"
        endpoint, token = document["endpoint"].rstrip("/"), document["token"]
        connection = {"baseUrl": endpoint, "profile": {"authScheme": "TOKEN", "token": token}}
        self.request("POST", f"{root}/connections/default", connection, activate="true")
        capabilities = {"create": {"lifecycleCreate": _ENABLED},
                        "update": {"profile": _ENABLED,
                                   "lifecycleDeactivate": _ENABLED}}  # fmt: skip
        self.request("PUT", f"{root}/features/USER_PROVISIONING", capabilities)
        groups = self.request("GET", "/api/v1/groups")
        groups.sort(key=lambda group: group["type"] == "OKTA_GROUP")  # the last of a name counts
        self.groups = {group["profile"]["name"]: group["id"] for group in groups}
        for name in self.assign:
            self.request("PUT", f"{root}/groups/{self.groups[name]}", {})
        # users first, then their groups (docs/research/group-push.md#order-of-changes)
        self.settle()
        for name in self.push:
            body = {"sourceGroupId": self.groups[name], "targetGroupName": name}
            mapping = self.request("POST", f"{root}/group-push/mappings", body)
            self.mappings[name] = mapping["id"]
        self.settle()
        attribute = {"Key": "UserName", "Value": {"Source": ["${path:userName}"]}}
        self.client("sso-admin").create_instance_access_control_attribute_configuration(
            InstanceArn=f"arn:aws:sso:::instance/{AWS.instance_id}",
            InstanceAccessControlAttributeConfiguration={"AccessControlAttributes": [attribute]},
        )
        store = self.client("identitystore").list_groups(IdentityStoreId=AWS.identity_store_id)
        [group] = [g["GroupId"] for g in store["Groups"] if g["DisplayName"] == self.push[0]]
        self.client("sso-admin").create_application_assignment(
            ApplicationArn=APPLICATION, PrincipalType="GROUP", PrincipalId=group
        )

    def settle(self) -> None:
        assert self.request("GET", "/sandbox/settled", timeout=60)["settled"]

    def outputs(self) -> dict[str, Any]:
        """The outputs of the equivalent stack."""
        return {
            "appId": self.app, "identityStoreId": AWS.identity_store_id, "region": AWS.region,
            "secretName": AWS.secret, "mode": "api", "metadataUrl": f"{self.okta}/api/v1/apps/x",
            "assignmentGroups": [{"name": n, "id": self.groups[n]} for n in self.assign],
            "pushGroups": [{"name": n, "sourceGroupId": self.groups[n]} for n in self.push],
        }  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """The settings in the equivalent stack file."""
        federation = {
            "app": {"acs_url": ACS_URL, "issuer_url": ISSUER,
                    "username_format": self.username_format},
            "scim_token": {"secret": AWS.secret}, "assignments": {"groups": [*self.assign]},
            "push_groups": [*self.push],
            "attribute_statements": [
                {"key": key, "value": value} for key, value in ATTRIBUTES.items()
            ],
            "account_access": {"applications": [{"arn": APPLICATION, "groups": [self.push[0]]}]},
            "access_control_attributes": {"attributes": {"UserName": "${path:userName}"}},
        }  # fmt: skip
        return {"config": {"okta-identity-center:federation": federation}}

    def user_id(self, name: str) -> str:
        """The ID of an Okta user."""
        return self.request("GET", f"/api/v1/users/{name}@example.com")["id"]


@contextmanager
def unbuilt_federation(folder: Path, *options: str) -> Iterator[Federation]:
    """A new sandbox, without the app."""
    given = options or ("--latency", "0")
    with sandbox_process(folder, "--connections", "supported", *given) as addresses:
        yield Federation(addresses["okta"], addresses["aws"], addresses["scim"])


@contextmanager
def built_federation(folder: Path) -> Iterator[Federation]:
    with unbuilt_federation(folder) as federation:
        federation.build()
        yield federation
