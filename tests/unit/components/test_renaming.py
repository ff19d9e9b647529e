"""A new username format renames everybody in AWS: it takes a word that names the old one."""

from collections.abc import Callable
from typing import Any

import pulumi
import pytest
from pulumi import ResourceHookArgs, RunError

from components import SamlApp
from tests.unit.components.conftest import World
from tests.unit.components.test_federation import ARGS, federation

Declare = Callable[..., None]

OLD, NEW = "${source.email}", "${source.login}"


def before_update(declare: Declare, monkeypatch: pytest.MonkeyPatch, new: str, **args: str) -> None:
    """What the engine asks before it updates an app whose format was OLD."""
    hooks: list[Any] = []

    def hook(_: str, asks: Any, options: pulumi.ResourceHookOptions) -> None:
        assert options.on_dry_run  # a preview tells as well
        hooks.append(asks)

    monkeypatch.setattr(pulumi, "ResourceHook", hook)
    monkeypatch.setattr(pulumi, "ResourceHookBinding", lambda **_: None)
    addresses = dict(ARGS["app"])
    declare(lambda: SamlApp("app", {**addresses, "username_format": new, **args}).app_id)  # type: ignore[typeddict-item]
    [ask] = hooks
    ask(
        ResourceHookArgs(
            "urn", "id", "name", "type",
            old_inputs={"userNameTemplate": OLD}, new_inputs={"userNameTemplate": new},
        )
    )  # fmt: skip


def test_without_the_word_it_is_refused(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RunError, match=r"renames all users: .*source\.email.*OIC-326"):
        before_update(declare, monkeypatch, NEW)


def test_the_word_for_another_change_allows_nothing(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(RunError, match="OIC-326"):
        before_update(declare, monkeypatch, NEW, rename_users_from=NEW)


def test_the_old_format_is_the_word(declare: Declare, monkeypatch: pytest.MonkeyPatch) -> None:
    before_update(declare, monkeypatch, NEW, rename_users_from=OLD)


def test_another_change_of_the_app_needs_no_word(
    declare: Declare, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_update(declare, monkeypatch, OLD)


def test_an_app_that_is_taken_over_is_looked_at_before(world: World, declare: Declare) -> None:
    world.there = {"userNameTemplate": OLD}
    with pytest.raises(RunError, match="renames all users"):
        declare(federation(app__import_id="0oa1", app__username_format=NEW))
    assert world.inputs("app/saml:Saml") == []
    declare(federation(app__import_id="0oa1", app__username_format=NEW, app__rename_users_from=OLD))
    assert world.inputs("app/saml:Saml")[0]["userNameTemplate"] == NEW


@pytest.mark.parametrize(
    ("template", "rule"), [("${source.email}", "OIC-321"), ("${source.employeeNumber}", "OIC-325")]
)
def test_a_format_that_may_not_be_unique_or_no_address_is_told(
    declare: Declare, monkeypatch: pytest.MonkeyPatch, template: str, rule: str
) -> None:
    lines: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: lines.append(text))
    declare(federation(app__username_format=template))
    assert any(rule in line for line in lines)


def test_a_format_that_names_nobody_is_refused(world: World, declare: Declare) -> None:
    with pytest.raises(RunError, match="OIC-320"):
        declare(federation(app__username_format="aws-user"))
    assert world.inputs("app/saml:Saml") == []
