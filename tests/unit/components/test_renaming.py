"""Updates of the app that harm users: a new username format needs confirmation, and the ACS URL is
not removed."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceHookArgs, RunError

from components import SamlApp
from tests.unit.components.conftest import MockCloud
from tests.unit.components.test_federation import ARGS, federation

Declare = Callable[..., None]

OLD, NEW = "${source.email}", "${source.login}"


def before_update(
    declare: Declare,
    monkeypatch: pytest.MonkeyPatch,
    new: str = OLD,
    urls: tuple[Any, Any] = ("{}", "{}"),
    recorded: str = "old_inputs",
    **args: str,
) -> None:
    """Run the hook of an update that changes the username format from `OLD` to `new`, and the
    settings of the app in `urls`. `recorded`: where the state has the old format."""
    hooks: list[Any] = []

    def hook(_: str, callback: Any, options: pulumi.ResourceHookOptions) -> None:
        assert options.on_dry_run  # also runs in a preview
        hooks.append(callback)

    monkeypatch.setattr(pulumi, "ResourceHook", hook)
    monkeypatch.setattr(pulumi, "ResourceHookBinding", lambda **_: None)
    addresses = dict(ARGS["app"])
    declare(lambda: SamlApp("app", {**addresses, "username_format": new, **args}).app_id)  # type: ignore[typeddict-item]
    [callback] = hooks
    old: dict[str, dict[str, Any]] = {"old_inputs": {"appSettingsJson": urls[0]}}
    old.setdefault(recorded, {})["userNameTemplate"] = OLD
    new_inputs = {"userNameTemplate": new, "appSettingsJson": urls[1]}
    callback(ResourceHookArgs("urn", "id", "name", "type", new_inputs=new_inputs, **old))


ACS = '{"acsURL": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"}'


def test_the_acs_url_of_a_connected_app_is_not_removed(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match=r"^app\.acs_url: .*acs/0123-a.*OIC-120"):
        before_update(declare, monkeypatch, urls=(ACS, "{}"))


@pytest.mark.parametrize("new", [ACS, ACS.replace("0123-a", "0123-b"), pulumi.UNKNOWN])
@pytest.mark.parametrize("old", ["{}", ACS])
def test_the_acs_url_can_be_added_and_changed(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, old: str, new: Any
) -> None:
    before_update(declare, monkeypatch, urls=(old, new))


def test_a_username_format_change_requires_confirmation(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match=r"renames all users; .*source\.email.*OIC-326"):
        before_update(declare, monkeypatch, NEW)


def test_confirming_another_format_is_rejected(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match="OIC-326"):
        before_update(declare, monkeypatch, NEW, rename_users_from=NEW)


def test_naming_the_old_format_confirms_the_change(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_update(declare, monkeypatch, NEW, rename_users_from=OLD)


def test_other_app_updates_need_no_confirmation(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_update(declare, monkeypatch, OLD)


def test_importing_an_app_with_another_username_format_requires_confirmation(
    cloud: MockCloud, declare: Declare
) -> None:
    cloud.existing_app = {"userNameTemplate": OLD}
    with pytest.raises(RunError, match="renames all users"):
        declare(federation(app__import_id="0oa1", app__username_format=NEW))
    assert cloud.inputs("app/saml:Saml") == []
    declare(federation(app__import_id="0oa1", app__username_format=NEW, app__rename_users_from=OLD))
    assert cloud.inputs("app/saml:Saml")[0]["userNameTemplate"] == NEW


@pytest.mark.parametrize(
    ("template", "rule"), [("${source.email}", "OIC-321"), ("${source.employeeNumber}", "OIC-325")]
)
def test_a_non_unique_or_non_email_format_causes_a_warning(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, template: str, rule: str
) -> None:
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: warnings.append(text))
    declare(federation(app__username_format=template))
    assert any(rule in line for line in warnings)


def test_a_format_without_a_user_attribute_is_rejected(cloud: MockCloud, declare: Declare) -> None:
    with pytest.raises(RunError, match="OIC-320"):
        declare(federation(app__username_format="aws-user"))
    assert cloud.inputs("app/saml:Saml") == []


def test_the_format_of_an_app_that_was_imported_is_compared(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_update(declare, monkeypatch, OLD, recorded="old_outputs")
    with pytest.raises(RunError, match="OIC-326"):
        before_update(declare, monkeypatch, NEW, recorded="old_outputs")
