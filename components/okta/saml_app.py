"""The SAML app: Okta's catalog app for IAM Identity Center, with its attribute statements.

Manages the app, its ACS and issuer URLs, the username format and the attribute statements. The app
can be created without the URLs, since AWS shows the ACS URL on the page that needs the app's
metadata. A new username format renames every user in AWS and requires confirmation. Does not assign
anyone, and leaves the app's sign-on policy alone (while `import_id` is set, an app update may reset
it).
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, NotRequired, TypedDict
from urllib.parse import urljoin

import pulumi
import pulumi_okta as okta
from pulumi import Input, InvokeOutputOptions, Output, ResourceHookArgs, ResourceOptions

from okta_idc.rules import Rule, attributes, endpoints, user_names
from okta_idc.settings.models import App
from okta_idc.settings.rules import statement_findings

from .._args import check_args
from .._errors import raise_findings, raise_found
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


class AppSettings(TypedDict):
    acs_url: NotRequired[Input[str] | None]
    issuer_url: NotRequired[Input[str] | None]
    label: NotRequired[Input[str]]
    username_format: NotRequired[Input[str]]
    rename_users_from: NotRequired[str | None]
    import_id: NotRequired[str | None]


class SamlAppArgs(AppSettings):
    attribute_statements: NotRequired[list[AttributeStatement]]
    """Attributes for access control that Okta sends in the SAML assertion. Default: none."""
    protect: NotRequired[bool]
    """Protects the app from deletion. Default: true."""


class SamlApp(pulumi.ComponentResource):
    """Okta's catalog app for IAM Identity Center. Raises ValidationError for an invalid URL,
    username format or attribute statement, for an unconfirmed new username format, and if an
    update would remove the ACS URL."""

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
        check_args(SamlAppArgs, args, App)
        given = (
            ("acsURL", "acs_url", endpoints.acs_url),
            ("entityID", "issuer_url", endpoints.issuer_url),
        )
        urls = {
            setting: _checked(key, url, rule)
            for setting, key, rule in given
            if (url := args.get(key)) is not None
        }
        Output.all(urls.get("acsURL"), urls.get("entityID")).apply(self._warn_of_domains)
        self._rename_from = args.get("rename_users_from")
        username_format = self._username_format(args)
        label = args.get("label", DEFAULT_LABEL)
        statements = _statements(args.get("attribute_statements", []))
        in_previews = pulumi.ResourceHookOptions(on_dry_run=True)
        hook = pulumi.ResourceHook(f"{name}-renaming", self._before_update, in_previews)
        hooks = pulumi.ResourceHookBinding(before_update=[hook])
        self.resource = okta.app.Saml(
            f"{name}-saml",
            preconfigured_app=CATALOG_APP,
            label=label,
            app_settings_json=Output.json_dumps(urls),
            attribute_statements=statements,
            user_name_template=username_format,
            skip_authentication_policy=True,
            opts=options(
                child_of(self, opts, ResourceOptions(ignore_changes=_UNMANAGED, hooks=hooks)),
                args.get("import_id"),
                args.get("protect", True),
                ignore_on_import=["skipAuthenticationPolicy"],
            ),
        )
        settings = {**urls, "label": label, "userNameTemplate": username_format}
        self.declared: Any = Output.from_input({"settings": settings, "statements": statements})
        self.app_id = self.resource.id
        self.label = self.resource.label
        metadata = Output.all(self.resource.metadata_url, self.resource.entity_url)
        self.metadata_url = metadata.apply(lambda known: _public_metadata_url(*known))
        self.sign_in_url = self.resource.embed_url
        self.register_outputs({key: getattr(self, key) for key in type(self).__annotations__})

    def _warn_of_domains(self, urls: Sequence[str | None]) -> None:
        addresses = endpoints.SamlAddresses(*(url or "" for url in urls))
        for finding in endpoints.saml_domains_known(addresses):
            pulumi.log.warn(finding.text("app"), self)

    def _username_format(self, args: SamlAppArgs) -> Input[str]:
        """The username format; for an imported app, after the check that a change is confirmed."""
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
        both = Output.all(existing.user_name_template, template)
        return both.apply(lambda known: self._confirmed(*known))

    def _before_update(self, change: ResourceHookArgs) -> None:
        """Runs before the engine updates the app, in previews too."""
        old, new = change.old_inputs or {}, change.new_inputs or {}
        key = "userNameTemplate"
        # The inputs of an app that `pulumi import` recorded lack what has the provider's default.
        recorded = old if key in old else change.old_outputs or {}
        self._confirmed(recorded[key], new[key])
        urls = endpoints.AcsUrlChange(_acs_url(old), _acs_url(new))
        raise_findings(endpoints.acs_url_is_kept(urls), "app.acs_url")

    def _confirmed(self, old: str, new: str) -> str:
        renaming = user_names.Renaming(old, new, self._rename_from)
        raise_findings(user_names.renaming_is_confirmed(renaming), "username_format")
        return new


def _public_metadata_url(url: str, entity_id: str | None) -> str:
    """The metadata's address for browsers; Okta's API address requires a token
    (docs/research/okta-api.md#addresses-of-the-app). `entity_id` is empty for an inactive app."""
    key = (entity_id or "").rpartition("/")[2]
    return urljoin(url, f"/app/{key}/sso/saml/metadata") if key.startswith("exk") else url


def _acs_url(inputs: Mapping[str, Any]) -> str:
    """The ACS URL in the app's inputs; "?" if they are not known yet, "" if it has none."""
    settings = inputs.get("appSettingsJson")
    return json.loads(settings).get("acsURL", "") if isinstance(settings, str) else "?"


def _checked(key: str, value: Input[str], rule: Rule[str]) -> Input[str]:
    """The value. A known value is checked at once, any other when it becomes known."""

    def check(known: str) -> str:
        raise_findings(rule(known), key)
        return known

    return check(value) if isinstance(value, str) else Output.from_input(value).apply(check)


def _statements(
    declared: list[AttributeStatement],
) -> list[okta.app.SamlAttributeStatementArgsDict]:
    """Attribute statements for Okta. A value that is not known yet is not checked."""
    raise_found(statement_findings((each["key"], each["value"]) for each in declared))
    return [
        {
            "name": attributes.NAME_PREFIX + each["key"],
            "namespace": attributes.URI_NAME_FORMAT,
            "type": "EXPRESSION",
            "values": [each["value"]],
        }
        for each in declared
    ]
