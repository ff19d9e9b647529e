"""The settings of one federation, as they stand in the stack file under
`okta-identity-center:federation`.

`Settings.load` is the program's edge: it reads the plain object the engine hands over, checks
its shape (pydantic) and the rules that need nothing but the settings, and reports everything it
finds at once, each with its path, value and fix. There are no secrets in the settings.
"""

from collections.abc import Iterator
from difflib import get_close_matches
from enum import StrEnum
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    ValidationError,
    model_validator,
)

from okta_idc.rules import (
    Finding,
    account_access,
    attributes,
    endpoints,
    groups,
    statements,
    user_names,
)
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
    CONSOLE = "console"
    """A person, in Okta's admin console; the program says what to do and checks it."""


class GatePolicy(StrEnum):
    """What happens when provisioning is not known to be on."""

    ENFORCE = "enforce"
    """The run fails, and nothing is assigned or pushed."""
    WARN = "warn"
    """It goes on, with a warning and the reason in the outputs."""


class DriftPolicy(StrEnum):
    """What happens when something in Okta is not as it is declared."""

    REPORT = "report"
    """Each difference is a warning, and stands in the outputs."""
    ENFORCE = "enforce"
    """The run fails."""


class WaitWhen(StrEnum):
    """Whether a run waits for what a person, or Okta, has still to do."""

    AUTO = "auto"
    """With a person present; not in a pipeline (`CI` set, or no terminal)."""
    ALWAYS = "always"
    NEVER = "never"


class App(_Strict):
    """The SAML app in Okta (catalog app `amazon_aws_sso`)."""

    acs_url: str = Field(description="IAM Identity Center's ACS URL.")
    issuer_url: str = Field(description="IAM Identity Center's issuer URL.")
    label: str = Field(
        default="AWS IAM Identity Center", min_length=1, max_length=100,
        description="The app's name in Okta; unique in the org.",
    )  # fmt: skip
    user_name_template: str = Field(
        default="${source.login}",
        description="Okta's application username format; it becomes NameID and SCIM userName.",
        min_length=1,
    )
    import_id: str | None = Field(
        default=None, pattern=r"^0oa\w+$", description="Takes over an app that is there, 0oa…."
    )


class Scim(_Strict):
    """Where the SCIM endpoint and token lie."""

    secret: str = Field(description="Name or ARN of the secret in AWS Secrets Manager.")


class Provisioning(_Strict):
    """The provisioning features, To App (AWS page, step 2)."""

    mode: Mode = Field(default=Mode.API, strict=False, description="Who connects Okta to AWS.")
    gate: GatePolicy = Field(
        default=GatePolicy.ENFORCE, strict=False,
        description="What happens while provisioning is not known to be on.",
    )  # fmt: skip
    drift: DriftPolicy = Field(
        default=DriftPolicy.REPORT, strict=False,
        description="What happens when something is not as it is declared.",
    )  # fmt: skip
    wait: WaitWhen = Field(
        default=WaitWhen.AUTO, strict=False, description="Whether a run waits for a person."
    )
    wait_minutes: float = Field(
        default=30, gt=0, le=24 * 60, strict=False, description="The longest wait for a person."
    )
    arrival_minutes: float = Field(
        default=10, gt=0, le=24 * 60, strict=False,
        description="How long people and groups may take to arrive in AWS.",
    )  # fmt: skip
    settle_seconds: float = Field(
        default=20, gt=0, strict=False,
        description="When nobody more has arrived for so long, who is missing was refused.",
    )  # fmt: skip
    create_users: bool = Field(default=True, description="Create Users.")
    update_users: bool = Field(default=True, description="Update User Attributes.")
    deactivate_users: bool = Field(default=True, description="Deactivate Users.")


