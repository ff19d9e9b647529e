"""The policy pack with the real engine: on the shipped stack, on another stack, and offline."""

import copy
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Kit, Result
from tests.paths import ROOT
from tests.unit.policies.plain_programs import programs

pytestmark = pytest.mark.e2e

PACK = str(ROOT / "policies")
BAD = """
import json
import os
import pulumi
import pulumi_okta as okta

fixed = pulumi.Config().get_bool("fixed")
app = okta.app.Saml(
    "app",
    label="AWS of another team",
    preconfigured_app="amazon_aws_sso",
    app_settings_json=json.dumps({
        "acsURL": "https://us-east-1.sso.signin.aws/platform/saml/acs/x",
        "entityID": "https://us-east-1.signin.aws.amazon.com/platform/saml/d-9067a1b2c3",
    }),
    attribute_statements=[{
        "name": "https://aws.amazon.com/SAML/Attributes/AccessControl:Department",
        "values": ["user.department"],
    }],
)
connection = okta.app.Connection(
    "connection",
    id_property=app.id,
    base_url=os.environ["SCIM_ENDPOINT"] + "/",
    action="activate",
    profile={"auth_scheme": "TOKEN", "token": pulumi.Output.secret(os.environ["SCIM_TOKEN"])},
)
admins = okta.group.Group("admins", name="other-team-admins")
people = okta.group.Group("people", name="other-team-people")
assigned = people if fixed else admins
okta.app.GroupAssignment("assign", app_id=app.id, group_id=assigned.id)
okta.PushGroup(
    "push",
    app_id=app.id,
    source_group_id=admins.id,
    target_group_name=admins.name,
    opts=pulumi.ResourceOptions(depends_on=[connection]),
)
"""


@pytest.fixture(scope="module")
def sandbox(kit: Kit) -> Iterator[Kit]:
    """A sandbox with an empty stack."""
    with kit.running_sandbox("--connections", "supported"):
        yield kit


