"""The SAML app: Okta's catalog app for IAM Identity Center, with its attribute statements.

Owns the app instance, its ACS and issuer URLs, the username format and the attribute statements. A
new username format renames every user in AWS and requires confirmation. Does not assign anyone, and
leaves the app's sign-on policy alone: an app update would otherwise undo a policy set elsewhere.
"""

from typing import Any, NotRequired, TypedDict

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceHookArgs, ResourceOptions

from okta_idc.rules import attribute_statements, attributes, endpoints, user_names
from okta_idc.settings.models import App

from .._errors import raise_findings
from .._lookup_errors import readable
from .._options import child_of, options

CATALOG_APP = "amazon_aws_sso"
DEFAULT_LABEL: str = App.model_fields["label"].default
DEFAULT_USERNAME_FORMAT: str = App.model_fields["username_format"].default
_UNMANAGED = [
    "accessibilityErrorRedirectUrl", "accessibilityLoginRedirectUrl", "accessibilitySelfService",
    "adminNote", "autoSubmitToolbar", "enduserNote", "hideIos", "hideWeb", "implicitAssignment",
    "userNameTemplatePushStatus", "userNameTemplateSuffix", "userNameTemplateType",
]  # fmt: skip
"""Fields left to the Admin Console; the provider's defaults would overwrite them
(docs/research/okta-provider.md#fields-left-to-the-console)."""


class AttributeStatement(TypedDict):
    """One attribute that Okta sends in the SAML assertion, a session tag in AWS."""

    key: str
    """Session tag key, for example `Department`."""
    value: Input[str]
    """Okta expression, for example `user.department`, or a literal in quotes: `"blue"`."""


class SamlAppArgs(TypedDict):
    """Arguments of SamlApp."""

    acs_url: Input[str]
    """IAM Identity Center Assertion Consumer Service (ACS) URL."""
    issuer_url: Input[str]
    """IAM Identity Center issuer URL."""
    label: NotRequired[Input[str]]
    """Application label in Okta; unique in the org. Default: `AWS IAM Identity Center`."""
    username_format: NotRequired[Input[str]]
    """Application username format in Okta. The result is the NameID and the SCIM userName.
    Default: `${source.login}`."""
    rename_users_from: NotRequired[str | None]
    """Confirms a new `username_format`, which renames every user in AWS: the current format."""
    attribute_statements: NotRequired[list[AttributeStatement]]
    """Attributes for access control that Okta sends in the SAML assertion. Default: none."""
    import_id: NotRequired[str | None]
    """Imports and protects an existing app: its ID, `0oa…`. Remove it after the first run: while it
    is set, an update of the app may also reset its sign-on policy."""
    protect: NotRequired[bool]
    """Protects the app from deletion. Default: true."""


