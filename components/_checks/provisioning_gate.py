"""The gate between provisioning and what depends on it.

Owns nothing. On every `up` it reads back whether provisioning is really on, and lets the app id
through only then: Okta's API may answer «200, UNKNOWN» and provision nobody, which leaves a green
stack otherwise. A resource hook would not do: the resource is committed before its hook fails, and
the next run is green. A preview tells and does not fail.

With a person present it can wait until provisioning is on, bounded and visibly (wait.py).
"""

from collections.abc import Sequence
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOptions, InvokeOutputOptions, Output, Resource, ResourceOptions

from okta_idc.rules import Finding, app_drift

from .._errors import ValidationError
from .._polling import WaitPolicy

ENFORCE, WARN = "enforce", "warn"
_LICENCE = (
    "Where the app has no Provisioning tab at all, the org's licence may lack Lifecycle "
    "Management; Okta's API does not tell."
)


class ProvisioningGateArgs(TypedDict):
    """Inputs of ProvisioningGate."""

    app_id: Input[str]
    wanted: list[str]
    """The app's features that must be on, e.g. `PUSH_NEW_USERS`."""
    after: Sequence[Resource]
    """What must be in place before the gate asks."""
    steps: NotRequired[Input[str]]
    """What a person does to turn provisioning on; shown while it is off."""
    policy: NotRequired[str]
    """`enforce` (default): closed, it fails the run. `warn`: it warns, and lets through."""
    wait: NotRequired[WaitPolicy]
    """How long to wait for it to open. Default: not at all."""


class ProvisioningGate(pulumi.ComponentResource):
    """Fails the run with ValidationError unless the wanted features are on."""

    app_id: Output[str]
    """The app's id, for everything that needs provisioning to be on."""
    read: Output[okta.app.GetSamlResult]
    """The app as Okta shows it."""
    steps: Output[str]
    """What a person does to turn provisioning on; empty where the program does it."""
    closed: Output[str]
    """Why it was let through though provisioning is not known to be on; empty when it is on."""

    def __init__(
        self, name: str, args: ProvisioningGateArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("okta-identity-center:index:ProvisioningGate", name, {}, opts)
        app_id = Output.from_input(args["app_id"])
        asking = InvokeOutputOptions(parent=self, depends_on=args["after"])
        self.read = app = okta.app.get_saml_output(id=app_id, opts=asking)
        self.steps = Output.from_input(args.get("steps", ""))
        asked = Output.all(app_id, app.features, self.steps)
        self.closed = asked.apply(lambda read: self._ask(args, *read))
        self.app_id = Output.all(app_id, self.closed).apply(lambda both: both[0])
        self.register_outputs({"app_id": self.app_id})

    async def _ask(
        self, args: ProvisioningGateArgs, app_id: str, features: Sequence[str] | None, steps: str
    ) -> str:
        wait, wanted = args.get("wait", WaitPolicy.none()), args["wanted"]
        reason = block_reason(features or [], wanted)
        if not reason:
            return ""
        message = f"Provisioning of app {app_id} is not on: {reason}"
        if pulumi.runtime.is_dry_run():
            pulumi.log.warn(f"{message}\n{steps}", self)
            return reason
        if wait.seconds:
            pulumi.log.info(f"{message}\n{steps}", self)

            async def still_closed() -> str:
                return block_reason(await self._features(app_id), wanted)

            reason = await wait.until_empty(still_closed, f"waiting for provisioning of {app_id}")
            if not reason:
                return ""
            message = f"Provisioning of app {app_id} is still not on: {reason}"
        if args.get("policy", ENFORCE) == WARN:
            pulumi.log.warn(f"{message} The gate only warns, so the run goes on.", self)
            return reason
        raise ValidationError(
            f"{message} {_LICENCE} Nothing was assigned or pushed; run `pulumi up` again once it "
            f"is on.\n{steps}".rstrip()
        )

    async def _features(self, app_id: str) -> list[str]:
        token, opts = "okta:app/getSaml:getSaml", InvokeOptions(parent=self)
        read: Any = await pulumi.runtime.invoke_async(token, {"id": app_id}, opts)
        return read.get("features") or []


def block_reason(features: Sequence[str], wanted: Sequence[str]) -> str:
    """Why the gate stays closed (OIC-612, OIC-613); empty when it opens."""
    asked = app_drift.Features(tuple(wanted), tuple(features))
    reasons = [_told(rule(asked)) for rule in (app_drift.features_on, app_drift.group_push_on)]
    if not any(reasons):
        return ""
    on = ", ".join(features) or "no feature on"
    return " ".join([*filter(None, reasons), f"The app has {on}."])


def connection_block_reason(status: str | None) -> str:
    """Why a connection declared through the API does not serve (OIC-610, OIC-611); empty when it
    does."""
    if not status:
        return (
            "Okta did not say whether the app has a provisioning connection (status unknown). "
            "Fix: look at the app → Provisioning → Integration, or set provisioning.mode to "
            "console."
        )
    return _told(app_drift.connection_known(status) + app_drift.connection_enabled(status))


def _told(findings: Sequence[Finding]) -> str:
    """What one rule found, with its remedy once; empty for nothing."""
    if not findings:
        return ""
    rule = findings[0].rule
    said = " ".join(f"{finding.value} {finding.explanation}" for finding in findings)
    return f"{said} [{rule.id}] Fix: {rule.remedy}"
