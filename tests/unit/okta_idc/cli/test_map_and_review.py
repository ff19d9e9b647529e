"""`okta-idc map` and `okta-idc review` on the sandbox's org, over HTTP."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from okta_idc.cli.main import app
from tests.unit.okta_idc.access_map.sample import (
    UNKNOWN,
    assigned,
    assignment,
    preview,
    pushed,
)
from tests.unit.okta_idc.doctor import conftest
from tests.unit.okta_idc.doctor.federation import APPLICATION, AWS, TOKEN, Federation

DEV = AWS.members[0].id
Command = Callable[..., Any]
federation = conftest.federation


@pytest.fixture
def set_arn(federation: Federation) -> Iterator[str]:
    """A permission set that aws-developers has in one account."""
    center, instance = federation.client("sso-admin"), f"arn:aws:sso:::instance/{AWS.instance_id}"
    created = center.create_permission_set(InstanceArn=instance, Name="Developer")
    arn = created["PermissionSet"]["PermissionSetArn"]
    center.create_account_assignment(**in_account(federation, arn))
    yield arn
    if center.list_account_assignments(
        InstanceArn=instance, PermissionSetArn=arn, AccountId=DEV
    )["AccountAssignments"]:  # fmt: skip
        delete_assignment(federation, arn)
    center.delete_permission_set(InstanceArn=instance, PermissionSetArn=arn)


def in_account(federation: Federation, arn: str) -> dict[str, str]:
    return {
        "InstanceArn": f"arn:aws:sso:::instance/{AWS.instance_id}", "PermissionSetArn": arn,
        "TargetId": DEV, "TargetType": "AWS_ACCOUNT", "PrincipalType": "GROUP",
        "PrincipalId": store_groups(federation)["aws-developers"],
    }  # fmt: skip


def delete_assignment(federation: Federation, arn: str) -> None:
    federation.client("sso-admin").delete_account_assignment(**in_account(federation, arn))


def store_groups(federation: Federation) -> dict[str, str]:
    listed = federation.client("identitystore").list_groups(IdentityStoreId=AWS.identity_store_id)
    return {group["DisplayName"]: group["GroupId"] for group in listed["Groups"]}


@pytest.fixture
def run(federation: Federation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command on the stack; returns exit code, output and errors."""
    for name in ("OKTA_API_CLIENT_ID", "OKTA_API_PRIVATE_KEY", "OKTA_ACCESS_TOKEN",
                 "OKTA_HTTP_PROXY"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OKTA_API_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "sandbox")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.setenv("COLUMNS", "300")
    outputs, settings = tmp_path / "outputs.json", tmp_path / "Pulumi.dev.yaml"
    outputs.write_text(json.dumps(federation.outputs()))
    document = federation.settings()
    document["config"]["okta-identity-center:federation"]["account_access"]["permission_sets"] = [
        {"name": "Developer", "groups": ["aws-developers"], "accounts": [DEV]}
    ]
    settings.write_text(yaml.safe_dump(document))
    stack = ("--outputs", str(outputs), "--settings", str(settings), "--aws-endpoint",
             federation.aws)  # fmt: skip

    def command(*arguments: str) -> Any:
        result = CliRunner().invoke(app, [*arguments, *stack], catch_exceptions=False)
        assert TOKEN not in result.output
        return result

    return command


@contextmanager
def denied(federation: Federation, path: str) -> Iterator[None]:
    body = {"errorCode": "E0000006", "errorSummary": "You do not have permission to do that."}
    federation.request("POST", "/sandbox/faults", {
        "method": "GET", "path": path, "status": 403, "times": 100, "body": body,
    })  # fmt: skip
    try:
        yield
    finally:
        federation.request("DELETE", "/sandbox/faults")


def write_preview(folder: Path, *steps: dict[str, Any], stack: str = "prod", **config: Any) -> str:
    file = folder / f"{stack}.json"
    document = preview(*steps) | {
        "config": {
            f"okta-identity-center:{key}": json.dumps(value) for key, value in config.items()
        }
    }
    text = json.dumps(document).replace("urn:pulumi:prod::", f"urn:pulumi:{stack}::")
    file.write_text(text)
    return str(file)


