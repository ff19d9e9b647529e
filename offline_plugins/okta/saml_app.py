"""app.Saml, for apps of Okta's catalog.

A failed update is recorded as done: the state has the new values, and the next update makes no call
(docs/research/okta-provider.md#failed-updates). Unless `skipAuthenticationPolicy` is set, each
update assigns the recorded policy to the app again. A 404 at read removes the app from the state; a
deletion is retried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from offline_plugins.okta import terraform_sdkv2 as sdkv2
from offline_plugins.okta.api import Okta, OktaError
from offline_plugins.okta.saml_payloads import (
    app_body,
    compact,
    invalid_statement,
    merge_statements,
    policy_of,
    preview_outputs,
    read_keys,
    read_metadata,
    read_presentation,
    read_settings,
)
from offline_plugins.property_values import UNKNOWN
from offline_plugins.provider import ChangeKind, Properties, ProviderError, Request, State

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
DELETE_ATTEMPTS = 10
FIRST_WAIT, LONGEST_WAIT = 0.5, 6.0  # seconds between attempts to delete, doubled each time


class Saml(sdkv2.SdkV2Resource):
    type = "okta:app/saml:Saml"
    inputs = frozenset(
        {"appSettingsJson", "attributeStatements", "authenticationPolicy", "label",
         "preconfiguredApp", "skipAuthenticationPolicy", *DEFAULTS}
    )  # fmt: skip
    defaults: ClassVar = DEFAULTS
    list_defaults: ClassVar = {"attributeStatements": STATEMENT_DEFAULTS}
    booleans = frozenset({"skipAuthenticationPolicy"})
    json_texts = frozenset({"appSettingsJson"})
    json_attributes: ClassVar = {"appSettingsJson": "app_settings_json"}
    replaced_by = frozenset({"preconfiguredApp"})

    def plan(self, news: Properties, olds: Properties) -> Properties:
        planned = super().plan(news, olds)
        settings = planned["appSettingsJson"]
        return {
            **planned,
            "appSettingsJson": compact(settings) if isinstance(settings, str) else settings,
            "attributeStatements": planned["attributeStatements"] or [],
            **{n: news.get(n) or olds.get(n) for n in ("authenticationPolicy", "preconfiguredApp")},
        }

    def changes(self, olds: Properties, news: Properties) -> dict[str, ChangeKind]:
        changes = super().changes(olds, news)
        if "keys" in olds and olds["keys"] is None:
            changes["keys"] = "ADD"  # not read yet: the creation failed before that
        return changes

    def create(self, okta: Okta, request: Request) -> State:
        planned = self.plan(request.inputs, {})
        if request.preview:
            return State("", preview_outputs(planned))
        if not planned.get("preconfiguredApp"):
            raise ProviderError(
                f"{self.type}: the replacement Okta plugin creates only apps of Okta's catalog. "
                "Set preconfigured_app (docs/reference/offline-plugins.md)."
            )
        if wrong := invalid_statement(planned["attributeStatements"]):
            raise sdkv2.bridge_error("", "", wrong)
        active = "true" if planned["status"] == "ACTIVE" else "false"
        with sdkv2.bridge_errors(), sdkv2.step("failed to create SAML application"):
            app = okta.post(f"/api/v1/apps?activate={active}", app_body(planned, {}))
        outputs = {k: None if v is UNKNOWN else v for k, v in preview_outputs(planned).items()}
        outputs |= {"id": app["id"], "keyId": app["credentials"]["signing"]["kid"]}
        with sdkv2.partial_state_errors("creating", request, app["id"], outputs):
            self._set_policy(okta, app["id"], planned)
            self._read(okta, app["id"], planned, outputs)
        return State(app["id"], outputs)

    def fetch(self, okta: Okta, id: str, known: Properties) -> Properties:
        outputs: Properties = dict(known)
        self._read(okta, id, known, outputs)
        return outputs if known else {**outputs, "skipAuthenticationPolicy": None}

    def imported_inputs(self, outputs: Properties) -> Properties:
        given = super().imported_inputs(outputs)
        if not sdkv2.is_empty(outputs["appLinksJson"]):
            given["appLinksJson"] = outputs["appLinksJson"]
        if "attributeStatements" in given:
            given["attributeStatements"] = [
                {sdkv2.DEFAULTS_KEY: []}
                | {
                    k: v
                    for k, v in s.items()
                    if not sdkv2.is_empty(v) and v != STATEMENT_DEFAULTS.get(k)
                }
                for s in given["attributeStatements"]
            ]
        return given

    def update(self, okta: Okta, request: Request) -> Properties:
        olds = request.olds
        planned = self.plan(request.inputs, olds)
        outputs = {**olds, **planned}
        outputs["attributeStatements"] = merge_statements(
            planned["attributeStatements"], olds.get("attributeStatements")
        )
        changed = {*self.diff(request).diffs} - {"keys"}
        if request.preview or not changed:
            return outputs
        path = f"/api/v1/apps/{request.id}"
        with sdkv2.partial_state_errors("updating", request, request.id, outputs):
            if wrong := invalid_statement(planned["attributeStatements"]):
                raise sdkv2.StepError(wrong)
            if "status" in changed:
                verb = "activate" if planned["status"] == "ACTIVE" else "deactivate"
                with sdkv2.step("failed to change application status"):
                    okta.post(f"{path}/lifecycle/{verb}")
            if changed == {"status"}:
                return outputs
            with sdkv2.step("failed to update SAML application"):
                okta.put(path, app_body(planned, olds))
            self._set_policy(okta, request.id, planned)
            self._read(okta, request.id, planned, outputs)
        return outputs

    def remove(self, okta: Okta, id: str, olds: Properties) -> None:
        path = f"/api/v1/apps/{id}"
        with sdkv2.step("failed to delete SAML application"):
            if olds.get("status") != "INACTIVE":
                _retry(okta, lambda: okta.post(f"{path}/lifecycle/deactivate"))
            _retry(okta, lambda: okta.delete(path))

    def _set_policy(self, okta: Okta, app_id: str, planned: Properties) -> None:
        """Assign the configured policy, else the recorded one, else the org's default."""
        if planned["skipAuthenticationPolicy"]:
            return
        policy = planned.get("authenticationPolicy")
        if not okta.is_identity_engine():
            return
        with sdkv2.step("failed to set authentication policy for an SAML application"):
            if not policy:
                policies = okta.get("/api/v1/policies?type=ACCESS_POLICY")
                policy = next((p["id"] for p in policies if p.get("system")), None)
            if policy:
                okta.put(f"/api/v1/apps/{app_id}/policies/{policy}")

    def _read(self, okta: Okta, app_id: str, planned: Properties, outputs: Properties) -> None:
        """Fill the outputs call by call, so that a failure leaves those already read."""
        with sdkv2.step("failed to get SAML application", may_be_gone=True):
            app = okta.get(f"/api/v1/apps/{app_id}")
        outputs |= read_settings(app, planned)
        skipped = planned.get("skipAuthenticationPolicy")
        policy = "" if skipped or not okta.is_identity_engine() else policy_of(app)
        outputs["authenticationPolicy"] = policy
        if app["status"] == "ACTIVE":
            kid = outputs["keyId"]
            with sdkv2.step("failed to get app's SAML metadata"):
                xml = okta.get_xml(f"/api/v1/apps/{app_id}/sso/saml/metadata?kid={kid}")
            outputs |= read_metadata(xml, app)
        try:
            outputs["keys"] = read_keys(okta.get(f"/api/v1/apps/{app_id}/credentials/keys"))
        except OktaError as error:
            text = f"failed to load existing keys for SAML application: {error.as_go_float}"
            raise sdkv2.StepError(text) from None
        outputs |= read_presentation(app, planned)


def _retry(okta: Okta, call: Callable[[], Any]) -> None:
    wait = FIRST_WAIT
    for _ in range(DELETE_ATTEMPTS - 1):
        try:
            call()
        except OktaError:
            okta.clock.sleep(wait)
            wait = min(2 * wait, LONGEST_WAIT)
        else:
            return
    call()
