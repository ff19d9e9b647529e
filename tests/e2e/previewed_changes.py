"""A small stack, and changes of it whose previews `tests/data/previews` records.

`python -m tests.e2e.previewed_changes` records them again with the real engine and the sandbox.
"""

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.conftest import Kit
from tests.paths import DATA
from toolchain.engine import find

FOLDER = DATA / "previews"
_POLICY = "arn:aws:iam::aws:policy/"
_COSTS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "ce:Get*", "Resource": "*"}],
}
_EVERYTHING = {
    "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}  # fmt: skip
DEVELOPER: dict[str, Any] = {
    "name": "Developer", "groups": ["aws-data", "aws-developers"], "accounts": ["210987654321"],
    "managed_policies": [f"{_POLICY}PowerUserAccess"],
}  # fmt: skip
COSTS: dict[str, Any] = {
    "name": "CostReports", "groups": ["aws-finance"],
    "accounts": ["210987654321", "321098765432"], "inline_policy": _COSTS,
}  # fmt: skip
ADMIN: dict[str, Any] = {
    "name": "Admin", "groups": ["aws-admins"], "accounts": ["210987654321"],
    "managed_policies": [f"{_POLICY}AdministratorAccess"],
}  # fmt: skip
PUSHED = ["aws-data", "aws-developers", "aws-finance", "aws-support"]
BASE: dict[str, Any] = {
    "provisioning": {"mode": "api", "propagation_settle_seconds": 1},
    "assignments": {"groups": ["aws-access", "contractors"], "max_deprovisioned_users": 1000},
    "push_groups": PUSHED,
    "account_access": {"permission_sets": [DEVELOPER, COSTS]},
    "protect": False,
}


def _sets(*sets: dict[str, Any]) -> dict[str, Any]:
    return {"account_access": {"permission_sets": [*sets]}}


def _assigned(*groups: str, **more: Any) -> dict[str, Any]:
    return {"assignments": {"groups": [*groups], "max_deprovisioned_users": 1000, **more}}


CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "policies": _sets(
        DEVELOPER | {"managed_policies": [f"{_POLICY}ReadOnlyAccess"], "session_duration": "PT4H"},
        COSTS | {"inline_policy": _EVERYTHING},
    ),
    "accounts": _sets(
        DEVELOPER | {"accounts": ["210987654321", "321098765432"]},
        COSTS | {"accounts": ["321098765432"]},
    ),
    "push-group-added": {"push_groups": [*PUSHED, "aws-admins"], **_sets(DEVELOPER, COSTS, ADMIN)},
    "push-group-removed": {
        "push_groups": [each for each in PUSHED if each != "aws-finance"], **_sets(DEVELOPER),
    },
    "assignment-removed": _assigned("contractors"),
    "user-assigned": _assigned("aws-access", "contractors", users=["alex.kim@example.com"]),
    "set-renamed": _sets(DEVELOPER | {"name": "Engineer"}, COSTS),
}  # fmt: skip
"""Settings that change, by the name of the recording."""
REPLACED = "assignment-replaced"
"""A recording without a change of settings, in which `--replace` replaces one assignment."""
_ASSIGNMENT = "identity-center-access-Developer-aws-data-210987654321"
_LOCAL = ("sourcePosition", "stackTrace")
"""Parts of a preview that have paths of the machine."""


def replaced_urn(kit: Kit) -> str:
    """URN of the assignment that `REPLACED` replaces."""
    state = json.loads(kit.pulumi("stack", "export").text)
    listed = (each["urn"] for each in state["deployment"]["resources"])
    return next(urn for urn in listed if urn.endswith(f"::{_ASSIGNMENT}"))


def preview(kit: Kit, name: str, *options: str) -> str:
    """What `pulumi preview --json` prints for a change."""
    kit.change(**BASE | CHANGES.get(name, {}))
    replaced = ("--replace", replaced_urn(kit)) if name == REPLACED else ()
    done = kit.pulumi("preview", "--json", *options, *replaced)
    assert done.code == 0, done.text
    return done.text[: done.text.rindex("}") + 1]


@contextmanager
def deployed(kit: Kit) -> Iterator[Kit]:
    """The small stack, in a sandbox of its own."""
    with kit.running_sandbox("--connections", "supported"):
        kit.change(**BASE)
        done = kit.run("up", "--yes", "--skip-preview")
        assert done.code == 0, done.text
        kit.settle()
        yield kit


def _record() -> None:
    find(lambda text: print(text, file=sys.stderr))  # noqa: T201
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        kit = Kit(Path(folder) / "clone" / ".sandbox")
        kit.home.parent.mkdir()
        try:
            with deployed(kit):
                for name in (*CHANGES, REPLACED):
                    _write(name, preview(kit, name))
                _write("policies-diff", preview(kit, "policies", "--diff"))
        finally:
            kit.toolchain("reset")


def _write(name: str, text: str) -> None:
    document = json.loads(text)
    document["config"] = {"aws:region": "us-east-1"}
    document["diagnostics"] = []
    for step in document["steps"]:
        for state in ("oldState", "newState"):
            for key in _LOCAL:
                step.get(state, {}).pop(key, None)
    text = json.dumps(document, indent=1) + "\n"
    (FOLDER / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    _record()
