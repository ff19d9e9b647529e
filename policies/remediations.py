"""Remediations: policies that correct a property, off until they are enabled.

Each is named `fix-` and the rule that it satisfies; that rule then checks the corrected properties.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi_policy import (
    EnforcementLevel,
    PolicyConfigSchema,
    ResourceValidationArgs,
    ResourceValidationPolicy,
)

from okta_idc.rules import attribute_statements, endpoints, push_mappings
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import URI_NAME_FORMAT
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import Rule

from .binding import BINDINGS
from .groups import PUSH
from .properties import Inputs, plain
from .provisioning import CONNECTION
from .stack_graph import SAML, Settings

APP_ID = {CONNECTION: "idProperty", PUSH: "appId"}
"""The property with the app's ID, by type."""


@dataclass(frozen=True)
class Fix:
    """Corrects properties of one resource type that break a rule. `correct` receives the properties
    to read and the properties to set, and returns whether it has set any. Skips the apps that
    `otherApps` lists, and the resources that `retiring` names, if the rule has these settings."""

    rule: Rule[Any]
    type: str
    correct: Callable[[Inputs, Any], bool]

    @property
    def config(self) -> Settings:
        """The settings, which are the rule's, for a resource that belongs to an app."""
        return BINDINGS[self.rule.id].config if self.type in APP_ID else {}

    def policy(self) -> ResourceValidationPolicy:
        """The policy; the enforcement level `remediate` enables it."""
        return ResourceValidationPolicy(
            name=f"fix-{self.rule.id.lower()}",
            description=f"Remediates: {self.rule.title}",
            display_name=f"{self.rule.id} remediation",
            enforcement_level=EnforcementLevel.DISABLED,
            remediate=cast(Any, self._remediate),
            url=self.rule.link,
            config_schema=PolicyConfigSchema(self.config) if self.config else None,
        )

    def _remediate(self, args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        if args.resource_type != self.type:
            return None
        settings, inputs = Inputs(args.get_config()), Inputs(plain(args.props))
        app = inputs.peek(APP_ID.get(self.type, ""))
        if app in settings.texts("otherApps") or args.name in settings.texts("retiring"):
            return None
        try:
            return args.props if self.correct(inputs, args.props) else None
        except Unavailable:
            return None  # the rule itself reports it


def _remove_trailing_slash(connection: Inputs, props: Any) -> bool:
    url = connection.text("baseUrl")
    corrected = endpoints.normalize_endpoint(url or "")
    if url is None or not endpoints.scim_endpoint(url) or endpoints.scim_endpoint(corrected):
        return False
    props["baseUrl"] = corrected
    return True


def _keep_target_group(mapping: Inputs, props: Any) -> bool:
    if mapping.flag("deleteTargetGroupOnDestroy") is False:
        return False
    props["deleteTargetGroupOnDestroy"] = False
    return True


def _set_name_format(saml: Inputs, props: Any) -> bool:
    corrected = False
    for index, each in enumerate(saml.each("attributeStatements")):
        try:
            name, given = each.text("name") or "", each.text("namespace")
        except Unavailable:
            continue  # the others are still corrected
        stated = Statement(name) if given is None else Statement(name, namespace=given)
        if attribute_statements.name_format(stated):
            props["attributeStatements"][index]["namespace"] = URI_NAME_FORMAT
            corrected = True
    return corrected


FIXES = (
    Fix(endpoints.scim_endpoint, CONNECTION, _remove_trailing_slash),
    Fix(push_mappings.keeps_target_group, PUSH, _keep_target_group),
    Fix(attribute_statements.name_format, SAML, _set_name_format),
)
