"""The Python language host for an engine built from source, which comes without one.

The engine starts it through `pulumi-language-python` beside the CLI. It runs the program in its
own process, and policy packs as child processes. Not used with an installed or downloaded
engine: those bring their own.
"""

import asyncio
import contextvars
import importlib
import logging
import os
import queue
import re
import runpy
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Iterator
from concurrent import futures
from importlib.metadata import version
from pathlib import Path
from typing import Any

import grpc
import pulumi
from pulumi.automation._server import LanguageServer
from pulumi.runtime import reset_options, run_in_stack, set_all_config
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

ORPHAN_CHECK_SECONDS = 2.0
_RUN = threading.Lock()
_STOP = threading.Event()
"""Set by Ctrl-C: whatever a program says after it tells nothing new."""


class PythonHost(LanguageServer):
    """Answers what engine 3.276 asks of a language host."""

    def __init__(self) -> None:
        super().__init__(program=lambda: None)

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
        logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # a refusal reaches many tasks
        program = Path(request.info.program_directory or request.pwd)
        with _RUN:
            os.chdir(request.pwd or program)
            entry = program / (request.info.entry_point or ".")
            failed = contextvars.copy_context().run(_run, request, program, entry)
        return language_pb2.RunResponse(bail=failed)  # bail: why was said already

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:
        program = request.info.program_directory
        arguments = [sys.executable, "-u", program, *request.args]
        if request.kind == "analyzer":
            arguments = [sys.executable, "-u", "-m", "pulumi.policy", *request.args, program]
        child = subprocess.Popen(
            arguments,
            cwd=program,
            env={**os.environ, **dict(entry.split("=", 1) for entry in request.env)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        context.add_callback(child.terminate)
        yield from _stream(child)


def _run(request: Any, folder: Path, entry: Path) -> bool:
    """Run the program against the engine that asks; True when it failed."""
    reset_options(
        project=request.project, stack=request.stack, parallel=request.parallel,
        monitor_address=request.monitor_address, preview=request.dryRun,
        engine_address=request.args[0] if request.args else "",
        organization=request.organization or "organization",
    )  # fmt: skip
    set_all_config(request.config, request.configSecretKeys or None)
    loop = asyncio.new_event_loop()
    loop.set_default_executor(futures.ThreadPoolExecutor(max(request.parallel, 1) * 4))
    try:
        loop.run_until_complete(run_in_stack(lambda: _run_program(folder, entry)))
    except BaseException as error:
        return _tell(error)
    finally:
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
        loop.close()
    return False


LOOK_UP = re.compile(r"invoke of \S+ failed: ")
"""A look-up that a provider refuses: its words tell all, a traceback of the SDK nothing more."""


def _tell(error: BaseException) -> bool:
    """Say why the program failed, where the engine has not: it has when it was stopped."""
    if isinstance(error, grpc.RpcError) and error.code() == grpc.StatusCode.UNAVAILABLE:
        return False  # the engine is gone, or going
    if isinstance(error, pulumi.RunError) or LOOK_UP.match(str(error)):
        pulumi.log.error(str(error))
    elif not _STOP.is_set():
        pulumi.log.error("".join(traceback.format_exception(error)).rstrip())
    return True


def _run_program(folder: Path, entry: Path) -> None:
    """Run it as `python __main__.py` would, with its own modules imported anew."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        ours = name == "__main__" or name.startswith("toolchain")
        if file and not ours and Path(file).is_relative_to(folder) and ".venv" not in file:
            del sys.modules[name]
    importlib.invalidate_caches()
    sys.path[:] = [str(folder), *(p for p in sys.path if p != str(folder))]
    runpy.run_path(str(entry), run_name="__main__")


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
    for number in (signal.SIGINT, signal.SIGTERM):  # the engine's way to end it, when all is done
        signal.signal(number, lambda *_: _STOP.set())
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(PythonHost(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    engine = os.getppid()
    while not _STOP.wait(ORPHAN_CHECK_SECONDS) and os.getppid() == engine:
        pass  # an engine that was killed ends nobody: its children get another parent
    server.stop(grace=1).wait()


if __name__ == "__main__":
    main()
