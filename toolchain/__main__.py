"""`python -m toolchain`: the command line behind the Makefile."""

import argparse
import os
import sys
import traceback
from pathlib import Path

import httpx
from rich.console import Console

from okta_idc.cli.console import DEBUG
from okta_idc.rules.registry import REPOSITORY
from okta_idc.text import message
from toolchain import cache, commands, engine
from toolchain.engine import NoEngineError
from toolchain.foreground import INTERRUPTED
from toolchain.plugin_resolver import NoPluginError
from toolchain.sandbox import PORT, ROOT, SandboxError
from toolchain.stack import InterruptedRunError
from toolchain.stack_file import MODES, StackFileError

NO_ENGINE, FAILED = 3, 1
COMMANDS = {
    "up": "deploy the stack to a local sandbox and print a summary",
    "down": "destroy the stack and stop the sandbox",
    "status": "print the summary",
    "recover": "print what an interrupted run left behind, and the commands",
    "env": "print shell lines that make plain `pulumi …` and `okta-idc …` use the sandbox",
    "engine": "find, download or build Pulumi, and print the folder to add to PATH",
    "sandbox": "run the sandbox alone, in the foreground",
    "reset": "stop the sandbox and delete its state",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command.

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no Pulumi engine, 130 interrupted. Any other code
    is the engine's.
    """
    options = _parser().parse_args(argv)
    console = Console(stderr=options.command in ("env", "engine"))
    workspace = commands.Workspace(options.home.resolve(), console)
    try:
        return _run(workspace, options)
    except NoEngineError as error:
        print(f"error: {error}", file=sys.stderr)
        return NO_ENGINE
    except (SandboxError, InterruptedRunError, NoPluginError, StackFileError) as error:
        print(f"error: {error}", file=sys.stderr)
        return FAILED
    except httpx.HTTPError as error:
        print(f"error: the sandbox does not respond ({error}). Run: make reset", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        print(f"error: {_unusable(error)}", file=sys.stderr)
        return FAILED
    except Exception as error:
        if os.environ.get(DEBUG):
            print(message("".join(traceback.format_exception(error))), file=sys.stderr)
        print(
            f"internal error: {type(error).__name__}. {DEBUG}=1 shows the details. To start over, "
            f"run: make reset. Report it as an issue in {REPOSITORY}.",
            file=sys.stderr,
        )
        return FAILED


def _unusable(error: OSError) -> str:
    """A file or folder that cannot be used, and how to use another one."""
    path = message(str(error.filename or "a file"))
    text = f"{path}: {error.strerror or type(error).__name__}."
    if error.filename and Path(str(error.filename)).is_relative_to(cache.folder()):
        return f"{text} The cache needs a writable folder: set XDG_CACHE_HOME to one."
    return (
        f"{text} The sandbox needs a writable clone: free space, correct the permissions, or copy "
        "the clone. `python -m toolchain up --home DIR` keeps the state in another folder."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m toolchain",
        description="Runs the Pulumi engine, the provider plugins and the sandbox for `make up`.",
        epilog="Example: python -m toolchain up --port 9410 --home /tmp/trial",
    )
    subparsers = parser.add_subparsers(dest="command", required=True)
    for name, text in COMMANDS.items():
        command = subparsers.add_parser(name, help=text, description=text)
        home = "folder for the sandbox's state (default: .sandbox)"
        command.add_argument(
            "--home", type=Path, default=ROOT / ".sandbox", metavar="DIR", help=home
        )
        if name in ("up", "sandbox"):
            ports = f"Okta's port; AWS uses +1, SCIM +2; 0 picks free ports (default: {PORT})"
            command.add_argument("--port", type=int, help=ports)
        if name == "up":
            mode = (
                "how Okta is connected to AWS: by the program (api) or by an administrator in the "
                "sandbox's consoles (console); written to the stack file (default: as it says)"
            )
            command.add_argument("--mode", choices=MODES, help=mode)
        if name == "sandbox":
            answer = (
                "answer of Okta's API for SCIM connections (default: unknown, as real Okta most "
                "likely answers)"
            )
            kinds = ("unknown", "supported")
            command.add_argument("--connections", choices=kinds, default=kinds[0], help=answer)
            more = "after `--`: more options of `python -m sandbox serve`"
            command.add_argument("options", nargs="*", metavar="OPTION", help=more)
        if name == "down":
            command.add_argument(
                "--keep-sandbox", action="store_true", help="destroy only the stack"
            )
        if name == "status":
            command.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _run(workspace: commands.Workspace, options: argparse.Namespace) -> int:
    match options.command:
        case "up":
            return commands.up(workspace, options.port, options.mode)
        case "down":
            return commands.down(workspace, options.keep_sandbox)
        case "status":
            return commands.status(workspace, as_json=options.json)
        case "recover":
            return commands.recover(workspace)
        case "env":
            return commands.env(workspace)
        case "engine":
            print(engine.find(workspace.say).path.parent)
            return 0
        case "sandbox":
            port = PORT if options.port is None else options.port
            return commands.serve(workspace, port, options.connections, options.options)
        case _:
            return commands.reset(workspace)


if __name__ == "__main__":
    sys.exit(main())
