"""`python -m toolchain`: the command line behind the Makefile."""

import argparse
import sys
from pathlib import Path

import httpx
from rich.console import Console

from toolchain import commands, engine
from toolchain.engine import NoEngineError
from toolchain.foreground import INTERRUPTED
from toolchain.plugin_resolver import NoPluginError
from toolchain.sandbox import PORT, ROOT, SandboxError
from toolchain.stack import BrokenRunError

NO_ENGINE, FAILED = 3, 1


def main(argv: list[str] | None = None) -> int:
    """Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no engine, 130 interrupted, 255 and others
    as the engine gave them."""
    parser = argparse.ArgumentParser(
        prog="python -m toolchain",
        description="The engine, the plugins and the sandbox behind `make up`.",
        epilog="Example: python -m toolchain up --port 9410 --home /tmp/trial",
    )
    verbs_of = parser.add_subparsers(dest="verb", required=True)
    for name, text in (
        ("up", "everything up, then the summary"),
        ("down", "destroy the stack and stop the sandbox"),
        ("status", "the summary alone"),
        ("env", "shell lines for plain `pulumi …`"),
        ("engine", "find, download or build Pulumi, and print the folder to put on PATH"),
        ("sandbox", "the sandbox alone, in the foreground"),
        ("reset", "stop the sandbox and forget it, whatever state it is in"),
    ):
        verb = verbs_of.add_parser(name, help=text, description=text)
        where = "where the sandbox keeps its state (default: .sandbox)"
        verb.add_argument("--home", type=Path, default=ROOT / ".sandbox", metavar="DIR", help=where)
        if name in ("up", "sandbox"):
            ports = f"of Okta; AWS +1, SCIM +2; 0: free ones (default: {PORT})"
            verb.add_argument("--port", type=int, default=PORT, help=ports)
        if name == "up":
            who = "who connects Okta to AWS: the program, or a person in the sandbox's consoles"
            verb.add_argument("--mode", choices=("api", "console"), default="api", help=who)
        if name == "sandbox":
            answers = "what SCIM connections answer (default: unknown, as in life)"
            kinds = ("unknown", "supported")
            verb.add_argument("--connections", choices=kinds, default=kinds[0], help=answers)
            more = "after --: further options of `python -m sandbox serve`"
            verb.add_argument("options", nargs="*", metavar="OPTION", help=more)
        if name == "down":
            verb.add_argument("--keep-sandbox", action="store_true", help="destroy the stack only")
        if name == "status":
            verb.add_argument("--json", action="store_true", help="for machines")
    given = parser.parse_args(argv)
    place = commands.Place(given.home.resolve(), Console(stderr=given.verb in ("env", "engine")))
    try:
        return _run(place, given)
    except NoEngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return NO_ENGINE
    except (SandboxError, BrokenRunError, NoPluginError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except httpx.HTTPError as error:
        print(f"error: the sandbox does not answer ({error}). Fix: make reset", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return INTERRUPTED


def _run(place: commands.Place, given: argparse.Namespace) -> int:
    match given.verb:
        case "up":
            return commands.up(place, given.port, given.mode)
        case "down":
            return commands.down(place, given.keep_sandbox)
        case "status":
            return commands.status(place, as_json=given.json)
        case "env":
            return commands.env(place)
        case "engine":
            print(engine.find(place.say).path.parent)
            return 0
        case "sandbox":
            return commands.serve(place, given.port, given.connections, given.options)
        case _:
            return commands.reset(place)


if __name__ == "__main__":
    sys.exit(main())
