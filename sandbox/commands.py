"""The commands that speak to a running sandbox: fault, journal, set, clock, snapshot.

Owns their options and what they print. What they do is behind the control API.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .client import DEFAULT, Json, Remote
from .faults import CONNECTIONS, NAMED, SERVERS
from .request_log import AWS
from .settings import CHOICES

Command = Callable[[Remote, argparse.Namespace], None]


def add_to(commands: Any) -> None:
    """Their parsers; each sets `run`."""
    fault = _parser(
        commands, "fault", _fault, "let the next requests go wrong; without a fault: what waits",
        "examples:\n"
        "  python -m sandbox fault expired-token\n"
        "  python -m sandbox fault lost --method POST --path '/api/v1/apps$'\n"
        "  python -m sandbox fault --server scim --status 503 --path /Groups --times 3\n"
        "  python -m sandbox fault --clear\n\n"
        f"names: {', '.join(NAMED)}",
    )  # fmt: skip
    fault.add_argument("name", nargs="?", choices=tuple(NAMED), metavar="NAME")
    fault.add_argument("--server", choices=SERVERS)
    fault.add_argument("--method", help="one, or several joined by |")
    fault.add_argument("--path", help="regular expression, searched in path and query")
    fault.add_argument("--contains", help="regular expression, searched in the request's body")
    fault.add_argument("--times", type=int, help="how many requests (default: 1, or the name's)")
    fault.add_argument("--status", type=int, help="answer this")
    fault.add_argument("--delay", type=float, metavar="SECONDS", help="answer late")
    fault.add_argument("--connection", choices=CONNECTIONS, help="broken: nothing is done")
    fault.add_argument("--clear", action="store_true", help="take all faults back")
    journal = _parser(
        commands, "journal", _journal, "what was asked of Okta, the SCIM endpoint and AWS, counted",
        "example: python -m sandbox journal --server okta --json",
    )  # fmt: skip
    journal.add_argument("--server", choices=(*SERVERS, AWS), default="")
    journal.add_argument("--since", type=int, default=0, metavar="SEQ")
    journal.add_argument("--json", action="store_true", help="every request, uncounted")
    change = _parser(
        commands, "set", _set, "change settings; without one: what is chosen",
        "example: python -m sandbox set limits=workforce clock=jump\n\nsettings:\n"
        + "\n".join(f"  {name}: {', '.join(values)}" for name, values in CHOICES.items()),
    )  # fmt: skip
    change.add_argument("changes", nargs="*", metavar="NAME=VALUE")
    snapshot = _parser(
        commands, "snapshot", _snapshot, "keep the whole sandbox in a file",
        "example: python -m sandbox snapshot before.json\n"
        "         python -m sandbox serve --restore before.json",
    )  # fmt: skip
    snapshot.add_argument("file", type=Path, metavar="FILE")
    clock = _parser(
        commands, "clock", _clock, "move the clock of rate limits and delays",
        "example: python -m sandbox clock --advance 60",
    )  # fmt: skip
    clock.add_argument("--advance", type=float, default=0, metavar="SECONDS")


def _parser(
    commands: Any, name: str, run: Command, text: str, epilog: str
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text.capitalize() + ".",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--url", default=DEFAULT, help=f"the sandbox's Okta (default: {DEFAULT})")
    parser.set_defaults(run=run)
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _fault(remote: Remote, given: argparse.Namespace) -> None:
    keys = ("server", "method", "path", "contains", "times", "status", "delay", "connection")
    asked = {key: value for key in keys if (value := getattr(given, key)) is not None}
    if given.clear:
        remote.no_faults()
        _say("No faults are waiting.")
    elif given.name or asked:
        _say(_told(remote.fault(given.name, **asked)))
    else:
        _say("\n".join(map(_told, remote.faults())) or "No faults are waiting.")


def _told(fault: Json) -> str:
    """One line: which requests, what happens, how often."""
    which = f"{fault['server']} {fault['method'] or 'any method'} {fault['path'] or 'any path'}"
    if fault["contains"]:
        which += f" with {fault['contains']}"
    what = [f"after {fault['delay']:g} s"] if fault["delay"] else []
    what += [f"status {fault['status']}"] if fault["status"] else []
    what += [f"connection {fault['connection']}"] if fault["connection"] else []
    what += [f"without {path}" for path in fault["drop"]]
    times = "until cleared" if fault["times"] is None else f"{fault['times']} more"
    return f"{which}: {', '.join(what)} ({times})"


def _journal(remote: Remote, given: argparse.Namespace) -> None:
    if given.json:
        _say(json.dumps(remote.journal(given.server, given.since), indent=2))
        return
    found = remote.counts(given.server, given.since)
    for item in found:
        notes = [f"{item[key]} {key}" for key in ("throttled", "errors") if item[key]]
        line = f"{item['calls']:6}  {item['server']:4}  {item['operation']}"
        _say(line + (f"  ({', '.join(notes)})" if notes else ""))
    _say(f"{sum(item['calls'] for item in found):6}  in all")


def _set(remote: Remote, given: argparse.Namespace) -> None:
    pairs = [change.partition("=") for change in given.changes]
    for name, value in remote.settings(**{name: value for name, _, value in pairs}).items():
        _say(f"{name}={value}")


def _clock(remote: Remote, given: argparse.Namespace) -> None:
    remote.advance(given.advance)
    _say(f"The clock is {remote.ask('GET', 'clock')['ahead']:g} seconds ahead.")


def _snapshot(remote: Remote, given: argparse.Namespace) -> None:
    from .snapshot import write

    write(given.file, remote.snapshot())
    _say(f"Written to {given.file}. Start from it with --restore.")
