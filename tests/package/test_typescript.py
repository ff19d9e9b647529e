"""A TypeScript program, type-checked against an SDK generated from the plugin's schema.

The tests do not run it, because that requires Pulumi's Node.js language host.
"""

import json
import shutil
from pathlib import Path

import pytest

from tests.package.conftest import say
from tests.package.guide import example
from tests.package.harness import Result, checked, installer_env, run
from tests.paths import ROOT
from toolchain import engine as engines

PROGRAM = ROOT / "tests" / "package" / "programs" / "typescript"


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program with its packages and the generated SDK."""
    if not shutil.which("npm"):
        pytest.skip("npm is not installed")
    folder = tmp_path_factory.mktemp("typescript") / "acme"
    shutil.copytree(PROGRAM, folder)
    checked("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", cwd=folder,
            env=installer_env())  # fmt: skip
    schema = ROOT / "plugin" / "schema.json"
    # The schema refers to the provider of each package that it depends on, and to nothing else.
    referenced: list[Path] = []
    for package in json.loads(schema.read_text())["dependencies"]:
        file = folder / f"{package['name']}.json"
        file.write_text(json.dumps({**package, "provider": {}}))
        referenced.append(file)
    generator = engines.nodejs_sdk_generator(say)
    checked(generator, schema, folder / "sdk", *referenced, cwd=folder, env=installer_env())
    return folder


def check(acme: Path, old: str = "", new: str = "") -> Result:
    """Type-check the program after replacing `old` by `new`."""
    program = (PROGRAM / "index.ts").read_text()
    assert old in program
    (acme / "index.ts").write_text(program.replace(old, new, 1) if old else program)
    return tsc(acme)


def tsc(acme: Path) -> Result:
    return run(acme / "node_modules" / ".bin" / "tsc", "-p", ".", cwd=acme, env=installer_env())


def test_the_program_type_checks(acme: Path) -> None:
    done = check(acme)
    assert done.code == 0, done.text


def test_the_example_in_the_guide_type_checks(acme: Path) -> None:
    (acme / "index.ts").write_text(example("ts", "IdentityCenterFederation"))
    done = tsc(acme)
    assert done.code == 0, done.text


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ("pushGroups: [", "pushGroup: [", "'pushGroup' does not exist"),
        ("sessionDuration:", "sessionDurations:", "'sessionDurations' does not exist"),
        ("GatePolicy.ENFORCE", "GatePolicy.STRICT", "'STRICT' does not exist"),
        ("maxDeprovisionedUsers: 5", 'maxDeprovisionedUsers: "5"', "'string' is not assignable"),
        ('scimToken: { secret: "okta-identity-center/scim" },', "", "'scimToken' is missing"),
        ("sso.appId", "sso.appID", "'appID' does not exist"),
    ],
)
def test_the_compiler_rejects_a_mistake(acme: Path, old: str, new: str, error: str) -> None:
    done = check(acme, old, new)
    assert done.code != 0
    assert error in done.text, done.text
