"""What can be put right without asking anybody: three remediations, off until switched on.

Each is a policy of its own, named `fix-` and the rule that it satisfies. That rule then judges what
was put right.

"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from pulumi_policy import EnforcementLevel, ResourceValidationArgs, ResourceValidationPolicy

from okta_idc.rules import attribute_statements, endpoints, push_mappings
from okta_idc.rules.attribute_statements import Statement
from okta_idc.rules.attributes import URI_NAME_FORMAT
from okta_idc.rules.binding import Unavailable
from okta_idc.rules.registry import Rule

from .groups import PUSH
from .properties import Inputs, plain
from .provisioning import CONNECTION
from .stack_graph import SAML


@dataclass(frozen=True)
class Fix:
    """Puts right, in place, what breaks a rule in resources of a type. `mend` gets the properties
    as they can be read, and as they can be set; true when it has set something."""

    rule: Rule[Any]
    type: str
    mend: Callable[[Inputs, Any], bool]

    def policy(self) -> ResourceValidationPolicy:
        """The policy; switched on by the enforcement level `remediate`."""
        return ResourceValidationPolicy(
            name=f"fix-{self.rule.id.lower()}",
            description=f"Put right: {self.rule.title}",
            display_name=f"{self.rule.id} put right",
            enforcement_level=EnforcementLevel.DISABLED,
            remediate=cast(Any, self._remediate),
            url=self.rule.link,
        )

    def _remediate(self, args: ResourceValidationArgs) -> Mapping[str, Any] | None:
        if args.resource_type != self.type:
            return None
        try:
            return args.props if self.mend(Inputs(plain(args.props)), args.props) else None
        except Unavailable:
            return None  # the rule itself says so


def _no_slash(connection: Inputs, props: Any) -> bool:
    url = connection.text("baseUrl")
    mended = endpoints.normalise_endpoint(url or "")
    if url is None or not endpoints.scim_endpoint(url) or endpoints.scim_endpoint(mended):
        return False
    props["baseUrl"] = mended
    return True


def _keep_target(mapping: Inputs, props: Any) -> bool:
    if mapping.flag("deleteTargetGroupOnDestroy") is False:
        return False
    props["deleteTargetGroupOnDestroy"] = False
    return True


def _name_format(saml: Inputs, props: Any) -> bool:
    mended = False
    for index, each in enumerate(saml.each("attributeStatements")):
        try:
            name, given = each.text("name") or "", each.text("namespace")
        except Unavailable:
            continue  # that one holds up no other
        stated = Statement(name) if given is None else Statement(name, namespace=given)
        if attribute_statements.name_format(stated):
            props["attributeStatements"][index]["namespace"] = URI_NAME_FORMAT
            mended = True
    return mended


FIXES = (
    Fix(endpoints.scim_endpoint, CONNECTION, _no_slash),
    Fix(push_mappings.keeps_target, PUSH, _keep_target),
    Fix(attribute_statements.name_format, SAML, _name_format),
)
