"""The commands that speak to a running sandbox: fault, journal, set, clock, snapshot.

Owns their options and what they print. What they do is behind the control API.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .client import DEFAULT_URL, Json, SandboxClient
from .faults import CONNECTIONS, PRESETS, SERVERS
from .request_log import AWS
from .settings import CHOICES

Command = Callable[[SandboxClient, argparse.Namespace], None]


def add_commands(commands: Any) -> None:
    """Their parsers; each sets `run`."""
    fault = _parser(
        commands, "fault", _inject_fault, "let the next requests go wrong; without a fault: what waits",
        "examples:\n"
        "  python -m sandbox fault expired-token\n"
        "  python -m sandbox fault lost --method POST --path '/api/v1/apps$'\n"
        "  python -m sandbox fault --server scim --status 503 --path /Groups --times 3\n"
        "  python -m sandbox fault --clear\n\n"
        f"names: {', '.join(PRESETS)}",
    )  # fmt: skip
    fault.add_argument("name", nargs="?", choices=tuple(PRESETS), metavar="NAME")
    fault.add_argument("--server", choices=SERVERS)
    fault.add_argument("--method", help="one, or several joined by |")
    fault.add_argument("--path", help="regular expression, searched in path and query")
    fault.add_argument("--contains", help="regular expression, searched in the request's body")
    fault.add_argument("--times", type=int, help="how many requests (default: 1, or the name's)")
    fault.add_argument("--status", type=int, help="answer this")
    fault.add_argument("--delay", type=float, metavar="SECONDS", help="answer late")
    fault.add_argument("--connection", choices=CONNECTIONS, help="broken: nothing is done")
    fault.add_argument("--clear", action="store_true", help="take all faults back")
    request_log = _parser(
        commands, "request-log", _journal, "what was asked of Okta, the SCIM endpoint and AWS, counted",
        "example: python -m sandbox journal --server okta --json",
    )  # fmt: skip
    request_log.add_argument("--server", choices=(*SERVERS, AWS), default="")
    request_log.add_argument("--since", type=int, default=0, metavar="SEQ")
    request_log.add_argument("--json", action="store_true", help="every request, uncounted")
    change = _parser(
        commands, "set", _change_settings, "change settings; without one: what is chosen",
        "example: python -m sandbox set limits=workforce clock=jump\n\nsettings:\n"
        + "\n".join(f"  {name}: {', '.join(values)}" for name, values in CHOICES.items()),
    )  # fmt: skip
    change.add_argument("changes", nargs="*", metavar="NAME=VALUE")
    snapshot = _parser(
        commands, "snapshot", _save_snapshot, "keep the whole sandbox in a file",
        "example: python -m sandbox snapshot before.json\n"
        "         python -m sandbox serve --restore before.json",
    )  # fmt: skip
    snapshot.add_argument("file", type=Path, metavar="FILE")
    clock = _parser(
        commands, "clock", _advance_clock, "move the clock of rate limits and delays",
        "example: python -m sandbox clock --advance 60",
    )  # fmt: skip
    clock.add_argument("--advance", type=float, default=0, metavar="SECONDS")


def _parser(
    commands: Any, name: str, run: Command, summary: str, epilog: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=summary.capitalize() + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--url", default=DEFAULT_URL, help=f"the sandbox's Okta (default: {DEFAULT_URL})"
    )
    parser.set_defaults(run=run)
    return parser


def _print(summary: str) -> None:
    sys.stdout.write(f"{summary}\n")


def _inject_fault(client: SandboxClient, args: argparse.Namespace) -> None:
    keys = ("server", "method", "path", "contains", "times", "status", "delay", "connection")
    effect = {key: value for key in keys if (value := getattr(args, key)) is not None}
    if args.clear:
        client.clear_faults()
        _print("No faults are waiting.")
    elif args.name or effect:
        _print(_fault_line(client.inject_fault(args.name, **effect)))
    else:
        _print("\n".join(map(_fault_line, client.faults())) or "No faults are waiting.")


def _fault_line(fault: Json) -> str:
    """One line: which requests, what happens, how often."""
    requests = f"{fault['server']} {fault['method'] or 'any method'} {fault['path'] or 'any path'}"
    if fault["contains"]:
        requests += f" with {fault['contains']}"
    effects = [f"after {fault['delay']:g} s"] if fault["delay"] else []
    effects += [f"status {fault['status']}"] if fault["status"] else []
    effects += [f"connection {fault['connection']}"] if fault["connection"] else []
    effects += [f"without {path}" for path in fault["drop"]]
    times = "until cleared" if fault["times"] is None else f"{fault['times']} more"
    return f"{requests}: {', '.join(effects)} ({times})"


def _journal(client: SandboxClient, args: argparse.Namespace) -> None:
    if args.json:
        _print(json.dumps(client.request_log(args.server, args.since), indent=2))
        return
    operations = client.request_counts(args.server, args.since)
    for item in operations:
        notes = [f"{item[key]} {key}" for key in ("throttled", "errors") if item[key]]
        line = f"{item['calls']:6}  {item['server']:4}  {item['operation']}"
        _print(line + (f"  ({', '.join(notes)})" if notes else ""))
    _print(f"{sum(item['calls'] for item in operations):6}  in all")


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
    _print(f"Written to {args.file}. Start from it with --restore.")
