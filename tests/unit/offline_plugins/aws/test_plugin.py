"""The plugin as the engine sees it: its process, configuration and unsupported parts."""

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
import pulumi_aws
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from components._lookup_errors import LOOKUPS
from offline_plugins.aws import registry
from offline_plugins.aws.account import SUPPORTED_SETTINGS
from offline_plugins.aws.plugin import AwsPlugin
from offline_plugins.property_values import Secret
from offline_plugins.provider import State
from tests.paths import ROOT
from tests.unit.offline_plugins.aws.conftest import (
    KEYS,
    CallError,
    Engine,
    Scripted,
    config,
    urn,
)
from tests.unit.offline_plugins.aws.test_models import CALLS, sdk_module
from tests.unit.offline_plugins.plugin_process import AWS_SCRIPT, plugin_process, port_of

PAGE = (ROOT / "docs" / "reference" / "offline-plugins.md").read_text(encoding="utf-8")
AWS = PAGE.split("\n## AWS\n")[1].split("\n## ")[0]
UNSUPPORTED_TYPE = "aws:identitystore/group:Group"


def table(heading: str) -> list[list[str]]:
    """The code spans in the first column of the table with that heading."""
    rows = AWS.split(f"| {heading} |")[1].split("\n\n")[0].splitlines()[2:]
    return [re.findall(r"`([^`]+)`", row.split("|")[1]) for row in rows]


UNSUPPORTED = [token for (token,) in table("unsupported")]
LOOK_UPS = [token for (token,) in table("lookup")]
IGNORED = [name for row in table("ignored setting") for name in row]


def is_lookup(token: str) -> bool:
    return token.rsplit(":", 1)[1].startswith("get")


def used_by_the_components() -> set[str]:
    """The tokens of pulumi_aws that the components use."""
    used = re.compile(r"\baws\.(\w+)\.(get_\w+?)(?:_output)?\(|\baws\.(\w+)\.([A-Z]\w+)\(")
    found: set[str] = set()
    for path in (ROOT / "components").rglob("*.py"):
        for module, function, home, made in used.findall(path.read_text(encoding="utf-8")):
            if function:
                first, *rest = function.split("_")
                name = first + "".join(word.title() for word in rest)
                found.add(f"aws:{module}/{name}:{name}")
            elif not made.endswith("Args"):
                found.add(f"aws:{home}/{made[0].lower()}{made[1:]}:{made}")
    return found


def test_the_page_lists_the_supported_lookups() -> None:
    assert sorted(registry.LOOK_UPS) == LOOK_UPS


def test_the_page_lists_the_calls_of_each_lookup() -> None:
    rows = AWS.split("| lookup |")[1].split("\n\n")[0].splitlines()[2:]
    named = {row.split("`")[1]: re.findall(r"`(\w+)`", row.split("|")[2]) for row in rows}
    assert named == {token: [name for _, name in calls] for token, calls in CALLS.items()}


def test_the_page_lists_the_resources_and_their_inputs() -> None:
    rows = AWS.split("| resource |")[1].split("\n\n")[0].splitlines()[2:]
    named = {row.split("`")[1]: row.split("|")[2] for row in rows}
    assert list(named) == sorted(registry.RESOURCES)
    for token, cell in named.items():
        inputs = registry.RESOURCES[token].inputs
        assert re.findall(r"`(\w+)`", cell) == sorted(inputs)
        bold = set(re.findall(r"\*\*`(\w+)`\*\*", cell))
        assert bold == {name for name, wanted in inputs.items() if wanted.replaces}


def test_everything_that_the_components_use_is_supported() -> None:
    used = used_by_the_components()
    assert len(used) >= 4
    used |= {f"{t}:{t.split('/')[1]}" for t in LOOKUPS if t.startswith("aws:")}
    assert used <= {*registry.LOOK_UPS, *registry.RESOURCES}


@pytest.mark.parametrize("token", UNSUPPORTED)
def test_unsupported_tokens_on_the_page_exist_in_the_sdk_and_are_rejected(
    at_scripted: Engine, token: str
) -> None:
    name = token.rsplit(":", 1)[1]
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    assert hasattr(sdk_module(token), snake if is_lookup(token) else name)
    ask = at_scripted.invoke if is_lookup(token) else at_scripted.check
    with pytest.raises(CallError) as caught:
        ask(token)
    assert f"{token} is not supported by the replacement AWS plugin" in str(caught.value)
    assert str(caught.value).endswith(
        f"Install the official plugin: pulumi plugin install resource aws {version('pulumi-aws')}"
    )


@pytest.mark.parametrize("method", ["Diff", "Create", "Read", "Update", "Delete"])
def test_every_operation_on_an_unsupported_type_is_rejected(
    at_scripted: Engine, method: str
) -> None:
    request = getattr(provider_pb2, f"{method}Request")(urn=urn(UNSUPPORTED_TYPE))
    with pytest.raises(CallError, match=f"{UNSUPPORTED_TYPE} is not supported by the replacement"):
        at_scripted.call(method, request)


