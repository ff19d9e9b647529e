"""The first run, with the real engine: from an empty stack and a new IAM Identity Center to a
signed-in user with a session tag.

A person does nothing but what the last run printed, in the sandbox's consoles over HTTP, and on the
command line.
"""

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from tests.e2e.conftest import TOKEN, Kit, Result
from tests.paths import ROOT
from tests.sandbox.console.browser import Browser
from toolchain.engine import Engine

pytestmark = pytest.mark.e2e

KEY = "okta-identity-center:federation"
SMALLEST: dict[str, Any] = {"scim_token": {"secret": "okta-identity-center/scim"}}
"""Stage 2 of the README: only the app."""
APP_ONLY = {"okta:app/saml:Saml"}


def example() -> dict[str, Any]:
    """The federation of the example stack."""
    return yaml.safe_load((ROOT / "Pulumi.example.yaml").read_text())["config"][KEY]


@dataclass
class Person:
    """An administrator who follows the printed steps, and what they have in front of them."""

    kit: Kit
    groups: dict[str, Any]
    """Settings that this person adds when a step says to list groups."""
    acts: list[str] = field(default_factory=list)
    """What was done, in order."""
    consoles: list[str] = field(default_factory=list)
    """The visits to a console, in order."""
    seen: dict[str, str] = field(default_factory=dict)
    """What the AWS console showed."""

    def __post_init__(self) -> None:
        self.browser = Browser(self.kit.sandbox["okta"])
        self.http = self.browser.http

    def do(self, step: str) -> None:
        """Do one printed step; fails for a step that this person does not understand."""
        for start, act in {
            "Make sure that you can sign in to AWS without": self._check_access,
            "Connect AWS to Okta, in one visit": self._visit_aws,
            "Store the SCIM endpoint and the access token": self._store_token,
            "Set `app.acs_url` to the ACS URL": self._set_acs_url,
            "List groups under push_groups": self._list_groups,
            "Turn provisioning on": self._visit_okta,
            "Run `pulumi up`": self._run,
        }.items():
            if step.startswith(start):
                self.acts.append(act.__name__.strip("_"))
                act(step)
                return
        pytest.fail(f"unknown step: {step}")

    def _run(self, step: str) -> None:
        """The journey runs it next."""

    def _check_access(self, step: str) -> None:
        """Nothing of this happens in the sandbox."""

    def _visit_aws(self, step: str) -> None:
        self.consoles.append("AWS")
        [metadata] = re.findall(r"Save (\S+) as a file", step)
        file = self.http.get(metadata)
        assert file.status_code == 200, "the link needs no credentials"
        source = "/aws-console/settings/identity-source"
        page = self.http.get(f"{source}/external").text
        shown = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
        self.seen["acs_url"] = shown["IAM Identity Center Assertion Consumer Service (ACS) URL"]
        assert f"URL is not {shown['IAM Identity Center issuer URL']}" in step
        upload = {"metadata": ("metadata.xml", file.content)}
        self.browser.submit(f"{source}/external", f"{source}/external", files=upload)
        self.browser.submit(f"{source}/review", f"{source}/review", accept="ACCEPT")
        settings = "/aws-console/settings"
        dialog = self.browser.submit(settings, f"{settings}/provisioning/enable")
        [self.seen["endpoint"]] = re.findall(r'id="endpoint" value="([^"]+)"', dialog)
        [self.seen["token"]] = re.findall(r">(sandbox-scim-[^<]+)<", dialog)

    def _store_token(self, step: str) -> None:
        [command] = re.findall(r"^ +okta-idc (token store .+)$", step, re.M)
        assert "has no secret 'okta-identity-center/scim'" in step
        sandbox = self.kit.sandbox
        done = subprocess.run(
            [sys.executable, "-m", "okta_idc", *shlex.split(command),
             "--aws-endpoint", sandbox["aws"], "--verify-at", sandbox["scim"]],
            cwd=ROOT, env=self._environment, text=True, capture_output=True, check=False,
            input="\n".join((self.seen["endpoint"], self.seen["token"], "")),
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert self.seen["token"] not in done.stdout + done.stderr

    def _set_acs_url(self, step: str) -> None:
        path = f"{KEY}.app.acs_url"
        done = self.kit.pulumi("config", "set", "--path", path, self.seen["acs_url"])
        assert done.code == 0, done.text

    def _list_groups(self, step: str) -> None:
        write(self.kit, federation_of(self.kit) | self.groups)

    def _visit_okta(self, step: str) -> None:
        self.consoles.append("Okta")
        integration, to_app = (urlsplit(url).path for url in re.findall(r"Open (http\S+)", step))
        [endpoint] = re.findall(r"Base URL: (\S+)", step)
        assert "`token` in the secret okta-identity-center/scim" in step
        app = integration.rstrip("/")
        assert self.http.get(f"{app}/provisioning/integration").status_code == 200
        self.browser.submit(
            f"{app}/provisioning/integration?edit=1", f"{app}/provisioning/integration",
            save="", enable="on", base_url=endpoint, api_token=self.kit.token,
        )  # fmt: skip
        [boxes] = re.findall(r"Enable for ([\w, ]+)\.", step)
        page = f"{to_app.rstrip('/')}/provisioning/to-app"
        names = [box.lower().replace(" ", "_") for box in boxes.split(", ")]
        on = {"update_user_attributes": "update_users"}
        fields: dict[str, Any] = {str(on.get(name, name)): "on" for name in names}
        self.browser.submit(f"{page}?edit=1", page, **fields)

    @property
    def _environment(self) -> dict[str, str]:
        return self.kit.isolated_env | {
            "AWS_ACCESS_KEY_ID": "sandbox",
            "AWS_SECRET_ACCESS_KEY": "sandbox",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def sign_in(self, login: str) -> dict[str, Any]:
        """What AWS would receive for a user: NameID, addressee and session tags."""
        outputs = self.kit.home / "outputs.json"
        outputs.write_text(self.kit.pulumi("stack", "output", "--json").text)
        done = subprocess.run(
            [sys.executable, "-m", "okta_idc", "preview-saml", "--user", login, "--json",
             "--outputs", str(outputs), "--okta-url", self.kit.sandbox["okta"]],
            cwd=ROOT, env=self._environment | {"OKTA_API_TOKEN": TOKEN}, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)


def federation_of(kit: Kit) -> dict[str, Any]:
    return yaml.safe_load(kit.settings.read_text())["config"][KEY]


def write(kit: Kit, federation: dict[str, Any]) -> None:
    document = yaml.safe_load(kit.settings.read_text())
    document["config"][KEY] = federation
    kit.settings.write_text(yaml.safe_dump(document, allow_unicode=True))


def steps_in(result: Result, kit: Kit) -> list[str]:
    """The next steps: of the output, or of the error of a run that failed."""
    if result.code == 0:
        return json.loads(kit.pulumi("stack", "output", "nextSteps", "--json").text)
    assert "Traceback" not in result.text, result.text
    if gate := re.search(r"Turn provisioning on in the Okta Admin Console:.*", result.text, re.S):
        return [gate[0], "Run `pulumi up`."]
    [text] = re.findall(r"error: (The app is in Okta\..*)", result.text, re.S) or [result.text]
    indent = re.search(r"\n( *)1\. ", text)
    assert indent, text
    numbered = re.split(rf"\n{indent[1]}\d\. ", text)
    return [step.partition("\n\n")[0].strip() for step in numbered[1:]]


def resources(kit: Kit) -> set[str]:
    """Types of the recorded resources of Okta and AWS."""
    state = json.loads(kit.pulumi("stack", "export").text)
    return {
        each["type"]
        for each in state["deployment"]["resources"]
        if each["type"].startswith(("okta:", "aws:"))
    }


@pytest.fixture(params=["console", "api"])
def mode(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def new_kit(tmp_path: Path, engine: Engine, mode: str) -> Iterator[Kit]:
    """A clone with an empty stack, for a sandbox whose Identity Center is new."""
    kit = Kit(tmp_path / "clone" / ".sandbox")
    kit.home.parent.mkdir()
    connections = "supported" if mode == "api" else "unknown"
    options = ("--connections", connections)
    with kit.running_sandbox(*options, serve=("--identity-center", "new")):
        yield kit


def for_sandbox(kit: Kit, federation: dict[str, Any], mode: str) -> dict[str, Any]:
    """The federation with the addresses of the sandbox, in this mode."""
    token = federation["scim_token"] | {"verify_at": kit.sandbox["scim"]}
    return federation | {"scim_token": token, "provisioning": {"mode": mode}}


def journey(kit: Kit, person: Person) -> list[tuple[Result, set[str]]]:
    """Run `pulumi up` and do what it says until no step is left: each run, and what it left."""
    runs: list[tuple[Result, set[str]]] = []
    while True:
        done = kit.run("up", "--yes", "--skip-preview")
        kit.settle()
        runs.append((done, resources(kit)))
        steps = steps_in(done, kit)
        if not steps:
            return runs
        assert len(runs) < 8, steps
        for step in steps:
            person.do(step)


@pytest.mark.parametrize("mode", ["console"], indirect=True)
def test_the_example_stack_copied_literally_leads_to_a_signed_in_user(
    new_kit: Kit, mode: str
) -> None:
    kit = new_kit
    write(kit, for_sandbox(kit, example(), mode))
    person = Person(kit, groups={})
    runs = journey(kit, person)
    first, first_left = runs[0]
    assert first.code != 0
    assert first_left == APP_ONLY
    in_aws = ["check_access", "visit_aws", "store_token", "set_acs_url", "run"]
    assert person.acts == [*in_aws, "visit_okta", "run"]
    assert person.consoles == ["AWS", "Okta"]
    assert len(runs) == len(person.consoles) + 1
    assert_signed_in(kit, person)
    again = kit.run("up", "--yes", "--skip-preview", "--expect-no-changes")
    assert again.code == 0, again.text


def test_the_smallest_stack_leads_to_a_signed_in_user_and_no_run_fails(
    new_kit: Kit, mode: str
) -> None:
    kit = new_kit
    write(kit, for_sandbox(kit, SMALLEST, mode))
    later = {k: v for k, v in example().items() if k not in ("app", "scim_token", "provisioning")}
    person = Person(kit, groups=later)
    preview = kit.run("preview")
    assert preview.code == 0, preview.text
    runs = journey(kit, person)
    assert [done.code for done, _ in runs] == [0] * len(runs), [done.text for done, _ in runs]
    assert runs[0][1] == APP_ONLY
    assert person.consoles == (["AWS", "Okta"] if mode == "console" else ["AWS"])
    assert person.acts.count("list_groups") == 1
    assert_signed_in(kit, person)


def assert_signed_in(kit: Kit, person: Person) -> None:
    """A pushed user reaches AWS with a session tag that AWS accepts."""
    [app] = kit.okta("GET", "/api/v1/apps?limit=200")
    assert app["settings"]["app"]["acsURL"] == person.seen["acs_url"]
    login = sorted(kit.groups()["aws-developers"])[0]
    assertion = person.sign_in(login)
    assert assertion["nameId"]["value"] == login
    assert assertion["sessionTags"].keys() == {"Department"}
    assert assertion["findings"] == []
    center = kit.aws("sso-admin")
    [instance] = center.list_instances()["Instances"]
    enabled = center.describe_instance_access_control_attribute_configuration(
        InstanceArn=instance["InstanceArn"]
    )
    assert enabled["Status"] == "ENABLED"
