"""AWS: the Settings page, with identity source, automatic provisioning and attributes."""

from typing import Any

from aiohttp import web

from ..aws import saml_metadata
from ..aws.access_control import AccessControl
from ..aws.identity_center import MAX_TOKENS, ForbiddenError, IdentityCenter
from ..aws.saml_metadata import MetadataError, Provider
from ..okta.http import Route
from .pages import Pages, entered_pairs, field, redirect

HOME = "/aws-console/settings"


class Settings:
    def __init__(self, pages: Pages, center: IdentityCenter, access_control: AccessControl) -> None:
        self.pages, self.center, self.access_control = pages, center, access_control
        self._pending_provider: Provider | None = None  # uploaded, but not confirmed yet

    def routes(self) -> list[Route]:
        source, provisioning = HOME + "/identity-source", HOME + "/provisioning"
        attributes = HOME + "/attributes"
        return [
            ("GET", "/aws-console", self.home),
            ("GET", "/aws-console/", self.home),
            ("GET", HOME, self.get),
            ("GET", source, self.choose),
            ("GET", source + "/external", self.external),
            ("POST", source + "/external", self.upload),
            ("GET", source + "/review", self.review),
            ("POST", source + "/review", self.accept),
            ("GET", HOME + "/authentication", self.authentication),
            ("POST", HOME + "/authentication", self.replace),
            ("GET", provisioning, self.provisioning),
            ("POST", provisioning + "/enable", self.enable),
            ("POST", provisioning + "/token", self.generate),
            ("GET", provisioning + "/token/{id}/delete", self.confirm_delete),
            ("POST", provisioning + "/token/{id}/delete", self.delete),
            ("GET", provisioning + "/disable", self.confirm_disable),
            ("POST", provisioning + "/disable", self.disable),
            ("GET", attributes, self.attributes),
            ("POST", attributes + "/enable", self.enable_attributes),
            ("GET", attributes + "/edit", self.edit_attributes),
            ("POST", attributes + "/edit", self.save_attributes),
            ("GET", attributes + "/disable", self.confirm_disable_attributes),
            ("POST", attributes + "/disable", self.disable_attributes),
        ]

    def _show(self, template: str, error: str | None = None, **context: Any) -> web.Response:
        return self.pages.show(
            f"aws/{template}.html", status=400 if error else 200, error=error, center=self.center,
            page="settings", home=HOME, **context,
        )  # fmt: skip

    def _confirm(
        self, title: str, text: str, word: str, action: str, back: str, error: str | None = None
    ) -> web.Response:
        """A dialog in which the user types a word."""
        return self._show(
            "confirmation", error, title=title, text=text, word=word, action=action, back=back
        )

    async def home(self, _: web.Request) -> web.Response:
        return redirect(HOME)

    async def get(self, _: web.Request) -> web.Response:
        return self._settings()

    def _settings(self, error: str | None = None) -> web.Response:
        return self._show("settings", error, tab="source")

    async def choose(self, _: web.Request) -> web.Response:
        return self._show("identity_source")

    async def external(self, _: web.Request) -> web.Response:
        return self._show("external_provider")

    async def upload(self, request: web.Request) -> web.Response:
        try:
            self._pending_provider = await _uploaded_provider(request)
        except MetadataError as error:
            return self._show("external_provider", f"IdP SAML metadata: {error}")
        return redirect(HOME + "/identity-source/review")

    async def review(self, _: web.Request) -> web.Response:
        if self._pending_provider is None:
            return redirect(HOME + "/identity-source/external")
        return self._show("change_confirmation", provider=self._pending_provider)

    async def accept(self, request: web.Request) -> web.Response:
        if self._pending_provider is None:
            return redirect(HOME + "/identity-source/external")
        if field(await request.post(), "accept") != "ACCEPT":
            return self._show(
                "change_confirmation", "Type ACCEPT to confirm.", provider=self._pending_provider
            )
        self.center.set_provider(self._pending_provider)
        self._pending_provider = None
        return redirect(HOME)

    async def authentication(self, _: web.Request) -> web.Response:
        return self._show("authentication") if self.center.external else redirect(HOME)

    async def replace(self, request: web.Request) -> web.Response:
        if not self.center.external:
            return redirect(HOME)
        try:
            self.center.set_provider(await _uploaded_provider(request))
        except MetadataError as error:
            return self._show("authentication", f"IdP SAML metadata: {error}")
        return redirect(HOME + "/authentication")

    async def provisioning(self, _: web.Request) -> web.Response:
        return self._provisioning() if self.center.enabled else redirect(HOME)

    def _provisioning(self, error: str | None = None) -> web.Response:
        return self._show("provisioning", error, full=len(self.center.tokens) >= MAX_TOKENS)

    async def enable(self, _: web.Request) -> web.Response:
        try:
            return self._show("access_token", token=self.center.enable())
        except ForbiddenError as error:
            return self._settings(str(error))

    async def generate(self, _: web.Request) -> web.Response:
        try:
            return self._show("access_token", token=self.center.generate())
        except ForbiddenError as error:
            return self._provisioning(str(error))

    async def confirm_delete(self, request: web.Request) -> web.Response:
        ident = request.match_info["id"]
        if ident not in self.center.tokens:
            return redirect(HOME + "/provisioning")
        return self._confirm_delete(ident)

    def _confirm_delete(self, ident: str, error: str | None = None) -> web.Response:
        text = (
            f"The access token {ident} stops working immediately. If your identity provider uses "
            "it, it can no longer create, update or deactivate users."
        )
        page = HOME + "/provisioning"
        return self._confirm(
            "Delete access token", text, "DELETE", f"{page}/token/{ident}/delete", page, error
        )

    async def delete(self, request: web.Request) -> web.Response:
        ident = request.match_info["id"]
        known = ident in self.center.tokens
        if known and field(await request.post(), "confirm") != "DELETE":
            return self._confirm_delete(ident, "Type DELETE to confirm.")
        try:
            self.center.delete_token(ident)
        except ForbiddenError as error:
            return self._provisioning(str(error))
        return redirect(HOME + "/provisioning")

    async def confirm_disable(self, _: web.Request) -> web.Response:
        return self._confirm_disable() if self.center.enabled else redirect(HOME)

    def _confirm_disable(self, error: str | None = None) -> web.Response:
        text = (
            "Existing users and groups remain, but your identity provider can no longer change "
            "them. If you enable automatic provisioning again, the SCIM endpoint changes."
        )
        page = HOME + "/provisioning"
        return self._confirm(
            "Disable automatic provisioning", text, "DISABLE", page + "/disable", page, error
        )

    async def disable(self, request: web.Request) -> web.Response:
        if field(await request.post(), "confirm") != "DISABLE":
            return self._confirm_disable("Type DISABLE to confirm.")
        try:
            self.center.disable()
        except ForbiddenError as error:
            return self._provisioning(str(error))
        return redirect(HOME)

    async def attributes(self, _: web.Request) -> web.Response:
        return self._show("attributes", tab="attributes", access_control=self.access_control)

    async def enable_attributes(self, _: web.Request) -> web.Response:
        if self.access_control.attributes is None:
            self.access_control.put([])
        return redirect(HOME + "/attributes")

    async def edit_attributes(self, _: web.Request) -> web.Response:
        listed = self.access_control.attributes
        if listed is None:
            return redirect(HOME + "/attributes")
        return self._edit_attributes({a["Key"]: a["Value"]["Source"][0] for a in listed})

    def _edit_attributes(self, pairs: dict[str, str], error: str | None = None) -> web.Response:
        return self._show("attributes_edit", error, pairs=pairs)

    async def save_attributes(self, request: web.Request) -> web.Response:
        if self.access_control.attributes is None:
            return redirect(HOME + "/attributes")
        rows = entered_pairs(await request.post(), "attribute")
        listed = [{"Key": key, "Value": {"Source": [value]}} for key, value in rows]
        try:
            self.access_control.put(listed)
        except ValueError as error:
            return self._edit_attributes(dict(rows), str(error))
        return redirect(HOME + "/attributes")

    async def confirm_disable_attributes(self, _: web.Request) -> web.Response:
        if self.access_control.attributes is None:
            return redirect(HOME + "/attributes")
        return self._confirm_disable_attributes()

    def _confirm_disable_attributes(self, error: str | None = None) -> web.Response:
        text = (
            "IAM Identity Center no longer passes attributes to your AWS accounts. Policies that "
            "require them deny access."
        )
        page = HOME + "/attributes"
        return self._confirm(
            "Disable attributes for access control", text, "DISABLE", page + "/disable", page, error
        )

    async def disable_attributes(self, request: web.Request) -> web.Response:
        if field(await request.post(), "confirm") != "DISABLE":
            return self._confirm_disable_attributes("Type DISABLE to confirm.")
        self.access_control.disable()
        return redirect(HOME + "/attributes")


async def _uploaded_provider(request: web.Request) -> Provider:
    file = (await request.post()).get("metadata")
    if not isinstance(file, web.FileField):
        raise MetadataError("Choose a file.")
    return saml_metadata.read(file.file.read(4 * saml_metadata.MAX_SIZE + 1))
