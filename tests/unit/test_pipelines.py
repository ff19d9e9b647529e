"""CI workflows: least privilege, no script injection, and existing commands."""

import json
import os
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
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
    """Path of a program, in .venv or on PATH."""
    found = shutil.which(name, path=f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ['PATH']}")
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def actionlint() -> list[str]:
    """The installed actionlint, or the one of the job `ci.workflows`, which Go builds."""
    if found := shutil.which("actionlint"):
        return [found]
    [command] = [step["run"] for step in JOBS["ci.workflows"]["steps"] if "run" in step]
    go, *arguments = command.split()
    return [tool(go), *arguments]


@pytest.mark.parametrize(
    "command",
    [lambda: [tool("zizmor"), "--offline", "--no-progress", ".github"], actionlint],
    ids=["zizmor", "actionlint"],
)
def test_workflow_linters_find_nothing(command: Callable[[], list[str]]) -> None:
    done = subprocess.run(command(), cwd=ROOT, capture_output=True, text=True, check=False)
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
        "ci.check": reads, "ci.test": reads, "ci.site": reads, "ci.workflows": reads,
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
            assert uses_secret is bool(re.match(r"\.ci/(report|up) ", step.get("run", "")))
            assert not (uses_secret and "environment" not in job), name


def test_reviewers_of_pull_requests_do_not_block_jobs_on_main() -> None:
    environments = {name: job["environment"] for name, job in JOBS.items() if "environment" in job}
    assert environments == {
        "preview.preview": "preview", "up.preview": "drift", "drift.drift": "drift",
        "up.up": "production", "release.publish": "release",
    }  # fmt: skip
    gitlab = {name: GITLAB[name]["environment"]["name"] for name in ("preview", "up", "drift")}
    assert gitlab == {"preview": "preview", "up": "production", "drift": "drift"}


def locked(file: str) -> set[str]:
    """The packages of a requirements file."""
    return set(re.findall(r"^([\w.-]+)==", (ROOT / file).read_text(), re.MULTILINE))


def test_jobs_with_credentials_install_no_development_tools() -> None:
    """Each of them installs by one target, in its own steps or by the action `kit`."""
    targets: dict[str, set[str]] = {}
    for name, job in JOBS.items():
        if "environment" in job:
            all_steps = [*job["steps"], *KIT["runs"]["steps"]]
            own = all_steps if {"uses": "./.github/actions/kit"} in job["steps"] else job["steps"]
            scripts = "\n".join(step.get("run", "") for step in own)
            targets[name] = set(re.findall(r"make (\S+)|pip install", scripts))
    runtime = {".venv/runtime"}
    assert targets == {
        "preview.preview": runtime, "up.preview": runtime, "up.up": runtime,
        "drift.drift": runtime, "release.publish": {".venv/release"},
    }  # fmt: skip
    assert str(GITLAB[".stack"]["before_script"]).count("make ") == 1
    assert "make .venv/runtime" in GITLAB[".stack"]["before_script"]
    tools = {"hypothesis", "pyright", "pytest", "ruff", "zizmor", "playwright", "moto"}
    assert tools <= locked("requirements-dev.txt")
    assert not tools & (locked("requirements.txt") | locked("requirements-release.txt"))


@pytest.mark.parametrize("installer", ["uv", "python"])
@pytest.mark.parametrize(
    ("target", "file"),
    [
        (".venv/ready", "requirements-dev.txt"),
        (".venv/runtime", "requirements.txt"),
        (".venv/release", "requirements-release.txt"),
        (".venv/docs", "requirements-docs.txt"),
    ],
)
def test_packages_are_installed_with_hashes_only(
    commands: Path, tmp_path: Path, installer: str, target: str, file: str
) -> None:
    clone = tmp_path / "clone"
    for each in ("Makefile", "toolchain/venv.sh", file):
        (clone / each).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / each, clone / each)
    log = tmp_path / "log"
    python = clone / ".venv" / "bin"
    python.mkdir(parents=True)
    record = f'echo "$0" "$@" >>{log}'
    write_command(python, "python", record)
    if installer == "uv":
        write_command(commands, "uv", record)
    done = run(commands, "make", target, cwd=clone, env={"PATH": f"{commands}:/usr/bin:/bin"})
    assert done.returncode == 0, done.stderr
    [command] = log.read_text().splitlines()
    assert Path(command.split()[0]).name == installer
    assert " pip install " in command
    assert command.endswith(f" --require-hashes -r {file}")
    assert (clone / target).exists()


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
    assert targets == {
        "check", "test", "test-package", "site", ".venv/runtime", ".venv/release",
    }  # fmt: skip
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
    given = {"cwd": ROOT} | given
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False, **given)


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
    assert stat.S_IMODE(report.stat().st_mode) == 0o600


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
    assert "The beginning is missing. The log of the run has all of it." in text


