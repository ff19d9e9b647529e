"""`okta-idc token rotate` and `token retire`: replace the SCIM token, and verify each step."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Annotated, Any

import typer
from rich.console import Console

from okta_idc.cli.console import print_document, print_error, print_json, reading, terminal
from okta_idc.cli.doctor_progress import print_wait
from okta_idc.cli.options import AwsEndpoint, Json, OktaUrl, Outputs, Stack, VerifyAt
from okta_idc.cli.stack import InputError, org_url, read_stack, source_in
from okta_idc.cli.token_entry import check_verify_at, clean_endpoint, clean_token
from okta_idc.clients.admin_console import INTEGRATION, admin_console, app_page
from okta_idc.clients.cloudtrail import EventHistory
from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.json_path import get_text
from okta_idc.clients.okta import OktaError
from okta_idc.clients.okta_auth import Credentials
from okta_idc.clients.okta_writes import OktaWriter
from okta_idc.clients.scim import ScimProbe
from okta_idc.clients.secrets import SecretVersions
from okta_idc.rules.aws_console import aws_settings_page
from okta_idc.text import message
from okta_idc.token.canary import NAME, Canary
from okta_idc.token.progress import TokenError, Version
from okta_idc.token.result import Result, State
from okta_idc.token.rotation import Rotation
from okta_idc.token.steps import Pages, Step

CanaryName = Annotated[
    str, typer.Option("--canary", help="Beginning of the name of the test group.")
]  # fmt: skip
Wait = Annotated[
    float, typer.Option(min=0, help="Longest wait in seconds, for the test group and CloudTrail.")
]
Run = Callable[[Rotation], Awaitable[Result]]


def rotate(
    outputs: Outputs = None,
    stack: Stack = "",
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read the new token from standard input.")
    ] = False,
    abort: Annotated[
        bool, typer.Option("--abort", help="Return to the old token, until it is deleted.")
    ] = False,
    canary: CanaryName = NAME,
    wait: Wait = 900,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
) -> None:
    """Replace the SCIM token: shows each step of a person, and verifies it before the next one.

    Reads the new token at a hidden prompt or from standard input, tests it, and stores it beside
    the old one. Then waits until Okta has it: pushes a temporary group, and looks in CloudTrail for
    the token that Okta used. The old token is needed until AWS rejects it and a second group
    arrives. An interrupted rotation continues with the same command, on any machine.

    Exit code 0: done; 1: a person has to do the step that is shown; 2: an error, or Okta or AWS
    could not be read.

    Example: okta-idc token rotate --stack prod
    """
    person = _Terminal(interactive=sys.stdin.isatty() and not (as_json or token_stdin),
                       token_stdin=token_stdin)  # fmt: skip
    run = Rotation.abort if abort else Rotation.rotate
    _run(run, "rotate", person, outputs, stack, canary, wait, as_json, okta_url, aws_endpoint,
         verify_at)  # fmt: skip


def retire(
    outputs: Outputs = None,
    stack: Stack = "",
    canary: CanaryName = NAME,
    wait: Wait = 900,
    as_json: Json = False,
    okta_url: OktaUrl = "",
    aws_endpoint: AwsEndpoint = "",
    verify_at: VerifyAt = "",
) -> None:
    """Verify that Okta uses the current token and that the earlier one is deleted in AWS.

    The last steps of `token rotate` alone, for example after `token store`.

    Exit code 0: done; 1: a person has to do the step that is shown; 2: an error, or Okta or AWS
    could not be read.

    Example: okta-idc token retire --stack prod
    """
    person = _Terminal(interactive=sys.stdin.isatty() and not as_json)
    _run(Rotation.retire, "retire", person, outputs, stack, canary, wait, as_json, okta_url,
         aws_endpoint, verify_at)  # fmt: skip


class _Terminal:
    """Shows steps on standard error; waits for a person only at a terminal."""

    def __init__(self, *, interactive: bool, token_stdin: bool = False) -> None:
        self._interactive, self._token_stdin = interactive, token_stdin
        self.warnings: list[str] = []

    def say(self, text: str) -> None:
        print_error(text)

    def warn(self, text: str) -> None:
        self.warnings.append(text)
        print_error(f"warning: {text}")

    def does(self, step: Step) -> bool:
        if not self._interactive:
            return False
        print_error(step.text)
        try:
            with _interruptible():
                typer.prompt(
                    "Press Enter when it is done", default="", show_default=False, err=True
                )
        except typer.Abort:
            print_error("")  # ends the line of the prompt
            raise
        return True

    def token(self, step: Step, endpoint: str) -> str:
        if self._token_stdin and not sys.stdin.isatty():  # a terminal would show what is entered
            return _piped_token(endpoint)
        if not self._interactive and not self._token_stdin:
            return ""
        print_error(step.text)
        with _interruptible():
            return clean_token(typer.prompt("Access token (hidden)", hide_input=True, err=True))


@contextmanager
def _interruptible() -> Generator[None]:
    """Let Ctrl-C end a prompt: asyncio's handler only cancels the task, which waits for the
    prompt."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def _piped_token(endpoint: str) -> str:
    """The token from the first line, or from the second one after the endpoint. Raises InputError,
    also for the endpoint of another tenant."""
    line = sys.stdin.readline()
    if line.strip().startswith("https://"):
        if clean_endpoint(line) != endpoint:
            raise InputError(
                "SCIM endpoint: is of another tenant or Region than the one in the secret, "
                f"{endpoint}. Nothing was stored. Use the token of that endpoint."
            )
        line = sys.stdin.readline()
    return clean_token(line)


