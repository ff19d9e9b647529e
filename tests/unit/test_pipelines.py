"""CI workflows: least privilege, no script injection, and existing commands."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.paths import ROOT
from tests.permissions_page import scopes

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
WORKFLOWS = {file.stem: yaml.safe_load(file.read_text()) for file in FILES}
JOBS = {
    f"{workflow}.{name}": job
    for workflow, document in WORKFLOWS.items()
    for name, job in document["jobs"].items()
}
KIT = yaml.safe_load((ROOT / ".github" / "actions" / "kit" / "action.yml").read_text())
PAGE = (ROOT / "docs" / "guide" / "pipelines.md").read_text()
GITLAB = yaml.safe_load(re.search(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[1])  # type: ignore[index]
EACH_JOB = pytest.mark.parametrize("job", JOBS.values(), ids=list(JOBS))


def steps() -> Iterator[dict[str, Any]]:
    for job in JOBS.values():
        yield from job["steps"]
    yield from KIT["runs"]["steps"]


def tool(name: str) -> str:
    """Path of a workflow linter, on PATH or in .venv."""
    found = shutil.which(name, path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


@pytest.mark.parametrize(
    "command",
    [("zizmor", "--offline", "--no-progress", ".github"), ("actionlint",)],
    ids=lambda command: command[0],
)
def test_workflow_linters_find_nothing(command: tuple[str, ...]) -> None:
    name, *more = command
    done = subprocess.run(
        [tool(name), *more], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_documented_workflows_exist() -> None:
    assert set(WORKFLOWS) == {"ci", "preview", "up", "drift", "release"}
    assert set(WORKFLOWS) == set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)[:5])


def test_permissions_are_granted_per_job_only() -> None:
    assert [document["permissions"] for document in WORKFLOWS.values()] == [{}] * 5
    permissions = {name: job["permissions"] for name, job in JOBS.items()}
    reads = {"contents": "read"}
    signs_in = reads | {"id-token": "write"}
    assert permissions == {
        "ci.check": reads, "ci.test": reads, "ci.workflows": reads,
        "preview.preview": signs_in, "preview.comment": reads | {"pull-requests": "write"},
        "up.preview": signs_in, "up.up": signs_in, "drift.drift": signs_in,
        "release.test": reads,
        "release.publish": {"contents": "write", "id-token": "write", "attestations": "write"},
    }  # fmt: skip


def test_concurrency_groups_exist_and_never_cancel_updates() -> None:
    groups = [document["concurrency"]["group"] for document in WORKFLOWS.values()]
    assert len({group.split("-")[0] for group in groups}) == 5
    for name in ("up", "release"):
        assert WORKFLOWS[name]["concurrency"]["cancel-in-progress"] is False


def test_scripts_contain_no_workflow_expressions() -> None:
    for step in steps():
        assert "${{" not in step.get("run", "")


def test_no_checkout_persists_credentials() -> None:
    checkouts = [step for step in steps() if "checkout@" in step.get("uses", "")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_action_is_pinned_to_a_documented_commit() -> None:
    decision = (ROOT / "docs" / "decisions" / "0004-pin-actions-by-commit.md").read_text()
    shown = {
        f"{action}@{commit} # {version}"
        for action, version, commit in re.findall(
            r"^\| ([\w/-]+) \| (v[\d.]+) \| `([0-9a-f]{40})` \|", decision, re.MULTILINE
        )
    }
    used: set[str] = set()
    for file in [*FILES, ROOT / ".github" / "actions" / "kit" / "action.yml"]:
        used |= set(re.findall(r"uses: (?!\./)(.*)", file.read_text()))
    assert used == shown


def test_secrets_are_limited_to_the_steps_that_need_them() -> None:
    for name, job in JOBS.items():
        for step in job["steps"]:
            uses_secret = "secrets.OKTA_PRIVATE_KEY }}" in str(step)
            assert uses_secret is bool(re.match(r"\.ci/report |pulumi up ", step.get("run", "")))
            assert not (uses_secret and "environment" not in job), name
    assert {JOBS[j]["environment"] for j in ("preview.preview", "up.preview", "drift.drift")} == {
        "preview"
    }
    assert JOBS["up.up"]["environment"] == "production"


READS = scopes("preview", "drift", "doctor")


@pytest.mark.parametrize(
    ("job", "needs"),
    [
        ("preview.preview", READS),
        ("up.preview", READS),
        ("drift.drift", READS),
        ("up.up", scopes("up")),
    ],
)
def test_each_job_has_exactly_the_scopes_it_needs(job: str, needs: set[str]) -> None:
    [given] = [s["env"]["OKTA_API_SCOPES"] for s in JOBS[job]["steps"]
               if "OKTA_API_SCOPES" in s.get("env", {})]  # fmt: skip
    assert set(given.split(",")) == needs


def test_the_gitlab_pipeline_matches_the_workflows() -> None:
    assert set(GITLAB) >= set(WORKFLOWS) - {"release"}
    assert set(GITLAB[".stack"]["variables"]["OKTA_API_SCOPES"].split(",")) == READS
    assert set(GITLAB["up"]["variables"]["OKTA_API_SCOPES"].split(",")) == scopes("up")
    [up] = GITLAB["up"]["script"]
    assert up in [step.get("run") for step in JOBS["up.up"]["steps"]]
    for name in ("preview", "drift"):
        assert f'.ci/report {name} "$STACK" "$CI_PROJECT_DIR/report.md"' in GITLAB[name]["script"]


def test_every_make_target_exists() -> None:
    scripts = "\n".join([*(step.get("run", "") for step in steps()), str(GITLAB)])
    targets = set(re.findall(r"\bmake (?:-s )?([\w./-]+)", scripts))
    assert targets == {"check", "test", "test-package", "engine", ".venv/ready"}
    makefile = (ROOT / "Makefile").read_text()
    assert all(re.search(rf"^{re.escape(target)}:", makefile, re.MULTILINE) for target in targets)


@pytest.fixture
def commands(tmp_path: Path) -> Path:
    """A folder at the front of PATH for stub commands."""
    (tmp_path / "bin").mkdir()
    return tmp_path / "bin"


def write_command(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def run(commands: Path, *command: str, **given: Any) -> subprocess.CompletedProcess[str]:
    env = (
        os.environ | {"PATH": f"{commands}{os.pathsep}{os.environ['PATH']}"} | given.pop("env", {})
    )
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=False, **given
    )


@pytest.mark.parametrize(
    ("kind", "engine", "code"),
    [("preview", 0, 0), ("preview", 255, 1), ("drift", 0, 1), ("drift", 255, 1)],
)
def test_a_failed_doctor_check_fails_drift_but_not_preview(
    commands: Path, tmp_path: Path, kind: str, engine: int, code: int
) -> None:
    # The doctor check fails, because the stub `pulumi` has no stack outputs.
    write_command(
        commands, "pulumi", f'[ "$1" = preview ] && echo "$@ <b>&" && exit {engine}; exit 1'
    )
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", kind, "prod", str(report))
    assert done.returncode == code, done.stderr
    text = report.read_text()
    assert f"{kind} of stack prod: {'failed' if engine else 'passed'}" in text
    assert "--policy-pack policies" in text
    assert ("--refresh --expect-no-changes" in text) is (kind == "drift")
    assert "&lt;b&gt;&amp;" in text  # resource names are escaped in Markdown
    assert "### Live federation: not fully checked" in text
    assert "error: pulumi stack output" in text


def test_a_report_contains_no_fence_address_or_credential_of_a_failed_run(
    commands: Path, tmp_path: Path
) -> None:
    token = "00Zq3xR7vK1mN5pL9sT2wY4bD6fH8jG0cA-_eU2iOk"
    write_command(
        commands, "pulumi",
        f"""printf 'x </pre> @team\\n```\\n\\033[2J{token[:20]}\\n{token[20:]}\\n'