class OtherStack:
    """A stack without this kit's components, in its own folder."""

    def __init__(self, kit: Kit, folder: Path, program: str = BAD) -> None:
        self.folder, self.kit = folder, kit
        settings = folder / "Pulumi.dev.yaml"
        self.token = kit.token
        self.env = {
            **kit.env,
            "PULUMI_OPTION_CONFIG_FILE": str(settings),
            "SCIM_ENDPOINT": kit.secret["endpoint"].rstrip("/"),
            "SCIM_TOKEN": self.token,
        }
        (folder / "Pulumi.yaml").write_text(f"name: {folder.name}\nruntime: python\n")
        (folder / "__main__.py").write_text(program)
        settings.write_text(kit.settings.read_text())
        assert self.pulumi("stack", "init", "dev").code == 0

    def pulumi(self, *arguments: str, **env: str) -> Result:
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"], cwd=self.folder, env={**self.env, **env},
            capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL, check=False,
        )  # fmt: skip
        return Result(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def other_stack(sandbox: Kit, tmp_path_factory: pytest.TempPathFactory) -> OtherStack:
    return OtherStack(sandbox, tmp_path_factory.mktemp("other"))


@pytest.fixture(scope="module")
def remediated(
    other_stack: OtherStack, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Result, Result]:
    """A preview with remediation, and `pulumi up` after a user has fixed the rest."""
    config = tmp_path_factory.mktemp("policies") / "policies.json"
    config.write_text(
        json.dumps({f"fix-{rule}": "remediate" for rule in ("oic-101", "oic-220", "oic-406")})
    )
    pack = ("--policy-pack", PACK, "--policy-pack-config", str(config))
    preview = other_stack.pulumi("preview", *pack)
    other_stack.pulumi("config", "set", "fixed", "true")
    return preview, other_stack.pulumi("up", "--yes", *pack)


def write_count(kit: Kit) -> int:
    request_log = kit.okta("GET", "/sandbox/request-log")
    return sum(call["method"] in ("POST", "PUT", "PATCH", "DELETE") for call in request_log)


def test_the_shipped_stack_passes_in_its_first_preview(sandbox: Kit) -> None:
    done = sandbox.pulumi("preview", "--policy-pack", PACK)
    assert done.code == 0, done.text
    assert "okta-identity-center@v" in done.text  # the pack has run
    assert "oic-321" in done.text  # the sandbox's username format is an email address
    assert "[mandatory]" not in done.text
    assert "Traceback" not in done.text


def test_an_invalid_declaration_is_rejected_before_any_change(other_stack: OtherStack) -> None:
    before = write_count(other_stack.kit)
    done = other_stack.pulumi("preview", "--policy-pack", PACK)
    assert done.code != 0
    for rule in ("oic-101", "oic-201", "oic-220", "oic-406"):
        assert f"[mandatory] [severity: high]  {rule}" in done.text, done.text
    assert (
        "push: 'okta:group/group:Group::admins' is also an assignment group (assign)" in done.text
    )
    assert "See docs/reference/rules.md#oic-201" in done.text
    assert other_stack.token not in done.text
    assert "Traceback" not in done.text
    assert write_count(other_stack.kit) == before


def test_remediation_corrects_url_target_group_and_name_format(
    other_stack: OtherStack, remediated: tuple[Result, Result]
) -> None:
    preview, done = remediated
    assert preview.code != 0  # the group in both roles remains
    assert done.code == 0, done.text
    exported = other_stack.pulumi("stack", "export").text
    inputs = {r["urn"].rsplit("::", 1)[-1]: r.get("inputs", {}) for r in resources(exported)}
    assert inputs["connection"]["baseUrl"].endswith("/scim/v2")
    assert inputs["push"]["deleteTargetGroupOnDestroy"] is False
    [statement] = inputs["app"]["attributeStatements"]
    assert statement["namespace"] == "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
    assert other_stack.token not in exported


@pytest.mark.usefixtures("remediated")
def test_a_state_file_is_analysed_without_backend_or_passphrase(
    other_stack: OtherStack, tmp_path: Path
) -> None:
    file = tmp_path / "state.json"
    assert other_stack.pulumi("stack", "export", "--file", str(file)).code == 0
    offline = copy.copy(other_stack)
    offline.env = {
        key: value
        for key, value in other_stack.env.items()
        if key not in ("PULUMI_BACKEND_URL", "PULUMI_STACK", "PULUMI_CONFIG_PASSPHRASE")
    }
    analyse = ("policy", "analyze", "--policy-pack", PACK, "--file", str(file))
    assert offline.pulumi(*analyse).code == 0
    state = json.loads(file.read_text())
    for resource in state["deployment"]["resources"]:
        if resource["type"].endswith(":Connection"):
            resource["inputs"]["baseUrl"] += "/"
            resource["outputs"]["baseUrl"] += "/"
    file.write_text(json.dumps(state))
    refused = offline.pulumi(*analyse)
    assert refused.code != 0
    assert "oic-101" in refused.text


PLAIN = r"""
import re
from pathlib import Path
import pulumi
import yaml

made = {}


def value(given):
    if isinstance(given, list):
        return [value(each) for each in given]
    if isinstance(given, dict):
        if "fn::secret" in given:
            return pulumi.Output.secret(value(given["fn::secret"]))
        if "fn::toJSON" in given:
            return pulumi.Output.json_dumps(value(given["fn::toJSON"]))
        return {key: value(each) for key, each in given.items()}
    if isinstance(given, str):
        if found := re.fullmatch(r"[$][{]([\w-]+)[.](\w+)[}]", given):
            return getattr(made[found[1]], found[2])
        return given.replace("$${", "${")
    return given


for name, declared in yaml.safe_load(Path("program.yaml").read_text())["resources"].items():
    outputs = {"arn": None} if declared["type"].endswith(":PermissionSet") else {}
    props = outputs | value(declared.get("properties", {}))
    made[name] = pulumi.CustomResource(declared["type"], name, props)
"""
REPORTED = re.compile(r"\[(mandatory|advisory)\] \[severity: \w+\]\s+(oic-\d+)\s+\(\S+: ([\w-]+)\)")


@pytest.fixture(scope="module")
def plain(sandbox: Kit, tmp_path_factory: pytest.TempPathFactory) -> OtherStack:
    return OtherStack(sandbox, tmp_path_factory.mktemp("plain"), PLAIN)


@pytest.mark.parametrize(
    "name",
    [
        "two-instances",
        "permission-sets",
        "other-catalog-apps",
        "connection-portal-url",
        "permission-sets-competing",
        "push-groups-wrong",
    ],
)
def test_a_program_without_components_has_the_findings_of_the_unit_test(
    plain: OtherStack, name: str
) -> None:
    [program] = [each for each in programs() if each.path.stem == name]
    (plain.folder / "program.yaml").write_text(program.path.read_text())
    done = plain.pulumi("preview", "--policy-pack", PACK)
    levels = {"blocking": "mandatory", "advisory": "advisory"}
    expected = [(levels[level], rule.lower(), where) for rule, level, where, _ in program.findings]
    assert sorted(REPORTED.findall(done.text)) == sorted(expected), done.text
    assert (done.code == 0) == all(level == "advisory" for level, *_ in expected), done.text
    assert "okta-identity-center@v" in done.text


def resources(exported: str) -> list[dict]:
    return json.loads(exported)["deployment"]["resources"]
