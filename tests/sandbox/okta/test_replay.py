"""The emulator's responses to the official plugin's recorded calls match the evidence."""

from functools import cache

import pytest

from tests.sandbox.okta.deviations import RECORDED, SHAPES, USED
from tests.sandbox.okta.org import Okta, run
from tests.sandbox.okta.replay import Replay, recordings, records
from tests.sandbox.okta.scenes import SCENES, Scene
from tests.sandbox.okta.test_operations import call_every_operation


@cache
def play(name: str) -> None:
    """Once in a process, with a check of each answer."""
    scene = SCENES.get(name, Scene())

    async def played(okta: Okta) -> None:
        replay = Replay(okta)
        await replay.play(name, scene)
        assert not replay.problems, "\n".join(dict.fromkeys(replay.problems))

    run(played, connections=scene.connections, aws_groups=scene.aws_groups)


@pytest.mark.parametrize("name", recordings())
def test_recorded_calls_get_matching_responses(name: str) -> None:
    play(name)


def test_every_scene_belongs_to_a_recording() -> None:
    assert set(recordings()) >= {*SCENES}
    for name, scene in SCENES.items():
        known = {record["seq"] for record in records(name)}
        assert known >= {*scene.at, *scene.faked, *scene.own}, name


def test_every_listed_deviation_is_used() -> None:
    call_every_operation()
    for name in recordings():
        play(name)
    assert not {*SHAPES, *RECORDED} - USED
