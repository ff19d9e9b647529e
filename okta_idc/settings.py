"""The settings of one federation, as they stand in the stack file under
`okta-identity-center:federation`.

`Settings.load` is the program's edge: it reads the plain object the engine hands over, checks
its shape (pydantic) and the rules that need nothing but the settings, and reports everything it
finds at once, each with its path, value and fix. There are no secrets in the settings.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from okta_idc.rules import Finding, attributes, endpoints, groups, statements, user_names
from okta_idc.rules.registry import join_path

ROOT = "federation"


class SettingsError(Exception):
    """The settings cannot be used. The text lists every reason, one a line."""

    def __init__(self, problems: list[str]) -> None:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        lines = "\n".join(f"  • {problem}" for problem in problems)
        super().__init__(f"The settings have {count}; nothing was changed.\n{lines}")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_enum_values=False)


class Mode(StrEnum):
    """Who connects Okta's provisioning to the SCIM endpoint."""

    API = "api"
    """The program, through Okta's public API. Okta does not document that this app takes it."""


class App(_Strict):
    """The SAML app in Okta (catalog app `amazon_aws_sso`)."""

    acs_url: str = Field(description="IAM Identity Center's ACS URL.")
    issuer_url: str = Field(description="IAM Identity Center's issuer URL.")
    label: str = Field(default="AWS IAM Identity Center", min_length=1, max_length=100)
    user_name_template: str = Field(
        default="${source.login}",
        description="Okta's application username format; it becomes NameID and SCIM userName.",
        min_length=1,
    )


class Scim(_Strict):
    """Where the SCIM endpoint and token lie."""

    secret: str = Field(description="Name or ARN of the secret in AWS Secrets Manager.")


class Provisioning(_Strict):
    """The provisioning features, To App (AWS page, step 2)."""

    mode: Mode = Field(default=Mode.API, strict=False)
    create_users: bool = True
    update_users: bool = True
    deactivate_users: bool = True


class AttributeSetting(_Strict):
    """One attribute for access control."""

    key: str = Field(description="The session tag's key, e.g. Department.")
    value: str = Field(description='Okta expression: user.department, or a literal: "blue".')


class Settings(_Strict):
    """One Okta org's federation with one IAM Identity Center instance."""

    app: App
    scim: Scim
    provisioning: Provisioning = Provisioning()
    assign: list[str] = Field(default=[], description="Okta groups whose people are assigned.")
    push: list[str] = Field(default=[], description="Okta groups pushed to Identity Center.")
    attributes: list[AttributeSetting] = []

    @classmethod
    def load(cls, raw: object, root: str = ROOT) -> "Settings":
        """Settings from the plain object of the stack file.

        Raises SettingsError naming every wrong place, value and fix.
        """
        try:
            settings = cls.model_validate(raw)
        except ValidationError as error:
            raise SettingsError([_shape_problem(root, e) for e in error.errors()]) from None
        problems = [finding.text(join_path(root, place)) for place, finding in settings._findings()]
        if problems:
            raise SettingsError(problems)
        return settings

    def _findings(self) -> Iterator[tuple[str, Finding]]:
        def at(place: str, found: list[Finding]) -> Iterator[tuple[str, Finding]]:
            return ((place, finding) for finding in found)

        yield from at("app.acs_url", endpoints.acs_url(self.app.acs_url))
        yield from at("app.issuer_url", endpoints.issuer_url(self.app.issuer_url))
        template = self.app.user_name_template
        yield from at("app.user_name_template", user_names.user_name_template(template))
        for index, name in enumerate(self.push):
            yield from at(f"push[{index}]", groups.group_name(name))
        yield from at("push", groups.group_names_differ(tuple(self.push)))
        roles = groups.GroupRoles(tuple(self.assign), tuple(self.push))
        yield from at("", groups.named_once(roles))
        yield from at("", groups.one_role_per_group(roles))
        declared = tuple(attributes.Attribute(a.key, a.value) for a in self.attributes)
        for index, attribute in enumerate(declared):
            yield from at(f"attributes[{index}]", attributes.attribute_key(attribute))
            yield from at(f"attributes[{index}]", attributes.attribute_value(attribute))
            sent = statements.statement(attribute)
            yield from at(f"attributes[{index}]", statements.statement_lengths(sent))
        yield from at("attributes", attributes.unique_keys(declared))
        yield from at("attributes", attributes.attribute_count(declared))


def _shape_problem(root: str, error: Any) -> str:
    """pydantic's error as path, value, fix."""
    location: tuple[str | int, ...] = error["loc"]
    path = join_path(root, *(f"[{p}]" if isinstance(p, int) else p for p in location))
    if error["type"] == "missing":
        return f"{path}: is missing. Fix: add it (README, «Settings»)."
    if error["type"] == "extra_forbidden":
        known = _keys_at(location[:-1])
        close = get_close_matches(str(location[-1]), known, n=1)
        hint = f"did you mean {close[0]!r}?" if close else f"known here: {', '.join(known)}."
        return f"{path}: unknown key. Fix: {hint}"
    shown = repr(error["input"])
    if len(shown) > 60:
        shown = shown[:57] + "…"
    return f"{path}: {shown} is wrong. Fix: {error['msg']}."


def _keys_at(location: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            inner = model.model_fields[part].annotation
            arguments = getattr(inner, "__args__", ())
            inner = arguments[0] if arguments else inner
            if isinstance(inner, type) and issubclass(inner, BaseModel):
                model = inner
    return list(model.model_fields)
