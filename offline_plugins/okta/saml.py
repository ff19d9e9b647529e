"""app.Saml, for apps of Okta's catalog.

A failed update is recorded as done: the state holds the new values, and the next update
makes no call (docs/research/okta-provider.md#failed-updates). Unless told to skip it, every update
puts the policy of the state back on the app. A 404 at read drops it; deleting tries on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from offline_plugins.okta.api import Okta, Refused
from offline_plugins.okta.resource import Properties
from offline_plugins.okta.saml_app import (
    body,
    compact,
    invalid_statement,
    merged,
    policy_of,
    previewed,
    read_frame,
    read_keys,
    read_metadata,
    read_settings,
)
from offline_plugins.okta.sdkv2 import (
    StepFailed,
    as_diff,
    detailed,
    failed,
    half_made,
    is_empty,
    rewritten,
    step,
    with_defaults,
)
from offline_plugins.provider_server import (
    UNKNOWN,
    Checked,
    Diff,
    Failure,
    ProviderError,
    Resource,
    State,
)

DEFAULTS = {
    "samlVersion": "2.0",
    "status": "ACTIVE",
    "userNameTemplate": "${source.login}",
    "userNameTemplateType": "BUILT_IN",
}
STATEMENT_DEFAULTS = {
    "namespace": "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
    "type": "EXPRESSION",
}
JSON_TEXTS = frozenset({"appSettingsJson"})
REPLACED_BY = frozenset({"preconfiguredApp"})
DELETE_TRIES = 10
FIRST_WAIT, LONGEST_WAIT = 0.5, 6.0  # seconds between tries at deletion, doubled each time


class Saml:
    type = "okta:app/saml:Saml"
    inputs = frozenset(
        {"appSettingsJson", "attributeStatements", "authenticationPolicy", "label",
         "preconfiguredApp", "skipAuthenticationPolicy", *DEFAULTS}
    )  # fmt: skip

    def check(self, at: Resource, news: Properties, olds: Properties, seed: bytes) -> Checked:
        inputs = with_defaults(news, DEFAULTS)
        failures: list[Failure] = []
        statements = inputs.get("attributeStatements")
        if isinstance(statements, list):
            inputs["attributeStatements"] = [
                with_defaults(s, STATEMENT_DEFAULTS) if isinstance(s, dict) else s
                for s in statements
            ]
        settings = inputs.get("appSettingsJson")
        if isinstance(settings, str):
            try:
                json.loads(settings)
            except ValueError:
                reason = '"app_settings_json" contains an invalid JSON'
                failures.append(Failure(reason, "appSettingsJson"))
        return Checked(inputs, failures)

    def diff(self, id: str, olds: Properties, news: Properties) -> Diff:
        changes = detailed(
            _planned(news, olds), olds, sorted(self.inputs), replaced_by=REPLACED_BY,
            json_texts=JSON_TEXTS, defaults=frozenset({"skipAuthenticationPolicy"}),
        )  # fmt: skip
        if "keys" in olds and olds["keys"] is None:
            changes["keys"] = "ADD"  # left unread by a create that failed half-way
        return as_diff(changes, sorted(REPLACED_BY))

    def create(self, okta: Okta, at: Resource, inputs: Properties, preview: bool) -> State:
        planned = _planned(inputs, {})
        if preview:
            return State("", previewed(planned))
        if not planned.get("preconfiguredApp"):
            raise ProviderError(
                f"{self.type}: the replacement Okta plugin makes apps of Okta's catalog only; set "
                "preconfigured_app (docs/reference/offline-plugins.md)"
            )
        if wrong := invalid_statement(planned["attributeStatements"]):
            raise failed("", "", wrong)
        active = "true" if planned["status"] == "ACTIVE" else "false"
        try:
            app = okta.post(f"/api/v1/apps?activate={active}", body(planned, {}))
        except Refused as refused:
            text = f"failed to create SAML application: {refused}"
            raise failed("", "", text) from None
        outputs = {k: None if v is UNKNOWN else v for k, v in previewed(planned).items()}
        outputs |= {"id": app["id"], "keyId": app["credentials"]["signing"]["kid"]}
        try:
            self._set_policy(okta, app["id"], planned)
            self._read(okta, app["id"], planned, outputs)
        except StepFailed as error:
            raise half_made("creating", at, error, app["id"], outputs) from None
        return State(app["id"], outputs)

    def read(
        self,
        okta: Okta,
        at: Resource,
        id: str,
        olds: Properties,
        inputs: Properties,
    ) -> State | None:
        outputs: Properties = dict(olds)
        try:
            self._read(okta, id, olds, outputs)
        except StepFailed as error:
            if error.gone:
                return None
            raise failed("refreshing", at.urn, error) from None
        if olds or inputs:
            return State(id, outputs, rewritten(inputs, outputs, JSON_TEXTS))
        outputs["skipAuthenticationPolicy"] = None
        return State(id, outputs, _imported(outputs, self.inputs))

    def update(
        self, okta: Okta, at: Resource, id: str, olds: Properties, news: Properties,
        preview: bool,
    ) -> Properties:  # fmt: skip
        planned = _planned(news, olds)
        outputs = {**olds, **planned}
        outputs["attributeStatements"] = merged(
            planned["attributeStatements"], olds.get("attributeStatements")
        )
        changed = {*self.diff(id, olds, news).diffs} - {"keys"}
        if preview or not changed:
            return outputs
        if wrong := invalid_statement(planned["attributeStatements"]):
            raise half_made("updating", at, wrong, id, outputs)
        path = f"/api/v1/apps/{id}"
        try:
            if "status" in changed:
                verb = "activate" if planned["status"] == "ACTIVE" else "deactivate"
                with step("failed to change application status"):
                    okta.post(f"{path}/lifecycle/{verb}")
            if changed == {"status"}:
                return outputs
            with step("failed to update SAML application"):
                okta.put(path, body(planned, olds))
            self._set_policy(okta, id, planned)
            self._read(okta, id, planned, outputs)
        except StepFailed as error:
            raise half_made("updating", at, error, id, outputs) from None
        return outputs

    def delete(self, okta: Okta, at: Resource, id: str, olds: Properties) -> None:
        path = f"/api/v1/apps/{id}"
        try:
            if olds.get("status") != "INACTIVE":
                _until_done(okta, lambda: okta.post(f"{path}/lifecycle/deactivate"))
            _until_done(okta, lambda: okta.delete(path))
        except Refused as refused:
            text = f"failed to delete SAML application: {refused}"
            raise failed("deleting", at.urn, text) from None

    def _set_policy(self, okta: Okta, app_id: str, planned: Properties) -> None:
        """The policy given, else the state's (whatever the app has by now), else the default."""
        if planned["skipAuthenticationPolicy"]:
            return
        policy = planned.get("authenticationPolicy")
        if not okta.is_identity_engine():
            return
        with step("failed to set authentication policy for an SAML application"):
            if not policy:
                policies = okta.get("/api/v1/policies?type=ACCESS_POLICY")
                policy = next((p["id"] for p in policies if p.get("system")), None)
            if policy:
                okta.put(f"/api/v1/apps/{app_id}/policies/{policy}")

    def _read(self, okta: Okta, app_id: str, planned: Properties, outputs: Properties) -> None:
        """Fills the outputs with every answer as it comes."""
        with step("failed to get SAML application", may_be_gone=True):
            app = okta.get(f"/api/v1/apps/{app_id}")
        outputs |= read_settings(app, planned)
        skipped = planned.get("skipAuthenticationPolicy")
        policy = "" if skipped or not okta.is_identity_engine() else policy_of(app)
        outputs["authenticationPolicy"] = policy
        if app["status"] == "ACTIVE":
            kid = outputs["keyId"]
            with step("failed to get app's SAML metadata"):
                xml = okta.get_xml(f"/api/v1/apps/{app_id}/sso/saml/metadata?kid={kid}")
            outputs |= read_metadata(xml, app)
        try:
            outputs["keys"] = read_keys(okta.get(f"/api/v1/apps/{app_id}/credentials/keys"))
        except Refused as refused:
            text = f"failed to load existing keys for SAML application: {refused.as_a_number}"
            raise StepFailed(text) from None
        outputs |= read_frame(app, planned)


