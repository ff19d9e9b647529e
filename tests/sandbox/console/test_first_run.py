"""A first run: every step of an administrator, through the consoles of the real process."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import httpx

from sandbox.client import SandboxClient
from sandbox.org_file import load_org
from tests.sandbox.console.browser import Browser
from tests.sandbox.console.conftest import token_on
from tests.sandbox.console.running_sandbox import APP
from tests.sandbox_process import sandbox_process

AWS = load_org().aws
SETTINGS, SECRETS = "/aws-console/settings", "/aws-console/secretsmanager"


def test_every_step_of_a_first_run_is_possible_in_the_consoles(tmp_path: Path) -> None:
    with sandbox_process(tmp_path, "--identity-center", "new", "--latency", "0") as addresses:

        def client(service: Any) -> Any:
            return boto3.client(
                service, region_name=AWS.region, endpoint_url=addresses["aws"],
                aws_access_key_id="test", aws_secret_access_key="test",
            )  # fmt: skip

        browser, control = Browser(addresses["okta"]), SandboxClient(addresses["okta"])
        headers = {"Authorization": "SSWS sandbox-okta-token"}
        app = browser.http.post("/api/v1/apps", json=APP, headers=headers).json()["id"]
        root = f"/admin/app/amazon_aws_sso/instance/{app}"

        # AWS trusts Okta.
        external = SETTINGS + "/identity-source/external"
        assert "IAM Identity Center issuer URL" in browser.get(external)
        link = re.search(r'href="([^"]+/sso/saml/metadata[^"]*)"', browser.get(root))
        assert link
        metadata = browser.http.get(link[1]).content
        browser.submit(external, files={"metadata": ("idp.xml", metadata, "application/xml")})
        review = SETTINGS + "/identity-source/review"
        assert "Automatic provisioning" in browser.submit(review, accept="ACCEPT")

        # AWS generates the endpoint and the token, which go to Secrets Manager.
        shown = browser.submit(SETTINGS, SETTINGS + "/provisioning/enable")
        endpoint = re.search(r'id="endpoint" value="([^"]+)"', shown)
        assert endpoint
        token = token_on(shown)
        browser.submit(
            SECRETS + "/new", name=AWS.secret, form="pairs",
            secret_key=["endpoint", "token"], secret_value=[endpoint[1], token],
        )  # fmt: skip
        stored = client("secretsmanager").get_secret_value(SecretId=AWS.secret)["SecretString"]
        assert json.loads(stored) == {"endpoint": endpoint[1], "token": token}

        # Okta connects to AWS.
        integration = f"{root}/provisioning/integration"
        url = endpoint[1].rstrip("/")
        verified = browser.submit(
            integration + "?edit=1", integration, test="", enable="on", base_url=url,
            api_token=token,
        )  # fmt: skip
        assert "was verified successfully!" in verified
        browser.submit(
            integration + "?edit=1", integration, save="", enable="on", base_url=url,
            api_token=token,
        )  # fmt: skip
        features = {"create_users": "on", "update_users": "on", "deactivate_users": "on"}
        browser.submit(f"{root}/provisioning/to-app?edit=1", f"{root}/provisioning/to-app",
                       **features)  # fmt: skip

        # Okta provisions the users of one group, and pushes another one.
        groups = browser.http.get("/api/v1/groups", headers=headers).json()
        ids = {group["profile"]["name"]: group["id"] for group in groups}
        browser.submit(f"{root}/assignments/groups/assign/{ids['aws-access']}")
        control.settle()
        browser.submit(
            f"{root}/push-groups/by-name?q=aws-admins", f"{root}/push-groups/by-name",
            group=ids["aws-admins"], action="create", immediately="on",
        )  # fmt: skip
        control.settle()
        found = client("identitystore").list_groups(IdentityStoreId=AWS.identity_store_id)
        assert [group["DisplayName"] for group in found["Groups"]] == ["aws-admins"]

        # AWS passes the attributes of Okta's assertions.
        attributes = SETTINGS + "/attributes"
        browser.submit(attributes, attributes + "/enable")
        browser.submit(
            attributes + "/edit", attribute_key="User", attribute_value="${path:userName}"
        )
        described = client("sso-admin").describe_instance_access_control_attribute_configuration(
            InstanceArn=f"arn:aws:sso:::instance/{AWS.instance_id}"
        )
        [attribute] = described["InstanceAccessControlAttributeConfiguration"][
            "AccessControlAttributes"
        ]
        assert attribute == {"Key": "User", "Value": {"Source": ["${path:userName}"]}}

        # Rotation: a second token replaces the first one in the secret and in Okta.
        provisioning = SETTINGS + "/provisioning"
        [first] = re.findall(r"/provisioning/token/([0-9a-f-]+)/delete", browser.get(provisioning))
        second = token_on(browser.submit(provisioning, provisioning + "/token"))
        name = AWS.secret.replace("/", "%2F")
        browser.submit(
            SECRETS + "/new", f"{SECRETS}/secret/save?name={name}", form="pairs",
            secret_key=["endpoint", "token"], secret_value=[endpoint[1], second],
        )  # fmt: skip
        browser.submit(
            integration + "?edit=1", integration, save="", enable="on", base_url=url,
            api_token=second,
        )  # fmt: skip
        browser.submit(f"{provisioning}/token/{first}/delete", confirm="DELETE")
        statuses = [
            httpx.get(f"{addresses['scim']}/{AWS.tenant}/scim/v2/Users", timeout=60,
                      headers={"Authorization": f"Bearer {each}"}).status_code
            for each in (token, second)
        ]  # fmt: skip
        assert statuses == [401, 200]
