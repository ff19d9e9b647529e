"""The parts of the settings, each with its fields, their limits and their meaning."""

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    model_validator,
)


class Strict(BaseModel):
    """Frozen; an unknown key is refused."""

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


class App(Strict):
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
    rename_users_from: str | None = Field(
        default=None, min_length=1,
        description="The username format that the app has now: a word for a new one, which renames "
        "everybody in AWS. It allows this change and no later one.",
    )  # fmt: skip
    import_id: str | None = Field(
        default=None, pattern=r"^0oa\w+$",
        description="Takes over an app that is there, 0oa…. Remove it after the first up.",
    )  # fmt: skip


class AwsLocation(Strict):
    """What may lie in another account or region than the Identity Center instance."""

    region: str = Field(
        default="", pattern=r"^([a-z]{2}(-[a-z]+)+-\d)?$",
        description="AWS region, where it is not aws:region.",
    )  # fmt: skip
    role_arn: str = Field(
        default="", pattern=r"^(arn:aws[\w-]*:iam::\d{12}:role/.+)?$",
        description="Role to be assumed, where it lies in another account.",
    )  # fmt: skip


class Scim(AwsLocation):
    """Where the SCIM endpoint and token lie."""

    secret: str = Field(description="Name or ARN of the secret in AWS Secrets Manager.")
    probe: bool = Field(
        default=True, description="Mode api: the token is tried on AWS before Okta gets it."
    )
    probe_at: str = Field(
        default="", pattern=r"^(http://(127\.0\.0\.1|localhost)(:\d+)?)?$",
        description="Where the probe is sent instead, on this machine only (the sandbox).",
    )  # fmt: skip


class Provisioning(Strict):
    """The provisioning features, To App (docs/research/aws-setup-page.md#step-2)."""

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


class GroupSetting(Strict):
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
    retire: bool = Field(
        default=False,
        description="Of a push: deleted in AWS for good, once a later run does not push it.",
    )
    import_id: str | None = Field(
        default=None,
        pattern=r"^\w+/\w+$",
        description="What is there: app id/group id of an assignment, which is taken over (remove "
        "it after the first up), or app id/mapping id of a push, which is watched and left as it "
        "is.",
    )
    aws_group_id: str | None = Field(
        default=None,
        pattern=r"^([0-9a-f]{10}-)?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
        description="Of a push that is there (import_id): the group's id in IAM Identity Center.",
    )

    @model_validator(mode="after")
    def _one_of_three(self) -> "GroupSetting":
        given = [key for key in ("name", "id", "create") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError("give exactly one of name, id and create")
        if self.create is None and (self.rule or self.description):
            raise ValueError("rule and description are for a group to be made (create)")
        if self.aws_group_id and not self.import_id:
            raise ValueError("aws_group_id is for a push that is there (import_id)")
        if self.create and self.import_id:
            raise ValueError("import_id is for a group that is there (name or id)")
        if self.retire and self.import_id:
            raise ValueError(
                "a mapping that is only watched (import_id) cannot be retired; let the stack own "
                "it first (docs/guide/adopt.md)"
            )
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


class PersonSetting(Strict):
    """One person, assigned by name."""

    login: str | None = Field(default=None, min_length=1, description="The username in Okta.")
    id: str | None = Field(default=None, pattern=r"^00u\w+$", description="Of a person, 00u….")
    user_name: str | None = Field(
        default=None, min_length=1,
        description="In AWS; default: what app.user_name_template makes of the person.",
    )  # fmt: skip
    import_id: str | None = Field(
        default=None, pattern=r"^\w+/\w+$",
        description="Takes over an assignment that is there: app id/user id.",
    )  # fmt: skip

    @model_validator(mode="after")
    def _one_of_two(self) -> "PersonSetting":
        if bool(self.login) == bool(self.id):
            raise ValueError("give either login or id")
        return self

    @property
    def called(self) -> str:
        return self.login or self.id or ""


def _by_login(given: Any) -> Any:
    return {"login": given} if isinstance(given, str) else given


Person = Annotated[
    PersonSetting, BeforeValidator(_by_login, json_schema_input_type=str | PersonSetting)
]
"""A login alone stands for `{login: …}`."""
TAGS = ("assign-pushed", "assign-groups")
Assign = Annotated[
    Annotated[Literal["pushed"], Tag(TAGS[0])] | Annotated[list[Group], Tag(TAGS[1])],
    Discriminator(lambda given: TAGS[not isinstance(given, str)]),
]


class AttributeSetting(Strict):
    """One attribute for access control."""

    key: str = Field(description="The session tag's key, e.g. Department.")
    value: str = Field(description='Okta expression: user.department, or a literal: "blue".')


class PermissionSet(Strict):
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
        default=None,
        description="Takes over one that is there, with its policies and the assignments of "
        "groups that have an aws_group_id: its ARN,instance ARN. Remove it after the first up.",
        pattern=r"^arn:[^,]+,arn:[^,]+$",
    )


class Application(Strict):
    """One application of IAM Identity Center, and who may open it."""

    arn: str = Field(description="The application's ARN.", pattern=r"^arn:")
    groups: list[str] = Field(description="Pushed groups, named as in push.", min_length=1)
    import_assignments: bool = Field(
        default=False,
        description="Takes over the assignments of groups that have an aws_group_id.",
    )


class Access(Strict):
    """What pushed groups may do in AWS."""

    permission_sets: list[PermissionSet] = Field(default=[], description="With assignments.")
    applications: list[Application] = Field(default=[], description="With assignments.")


class AccessControlSetting(Strict):
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


class AlarmSetting(AwsLocation):
    """A warning before the SCIM token expires, by SNS."""

    emails: list[str] = Field(default=[], description="Who is told; each must confirm.")
    days_before: list[Annotated[int, Field(ge=1, le=364)]] = Field(
        default=[60, 30, 14, 7, 1], description="Days before the expiry, each a warning."
    )