def test_a_preview_of_characters_that_are_escaped_leaves_room_for_the_doctor(
    commands: Path, tmp_path: Path
) -> None:
    write_command(commands, "pulumi", 'yes "<<<<<<<<" | head -n 5000; [ "$1" = preview ]')
    assert run(commands, ".ci/report", "preview", "prod", str(tmp_path / "r")).returncode == 0
    text = (tmp_path / "r").read_text()
    assert len(text.encode()) < 60_000
    assert text.count("&lt;") > 5_000
    assert "### Live federation: " in text


@pytest.mark.parametrize(
    ("review", "heading", "code"),
    [
        (0, "### Access: reviewed", 0),
        (1, "### Access: too many people affected, and not approved", 1),
        (2, "### Access: not fully reviewed", 0),
    ],
)
def test_a_preview_report_begins_with_the_review_of_access(
    commands: Path, tmp_path: Path, review: int, heading: str, code: int
) -> None:
    clone, python = tmp_path / "clone", tmp_path / "clone" / ".venv" / "bin"
    (clone / ".ci").mkdir(parents=True)
    python.mkdir(parents=True)
    shutil.copy(ROOT / ".ci" / "report", clone / ".ci" / "report")
    log = tmp_path / "log"
    write_command(
        python, "python",
        f"""case "$3" in
review) for last; do :; done; echo '**3 people lose access.**' >"$last"
    grep -q '"steps"' "$7" && echo "$@" >{log}; exit {review} ;;
doctor) exit 0 ;;
*) PYTHONPATH={ROOT} exec {sys.executable} "$@" ;;
esac""",
    )  # fmt: skip
    write_command(commands, "pulumi", 'case "$*" in *--json*) echo \'{"steps": []}\' ;; esac')
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", "preview", "prod", str(report), cwd=clone)
    assert done.returncode == code, done.stderr
    text = report.read_text()
    assert text.startswith(f"{heading}\n\n**3 people lose access.**\n")
    assert text.index("### preview of stack prod: passed") > 0
    assert log.read_text().startswith("-m okta_idc review --stack prod --preview")
    done = run(commands, ".ci/report", "drift", "prod", str(report), cwd=clone)
    assert "### Access" not in report.read_text()


@pytest.mark.parametrize(
    ("config", "code"),
    [
        ("okta-identity-center:federation", 0),
        ("okta-identity-center:part", 0),
        ("okta-identity-center:index:Component", 0),
        ("okta-identity-center:review", 1),
        ("okta-identity-center:reviw", 1),
        ("okta-identity-center:max_affected", 1),
    ],
)
def test_a_limit_that_cannot_be_checked_fails_the_preview(
    commands: Path, tmp_path: Path, config: str, code: int
) -> None:
    text = json.dumps({"config": {config: "{}"}, "steps": []})
    # The review fails, because the stub `pulumi` has no stack outputs.
    write_command(commands, "pulumi", f"[ \"$1\" = preview ] || exit 1; echo '{text}'")
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", "preview", "prod", str(report))
    assert done.returncode == code
    assert report.read_text().startswith("### Access: not fully reviewed\n\n<pre>\nerror: ")


def test_a_failed_preview_is_not_reviewed(commands: Path, tmp_path: Path) -> None:
    write_command(commands, "pulumi", "exit 1")
    report = tmp_path / "report.md"
    assert run(commands, ".ci/report", "preview", "prod", str(report)).returncode == 1
    assert "### Access" not in report.read_text()