def _planned(news: Properties, olds: Properties) -> Properties:
    settings = news.get("appSettingsJson")
    return {
        "appSettingsJson": compact(settings) if isinstance(settings, str) else settings,
        "attributeStatements": news.get("attributeStatements") or [],
        "authenticationPolicy": news.get("authenticationPolicy")
        or olds.get("authenticationPolicy"),
        "label": news.get("label"),
        "preconfiguredApp": news.get("preconfiguredApp") or olds.get("preconfiguredApp"),
        "skipAuthenticationPolicy": news.get("skipAuthenticationPolicy") or False,
        **{name: news.get(name) for name in DEFAULTS},
    }


def _imported(outputs: Properties, names: frozenset[str]) -> Properties:
    """Inputs after an import: what differs from the schema's defaults."""
    given: Properties = {"__defaults": []}
    for name in sorted({*names, "appLinksJson"}):
        value = outputs.get(name)
        if not is_empty(value) and value != DEFAULTS.get(name):
            given[name] = value
    if "attributeStatements" in given:
        given["attributeStatements"] = [
            {"__defaults": []}
            | {k: v for k, v in s.items() if not is_empty(v) and v != STATEMENT_DEFAULTS.get(k)}
            for s in given["attributeStatements"]
        ]
    return given


def _until_done(okta: Okta, call: Callable[[], Any]) -> None:
    wait = FIRST_WAIT
    for _ in range(DELETE_TRIES - 1):
        try:
            call()
        except Refused:
            okta.clock.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        else:
            return
    call()
