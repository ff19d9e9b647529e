"""The plugin's process, which the engine starts through offline_plugins/bin/okta."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto.provider_pb2_grpc import ResourceProviderStub

from offline_plugins.okta.plugin import OktaPlugin
from tests.unit.offline_plugins.okta.conftest import TOKEN, Engine, Okta, PatientClock
from tests.unit.offline_plugins.plugin_process import OKTA_SCRIPT, plugin_process, port_of


@pytest.fixture
def process(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    with plugin_process(OKTA_SCRIPT, tmp_path) as started:
        yield started


def test_the_script_works_from_any_folder(process: subprocess.Popen[str], okta: Okta) -> None:
    port = port_of(process)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        stub: Any = ResourceProviderStub(channel)
        assert stub.GetPluginInfo(empty_pb2.Empty(), timeout=60).version == OktaPlugin.version
        engine = Engine(stub, PatientClock())
        args = {"httpProxy": okta.url, "accessToken": TOKEN}
        assert engine.call("Configure", {"args": args}) == (
            {"supportsPreview": True, "supportsAutonamingConfiguration": True}, "", None,
        )  # fmt: skip
        token = "okta:app/getConnection:getConnection"
        answer, error, _ = engine.call("Invoke", {"tok": token, "args": {"id": "0oa1"}})
        assert (answer["return"], error) == ({"id": "0oa1"}, "")
    arguments = Path(f"/proc/{process.pid}/cmdline")
    if arguments.exists():  # Linux
        assert TOKEN.encode() not in arguments.read_bytes()
    process.terminate()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_plugin_listens_on_loopback_only(process: subprocess.Popen[str]) -> None:
    port = port_of(process)
    table = Path("/proc/net/tcp")
    if not table.exists():
        pytest.skip("no /proc/net/tcp to look at")
    tables = [table, Path("/proc/net/tcp6")]
    rows = [line.split() for each in tables if each.exists()
            for line in each.read_text(encoding="ascii").splitlines()[1:]]  # fmt: skip
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")}
    # 127.0.0.1, also written as an IPv6 address.
    assert {where[-13:] for where in listening} == {f"0100007F:{port:04X}"}
