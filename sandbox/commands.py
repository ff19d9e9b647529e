"""The commands that control a running sandbox: fault, request-log, set, clock, snapshot.

Defines their options and output; the control API does the work.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .client import DEFAULT_URL, PROGRAM, Json, SandboxClient
from .faults import CONNECTIONS, PRESETS
from .settings import AWS, CHOICES, DESCRIPTIONS, SERVERS

Command = Callable[[SandboxClient, argparse.Namespace], None]


def add_commands(commands: Any) -> None:
    """Add a parser for each command; `args.run` is the function that executes it."""
    fault = _parser(
        commands, "fault", _inject_fault,
        "inject a fault; without arguments, list the active faults",
        "examples:\n"
        f"  {PROGRAM} fault expired-token\n"
        f"  {PROGRAM} fault lost --method POST --path '/api/v1/apps$'\n"
        f"  {PROGRAM} fault --server scim --status 503 --path /Groups --times 3\n"
        f"  {PROGRAM} fault aws-throttled --operation CreateAccountAssignment\n"
        f"  {PROGRAM} fault provisioning-slow --in-progress 90\n"
        f"  {PROGRAM} fault --operation UpdatePermissionSet --code ValidationException\n"
        f"  {PROGRAM} fault --clear\n\n"
        f"presets: {', '.join(PRESETS)}",
    )  # fmt: skip
    fault.add_argument(
        "name", nargs="?", choices=tuple(PRESETS), metavar="PRESET", help="a preset, see below"
    )
    fault.add_argument(
        "--server", choices=SERVERS,
        help="affected server (default: the preset's, aws with one of its options, else okta)",
    )  # fmt: skip
    fault.add_argument(
        "--method", help="HTTP method, or several joined by |; GET for operations of AWS that read"
    )
    fault.add_argument("--path", help="regular expression to find in path and query")
    fault.add_argument(
        "--operation", help="operation of AWS, for example CreateUser; a regular expression"
    )
    fault.add_argument("--contains", help="regular expression to find in the request body")
    fault.add_argument(
        "--times", type=int, help="number of affected requests (default: 1, or the preset's)"
    )
    fault.add_argument("--status", type=int, help="answer with this status")
    fault.add_argument("--code", help="answer with this error code of AWS (status 400)")
    fault.add_argument(
        "--failure", metavar="REASON",
        help="AWS accepts an assignment or a provisioning, which then fails for this reason",
    )  # fmt: skip
    fault.add_argument(
        "--in-progress", type=float, metavar="SECONDS",
        help="AWS accepts an assignment or a provisioning, and completes it after this time",
    )  # fmt: skip
    fault.add_argument(
        "--polls", type=int, metavar="N",
        help="AWS accepts an assignment or a provisioning, and answers IN_PROGRESS to this many "
        "requests for its status",
    )  # fmt: skip
    fault.add_argument("--delay", type=float, metavar="SECONDS", help="delay the answer")
    fault.add_argument(
        "--connection",
        choices=CONNECTIONS,
        help="close the connection: before the operation (broken) or after it (lost)",
    )
    fault.add_argument("--clear", action="store_true", help="remove all faults")
    request_log = _parser(
        commands, "request-log", _print_request_log,
        "count the requests to Okta, the SCIM endpoint and AWS",
        f"example: {PROGRAM} request-log --server okta --json",
    )  # fmt: skip
    request_log.add_argument(
        "--server",
        choices=SERVERS,
        default="",
        help="only this server (default: okta and scim)",
    )
    request_log.add_argument(
        "--since", type=int, default=0, metavar="SEQ", help="only requests after this number"
    )
    request_log.add_argument("--json", action="store_true", help="print every request as JSON")
    change = _parser(
        commands, "set", _change_settings, "change settings; without arguments, print them",
        f"example: {PROGRAM} set limits=workforce clock=jump\n\nsettings:\n"
        + "\n".join(
            f"  {name}: {', '.join(values)} ({DESCRIPTIONS[name]})"
            for name, values in CHOICES.items()
        ),
    )  # fmt: skip
    change.add_argument("changes", nargs="*", metavar="NAME=VALUE", help="a setting and its value")
    snapshot = _parser(
        commands, "snapshot", _save_snapshot, "save the state of the sandbox to a file",
        f"example: {PROGRAM} snapshot before.json\n"
        f"         {PROGRAM} serve --restore before.json",
    )  # fmt: skip
    snapshot.add_argument("file", type=Path, metavar="FILE", help="file to write")
    clock = _parser(
        commands, "clock", _advance_clock, "advance the clock that rate limits and delays use",
        f"example: {PROGRAM} clock --advance 60",
    )  # fmt: skip
    clock.add_argument(
        "--advance", type=float, default=0, metavar="SECONDS", help="0 prints the clock"
    )


def _parser(
    commands: Any, name: str, run: Command, summary: str, epilog: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary[0].upper() + summary[1:] + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--url",
        help="address of the sandbox's Okta (default: the sandbox that `make up` or `make sandbox` "
        f"started in this clone, or else {DEFAULT_URL})",
    )
    parser.set_defaults(run=run)
    return parser


def _print(summary: str) -> None:
    sys.stdout.write(f"{summary}\n")


def _inject_fault(client: SandboxClient, args: argparse.Namespace) -> None:
    keys = ("server", "method", "path", "operation", "contains", "times", "status", "code",
            "failure", "in_progress", "polls", "delay", "connection")  # fmt: skip
    effect = {key: value for key in keys if (value := getattr(args, key)) is not None}
    if args.clear:
        client.clear_faults()
        _print("No active faults.")
    elif args.name or effect:
        _print(_fault_line(client.inject_fault(args.name, **effect)))
    else:
        _print("\n".join(map(_fault_line, client.faults())) or "No active faults.")


def _fault_line(fault: Json) -> str:
    """Describe a fault in one line: affected requests, effect, remaining times."""
    target = fault["path"] or "any path"
    if fault["server"] == AWS:
        target = fault["operation"] or "any operation"
    requests = f"{fault['server']} {fault['method'] or 'any method'} {target}"
    if fault["contains"]:
        requests += f" with {fault['contains']}"
    effects = [f"after {fault['delay']:g} s"] if fault["delay"] else []
    effects += [f"status {fault['status']} {fault['code']}".strip()] if fault["status"] else []
    effects += [f"in progress for {fault['in_progress']:g} s"] if fault["in_progress"] else []
    effects += [f"in progress for {fault['polls']} polls"] if fault["polls"] else []
    effects += [f"failed: {fault['failure']}"] if fault["failure"] else []
    effects += [f"connection {fault['connection']}"] if fault["connection"] else []
    effects += [f"without {path}" for path in fault["drop"]]
    times = "until cleared" if fault["times"] is None else f"{fault['times']} more"
    return f"{requests}: {', '.join(effects)} ({times})"


def _print_request_log(client: SandboxClient, args: argparse.Namespace) -> None:
    if args.json:
        _print(json.dumps(client.request_log(args.server, args.since), indent=2))
        return
    operations = client.request_counts(args.server, args.since)
    for item in operations:
        notes = [f"{item[key]} {key}" for key in ("throttled", "errors") if item[key]]
        line = f"{item['calls']:6}  {item['server']:4}  {item['operation']}"
        _print(line + (f"  ({', '.join(notes)})" if notes else ""))
    _print(f"{sum(item['calls'] for item in operations):6}  in total")


def _change_settings(client: SandboxClient, args: argparse.Namespace) -> None:
    pairs = [change.partition("=") for change in args.changes]
    for name, value in client.settings(**{name: value for name, _, value in pairs}).items():
        _print(f"{name}={value}")


def _advance_clock(client: SandboxClient, args: argparse.Namespace) -> None:
    client.advance(args.advance)
    _print(f"The clock is {client.call('GET', 'clock')['ahead']:g} seconds ahead.")


def _save_snapshot(client: SandboxClient, args: argparse.Namespace) -> None:
    from .snapshot import write_snapshot

    write_snapshot(args.file, client.snapshot())
    _print(f"Wrote {args.file}. To start from it: {PROGRAM} serve --restore {args.file}")