def test_the_page_lists_every_ignored_setting() -> None:
    accepted = set(inspect.signature(pulumi_aws.ProviderArgs).parameters)
    names = {"".join([n.split("_")[0], *(w.title() for w in n.split("_")[1:])]) for n in accepted}
    assert set(IGNORED) == names - SUPPORTED_SETTINGS
    assert len(IGNORED) == len(set(IGNORED))
    assert names > SUPPORTED_SETTINGS


def test_ignored_settings_are_accepted(engine: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: {"Instances": []}
    engine.configure(config(scripted.url, **dict.fromkeys(IGNORED, "true")))
    engine.invoke("aws:ssoadmin/getInstances:getInstances")
    assert len(scripted.requests) == 1


def test_check_config_marks_secrets_and_compacts_nested_settings(engine: Engine) -> None:
    checked = engine.check_config(config("http://127.0.0.1:1", token="t", endpoints='[ {"a": 1} ]'))
    assert {name for name, value in checked.items() if isinstance(value, Secret)} == {
        "accessKey", "secretKey", "token",
    }  # fmt: skip
    assert checked["endpoints"] == '[{"a":1}]'
    assert checked["region"] == "us-east-1"


def test_secret_settings_are_accepted(engine: Engine, scripted: Scripted) -> None:
    scripted.answer = lambda _operation, _body: {"Instances": []}
    sealed = {name: Secret(value) for name, value in config(scripted.url).items()}
    engine.configure(engine.check_config(sealed))
    engine.invoke("aws:ssoadmin/getInstances:getInstances")
    assert KEYS["accessKey"] in scripted.headers[0]["Authorization"]


def test_a_new_resource_type_needs_only_its_class(at_scripted: Engine, scripted: Scripted) -> None:
    kind = "aws:imagined/set:Set"

    @registry.resource
    class ImaginedSet:
        kind = "aws:imagined/set:Set"

        def create(self, account: Any, request: Any) -> State:
            made = account.service("sso-admin").call("CreatePermissionSet", **request.inputs)
            return State(made["PermissionSet"]["PermissionSetArn"], {"name": request.name})

    try:
        arn = f"arn:aws:sso:::permissionSet/ssoins-{'1' * 16}/ps-{'2' * 16}"
        inputs = {"Name": "n", "InstanceArn": "arn:aws:sso:::instance/ssoins-1111111111111111"}
        scripted.answer = lambda _operation, _body: {"PermissionSet": {"PermissionSetArn": arn}}
        assert at_scripted.create(kind, **inputs) == (arn, {"name": "name"})
        assert scripted.requests == [("CreatePermissionSet", inputs)]
    finally:
        del registry.RESOURCES[kind]


def test_every_module_of_services_is_imported(tmp_path: Path) -> None:
    """Two lines in a new file are enough."""
    code = (
        "import offline_plugins.aws as aws, sys\n"
        "from offline_plugins.aws import registry\n"
        "aws.__path__.insert(0, sys.argv[1])\n"
        "from offline_plugins.aws import plugin\n"
        "print(sorted(registry.LOOK_UPS))"
    )
    services = tmp_path / "services"
    services.mkdir()
    own = ROOT / "offline_plugins" / "aws" / "services" / "__init__.py"
    (services / "__init__.py").write_text(own.read_text(encoding="utf-8"), encoding="utf-8")
    (services / "new.py").write_text(
        "from offline_plugins.aws.registry import lookup\n"
        "@lookup('aws:a/getB:getB', 'service', 'sdk')\ndef get_b(aws, args): ...\n",
        encoding="utf-8",
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, capture_output=True, text=True,
        check=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout == "['aws:a/getB:getB']\n"


def test_botocore_is_imported_by_the_first_call() -> None:
    code = (
        "import sys\n"
        "from offline_plugins.aws.plugin import AwsPlugin\n"
        "plugin = AwsPlugin()\n"
        "plugin.configure({'region': 'us-east-1', 'accessKey': 'a', 'secretKey': 'b',"
        " 'endpoints': '[{\"sts\": \"http://127.0.0.1:1\"}]'})\n"
        "print([m for m in ('boto3', 'botocore', 'pulumi_aws') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.stdout == "[]\n"


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with plugin_process(AWS_SCRIPT, tmp_path) as started:
        yield started


def test_the_script_works_from_any_folder(
    process: subprocess.Popen[str], scripted: Scripted
) -> None:
    port = port_of(process)
    scripted.answer = lambda _operation, _body: {"Instances": []}
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=60).version == AwsPlugin.version
        engine = Engine(stub)
        engine.configure(config(scripted.url))
        assert engine.invoke("aws:ssoadmin/getInstances:getInstances")["arns"] == []
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")
    assert KEYS["secretKey"] not in json.dumps(scripted.headers)
