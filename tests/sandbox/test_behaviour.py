"""The switches of unpublished behaviour, and the records that set them."""

import json
from pathlib import Path
from typing import Any

import pytest

from sandbox.__main__ import main
from sandbox.behaviour import OUTCOMES, BehaviourError, read_behaviour
from sandbox.settings import CHOICES, Settings


def write(folder: Path, *results: Any, **more: Any) -> Path:
    path = folder / "record.json"
    document = {"format": "okta-idc-probe", "version": 1, "results": list(results), **more}
    path.write_text(json.dumps(document))
    return path


def found(experiment: str, outcome: str | None) -> dict[str, str | None]:
    return {"experiment": experiment, "outcome": outcome}


def test_a_record_sets_what_was_seen_and_leaves_the_rest(tmp_path: Path) -> None:
    record = write(
        tmp_path, found("default_priority", "zero"), found("wrong_type", None),
        found("connections", "unknown"), found("app_deletion", "unforeseen"),
    )  # fmt: skip
    chosen, unknown = read_behaviour(record)
    assert chosen == {"default_priority": "zero", "connections": "unknown"}
    assert unknown == ["app_deletion"]
    settings = Settings(**chosen)
    assert (settings["default_priority"], settings["wrong_type"]) == ("zero", "refused")


@pytest.mark.parametrize(("content", "message"), [
    ("", "is not a record"), ("[]", "is not a record"), ('{"format": "other"}', "is not a record"),
    ('{"format": "okta-idc-probe", "version": 2}', "has another version than 1"),
    ('{"format": "okta-idc-probe", "version": 1, "results": [1]}', "`results` is not a list"),
    ('{"format": "okta-idc-probe", "version": 1, "results": [{"experiment": "x"}]}',
     "'x' is not an experiment"),
])  # fmt: skip
def test_what_is_not_a_record_is_refused(tmp_path: Path, content: str, message: str) -> None:
    (tmp_path / "file").write_text(content)
    with pytest.raises(BehaviourError, match=message):
        read_behaviour(tmp_path / "file")


def test_serve_ends_with_one_line_if_the_record_cannot_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--behaviour", str(tmp_path / "none.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_an_option_precedes_the_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    record = write(tmp_path, found("connections", "refused"), found("full_push", "replace"),
                   found("app_deletion", "unforeseen"))  # fmt: skip
    options: list[Any] = []
    monkeypatch.setattr("sandbox.server.run", lambda _org, given: options.append(given) or 0)
    main(["serve", "--behaviour", str(record), "--connections", "supported"])
    settings = options[0].settings
    assert (settings["connections"], settings["full_push"]) == ("supported", "replace")


def test_each_switch_has_a_guess_and_an_alternative() -> None:
    for name, values in OUTCOMES.items():
        assert len(set(values)) == len(values) > 1, name
        assert CHOICES.get(name, values) == values
        Settings(**{name: values[-1]})
        with pytest.raises(ValueError, match=name):
            Settings(**{name: "other"})
