"""The sandbox process: Okta, AWS and SCIM on three ports of 127.0.0.1.

Opens the ports, writes the ready file, starts and stops the servers. The process outlives its
parent unless `--until-eof` is set; SIGTERM or SIGINT ends it.
"""

import asyncio
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from .org_file import Org
from .settings import Settings

HOST = "127.0.0.1"
SERVER_NAMES = ("okta", "aws", "scim")


class PortInUseError(Exception):
    """A port is in use; the message names it and says what to do."""


@dataclass(frozen=True)
class Options:
    """The options of `serve`."""

    port: int = 8410
    settings: Settings = field(default_factory=Settings)
    latency: float = 0.05
    identity_center: str = "ready"
    """`new`: nothing is set up in IAM Identity Center, and Secrets Manager holds no secret."""
    ready_file: Path | None = None
    until_eof: bool = False
    snapshot: dict[str, Any] | None = None


def open_ports(first: int) -> dict[str, socket.socket]:
    """Bind three consecutive ports from `first`, or three free ports for 0."""
    opened: dict[str, socket.socket] = {}
    for offset, name in enumerate(SERVER_NAMES):
        port = first + offset if first else 0
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind((HOST, port))
            sock.listen(128)
        except OSError as error:
            for other in (*opened.values(), sock):
                other.close()
            raise PortInUseError(
                f"Port {port} on {HOST} can't be opened ({error.strerror}); the sandbox needs it "
                f"for {name}. Stop the process that uses it (`make down` stops another sandbox), "
                "or choose another port with --port."
            ) from None
        opened[name] = sock
    return opened


def run(org: Org, options: Options) -> int:
    """Serve until SIGTERM or SIGINT."""
    try:
        ports = open_ports(options.port)
    except PortInUseError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    from .snapshot import SnapshotError

    try:
        return asyncio.run(_serve(org, options, ports))
    except SnapshotError as error:
        sys.stderr.write(f"{error}\n")
        return 2


async def _serve(org: Org, options: Options, ports: dict[str, socket.socket]) -> int:
    from .aws.access_control import AccessControl
    from .aws.account import open_account, scim_secret, scim_token
    from .aws.cloudtrail import EventHistory
    from .aws.identity_center import IdentityCenter
    from .aws.scim import create_scim_app
    from .aws.store import IdentityStore
    from .clock import Clock
    from .console.site import add_console
    from .faults import Faults
    from .okta.server import ORG_CONTEXT, create_app
    from .request_log import RequestLog
    from .snapshot import SnapshotError, create_snapshot, restore_snapshot

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if options.until_eof:
        # In a thread, because the event loop cannot watch every kind of standard input.
        threading.Thread(target=_wait_for_eof, args=(loop, stop.set), daemon=True).start()

    now = datetime.now(UTC)
    instance = secrets.token_hex(8)
    if options.snapshot:  # continue the same instance, with the same secret
        now = datetime.fromisoformat(options.snapshot["started"])
        instance = options.snapshot["id"]
    urls = {name: f"http://{HOST}:{sock.getsockname()[1]}" for name, sock in ports.items()}
    instance_info = {
        "id": instance,
        "pid": os.getpid(),
        "region": org.aws.region,
        **urls,
        "started": now.isoformat(timespec="seconds"),
    }
    token = scim_token(instance)
    store = IdentityStore(org.aws.identity_store_id, org.aws.tenant)
    clock, access_control = Clock(options.settings), AccessControl()
    center, secret = IdentityCenter(org.aws, clock), None
    if options.identity_center == "ready":
        secret = scim_secret(org.aws, token, now)
        center.prepare(token, secret["token_id"], datetime.fromisoformat(secret["created"]))
    open_account(org.aws, store, access_control, secret, now, clock, options.settings)
    prepared = center.configuration() if secret else None

    def snapshot() -> dict[str, Any]:
        if center.configuration() != prepared:
            raise SnapshotError(
                "A snapshot cannot hold changes made in the AWS console (identity source, SCIM "
                "tokens). Take the snapshot before you make them."
            )
        return create_snapshot(okta[ORG_CONTEXT].model, store, instance_info, token)

    request_log, faults = RequestLog(clock), Faults(clock)
    history = EventHistory(clock, options.settings, org.aws.account, org.aws.region)
    moto = _moto_server(ports["aws"], request_log, faults, options.settings, history)
    shared: dict[str, Any] = {
        "settings": options.settings, "clock": clock, "faults": faults, "request_log": request_log,
    }  # fmt: skip
    okta = create_app(
        org,
        base_url=urls["okta"],
        scim_url=urls["scim"],
        latency=options.latency,
        health=lambda: instance_info,
        snapshot=snapshot,
        **shared,
    )
    add_console(okta, okta[ORG_CONTEXT], center, store, access_control)
    if options.snapshot:
        restore_snapshot(options.snapshot, okta[ORG_CONTEXT].model, store, token)
    scim = create_scim_app(
        store, tenant=org.aws.tenant, token=token, center=center, history=history, **shared
    )
    runners = [web.AppRunner(app, access_log=None) for app in (okta, scim)]
    serving = asyncio.create_task(asyncio.to_thread(moto.serve_forever, 0.1))
    try:
        for runner, name in zip(runners, ("okta", "scim"), strict=True):
            await runner.setup()
            await web.SockSite(runner, ports[name]).start()
        if options.ready_file:
            write_ready_file(options.ready_file, instance_info)
        sys.stdout.write(_startup_message(org, urls))
        sys.stdout.flush()
        await stop.wait()
    finally:
        for runner in reversed(runners):
            await runner.cleanup()
        await asyncio.to_thread(moto.shutdown)
        await serving
        moto.server_close()
        if options.ready_file:
            options.ready_file.unlink(missing_ok=True)
    return 0