FLEET = """\
config:
  okta-identity-center:federation:
    scim_token: {secret: okta-identity-center/scim}
    push_groups: [aws-a]
    fleet: {push_groups: {count: 1}}
"""
STACKS = ["prod", "prod-push-1", "prod-access"]


@pytest.fixture
def fleet(tmp_path: Path) -> Path:
    """A clone whose stack `prod` is the core of a fleet. Its `okta-idc review` and `doctor` say
    that they ran and with what, and every other command is the real one."""
    clone, python = tmp_path / "clone", tmp_path / "clone" / ".venv" / "bin"
    python.mkdir(parents=True)
    shutil.copytree(ROOT / ".ci", clone / ".ci")
    (clone / "policies").mkdir()
    (clone / "Pulumi.prod.yaml").write_text(FLEET)
    write_command(
        python, "python",
        f"""case "$3 $4" in
review*|doctor*) for last; do :; done; echo "$3" >"$last"; echo "$@" >>{tmp_path / "ran"} ;;
"fleet up") echo "$@" >>{tmp_path / "ran"} ;;
*) PYTHONPATH={ROOT} exec {sys.executable} "$@" ;;
esac""",
    )  # fmt: skip
    return clone


def ran(tmp_path: Path, command: str) -> list[list[str]]:
    """The arguments of the runs of an `okta-idc` command, or of the stub `pulumi`."""
    lines = (tmp_path / "ran").read_text().splitlines()
    return [line.split() for line in lines if f" {command} " in line]


@pytest.mark.parametrize("kind", ["preview", "drift"])
def test_a_report_on_a_fleet_has_all_stacks_and_one_review(
    commands: Path, tmp_path: Path, fleet: Path, kind: str
) -> None:
    write_command(
        commands, "pulumi", f'cat >/dev/null; echo pulumi "$@" | tee -a {tmp_path / "ran"}'
    )
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", kind, "prod", str(report), cwd=fleet)
    assert done.returncode == 0, done.stderr
    text = report.read_text()
    headings = [f"### {kind} of stack {each}: passed" for each in STACKS]
    access = ["### Access: reviewed"] if kind == "preview" else []
    assert re.findall(r"^### .*", text, re.MULTILINE) == [
        *access, *headings, "### Live federation: no blocking findings",
    ]  # fmt: skip
    for each in STACKS:
        options = "--non-interactive --color never --policy-pack policies"
        more = " --refresh --expect-no-changes" if kind == "drift" else ""
        assert f"<pre>\npulumi preview --stack {each} {options}{more}\n</pre>" in text
    [doctor] = ran(tmp_path, "doctor")
    assert doctor[3:5] == ["--stack", "prod"]
    if kind == "drift":
        assert not ran(tmp_path, "review")
        return
    [review] = ran(tmp_path, "review")
    assert review[3:5] == ["--stack", "prod"]
    given = [Path(review[i + 1]).stem for i, each in enumerate(review) if each == "--preview"]
    assert given == STACKS


@pytest.mark.parametrize("kind", ["preview", "drift"])
@pytest.mark.parametrize("failed", STACKS)
def test_a_failure_in_any_stack_fails_the_report_and_shows_the_engines_message(
    commands: Path, tmp_path: Path, fleet: Path, kind: str, failed: str
) -> None:
    message = "1 resource belongs to stack prod-push-1: a. Run `okta-idc fleet move --stack prod`."
    write_command(
        commands, "pulumi",
        f"""[ "$3" != {failed} ] || {{ seq 1 9000; echo '{message}'; exit 255; }}""",
    )  # fmt: skip
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", kind, "prod", str(report), cwd=fleet)
    assert done.returncode == 1, done.stderr
    text = report.read_text()
    assert len(text) < 30_000
    assert f"\n9000\n{message}\n</pre>" in text
    for each in STACKS:
        result = "failed" if each == failed else "passed"
        assert f"### {kind} of stack {each}: {result}\n" in text
    assert "### Access" not in text
    assert "### Live federation: no blocking findings" in text


