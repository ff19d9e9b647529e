"""The SAML app: Okta's catalog app for IAM Identity Center, with its attribute statements.

Owns the app instance, its ACS and issuer URL, the username format and the attributes for access
control. A change of the username format renames people in AWS, so it takes a word that names the
old one. Does not assign anybody, and leaves the app's sign-on policy alone: an update of the app
would otherwise undo a policy that somebody set by hand.
"""

import json
from collections.abc import Callable
from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceHookArgs, ResourceOptions

from okta_idc.rules import attribute_statements as statements
from okta_idc.rules import attributes as rules
from okta_idc.rules import endpoints, user_names

from .. import _options
from .._errors import raise_findings
from .._lookup_errors import readable

CATALOG_APP = "amazon_aws_sso"
DEFAULT_TEMPLATE = "${source.login}"
_UNMANAGED = [
    "accessibilityErrorRedirectUrl", "accessibilityLoginRedirectUrl", "accessibilitySelfService",
    "adminNote", "autoSubmitToolbar", "enduserNote", "hideIos", "hideWeb", "implicitAssignment",
    "userNameTemplatePushStatus", "userNameTemplateSuffix", "userNameTemplateType",
]  # fmt: skip
"""What a person may set in the admin console: the provider's defaults would take it back
(docs/research/okta-provider.md#fields-left-to-the-console)."""


class AttributeStatement(TypedDict):
    """One attribute for access control, sent as a session tag."""

    key: str
    """The tag's key, e.g. `CostCenter`."""
    value: str
    """Okta's expression: `user.costCenter`, or a quoted literal."""


class SamlAppArgs(TypedDict):
    """Inputs of SamlApp."""

    acs_url: str
    """IAM Identity Center's Assertion Consumer Service URL."""
    issuer_url: str
    """IAM Identity Center's issuer URL (SAML entity id, audience)."""
    label: NotRequired[Input[str]]
    """The app's label in Okta; unique in the org. Default: AWS IAM Identity Center."""
    user_name_template: NotRequired[Input[str]]
    """Application username format: NameID and SCIM userName. Default: `${source.login}`."""
    rename_users_from: NotRequired[str]
    """The username format that the app has now, where a new one is to rename everybody."""
    attributes: NotRequired[list[AttributeStatement]]
    """Attributes for access control. Default: none."""
    import_id: NotRequired[str]
    """Id of an app that is there already: it is taken over, and protected. While it stands here,
    the provider is not told to leave the sign-on policy alone: it reads that flag back as unset,
    and would update the app for its sake. Remove it after the first run."""
    protect: NotRequired[bool]
    """Default: false. True: the app cannot be removed without lifting the protection."""