def _wait_for_eof(loop: asyncio.AbstractEventLoop, callback: Callable[[], None]) -> None:
    while os.read(sys.stdin.fileno(), 4096):
        pass
    with contextlib.suppress(RuntimeError):  # the loop has already ended
        loop.call_soon_threadsafe(callback)


def _moto_server(
    sock: socket.socket, request_log: Any, faults: Any, settings: Settings, history: Any
) -> Any:
    """Serve moto on a socket that is already bound (ThreadedMotoServer would bind later)."""
    from moto.moto_server.werkzeug_app import MotoRequestHandler
    from werkzeug.serving import make_server

    from .aws.cloudtrail import answer_lookups
    from .aws.fault_injection import inject_faults
    from .aws.limits import Limits
    from .aws.policy_validation import validate_policies
    from .aws.request_guard import guard_requests
    from .aws.request_recorder import record_requests
    from .aws.service_models import Dispatcher, hold_to_models

    limits = Limits(settings, faults.clock)
    backend = answer_lookups(validate_policies(Dispatcher()), history)
    recorded = record_requests(
        inject_faults(hold_to_models(backend, limits), faults, asyncio.get_running_loop()),
        request_log,
    )
    account = guard_requests(recorded)
    port = sock.getsockname()[1]
    server = make_server(
        HOST, port, account, threaded=True, request_handler=MotoRequestHandler, fd=sock.fileno()
    )
    sock.detach()  # the server closes it
    return server


def write_ready_file(path: Path, instance_info: dict[str, Any]) -> None:
    """Write the ready file atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    temporary.write_text(json.dumps(instance_info) + "\n", encoding="utf-8")
    temporary.replace(path)


def _startup_message(org: Org, urls: dict[str, str]) -> str:
    return (
        f"Sandbox with {len(org.users)} users and {len(org.groups)} groups is running.\n"
        f"  Okta  {urls['okta']}\n  AWS   {urls['aws']}\n  SCIM  {urls['scim']}\n"
        f"Consoles: {urls['okta']}/admin (Okta) and {urls['okta']}/aws-console (AWS)\n"
        f"Try: curl {urls['okta']}/sandbox/health\n"
        "Press Ctrl-C to stop.\n"
    )