def test_a_preview_of_a_part_that_cannot_be_read_is_named(
    commands: Path, tmp_path: Path, fleet: Path
) -> None:
    write_command(
        fleet / ".venv" / "bin", "python",
        f'[ "$3" != doctor ] || exit 0; PYTHONPATH={ROOT} exec {sys.executable} "$@"',
    )  # fmt: skip
    write_command(
        commands,
        "pulumi",
        """case "$3 $*" in prod-push-1*--json*) exit 1 ;; *--json*) echo '{"steps": []}' ;; esac""",
    )
    report = tmp_path / "report.md"
    done = run(commands, ".ci/report", "preview", "prod", str(report), cwd=fleet)
    assert done.returncode == 1
    assert report.read_text().startswith("### Access: not fully reviewed\n\n<pre>\nerror: ")
    assert "/prod-push-1.json: is not a preview" in report.read_text()


@pytest.mark.parametrize("script", ["report", "up"])
def test_stacks_that_cannot_be_listed_are_neither_previewed_nor_deployed(
    commands: Path, tmp_path: Path, fleet: Path, script: str
) -> None:
    (fleet / "Pulumi.prod.yaml").write_text("config: [")
    write_command(commands, "pulumi", f"touch {tmp_path / 'ran'}")
    report = tmp_path / "report.md"
    arguments = ["preview", "prod", str(report)] if script == "report" else ["prod"]
    done = run(commands, f".ci/{script}", *arguments, cwd=fleet)
    assert done.returncode != 0
    assert "error: " in done.stderr
    assert "Pulumi.prod.yaml: " in done.stderr
    assert not (tmp_path / "ran").exists()
    if script == "report":
        assert report.read_text().startswith("### preview of stack prod: failed\n\n<pre>\nerror: ")


def test_up_deploys_all_stacks_of_a_fleet_with_the_policy_pack(
    commands: Path, tmp_path: Path, fleet: Path
) -> None:
    write_command(commands, "pulumi", f'echo pulumi "$@" >>{tmp_path / "ran"}')
    done = run_script(commands, step("up.up", "Up")["run"], {"STACK": "prod"}, cwd=fleet)
    assert done.returncode == 0, done.stderr
    line = "-m okta_idc fleet up --stack prod --policy-pack policies\n"
    assert (tmp_path / "ran").read_text() == line


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
    assert "xxx" not in request  # a part of a line could be a part of a character
    assert (
        "**This report is cut: a comment has at most 60000 bytes, and the report 70011." in request
    )
    assert len(request) < 65_536


@pytest.mark.parametrize("lines", [10, 20_000])
def test_a_comment_that_is_cut_keeps_who_gains_and_loses_access(
    commands: Path, tmp_path: Path, lines: int
) -> None:
    tool("jq")
    write_command(commands, "gh", GH)
    (tmp_path / "comments").write_text("[]")
    env = {"COMMENTS": str(tmp_path / "comments"), "REQUEST": str(tmp_path / "request")}
    review = "### Access: reviewed\n\n**3 people gain access; 2 people lose access.**\n"
    engine = "<details><summary>pulumi preview</summary>\n\n<pre>\n" + "ä &lt;\n" * lines
    report = f"{review}{engine}</pre>\n</details>\n\n### Live federation: no blocking findings\n"
    done = run(commands, ".ci/comment", "me/kit", "7", input=report, env=env)
    assert done.returncode == 0, done.stderr
    body = (tmp_path / "request").read_text().split("\n", 1)[1]
    assert body.startswith(f"{MARKER}\n{review}")
    assert len(body.encode()) < 61_000
    if lines == 10:
        assert body == f"{MARKER}\n{report}"
    else:
        assert "ä &lt;\n</pre>\n</details>\n\n**This report is cut: " in body


def step(job: str, name: str) -> dict[str, Any]:
    [found] = [each for each in JOBS[job]["steps"] if each.get("name") == name]
    return found