class SamlApp(pulumi.ComponentResource):
    """Okta's app for IAM Identity Center. Raises ValidationError for OIC-110, 111, 320, 326, 401
    to 404 and 412."""

    declared: Output[dict[str, Any]]
    """Settings and statements as they are declared."""
    app_id: Output[str]
    """The app's id in Okta."""
    metadata_url: Output[str]
    """Where Okta serves the identity provider's metadata; AWS wants the file behind it."""
    sign_in_url: Output[str]
    """The link that starts sign-on at Okta."""

    def __init__(self, name: str, args: SamlAppArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:SamlApp", name, {}, opts)
        raise_findings(endpoints.acs_url(args["acs_url"]), "acs_url")
        raise_findings(endpoints.issuer_url(args["issuer_url"]), "issuer_url")
        template = self._template(args)
        renaming = pulumi.ResourceHook(
            f"{name}-renaming", _renaming(args), pulumi.ResourceHookOptions(on_dry_run=True)
        )
        self.resource = okta.app.Saml(
            f"{name}-saml",
            preconfigured_app=CATALOG_APP,
            label=args.get("label", "AWS IAM Identity Center"),
            app_settings_json=json.dumps(
                {"acsURL": args["acs_url"], "entityID": args["issuer_url"]}
            ),
            attribute_statements=_statements(args.get("attributes", [])),
            user_name_template=template,
            skip_authentication_policy=True,
            opts=_options.options(
                ResourceOptions(
                    parent=self,
                    ignore_changes=_UNMANAGED,
                    hooks=pulumi.ResourceHookBinding(before_update=[renaming]),
                ),
                args.get("import_id"),
                args.get("protect", False),
                unread=["skipAuthenticationPolicy"],
            ),
        )
        self.declared = Output.all(
            label=args.get("label", "AWS IAM Identity Center"), template=template
        ).apply(lambda known: _declared(args, known["label"], known["template"]))
        self.app_id = self.resource.id
        self.metadata_url = self.resource.metadata_url
        self.sign_in_url = self.resource.embed_url
        self.register_outputs(
            {
                "app_id": self.app_id,
                "metadata_url": self.metadata_url,
                "sign_in_url": self.sign_in_url,
            }
        )

    def _template(self, args: SamlAppArgs) -> Input[str]:
        """The username format; of an app that is taken over, once it is known to be meant."""
        template = args.get("user_name_template", DEFAULT_TEMPLATE)
        if isinstance(template, str):
            raise_findings(user_names.user_name_template(template), "user_name_template")
            for doubt in (user_names.user_name_unique, user_names.user_name_is_address):
                for finding in doubt(template):
                    pulumi.log.warn(finding.text("user_name_template"), self)
        taken_over = args.get("import_id")
        if not taken_over:
            return template
        opts = InvokeOutputOptions(parent=self)
        there = readable(okta.app.get_saml_output(id=taken_over, opts=opts))
        return Output.all(there.user_name_template, template).apply(
            lambda both: _meant(args, both[0], both[1])
        )


def _renaming(args: SamlAppArgs) -> Callable[[ResourceHookArgs], None]:
    """Asked by the engine before the app is updated, in a preview too: later it would be late."""

    def before_update(change: ResourceHookArgs) -> None:
        was, new = change.old_inputs or {}, change.new_inputs or {}
        _meant(args, was["userNameTemplate"], new["userNameTemplate"])

    return before_update


def _meant(args: SamlAppArgs, old: str, new: str) -> str:
    change = user_names.Renaming(old, new, args.get("rename_users_from"))
    raise_findings(user_names.renaming_is_meant(change), "user_name_template")
    return new


def _declared(args: SamlAppArgs, label: str, template: str) -> dict[str, Any]:
    """What is to be compared with what is there: settings by name, statements as triples."""
    settings = {
        "acsURL": args["acs_url"],
        "entityID": args["issuer_url"],
        "label": label,
        "userNameTemplate": template,
    }
    statements = [
        (rules.NAME_PREFIX + attribute["key"], rules.URI_NAME_FORMAT, [attribute["value"]])
        for attribute in args.get("attributes", [])
    ]
    return {"settings": settings, "statements": statements}


def _statements(
    declared: list[AttributeStatement],
) -> list[okta.app.SamlAttributeStatementArgs]:
    attributes = tuple(rules.Attribute(a["key"], a["value"]) for a in declared)
    for index, attribute in enumerate(attributes):
        raise_findings(rules.attribute_key(attribute), f"attributes[{index}]")
        raise_findings(rules.attribute_value(attribute), f"attributes[{index}]")
        sent = statements.statement(attribute)
        raise_findings(statements.statement_lengths(sent), f"attributes[{index}]")
    raise_findings(rules.unique_keys(attributes), "attributes")
    raise_findings(rules.attribute_count(attributes), "attributes")
    return [
        okta.app.SamlAttributeStatementArgs(
            name=rules.NAME_PREFIX + attribute.key,
            namespace=rules.URI_NAME_FORMAT,
            type="EXPRESSION",
            values=[attribute.value],
        )
        for attribute in attributes
    ]
