"""AWS: the Settings page, with identity source and automatic provisioning."""

from typing import Any

from aiohttp import web

from ..aws import saml_metadata
from ..aws.identity_center import MAX_TOKENS, ForbiddenError, IdentityCenter
from ..aws.saml_metadata import MetadataError, Provider
from ..okta.http import Route
from .pages import Pages, field, redirect

HOME = "/aws-console/settings"


class Settings:
    def __init__(self, pages: Pages, center: IdentityCenter) -> None:
        self.pages, self.center = pages, center
        self._pending_provider: Provider | None = None  # uploaded, but not confirmed yet

    def routes(self) -> list[Route]:
        source, provisioning = HOME + "/identity-source", HOME + "/provisioning"
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
            ("POST", provisioning + "/token/{id}/delete", self.delete),
            ("GET", provisioning + "/disable", self.confirm_disable),
            ("POST", provisioning + "/disable", self.disable),
        ]

    def _show(self, template: str, error: str | None = None, **context: Any) -> web.Response:
        return self.pages.show(
            f"aws/{template}.html", status=400 if error else 200, error=error, center=self.center,
            page="settings", **context,
        )  # fmt: skip

    async def home(self, _: web.Request) -> web.Response:
        return redirect(HOME)

    async def get(self, _: web.Request) -> web.Response:
        return self._show("settings")

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
            return self._show("settings", str(error))

    async def generate(self, _: web.Request) -> web.Response:
        try:
            return self._show("access_token", token=self.center.generate())
        except ForbiddenError as error:
            return self._provisioning(str(error))

    async def delete(self, request: web.Request) -> web.Response:
        try:
            self.center.delete_token(request.match_info["id"])
        except ForbiddenError as error:
            return self._provisioning(str(error))
        return redirect(HOME + "/provisioning")

    async def confirm_disable(self, _: web.Request) -> web.Response:
        return self._show("disable_confirmation") if self.center.enabled else redirect(HOME)

    async def disable(self, request: web.Request) -> web.Response:
        if field(await request.post(), "confirm") != "DISABLE":
            return self._show("disable_confirmation", "Type DISABLE to confirm.")
        try:
            self.center.disable()
        except ForbiddenError as error:
            return self._provisioning(str(error))
        return redirect(HOME)


async def _uploaded_provider(request: web.Request) -> Provider:
    file = (await request.post()).get("metadata")
    if not isinstance(file, web.FileField):
        raise MetadataError("Choose a file.")
    return saml_metadata.read(file.file.read(4 * saml_metadata.MAX_SIZE + 1))