class SamlApp(pulumi.ComponentResource):
    """Okta's catalog app for IAM Identity Center. Raises ValidationError for an invalid URL,
    username format or attribute statement, and for an unconfirmed new username format."""

    app_id: Output[str]
    """ID of the app in Okta."""
    label: Output[str]
    """Application label in Okta."""
    metadata_url: Output[str]
    """URL of the identity provider metadata that AWS needs as a file."""
    sign_in_url: Output[str]
    """URL that starts the sign-in at Okta."""

    def __init__(self, name: str, args: SamlAppArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("okta-identity-center:index:SamlApp", name, {}, opts)
        acs_url, issuer_url = _checked_urls(args)
        self._rename_from = args.get("rename_users_from")
        username_format = self._username_format(args)
        label = args.get("label", DEFAULT_LABEL)
        statements = _statements(args.get("attribute_statements", []))
        on_update = pulumi.ResourceHook(
            f"{name}-renaming", self._before_update, pulumi.ResourceHookOptions(on_dry_run=True)
        )
        self.resource = okta.app.Saml(
            f"{name}-saml",
            preconfigured_app=CATALOG_APP,
            label=label,
            app_settings_json=Output.json_dumps({"acsURL": acs_url, "entityID": issuer_url}),
            attribute_statements=statements,
            user_name_template=username_format,
            skip_authentication_policy=True,
            opts=options(
                ResourceOptions.merge(
                    child_of(self, opts),
                    ResourceOptions(
                        ignore_changes=_UNMANAGED,
                        hooks=pulumi.ResourceHookBinding(before_update=[on_update]),
                    ),
                ),
                args.get("import_id"),
                args.get("protect", True),
                ignore_on_import=["skipAuthenticationPolicy"],
            ),
        )
        self._declared: Output[dict[str, Any]] = Output.from_input(
            {
                "settings": {
                    "acsURL": acs_url,
                    "entityID": issuer_url,
                    "label": label,
                    "userNameTemplate": username_format,
                },
                "statements": [
                    {"name": each.name, "namespace": each.namespace, "values": each.values}
                    for each in statements
                ],
            }
        )
        self.app_id = self.resource.id
        self.label = self.resource.label
        self.metadata_url = self.resource.metadata_url
        self.sign_in_url = self.resource.embed_url
        self.register_outputs(
            {
                "app_id": self.app_id,
                "label": self.label,
                "metadata_url": self.metadata_url,
                "sign_in_url": self.sign_in_url,
            }
        )

    @property
    def declared(self) -> Output[dict[str, Any]]:
        """Settings and attribute statements as declared, to compare with what Okta has."""
        return self._declared

    def _username_format(self, args: SamlAppArgs) -> Input[str]:
        """The username format; of an imported app, once the change is known to be confirmed."""
        template = args.get("username_format", DEFAULT_USERNAME_FORMAT)
        if isinstance(template, str):
            raise_findings(user_names.user_name_template(template), "username_format")
            for rule in (user_names.user_name_unique, user_names.user_name_is_address):
                for finding in rule(template):
                    pulumi.log.warn(finding.text("username_format"), self)
        if not (imported := args.get("import_id")):
            return template
        existing = readable(
            okta.app.get_saml_output(id=imported, opts=InvokeOutputOptions(parent=self))
        )
        return Output.all(existing.user_name_template, template).apply(
            lambda both: self._confirmed(both[0], both[1])
        )

    def _before_update(self, change: ResourceHookArgs) -> None:
        """The engine calls it before it updates the app, in previews too."""
        old, new = change.old_inputs or {}, change.new_inputs or {}
        self._confirmed(old["userNameTemplate"], new["userNameTemplate"])

    def _confirmed(self, old: str, new: str) -> str:
        renaming = user_names.Renaming(old, new, self._rename_from)
        raise_findings(user_names.renaming_is_confirmed(renaming), "username_format")
        return new


def _checked_urls(args: SamlAppArgs) -> tuple[Output[str], Output[str]]:
    """ACS and issuer URL. Known values are checked at once, others when they become known."""

    def checked(key: str, value: Input[str], rule: Any) -> Output[str]:
        if isinstance(value, str):
            raise_findings(rule(value), key)
            return Output.from_input(value)

        def check(known: str) -> str:
            raise_findings(rule(known), key)
            return known

        return Output.from_input(value).apply(check)

    return (
        checked("acs_url", args["acs_url"], endpoints.acs_url),
        checked("issuer_url", args["issuer_url"], endpoints.issuer_url),
    )


def _statements(declared: list[AttributeStatement]) -> list[okta.app.SamlAttributeStatementArgs]:
    """Attribute statements for Okta. A value that is not known yet is not checked."""
    known: list[attributes.Attribute] = []
    for index, each in enumerate(declared):
        value = each["value"]
        attribute = attributes.Attribute(each["key"], value if isinstance(value, str) else "user.x")
        path = f"attribute_statements[{index}]"
        raise_findings(attributes.attribute_key(attribute), path)
        raise_findings(attributes.attribute_value(attribute), path)
        raise_findings(
            attribute_statements.statement_lengths(attribute_statements.statement(attribute)), path
        )
        known.append(attribute)
    raise_findings(attributes.unique_keys(tuple(known)), "attribute_statements")
    raise_findings(attributes.attribute_count(tuple(known)), "attribute_statements")
    return [
        okta.app.SamlAttributeStatementArgs(
            name=attributes.NAME_PREFIX + each["key"],
            namespace=attributes.URI_NAME_FORMAT,
            type="EXPRESSION",
            values=[each["value"]],
        )
        for each in declared
    ]
