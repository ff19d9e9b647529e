"""A federation on a sandbox, with a person who does the steps of a rotation in the consoles."""

import asyncio
import json
import uuid
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from okta_idc.clients.cloudtrail import EventHistory
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_writes import OktaWriter
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import SecretVersions
from okta_idc.token.canary import Canary
from okta_idc.token.result import Result
from okta_idc.token.rotation import Rotation
from okta_idc.token.steps import Act, Pages, Step
from sandbox.org_file import load_org
from sandbox.pytest_plugin import Sandbox
from tests.console_visits import ConsoleVisits

REGION = "us-east-1"
STORE = load_org().aws.identity_store_id
ENDPOINT = f"https://scim.{REGION}.amazonaws.com/{load_org().aws.tenant}/scim/v2"
APP = {
    "name": "amazon_aws_sso", "label": "AWS IAM Identity Center", "signOnMode": "SAML_2_0",
    "settings": {"app": {
        "acsURL": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123456789-sandbox",
        "entityID": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    }},
}  # fmt: skip


class Federation:
    """One secret, one app, and one SCIM token that both have."""

    def __init__(
        self, sandbox: Sandbox, mode: str = "console", age: timedelta = timedelta(days=1)
    ) -> None:
        """`age`: of the token, according to the secret; the sandbox creates it now."""
        self.sandbox, self.mode = sandbox, mode
        self.consoles = ConsoleVisits(sandbox.okta)
        self.secret = f"test/{uuid.uuid4().hex}"
        self.secrets: Any = boto3.client("secretsmanager", REGION, endpoint_url=sandbox.aws)
        self.deployed = ""
        """Expiry of the token at the last `pulumi up`."""
        for ident in self.consoles.tokens():
            self.consoles.delete(ident)
        self.app_id = self._okta(self._app())
        self.first = self.consoles.generate()
        self.first_id = self.consoles.tokens()[-1]
        document = self.document(self.first, self.now() - age)
        tags = [{"Key": k, "Value": document[k]}
                for k in ("endpoint", "token_id", "created", "expires")]  # fmt: skip
        self.secrets.create_secret(Name=self.secret, SecretString=json.dumps(document), Tags=tags)
        self.paste(self.first)
        self.deployed = document["expires"]

    async def _app(self) -> str:
        async with self.okta() as okta:
            found = await okta.every("/api/v1/apps")
            app = found[0] if found else await okta.change("POST", "/api/v1/apps", APP)
            return app["id"]

    def _okta(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run(work)

    def okta(self) -> OktaWriter:
        given = {"OKTA_API_TOKEN": self.sandbox.token}
        return OktaWriter(self.sandbox.okta, Credentials.read({}, given).auth())

    def now(self) -> datetime:
        seconds = self.sandbox.call("GET", "clock")["now"]
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=0)

    def document(self, token: str, created: datetime) -> dict[str, Any]:
        return {
            "endpoint": ENDPOINT, "token": token, "token_id": created.isoformat(),
            "created": created.isoformat(),
            "expires": (created + timedelta(days=365)).isoformat(), "schema": 1,
        }  # fmt: skip

    def paste(self, token: str) -> None:
        self.consoles.paste(self.app_id, ENDPOINT, token)

    def up(self) -> None:
        """What `pulumi up` does in mode `api`."""
        current = self.value()
        self.paste(current["token"])
        self.deployed = current["expires"]

    def value(self, label: str = "AWSCURRENT") -> dict[str, Any]:
        found = self.secrets.get_secret_value(SecretId=self.secret, VersionStage=label)
        return json.loads(found["SecretString"])

    def labels(self) -> dict[str, str]:
        found = self.secrets.describe_secret(SecretId=self.secret)["VersionIdsToStages"]
        return {label: version for version, labels in found.items() for label in labels}

    def tags(self) -> dict[str, str]:
        found = self.secrets.describe_secret(SecretId=self.secret)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in found}

    def canaries(self) -> list[str]:
        """The test groups that remain in Okta and in AWS."""
        self.sandbox.settle()

        async def read() -> list[str]:
            async with self.okta() as okta:
                return [g["profile"]["name"] for g in await okta.every("/api/v1/groups")]

        store = IdentityStore(STORE, REGION, self.sandbox.aws)
        names = [*self._okta(read()), *(group["DisplayName"] for group in store.groups())]
        return [name for name in names if name.startswith("okta-idc-canary")]

    def run(
        self, person: "Person", do: Callable[[Rotation], Any] = Rotation.rotate, **more: Any
    ) -> Result:
        """Run a command with this person. Raises what the command raises."""

        async def work() -> Result:
            async with self.okta() as okta:
                store = IdentityStore(STORE, REGION, self.sandbox.aws)
                canary = Canary(okta, store, self.app_id, seconds=60, pause=0.02)
                given = {"seconds": 0.1, "pause": 0.02, "now": self.now, **more}
                return await do(
                    Rotation(
                        SecretVersions(self.secret, REGION, self.sandbox.aws),
                        ScimProbe(self.sandbox.scim), canary,
                        EventHistory(REGION, self.sandbox.aws), person,
                        Pages("https://aws.example/settings", "https://okta.example/integration",
                              self.secret, REGION),
                        (lambda: self.deployed) if self.mode == "api" else None, **given,
                    )
                )  # fmt: skip

        return asyncio.run(work())


@dataclass
class Person:
    """Does the steps in `acts`, each as often as it is in there; then nobody is at the terminal.

    The new token stays in AWS's dialog: a second run can enter it again.
    """

    at: Federation
    acts: list[Act]
    entered: str = ""
    steps: list[Step] = field(default_factory=list[Step])
    said: list[str] = field(default_factory=list[str])
    warnings: list[str] = field(default_factory=list[str])
    before: Callable[[Act], None] = lambda _act: None
    """Happens before each act."""

    def say(self, text: str) -> None:
        self.said.append(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def token(self, step: Step, endpoint: str) -> str:
        assert endpoint == ENDPOINT
        self.steps.append(step)
        self.before(step.act)
        if Act.GENERATE not in self.acts:
            return ""
        self.entered = self.entered or self.at.consoles.generate()
        return self.entered

    def does(self, step: Step) -> bool:
        self.steps.append(step)
        self.before(step.act)
        if step.act not in self.acts:
            return False
        self.acts.remove(step.act)
        if step.act == Act.UP:
            self.at.up()
        elif step.act == Act.PASTE:
            self.at.paste(self.entered)
        elif self.at.first_id in self.at.consoles.tokens():
            self.at.consoles.delete(self.at.first_id)
        return True