def test_the_live_and_the_declared_map_agree(run: Command, set_arn: str) -> None:
    live = run("map", "--json")
    assert live.exit_code == 0, live.stderr
    document = json.loads(live.stdout)
    by_name = {group["name"]: group for group in document["groups"]}
    assert by_name["aws-developers"]["access"] == [
        {"permission_set": "Developer", "accounts": [DEV]}
    ]
    assert by_name["aws-admins"]["applications"] == [APPLICATION]
    assert "ada.berg@example.com" in by_name["aws-developers"]["people"]
    declared = json.loads(run("map", "--from", "declared", "--json").stdout)
    for group in (*document["groups"], *declared["groups"]):
        del group["people"]
    assert declared["groups"] == document["groups"]
    compared = run("map", "--diff")
    assert compared.exit_code == 0
    assert "No difference" in compared.stdout


def test_differences_have_exit_code_1(run: Command) -> None:
    compared = run("map", "--diff", "--json")
    assert compared.exit_code == 1
    document = json.loads(compared.stdout)
    [missing] = document["missing"]["access"]
    assert missing == {
        "group": "aws-developers", "permission_set": "Developer", "accounts": [DEV],
    }  # fmt: skip
    assert document["extra"]["access"] == []


def test_the_declared_map_makes_no_call(run: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("okta_idc.cli.map.read_inventory", None)
    shown = run("map", "--from", "declared")
    assert shown.exit_code == 0
    assert "Declared access: 5 groups, 1 permission set, 1 account, 1 application" in shown.stdout


def test_the_map_writes_a_page(run: Command, set_arn: str, tmp_path: Path) -> None:
    assert run("map", "--html", str(tmp_path / "map.html")).exit_code == 0
    page = (tmp_path / "map.html").read_text()
    assert "aws-developers" in page
    assert "Content-Security-Policy" in page


def test_a_missing_right_is_named_and_has_exit_code_2(
    run: Command,
    federation: Federation,
    tmp_path: Path,
) -> None:
    with denied(federation, "/group-push/mappings"):
        shown = run("map")
        reviewed = run("review", "--preview", write_preview(tmp_path))
    for result in (shown, reviewed):
        assert result.exit_code == 2
        assert "unknown: " in result.stdout
        assert "Needs okta.apps.read and okta.groups.read" in result.stdout


def test_a_review_names_the_people_who_gain_and_lose(
    run: Command,
    federation: Federation,
    set_arn: str,
    tmp_path: Path,
) -> None:
    groups = store_groups(federation)
    file = write_preview(
        tmp_path,
        assignment("create", groups["aws-data"], set_arn, DEV),
        assignment("delete", groups["aws-developers"], set_arn, DEV),
    )
    markdown = tmp_path / "review.md"
    shown = run("review", "--preview", file, "--markdown", str(markdown))
    assert shown.exit_code == 0, shown.stdout
    assert shown.stdout.splitlines()[0] == "5 people gain access; 8 people lose access."
    assert "ada.berg@example.com" in shown.stdout
    text = markdown.read_text()
    assert text.startswith("**5 people gain access; 8 people lose access.**")
    assert "example" not in text


def test_a_review_reads_members_of_groups_that_are_not_pushed(
    run: Command,
    federation: Federation,
    set_arn: str,
    tmp_path: Path,
) -> None:
    removed = assigned("delete", federation.groups["aws-access"])
    found = run("review", "--preview", write_preview(tmp_path, removed), "--json")
    assert found.exit_code == 0, found.stdout
    document = json.loads(found.stdout)
    assert document["losing"] > 0
    assert {each["note"] for each in document["people"]} == {"loses all access"}


def test_a_preview_with_unknown_values_has_exit_code_2_and_a_minimum(
    run: Command, federation: Federation, set_arn: str, tmp_path: Path
) -> None:
    groups = store_groups(federation)
    file = write_preview(
        tmp_path,
        assignment("create", groups["aws-data"], set_arn, DEV),
        assignment("create", groups["aws-admins"], UNKNOWN, DEV, name="access-Later"),
    )
    shown = run("review", "--preview", file)
    assert shown.exit_code == 2
    assert shown.stdout.startswith("At least: 5 people gain access.")
    assert "access-Later is created: the permission set is known only to the update" in shown.stdout
    refused = run("review", "--preview", file, "--max-affected", "4", "--json")
    assert refused.exit_code == 1
    approval = json.loads(refused.stdout)["approval"]
    assert approval.startswith("5+-")
    approved = ("--max-affected", "4", "--approved", approval)
    assert run("review", "--preview", file, *approved).exit_code == 2


def test_an_account_that_was_removed(
    run: Command, federation: Federation, set_arn: str, tmp_path: Path
) -> None:
    """From the settings first, then in AWS, outside the stack."""
    settings = tmp_path / "Pulumi.dev.yaml"
    document = yaml.safe_load(settings.read_text())
    access = document["config"]["okta-identity-center:federation"]["account_access"]
    del access["permission_sets"]
    settings.write_text(yaml.safe_dump(document))
    compared = run("map", "--diff", "--json")
    assert compared.exit_code == 1
    [extra] = json.loads(compared.stdout)["extra"]["access"]
    assert extra["accounts"] == [DEV]
    group = store_groups(federation)["aws-developers"]
    file = write_preview(tmp_path, assignment("delete", group, set_arn, DEV))
    reviewed = json.loads(run("review", "--preview", file, "--json").stdout)
    assert reviewed["accounts"] == [{"place": DEV, "gaining": 0, "losing": 8}]

    delete_assignment(federation, set_arn)
    assert run("map", "--diff").exit_code == 0
    again = run("review", "--preview", file)
    assert again.exit_code == 0, again.stdout
    assert again.stdout.startswith("Nobody gains or loses access.")


def test_an_update_above_the_limit_is_refused_until_it_is_approved(
    run: Command,
    federation: Federation,
    set_arn: str,
    tmp_path: Path,
) -> None:
    group = store_groups(federation)["aws-data"]
    step = assignment("create", group, set_arn, DEV)
    file = write_preview(tmp_path, step)
    assert run("review", "--preview", file).exit_code == 0
    assert run("review", "--preview", file, "--max-affected", "5").exit_code == 0
    refused = run("review", "--preview", file, "--max-affected", "4", "--json")
    assert refused.exit_code == 1
    document = json.loads(refused.stdout)
    [finding] = document["findings"]
    assert finding.startswith("review.approved: the update affects 5 people, and the limit is 4.")
    assert finding.endswith("[OIC-546]")
    approval = document["approval"]
    approved = ("--max-affected", "4", "--approved", approval)
    assert run("review", "--preview", file, *approved).exit_code == 0
    configured = write_preview(tmp_path, step, review={"max_affected": 4, "approved": approval})
    assert run("review", "--preview", configured).exit_code == 0
    configured = write_preview(tmp_path, step, review={"max_affected": 4})
    assert run("review", "--preview", configured).exit_code == 1
    other = assignment("create", group, set_arn, "999999999999")
    configured = write_preview(tmp_path, other, review={"max_affected": 4, "approved": approval})
    assert run("review", "--preview", configured).exit_code == 1


def test_the_limit_of_a_fleet_is_that_of_all_stacks_together(
    run: Command, federation: Federation, set_arn: str, tmp_path: Path
) -> None:
    groups = store_groups(federation)
    created = assignment("create", groups["aws-data"], set_arn, DEV)
    deleted = assignment("delete", groups["aws-developers"], set_arn, DEV)

    def previews(**limits: Any) -> list[str]:
        part = {"core": "prod", "name": "access"}
        files = [
            write_preview(tmp_path, review={"max_affected": 8} | limits),
            write_preview(tmp_path, created, stack="prod-access-1", part=part),
            write_preview(tmp_path, deleted, stack="prod-access-2", part=part),
        ]
        return [each for file in files for each in ("--preview", file)]

    given = previews()
    reordered = given[4:] + given[:4]
    for alone in (given[:4], [*given[:2], *given[4:]]):
        assert run("review", *alone).exit_code == 0
    results = [run("review", *each, "--json") for each in (given, reordered)]
    assert [each.exit_code for each in results] == [1, 1]
    first, second = (json.loads(each.stdout) for each in results)
    assert first == second
    assert (first["gaining"], first["losing"]) == (5, 8)
    assert first["findings"][0].endswith("[OIC-546]")
    approved = previews(approved=first["approval"])
    assert run("review", *approved).exit_code == 0
    assert run("review", *approved[:4], "--max-affected", "1").exit_code == 1


def test_a_stack_of_the_fleet_without_a_preview_is_named(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    federation = {
        "app": {"acs_url": "https://us-east-1.sso.signin.aws/platform/saml/acs/0123-a"},
        "scim_token": {"secret": "okta-identity-center/scim"}, "push_groups": ["aws-data"],
        "fleet": {"push_groups": {"count": 2}},
    }  # fmt: skip
    config = {"okta-identity-center:federation": federation}
    (tmp_path / "Pulumi.prod.yaml").write_text(json.dumps({"config": config}))
    limits = {"max_affected": 8}  # all have it, from an environment that they share

    def of_part(name: str) -> str:
        part = {"core": "prod", "name": name}
        return write_preview(tmp_path, stack=f"prod-{name}", part=part, review=limits)

    core = write_preview(tmp_path, review=limits)
    given = ["--preview", core, "--preview", of_part("push-1")]
    missing = run("review", "--stack", "prod", *given)
    assert missing.exit_code == 2
    assert "stacks without a preview: prod-push-2, prod-access." in missing.stderr
    assert run("review", *given).exit_code == 0  # which fleet it is, is not known
    more = ["--preview", of_part("push-2"), "--preview", of_part("access")]
    complete = run("review", "--stack", "prod", *given, *more)
    assert "without a preview" not in complete.stderr


def test_an_error_in_one_of_several_previews_names_its_file(run: Command, tmp_path: Path) -> None:
    group = pushed("create", "00g1", "x")
    core = write_preview(tmp_path, group, review={"max_affected": 4})
    wrong = write_preview(tmp_path, stack="prod-push-1", review={"max_afected": 4})
    other = write_preview(tmp_path, stack="prod-push-2", review={"max_affected": 5})
    same = tmp_path / "same.json"
    same.write_text(json.dumps(preview(group)))
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    for second, message in (
        (wrong, f"error: {wrong}: "),
        (broken, f"error: {broken}: is not a preview: it is not one JSON document."),
        (other, f"error: {core} and {other} have different values of okta-identity-center:review."),
        (same, f"error: {core} and {same} are both previews of the stack prod."),
        (tmp_path / "none.json", "none.json: No such file"),
    ):
        result = run("review", "--preview", core, "--preview", str(second))
        assert result.exit_code == 2
        assert message in result.stderr


@pytest.mark.parametrize("key", ["review", "reviews"])
def test_a_misspelled_limit_is_an_error(run: Command, tmp_path: Path, key: str) -> None:
    file = write_preview(tmp_path, **{key: {"max_afected": 4}})
    result = run("review", "--preview", file)
    assert result.exit_code == 2
    assert f"okta-identity-center:{key}" in result.stderr
    assert "Did you mean '" in result.stderr
    assert "is not a preview" not in result.stderr


@pytest.mark.parametrize("text", ["", "[]", "{}", "{", "Previewing update (prod)"])
def test_a_file_that_is_no_preview_is_an_error(run: Command, tmp_path: Path, text: str) -> None:
    file = tmp_path / "p.json"
    file.write_text(text)
    result = run("review", "--preview", str(file))
    assert result.exit_code == 2
    assert "is not a preview" in result.stderr
    assert "pulumi preview --json" in result.stderr


def test_a_missing_preview_is_an_error(run: Command, tmp_path: Path) -> None:
    assert run("review", "--preview", str(tmp_path / "none.json")).exit_code == 2