class GroupSetting(_Strict):
    """One Okta group: by name, by id, or made here."""

    name: str | None = Field(default=None, min_length=1, description="As Okta shows it, exactly.")
    id: str | None = Field(default=None, pattern=r"^00g\w+$", description="Of a group, 00g….")
    create: str | None = Field(
        default=None, min_length=1, max_length=255, description="Name of a group to be made."
    )
    description: str = Field(default="", description="Of a group to be made.")
    rule: str | None = Field(
        default=None, min_length=1, description="Okta expression that fills a group to be made."
    )
    priority: int | None = Field(default=None, ge=1, description="Of an assignment; 1 is first.")
    import_id: str | None = Field(
        default=None,
        pattern=r"^\w+/\w+$",
        description="Takes over what is there: app id/group id, or app id/mapping id of a push.",
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> "GroupSetting":
        given = [key for key in ("name", "id", "create") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError("give exactly one of name, id and create")
        if self.create is None and (self.rule or self.description):
            raise ValueError("rule and description are for a group to be made (create)")
        return self

    @property
    def called(self) -> str:
        return self.name or self.id or self.create or ""


def _by_name(given: Any) -> Any:
    return {"name": given} if isinstance(given, str) else given


Group = Annotated[
    GroupSetting, BeforeValidator(_by_name, json_schema_input_type=str | GroupSetting)
]
"""A name alone stands for `{name: …}`."""
_TAGS = ("assign-pushed", "assign-groups")
Assign = Annotated[
    Annotated[Literal["pushed"], Tag(_TAGS[0])] | Annotated[list[Group], Tag(_TAGS[1])],
    Discriminator(lambda given: _TAGS[not isinstance(given, str)]),
]


class AttributeSetting(_Strict):
    """One attribute for access control."""

    key: str = Field(description="The session tag's key, e.g. Department.")
    value: str = Field(description='Okta expression: user.department, or a literal: "blue".')


class PermissionSet(_Strict):
    """One permission set, and who gets it where."""

    name: str = Field(description="Unique in the instance.")
    groups: list[str] = Field(default=[], description="Pushed groups, named as in push.")
    accounts: list[str] = Field(default=[], description="Account ids, 12 digits in quotes.")
    description: str | None = Field(default=None, description="Shown in the console.")
    session: str = Field(default="PT1H", description="PT1H to PT12H.")
    relay_state: str | None = Field(default=None, description="Where the console opens.")
    managed: list[str] = Field(default=[], description="ARNs of AWS's managed policies.")
    customer_managed: list[str] = Field(
        default=[], description="path/name of policies that stand in each of the accounts."
    )
    inline: dict[str, Any] | None = Field(default=None, description="An IAM policy.")
    boundary: str | None = Field(default=None, description="An ARN, or path/name.")
    import_id: str | None = Field(
        default=None, description="Takes over one that is there: its ARN,instance ARN."
    )


class Application(_Strict):
    """One application of IAM Identity Center, and who may open it."""

    arn: str = Field(description="The application's ARN.", pattern=r"^arn:")
    groups: list[str] = Field(description="Pushed groups, named as in push.", min_length=1)


class Access(_Strict):
    """What pushed groups may do in AWS."""

    permission_sets: list[PermissionSet] = Field(default=[], description="With assignments.")
    applications: list[Application] = Field(default=[], description="With assignments.")


class AccessControlSetting(_Strict):
    """Attributes for access control on the AWS side."""

    attributes: dict[str, str] = Field(
        default={},
        description="Key → source in the identity store; none of the keys that Okta sends.",
    )
    import_id: str | None = Field(
        default=None,
        pattern=r"^arn:aws[\w-]*:sso:::instance/",
        description="The instance's ARN, where the feature is on already: it is taken over.",
    )


class AlarmSetting(_Strict):
    """A warning before the SCIM token expires, by SNS."""

    emails: list[str] = Field(default=[], description="Who is told; each must confirm.")
    days_before: list[Annotated[int, Field(ge=1, le=364)]] = Field(
        default=[60, 30, 14, 7, 1], description="Days before the expiry, each a warning."
    )


class Settings(_Strict):
    """One Okta org's federation with one IAM Identity Center instance."""

    app: App
    scim: Scim
    provisioning: Provisioning = Provisioning()
    assign: Assign = Field(
        default=[],
        description="Okta groups whose people are assigned; `pushed`: everybody who is pushed.",
    )
    assigned_group: str = Field(
        default="aws-identity-center-assigned",
        min_length=1,
        max_length=255,
        description="With `assign: pushed`: the group made for it, filled by a group rule.",
    )
    push: list[Group] = Field(default=[], description="Okta groups pushed to Identity Center.")
    access: Access = Field(default=Access(), description="Permission sets and assignments.")
    access_control: AccessControlSetting | None = Field(
        default=None, description="Switches attributes for access control on; {} is enough."
    )
    alarm: AlarmSetting | None = Field(default=None, description="Warns before the token expires.")
    protect: bool = Field(
        default=True, description="App, assignments and mappings cannot be removed by accident."
    )
    attributes: list[AttributeSetting] = Field(
        default=[], description="Attributes for access control (AWS page, step 4)."
    )

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

    @property
    def _assigned(self) -> list[GroupSetting]:
        return [] if self.assign == "pushed" else self.assign

    def arguments(self) -> dict[str, Any]:
        """The arguments of the federation's component, but for its waits."""
        provisioning = self.provisioning
        arguments: dict[str, Any] = {
            "label": self.app.label,
            "acs_url": self.app.acs_url,
            "issuer_url": self.app.issuer_url,
            "user_name_template": self.app.user_name_template,
            "attributes": [{"key": a.key, "value": a.value} for a in self.attributes],
            "secret": self.scim.secret,
            "mode": provisioning.mode.value,
            "gate": provisioning.gate.value,
            "drift": provisioning.drift.value,
            "create_users": provisioning.create_users,
            "update_users": provisioning.update_users,
            "deactivate_users": provisioning.deactivate_users,
            "settle_seconds": provisioning.settle_seconds,
            "assign": [_plain(group) for group in self._assigned],
            "push": [_plain(group) for group in self.push],
            "protect": self.protect,
            "import_id": self.app.import_id or "",
        }
        arguments["permission_sets"] = [_plain(s) for s in self.access.permission_sets]
        arguments["applications"] = [_plain(a) for a in self.access.applications]
        if self.access_control is not None:
            arguments["access_control"] = _plain(self.access_control)
        if self.alarm is not None:
            arguments["alarm"] = _plain(self.alarm)
        if self.assign == "pushed":
            arguments["assign_pushed"] = self.assigned_group
        return arguments

    def _findings(self) -> Iterator[tuple[str, Finding]]:
        def at(place: str, found: list[Finding]) -> Iterator[tuple[str, Finding]]:
            return ((place, finding) for finding in found)

        yield from at("app.acs_url", endpoints.acs_url(self.app.acs_url))
        yield from at("app.issuer_url", endpoints.issuer_url(self.app.issuer_url))
        template = self.app.user_name_template
        yield from at("app.user_name_template", user_names.user_name_template(template))
        pushed = [(index, group.name or group.create) for index, group in enumerate(self.push)]
        for index, name in pushed:
            yield from at(f"push[{index}]", groups.group_name(name) if name else [])
        yield from at("push", groups.group_names_differ(tuple(n or f"[{i}]" for i, n in pushed)))
        roles = groups.GroupRoles(_called(self._assigned), _called(self.push))
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
        for kind in ("permission_sets", "applications"):
            for index, opened in enumerate(getattr(self.access, kind)):
                access = account_access.AccessOfGroups(tuple(opened.groups), _called(self.push))
                place = f"access.{kind}[{index}].groups"
                yield from at(place, account_access.access_is_pushed(access))


def _called(groups: list[GroupSetting]) -> tuple[str, ...]:
    return tuple(group.called for group in groups)


def _plain(setting: BaseModel) -> dict[str, Any]:
    """As an argument of a component: what was not given is not there."""
    return {key: value for key, value in setting.model_dump().items() if value not in (None, "")}


def _shape_problem(root: str, error: Any) -> str:
    """pydantic's error as path, value, fix."""
    location: tuple[str | int, ...] = tuple(part for part in error["loc"] if part not in _TAGS)
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
    fix = str(error["msg"]).removeprefix("Value error, ")
    return f"{path}: {shown} is wrong. Fix: {fix}."


def _keys_at(location: tuple[str | int, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in location:
        if isinstance(part, str) and part in model.model_fields:
            model = _model_in(model.model_fields[part].annotation) or model
    return list(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model that a field holds: itself, in a list, or as one of several."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
