"""All settings of a federation: from the stack file to the component's arguments."""

from typing import Any

from pydantic import BaseModel, Field, ValidationError

from okta_idc.rules.registry import join_path
from okta_idc.settings.errors import SettingsError, shape_problem
from okta_idc.settings.models import (
    Access,
    AccessControlSetting,
    AlarmSetting,
    App,
    Assign,
    AttributeSetting,
    Group,
    GroupSetting,
    Person,
    Provisioning,
    Scim,
    Strict,
)
from okta_idc.settings.rules import findings

ROOT = "federation"


class Settings(Strict):
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
    assign_people: list[Person] = Field(
        default=[],
        description="Users assigned individually (docs/research/aws-setup-page.md#step-3).",
    )
    unassign_limit: int = Field(
        default=10, ge=0, description="How many people may lose AWS in one run without a word."
    )
    unassign: list[str] = Field(
        default=[],
        description="The word: assignment groups and people, as they were called under `assign` "
        "and `assign_people`, that may be removed however many lose AWS by it.",
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
    mappings: dict[str, str] = Field(
        default={},
        description="What fills the attributes of the app's users, and so what AWS gets: Okta "
        "expressions by the attribute's name, e.g. displayName. The others stay as they are.",
    )
    attributes: list[AttributeSetting] = Field(
        default=[], description="Session tags (docs/research/aws-setup-page.md#step-4)."
    )

    @classmethod
    def load(cls, raw: object, root: str = ROOT) -> "Settings":
        """Settings from the plain object of the stack file.

        Raises SettingsError naming every wrong place, value and fix.
        """
        try:
            settings = cls.model_validate(raw)
        except ValidationError as error:
            raise SettingsError([shape_problem(cls, root, e) for e in error.errors()]) from None
        problems = [finding.text(join_path(root, place)) for place, finding in findings(settings)]
        if problems:
            raise SettingsError(problems)
        return settings

    @property
    def assigned(self) -> list[GroupSetting]:
        """The assignment groups that are named; none where everybody who is pushed is assigned."""
        return [] if self.assign == "pushed" else self.assign

    def arguments(self) -> dict[str, Any]:
        """The arguments of the federation's component, but for its waits."""
        provisioning = self.provisioning
        arguments: dict[str, Any] = {
            "label": self.app.label,
            "acs_url": self.app.acs_url,
            "issuer_url": self.app.issuer_url,
            "user_name_template": self.app.user_name_template,
            "rename_users_from": self.app.rename_users_from or "",
            "attributes": [{"key": a.key, "value": a.value} for a in self.attributes],
            "mappings": self.mappings,
            "secret": self.scim.secret,
            "mode": provisioning.mode.value,
            "gate": provisioning.gate.value,
            "drift": provisioning.drift.value,
            "create_users": provisioning.create_users,
            "update_users": provisioning.update_users,
            "deactivate_users": provisioning.deactivate_users,
            "settle_seconds": provisioning.settle_seconds,
            "assign": [_plain(group) for group in self.assigned],
            "assign_people": [_plain(person) for person in self.assign_people],
            "unassign_limit": self.unassign_limit,
            "unassign": self.unassign,
            "push": [_plain(group) for group in self.push],
            "protect": self.protect,
            "import_id": self.app.import_id or "",
        }
        arguments["permission_sets"] = [_plain(s) for s in self.access.permission_sets]
        arguments["applications"] = [_plain(a) for a in self.access.applications]
        if self.access_control is not None:
            arguments["access_control"] = _plain(self.access_control)
        if self.alarm is not None:
            arguments["alarm"] = self.alarm.model_dump(include={"emails", "days_before"})
        if self.assign == "pushed":
            arguments["assign_pushed"] = self.assigned_group
        return arguments


def _plain(setting: BaseModel) -> dict[str, Any]:
    """As an argument of a component: what was not given is not there."""
    given = setting.model_dump().items()
    return {k: v for k, v in given if v is not False and v not in (None, "")}
