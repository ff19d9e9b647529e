"""plugin/ with the real engine: its schema, and a federation declared in YAML."""

import json
import os
import shutil
from collections.abc import Callable, Set
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml

from tests.package.conftest import say
from tests.package.guide import example
from tests.package.harness import Project, Tools, Venv, checked, installer_env, run, uv
from tests.paths import ROOT
from toolchain import engine as engines

NAME = "okta-identity-center"
PROGRAM = ROOT / "tests" / "package" / "programs" / "yaml" / "Pulumi.yaml"
SCHEMA: dict[str, Any] = json.loads((ROOT / "plugin" / "schema.json").read_text())
FEDERATION = f"{NAME}:index:IdentityCenterFederation"


def install_plugin(folder: Path, venv: Venv) -> Path:
    """Copy the plugin and configure it to use the wheel in `venv`.

    Pulumi would install requirements.txt, but this version is not on an index yet.
    """
    plugin = folder / "plugin"
    shutil.copytree(ROOT / "plugin", plugin, ignore=shutil.ignore_patterns("__pycache__"))
    (plugin / "requirements.txt").unlink()
    description = yaml.safe_load((plugin / "PulumiPlugin.yaml").read_text())
    description["runtime"]["options"]["virtualenv"] = str(venv.folder)
    (plugin / "PulumiPlugin.yaml").write_text(yaml.safe_dump(description))
    return plugin


@pytest.fixture(scope="module")
def acme(venv: Callable[[str], Venv], project: Callable[..., Project]) -> Project:
    """The project with the YAML program and the plugin, not deployed."""
    made = project(venv("components"), engines.yaml_host(say), runtime="yaml")
    install_plugin(made.folder.parent, venv("components"))
    added = made.pulumi("package", "add", "../plugin")
    assert added.code == 0, added.text
    write(made, lambda _: None)
    made.configure("scimAddress", made.sandbox["scim"])
    made.configure("awsAddress", made.sandbox["aws"])
    made.init()
    return made


def write(acme: Project, change: Callable[[dict[str, Any]], object]) -> None:
    """Write the program with changed arguments of the federation."""
    program = yaml.safe_load(PROGRAM.read_text())
    change(program["resources"]["sso"]["properties"])
    acme.write("Pulumi.yaml", program)


def rejected(
    acme: Project, change: Callable[[dict[str, Any]], object], created: Set[str] = frozenset()
) -> str:
    """The output of `up` for a changed program, which must fail after it has created resources of
    these types at most."""
    write(acme, change)
    done = acme.pulumi("up", "--yes", "--skip-preview")
    write(acme, lambda _: None)
    assert done.code != 0, done.text
    assert "Traceback" not in done.text
    types = {each["type"] for each in acme.resources()}
    assert {each for each in types if each.startswith(("okta:", "aws:"))} <= created
    return done.text


def test_the_engine_reads_the_committed_schema(acme: Project, tools: Tools, tmp_path: Path) -> None:
    done = run(tools.engine.path, "package", "get-schema", acme.folder.parent / "plugin",
               cwd=tmp_path, env=acme.env)  # fmt: skip
    assert done.code == 0, done.text
    shown = json.loads(done.out)
    assert shown.pop("config", {}) == {}
    assert shown == SCHEMA, "plugin/schema.json is out of date. Run: make docs"


def test_the_release_archive_can_be_installed(acme: Project, tools: Tools, tmp_path: Path) -> None:
    if tools.engine.origin != "built":
        pytest.skip("Pulumi's language host would install a wheel that is not on an index yet")
    path = f"{Path(uv()).parent}{os.pathsep}{installer_env()['PATH']}"
    env = installer_env() | {"PATH": path}
    checked(ROOT / ".ci" / "release", "build", tmp_path / "dist", cwd=tmp_path, env=env)
    [archive] = (tmp_path / "dist").glob("pulumi-resource-*.tar.gz")
    own = acme.env | {"PULUMI_HOME": str(tmp_path / "home")}
    version = SCHEMA["version"]
    checked(tools.engine.path, "plugin", "install", "resource", NAME, version, "--file", archive,
            cwd=tmp_path, env=own)  # fmt: skip
    shown = json.loads(
        checked(tools.engine.path, "package", "get-schema", NAME, cwd=tmp_path, env=own)
    )
    assert (shown["name"], shown["version"]) == (NAME, version)