[ "$1" = preview ] && exit
printf 'no stack of ada@example.com\\n```\\n</pre>@team {token}' >&2; exit 1""",
    )  # fmt: skip
    report = tmp_path / "report.md"
    done = run(
        commands, ".ci/report", "preview", "prod", str(report), env={"OKTA_API_TOKEN": token}
    )
    text = report.read_text()
    for part in (token[i : i + 8] for i in range(len(token) - 7)):
        assert part not in text + done.stdout + done.stderr
    assert "ada@example.com" not in text
    assert "error: pulumi stack output: no stack of (address)" in text
    assert "\x1b" not in text + done.stdout
    outside = re.sub(r"<pre>\n[^<>]*\n</pre>", "", text)
    assert "@team" not in outside
    assert "```" not in outside
    assert outside.count("<") == outside.count(">") == 4  # details and summary


def test_a_long_report_keeps_its_end(commands: Path, tmp_path: Path) -> None:
    write_command(commands, "pulumi", 'seq 1 30000; [ "$1" = preview ]')
    assert run(commands, ".ci/report", "preview", "prod", str(tmp_path / "r")).returncode == 0
    text = (tmp_path / "r").read_text()
    assert len(text) < 60_000
    assert "\n30000\n</pre>" in text


def test_look_prints_its_usage_on_invalid_arguments(commands: Path) -> None:
    for wrong in ((), ("preview",), ("destroy", "prod", "r")):
        done = run(commands, ".ci/report", *wrong)
        assert done.returncode != 0
        assert "usage: .ci/report preview|drift STACK REPORT" in done.stderr


GH = """\
case "$*" in
*--paginate*) cat "$COMMENTS" | jq -r "$(eval echo \\"\\${$#}\\")" ;;
*) printf '%s\\n' "$*" >>"$REQUEST"; for last; do :; done; cat "${last#body=@}" >>"$REQUEST" ;;
esac"""


MARKER = "<!-- okta-identity-center: preview -->"


def comment(number: int, login: str, body: str) -> dict[str, Any]:
    return {"id": number, "user": {"login": login}, "body": body}


@pytest.mark.parametrize(
    ("comments", "expected"),
    [
        ([], "-X POST repos/me/kit/issues/7/comments"),
        (
            [
                comment(1, "eve", MARKER),
                comment(2, "github-actions[bot]", "from another workflow"),
                comment(3, "github-actions[bot]", f"{MARKER}\nold"),
            ],
            "-X PATCH repos/me/kit/issues/comments/3 ",
        ),
    ],
)
def test_a_pull_request_has_one_preview_comment(
    commands: Path, tmp_path: Path, comments: list[Any], expected: str
) -> None:
    tool("jq")
    write_command(commands, "gh", GH)
    (tmp_path / "comments").write_text(json.dumps(comments))
    env = {"COMMENTS": str(tmp_path / "comments"), "REQUEST": str(tmp_path / "request")}
    done = run(commands, ".ci/comment", "me/kit", "7", input="**passed**\n" + "x" * 70_000, env=env)
    assert done.returncode == 0, done.stderr
    request = (tmp_path / "request").read_text()
    assert expected in request
    assert f"{MARKER}\n**passed**" in request
    assert len(request) < 65_536
