"""The Python language host for an engine built from source, which comes without one.

The engine starts it through `pulumi-language-python` beside the CLI. It runs programs as Pulumi's
own host does: by `pulumi-language-python-exec`, Pulumi's executor, which the Go modules contain.
A failed program therefore prints Pulumi's own messages (docs/research/pulumi-python-host.md). An
installed or downloaded engine includes a host and does not use this one.
"""

import argparse
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent import futures
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

ORPHAN_CHECK_SECONDS = 2.0
REASON_SHOWN = 32
"""The executor's exit code after it has shown a traceback: the host adds no message."""
_STOP = threading.Event()


class PythonHost(LanguageServer):
    """Answers the calls that the engine makes to a language host."""

    def __init__(self, executor: Path, engine: str) -> None:
        super().__init__(program=lambda: None)
        self._executor, self._engine = executor, engine

    def Handshake(self, request: Any, context: Any) -> Any:
        return language_pb2.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: Any, context: Any) -> Any:
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def RuntimeOptionsPrompts(self, request: Any, context: Any) -> Any:
        return language_pb2.RuntimeOptionsResponse()

    def GetProgramDependencies(self, request: Any, context: Any) -> Any:
        return language_pb2.GetProgramDependenciesResponse()

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:
        yield language_pb2.InstallDependenciesResponse(
            stdout=b"Dependencies are installed by make (.venv).\n"
        )

    def Run(self, request: Any, context: Any) -> Any:
        """Run the program in a process of its own, whose output is this process's output."""
        settings = {"PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys))}
        if request.config:
            settings["PULUMI_CONFIG"] = json.dumps(dict(request.config))
        child = subprocess.Popen(self._command(request), env=os.environ | settings)
        context.add_callback(child.kill)  # when the engine exits or cancels the call
        code = child.wait()
        if code in (0, REASON_SHOWN):
            return language_pb2.RunResponse(bail=code == REASON_SHOWN)
        code = -1 if code < 0 else code  # ended by a signal
        return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {code}")

    def _command(self, request: Any) -> list[str]:
        """The executor's command line, as Pulumi's own host writes it."""
        options = {
            "monitor": request.monitor_address, "engine": self._engine,
            "project": request.project, "root_directory": request.info.root_directory,
            "stack": request.stack, "pwd": request.pwd, "dry_run": str(request.dryRun).lower(),
            "parallel": str(request.parallel), "organization": request.organization,
        }  # fmt: skip
        given = [text for name, value in options.items() if value for text in (f"--{name}", value)]
        entry = request.info.entry_point or "."
        return [sys.executable, str(self._executor), *given, entry, *request.args]

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        program = request.info.program_directory
        arguments = [sys.executable, "-u", program, *request.args]
        if request.kind == "analyzer":
            arguments = [sys.executable, "-u", "-m", "pulumi.policy", *request.args, program]
        child = subprocess.Popen(
            arguments,
            cwd=request.pwd or None,
            env={**os.environ, **dict(entry.split("=", 1) for entry in request.env)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(child.terminate)
        yield from _stream(child)


def _stream(child: subprocess.Popen[bytes]) -> Iterator[Any]:
    """The child's output as it comes, then its exit code."""
    chunks: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def forward(stream: Any, name: str) -> None:
        for chunk in iter(lambda: stream.read1(4096), b""):
            chunks.put(language_pb2.RunPluginResponse(**{name: chunk}))
        chunks.put(None)

    for stream, name in ((child.stdout, "stdout"), (child.stderr, "stderr")):
        threading.Thread(target=forward, args=(stream, name), daemon=True).start()
    open_streams = 2
    while open_streams:
        chunk = chunks.get()
        if chunk is None:
            open_streams -= 1
        else:
            yield chunk
    yield language_pb2.RunPluginResponse(exitcode=child.wait())


def main() -> None:
    given = argparse.ArgumentParser()
    given.add_argument("--use-executor", type=Path, required=True)
    given.add_argument("engine", nargs="?", default="")
    arguments, _ = given.parse_known_args()
    for number in (signal.SIGINT, signal.SIGTERM):  # sent by the engine after the run
        signal.signal(number, lambda *_: _STOP.set())
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    host = PythonHost(arguments.use_executor, arguments.engine)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    engine = os.getppid()
    while not _STOP.wait(ORPHAN_CHECK_SECONDS) and os.getppid() == engine:
        pass  # a killed engine sends no signal; its child processes get another parent
    server.stop(grace=1).wait()


if __name__ == "__main__":
    main()