def run_script(
    commands: Path, script: str, env: dict[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """Run a step's script as GitHub does: `bash -e FILE`."""
    file = commands.parent / "step.sh"
    file.write_text(script)
    return run(commands, "bash", "-e", str(file), env=env, cwd=cwd)


@pytest.mark.parametrize(("has_key", "code"), [("true", 0), ("false", 1), ("", 1)])
def test_a_run_without_credentials_is_not_checked(commands: Path, has_key: str, code: int) -> None:
    script = step("preview.preview", "Check for credentials")["run"]
    done = run_script(commands, script, {"HAS_KEY": has_key})
    assert done.returncode == code
    assert done.stdout.startswith("::error title=Not checked::") is bool(code)


def outputs(file: Path) -> dict[str, str]:
    """The outputs in a GITHUB_OUTPUT file, as the runner reads them: NAME<<END, lines, END."""
    found: dict[str, str] = {}
    lines = iter(file.read_text().splitlines())
    for line in lines:
        name, _, end = line.partition("<<")
        assert end, line
        value: list[str] = []
        for each in lines:
            if each == end:
                break
            value.append(each)
        else:
            raise AssertionError(f"no line {end}")
        found[name] = "\n".join(value)
    return found


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        (None, "No report: an earlier step failed."),
        ("", "No report: an earlier step failed."),
        ("### passed\n", "### passed"),
        ("report<<EOF\nEOF\nother=1\nEOF", "report<<EOF\nEOF\nother=1\nEOF"),
    ],
)
def test_the_report_reaches_summary_and_output_unchanged(
    commands: Path, tmp_path: Path, report: str | None, expected: str
) -> None:
    """A report from a pull request's code cannot set another output."""
    write_command(commands, "openssl", "head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \\n'")
    if report is not None:
        (tmp_path / "report.md").write_text(report)
    env = {"RUNNER_TEMP": str(tmp_path)}
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        env[name] = str(tmp_path / name)
    done = run_script(commands, step("preview.preview", "Report")["run"], env)
    assert done.returncode == 0, done.stderr
    [(name, value)] = outputs(tmp_path / "GITHUB_OUTPUT").items()
    assert (name, value.rstrip("\n")) == ("report", expected)
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text().rstrip("\n") == expected


@pytest.mark.parametrize("report", ["### passed", ""])
def test_the_comment_is_the_report_or_says_that_nothing_was_checked(
    commands: Path, tmp_path: Path, report: str
) -> None:
    write_command(commands, "gh", GH)
    (tmp_path / "comments").write_text("[]")
    tool("jq")
    [own] = [each for each in JOBS["preview.comment"]["steps"] if ".ci/comment" in str(each)]
    env = {
        "COMMENTS": str(tmp_path / "comments"), "REQUEST": str(tmp_path / "request"),
        "GITHUB_REPOSITORY": "me/kit", "NUMBER": "7", "REPORT": report,
    }  # fmt: skip
    done = run_script(commands, own["run"], env)
    assert done.returncode == 0, done.stderr
    request = (tmp_path / "request").read_text()
    assert request.startswith("api --silent -X POST repos/me/kit/issues/7/comments")
    assert request.endswith(f"{report or 'Not checked. See the run.'}\n")


def test_up_deploys_the_named_stack_with_the_policy_pack(commands: Path, tmp_path: Path) -> None:
    write_command(commands, "pulumi", f'printf "%s\\n" "$@" >{tmp_path / "arguments"}')
    done = run_script(commands, step("up.up", "Up")["run"], {"STACK": "prod; touch x"})
    assert done.returncode == 0, done.stderr
    arguments = (tmp_path / "arguments").read_text().splitlines()
    assert arguments[:4] == ["up", "--yes", "--stack", "prod; touch x"]
    assert arguments[4:6] == ["--policy-pack", "policies"]


def test_a_release_publishes_what_was_built(commands: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    for name in ("gh", "uv"):
        write_command(commands, name, f'echo {name} "$@" >>{log}')
    built = ["dist/python/a.whl", "dist/python/a.tar.gz", "dist/pulumi-resource-a-v1.tar.gz"]
    for each in built:
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).touch()
    env = {"GITHUB_REF_NAME": "v1"}
    for name in ("Package index (a trusted publisher)", "GitHub release"):
        done = run_script(commands, step("release.publish", name)["run"], env, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    publish, create = log.read_text().splitlines()
    assert (
        publish == "uv publish --trusted-publishing always dist/python/a.tar.gz dist/python/a.whl"
    )
    assert create.startswith("gh release create v1 --verify-tag --title v1 --notes-file dist/notes")
    assert all(each in create for each in built)
