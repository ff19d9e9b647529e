"""Runs the probe against a sandbox with a small org, in this process or as a command."""

import asyncio
import functools
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from okta_idc.clients.identity_store import IdentityStore
from okta_idc.clients.okta import Okta
from okta_idc.clients.okta_auth import HeaderAuth
from okta_idc.clients.scim_requests import ScimRequests
from okta_idc.clients.secrets import secret_string
from okta_idc.probe.access import Access, Aws
from okta_idc.probe.contract import EXPERIMENTS, in_order
from okta_idc.probe.journal import Journal
from okta_idc.probe.run import Outcome, run_experiments
from okta_idc.rules.scim_secret import ScimSecret, read_secret
from sandbox.behaviour import OUTCOMES
from sandbox.org_file import load_org
from sandbox.pytest_plugin import Sandbox
from tests.sandbox.console.browser import Browser

AWS = load_org().aws
GUESSES = {name: values[0] for name, values in OUTCOMES.items()}
ORG: dict[str, Any] = {
    "name": "throw-away",
    "aws": {
        key: getattr(AWS, key)
        for key in ("region", "account", "instance_id", "identity_store_id", "tenant", "secret")
    },
    "users": [
        {"login": f"{name}@example.com", "email": f"{name}@example.com", "firstName": name,
         "lastName": "Admin", "displayName": name}
        for name in ("ada", "ben")
    ],
    "groups": [
        {"name": "Everyone", "members": []},
        {"name": "Staff", "members": ["ada@example.com"]},
        {"name": "Directory", "members": [],
         "active_directory": "corp.example.com"},
    ],
}  # fmt: skip
"""An org with little in it, as a throw-away org has."""


def write_org(folder: Path, **more: Any) -> Path:
    path = folder / "org.json"
    path.write_text(json.dumps({**ORG, **more}))
    return path


@functools.cache
def _aws_side(endpoint: str) -> tuple[ScimSecret, IdentityStore]:
    """The secret and the identity store of a sandbox. Clients of boto3 are slow to make."""
    secret = read_secret(secret_string(AWS.secret, AWS.region, endpoint))
    return secret, IdentityStore(AWS.identity_store_id, AWS.region, endpoint)


@dataclass
class Probe:
    """A sandbox, and the probe of it in this process."""

    sandbox: Sandbox
    folder: Path
    calls: int = 0
    shown: list[Any] = field(default_factory=list)

    def state(self) -> dict[str, Any]:
        """What exists in the org and the identity store, without counters and times."""
        self.sandbox.settle()
        snapshot = self.sandbox.snapshot()
        kept = ("users", "groups", "members", "apps", "policies", "rules", "catch_all_rules",
                "rule_members", "scim_ids", "other_user_types")  # fmt: skip
        okta = {key: snapshot["okta"][key] for key in kept}
        for group in okta["groups"].values():
            group.pop("lastMembershipUpdated", None)
        store = {k: v for k, v in snapshot["identity_store"].items() if k != "_count"}
        return {"okta": okta, "identity_store": store}

    def enable_in_console(self, app: str, between: Callable[[], object] = lambda: None) -> None:
        """What an administrator does in the Admin Console: two pages, one after the other."""
        page = f"/admin/app/amazon_aws_sso/instance/{app}/provisioning"
        secret = self._secret()
        browser, options = Browser(self.sandbox.okta), ("create_users", "update_users")
        browser.submit(
            f"{page}/integration?edit=1", f"{page}/integration", save="on", enable="on",
            base_url=secret.endpoint, api_token=secret.token,
        )  # fmt: skip
        between()
        ticked = dict.fromkeys((*options, "deactivate_users"), "on")
        browser.submit(f"{page}/to-app?edit=1", f"{page}/to-app", **ticked)
        browser.http.close()

    def _secret(self) -> ScimSecret:
        return _aws_side(self.sandbox.aws)[0]

    async def _access(self, use: Callable[[Access], Any], aws: bool = True) -> Any:
        async def pause(_seconds: float) -> None:
            await asyncio.to_thread(self.sandbox.settle)

        auth = HeaderAuth(f"SSWS {Sandbox.token}")
        secret = self._secret()
        async with (
            Okta(self.sandbox.okta, auth) as okta,
            ScimRequests(secret.endpoint, secret.token, self.sandbox.scim) as scim,
        ):
            _, store = _aws_side(self.sandbox.aws)
            instance = Aws(scim, store, secret.endpoint, secret.token) if aws else None
            found = await use(Access(okta, instance, 0.2, pause))
            self.calls = sum(okta.calls.values()) + scim.calls
            return found

    def with_access(self, use: Callable[[Access], Any], aws: bool = True) -> Any:
        return asyncio.run(self._access(use, aws))

    def run(
        self, *only: str, console: bool = True, aws: bool = True, on_result: Any = None
    ) -> Outcome:
        """The outcome of the experiments, all by default."""

        async def enable(app: str, _label: str) -> None:
            await asyncio.to_thread(self.enable_in_console, app)

        def use(access: Access) -> Any:
            return run_experiments(
                access, Journal(self.folder / "journal"), in_order(frozenset(only or EXPERIMENTS)),
                console=enable if console else None,
                on_result=on_result or (lambda *_: None),
            )  # fmt: skip

        return self.with_access(use, aws)


def by_result(outcome: Outcome) -> dict[str, dict[str, str]]:
    """The experiments with their outcome or reason, by result."""
    found: dict[str, dict[str, str]] = {"confirmed": {}, "refuted": {}, "not tried": {}}
    for each in outcome.results:
        found[each["result"]][each["experiment"]] = each["outcome"] or each["reason"]
    return found


def command(sandbox: Sandbox, record: Path, *arguments: str) -> list[str]:
    """The command line of a complete run of the sandbox."""
    return [
        sys.executable, "-m", "okta_idc", "probe-org", "--okta-org", sandbox.okta,
        "--confirm", "127.0.0.1", "--record", str(record), "--patience", "0.2",
        "--identity-store", AWS.identity_store_id, "--secret", AWS.secret,
        "--region", AWS.region, "--aws-endpoint", sandbox.aws, "--verify-at", sandbox.scim,
        *arguments,
    ]  # fmt: skip


def environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("OKTA_", "AWS_"))}
    return {**kept, "OKTA_API_TOKEN": Sandbox.token, "AWS_ACCESS_KEY_ID": "testing-testing",
            "AWS_SECRET_ACCESS_KEY": "testing-testing", "COLUMNS": "200"}  # fmt: skip


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it does not happen"
        time.sleep(0.01)