def test_every_public_component_has_described_and_typed_inputs(venv: Callable[[str], Venv]) -> None:
    listed = run(
        venv("components").python, "-c",
        "import inspect, pulumi\nfrom okta_idc import components as c\n"
        "for n in c.__all__:\n    v = getattr(c, n)\n"
        "    if inspect.isclass(v) and issubclass(v, pulumi.ComponentResource): print(n)",
        cwd=venv("components").folder, env={},
    )  # fmt: skip
    assert {f"{NAME}:index:{name}" for name in listed.out.split()} == set(SCHEMA["resources"])
    assert FEDERATION in SCHEMA["resources"]
    objects = {
        **{f"{name} inputs": each["inputProperties"] for name, each in SCHEMA["resources"].items()},
        **{name: each["properties"] for name, each in SCHEMA["types"].items()
           if "properties" in each},
    }  # fmt: skip
    for name, properties in objects.items():
        for key, value in properties.items():
            assert value.get("description"), f"{name}: {key} has no description"
            assert "$ref" in value or "type" in value, f"{name}: {key} has no type"


def test_a_misspelled_argument_is_rejected(acme: Project) -> None:
    def misspell(args: dict[str, Any]) -> None:
        args["pushGroup"] = args.pop("pushGroups")

    text = rejected(acme, misspell)
    assert "Property pushGroup does not exist" in text, text


def test_a_misspelled_key_inside_an_argument_is_rejected(acme: Project) -> None:
    def misspell(args: dict[str, Any]) -> None:
        args["accountAccess"]["permissionSets"][0]["sessionDurations"] = "PT8H"

    text = rejected(acme, misspell)
    assert "sessionDurations" in text, text


def test_a_missing_required_argument_is_rejected(acme: Project) -> None:
    text = rejected(acme, lambda args: args.pop("scimToken"))
    assert "scimToken" in text, text


def test_a_rule_violation_is_reported_with_its_path(acme: Project) -> None:
    def violate_rule(args: dict[str, Any]) -> None:
        args["pushGroups"].append({"name": "aws-access"})

    text = rejected(acme, violate_rule)
    assert "pushGroups[3]" in text, text
    assert "OIC-201" in text


def test_a_group_that_does_not_exist_is_reported(acme: Project) -> None:
    text = rejected(acme, lambda args: args["pushGroups"].append({"name": "aws-nobody"}))
    assert "property pushGroups[3] " in text, text
    assert "'aws-nobody'" in text
    assert "OIC-203" in text


def test_a_missing_secret_is_reported_as_the_next_step(acme: Project) -> None:
    app = {"okta:app/saml:Saml"}  # AWS needs its metadata before the secret can exist
    text = rejected(acme, lambda args: args["scimToken"].update(secret="acme/nothing"), app)
    assert "has no secret 'acme/nothing'" in text, text
    assert "token store acme/nothing" in text
    assert 'File "' not in text  # a stack trace


def test_the_whole_federation_is_deployed(acme: Project) -> None:
    done = acme.pulumi("up", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    outputs = acme.outputs()
    assert outputs["appId"].startswith("0oa")
    types = {each["type"] for each in acme.resources()}
    assert {
        FEDERATION, "okta:app/saml:Saml", "okta:app/connection:Connection",
        "okta:index/pushGroup:PushGroup", "okta:app/groupAssignment:GroupAssignment",
        "aws:ssoadmin/permissionSet:PermissionSet", "aws:sns/topic:Topic",
    } <= types  # fmt: skip
    urns = {each["type"]: each for each in acme.resources()}
    alarms = urns["aws:sns/topic:Topic"]["provider"]
    assert "pulumi:providers:aws::alarms::" in alarms
    store = boto3.client(
        "identitystore", endpoint_url=acme.sandbox["aws"], region_name="us-east-1",
        aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
    )  # fmt: skip
    groups = store.list_groups(IdentityStoreId=outputs["identityStoreId"])["Groups"]
    assert {"aws-admins", "aws-developers", "aws-finance"} <= {g["DisplayName"] for g in groups}


def test_the_example_in_the_guide_can_be_previewed(acme: Project) -> None:
    program = yaml.safe_load(example("yaml", "IdentityCenterFederation"))
    [plugin] = program["plugins"]["providers"]
    plugin["path"] = "../../plugin"
    acme.write("guide/Pulumi.yaml", program | {"name": "guide"})
    shutil.copy(acme.folder / "Pulumi.dev.yaml", acme.folder / "guide")
    command = (acme.tools.engine.path, "--cwd", "guide")
    checked(*command, "stack", "init", "dev", cwd=acme.folder, env=acme.env)
    shown = checked(*command, "preview", "--non-interactive", cwd=acme.folder, env=acme.env)
    assert "okta:index:PushGroup" in shown


def test_a_second_preview_finds_no_change(acme: Project) -> None:
    done = acme.pulumi("preview", "--expect-no-changes")
    assert done.code == 0, done.text


def test_everything_can_be_destroyed(acme: Project) -> None:
    done = acme.pulumi("destroy", "--yes", "--skip-preview")
    assert done.code == 0, done.text
    assert acme.resources() == []
