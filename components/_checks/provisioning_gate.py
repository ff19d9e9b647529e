"""Blocks assignments and pushes until provisioning is on.

Okta may answer 200 with status UNKNOWN and provision nobody, so every `up` reads the features back
and releases the app ID only if they are on. (A resource hook fails after the resource is recorded,
so the next run would succeed.) A preview only warns. In a terminal, the gate can wait, with a
timeout and visible progress.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, Resource

from okta_idc.rules import app_drift
from okta_idc.settings import Settings
from okta_idc.settings.models import GatePolicy

from .._errors import ValidationError, summary
from .._lookup_errors import invoke, readable
from .._polling import NO_WAIT, WaitPolicy

_LICENSE = (
    "If the app has no Provisioning tab, the org's license may not include Lifecycle Management; "
    "Okta's API does not show it (OIC-646)."
)
_TODO = "Nothing was assigned or pushed. Turn provisioning on, then run `pulumi up` again."
Steps = Callable[[], Awaitable[str]]


@dataclass(frozen=True)
class ProvisioningGate:
    """Outputs that fail with ValidationError while provisioning is not on."""

    app_id: Output[str]
    """ID of the app, for everything that requires provisioning."""
    app: Output[okta.app.GetSamlResult]
    """The app as Okta shows it."""
    steps: Output[str]
    """Manual steps that turn provisioning on; "" if it is on, or if the program turns it on."""
    block_reason: Output[str]
    """Why provisioning is not confirmed to be on, if the run continues anyway; "" if it is on."""


def provisioning_gate(
    parent: Resource,
    app_id: Input[str],
    features: Sequence[str],
    *,
    depends_on: Input[Sequence[Resource]],
    steps: Input[Steps | None] = None,
    policy: GatePolicy | None = GatePolicy.ENFORCE,
    wait: WaitPolicy = NO_WAIT,
) -> ProvisioningGate:
    """The gate for the app's `features`, for example `PUSH_NEW_USERS`, read after `depends_on`.
    `steps` returns the manual steps; it is called only while provisioning is off.
    Without `policy`, the reason is only returned, because nothing requires provisioning yet."""
    reading = InvokeOutputOptions(parent=parent, depends_on=depends_on)
    app = readable(okta.app.get_saml_output(id=app_id, opts=reading))

    async def check(
        app_id: str, found: Sequence[str] | None, read_steps: Steps | None
    ) -> tuple[str, str]:
        reason = block_reason(found or [], features)
        steps = await read_steps() if reason and read_steps else ""
        state = f"Provisioning of app {app_id} is off or incomplete:"
        if reason and wait.seconds and not pulumi.runtime.is_dry_run():
            pulumi.log.info(f"{state} {reason}\n{steps}", parent)

            async def poll() -> str:
                read = await invoke("okta:app/getSaml", {"id": app_id}, parent)
                return block_reason(read.get("features") or [], features)

            reason = await wait.until_empty(poll, f"waiting for provisioning of {app_id}")
        if not reason or policy is None:
            return reason, steps
        if pulumi.runtime.is_dry_run():
            pulumi.log.warn(f"{state} {reason}\n{steps}", parent)
        elif policy == GatePolicy.WARN:
            warning = f"{state} {reason} The run continues: provisioning.gate is warn."
            pulumi.log.warn(warning, parent)
        else:
            raise ValidationError.at("", f"{state} {reason} {_LICENSE} {_TODO}\n{steps}".rstrip())
        return reason, steps

    checked = Output.all(app_id, app.features, steps).apply(lambda read: check(*read))
    reason, remaining = checked.apply(lambda both: both[0]), checked.apply(lambda both: both[1])
    checked_id = Output.all(app_id, reason).apply(lambda both: both[0])
    return ProvisioningGate(checked_id, app, remaining, reason)


def required_features(settings: Settings) -> list[str]:
    """Okta's names of the features that must be on."""
    provisioning = settings.provisioning
    features = {
        "PUSH_NEW_USERS": provisioning.create_users,
        "PUSH_PROFILE_UPDATES": provisioning.update_user_attributes,
        "PUSH_USER_DEACTIVATION": provisioning.deactivate_users,
        "GROUP_PUSH": bool(settings.push_groups),
    }
    return [feature for feature, on in features.items() if on]


def block_reason(found: Sequence[str], wanted: Sequence[str]) -> str:
    """Why the gate is closed (OIC-612, OIC-613); "" if it is open."""
    subject = app_drift.Features(tuple(wanted), tuple(found))
    reasons = [summary(rule(subject)) for rule in (app_drift.features_on, app_drift.group_push_on)]
    if not any(reasons):
        return ""
    return f"{' '.join(filter(None, reasons))} Features turned on: {', '.join(found) or 'none'}."