def _run(
    run: Run, verb: str, person: _Terminal, outputs: Path | None, stack: str, canary: str,
    wait: float, as_json: bool, okta_url: str, aws_endpoint: str, verify_at: str,
) -> None:  # fmt: skip
    check_verify_at(verify_at)
    option = f" --stack {quote(stack)}" if stack else ""
    up, resume = f"pulumi up{option}", f"okta-idc token {verb}{option}"
    again = resume
    if run is Rotation.abort:  # nothing is left to rotate
        again, resume = f"okta-idc token {verb} --abort{option}", f"okta-idc token status{option}"
    console = terminal(stderr=True)
    try:
        with reading():
            make = _connect(console, outputs, stack, up, resume, canary, wait, okta_url,
                            aws_endpoint, verify_at)  # fmt: skip
            result = asyncio.run(make(run, person))
    except TokenError as error:
        print_error(f"error: {error}")
        raise typer.Exit(2) from None
    except (typer.Abort, KeyboardInterrupt):
        print_error(f"Stopped. Nothing is lost. Continue with: {again}")
        raise typer.Exit(2) from None
    if as_json:
        print_json(_document(result, person.warnings))
    else:
        print_document(f"{message(_text(result, resume))}\n")
    raise typer.Exit(1 if result.state == State.WAITING else 0)


def _connect(
    console: Console, outputs: Path | None, stack: str, up: str, resume: str, canary: str,
    wait: float, okta_url: str, aws_endpoint: str, verify_at: str,
) -> Callable[[Run, _Terminal], Any]:  # fmt: skip
    """What runs a command with the clients of the stack. Raises InputError."""
    declared, config = read_stack(outputs, stack)
    url, auth = org_url(okta_url, declared, config), Credentials.read(config).auth()
    source = source_in(declared, config, aws_endpoint, verify_at)
    if not source.secret:
        raise InputError("the stack lacks the output secretName. Run `pulumi up` first.")
    region = source.secret_region or source.region
    at = source.endpoint, source.aws

    def deployed() -> str:
        return get_text(read_stack(outputs, stack)[0], "tokenExpires")

    async def command(run: Run, person: _Terminal) -> Result:
        async with OktaWriter(url, auth, on_wait=partial(print_wait, console)) as okta:
            try:
                page = app_page(await admin_console(okta), source.app_id, INTEGRATION)
            except OktaError:
                page = ""
            pages = Pages(
                aws=aws_settings_page(source.region), integration=page, secret=source.secret,
                region=region, up=up, resume=resume,
            )  # fmt: skip
            store = IdentityStore(source.store_id, source.region, *at)
            return await run(
                Rotation(
                    SecretVersions(source.secret, region, *at), ScimProbe(source.verify_at),
                    Canary(okta, store, source.app_id, canary, wait),
                    EventHistory(source.region, *at), person, pages,
                    deployed if get_text(declared, "mode") == "api" else None, wait,
                )
            )  # fmt: skip

    return command


def _text(result: Result, resume: str) -> str:
    old = f" The one of {result.old.day} is deleted in AWS." if result.old else ""
    if result.state == State.DONE and result.new:
        known = "Okta uses" if not result.why else "The secret has"
        return _with_step(f"Done: {known} the token of {result.new.day}.{old}", result.step)
    if result.state == State.ABORTED and result.new and result.old:
        text = (
            f"The secret has the token of {result.old.day} again. Delete the one of "
            f"{result.new.day} in AWS, after Okta has the other one. The next rotation needs "
            "another token, generated in AWS: the secret no longer has the one that you entered."
        )
        return _with_step(text, result.step)
    step = result.step
    if step is None:
        return ""
    then = step.command if step.command.startswith("okta-idc") else resume
    return f"{step.text}\nThen run: {then}"


def _with_step(text: str, step: Step | None) -> str:
    return f"{text}\n{step.text}" if step else text


def _document(result: Result, warnings: list[str]) -> dict[str, Any]:
    step = result.step
    return {
        "state": result.state,
        "okta_has": result.holder,
        "why": result.why or None,
        "new": _version(result.new),
        "old": _version(result.old),
        "step": step and {"act": step.act, "text": step.text, "command": step.command},
        "warnings": warnings,
    }


def _version(version: Version | None) -> dict[str, str] | None:
    if version is None:
        return None
    return {
        "version": version.id,
        "created": version.secret.created.isoformat(),
        "expires": version.secret.expires.isoformat(),
    }
