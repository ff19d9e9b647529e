"""The emulator's responses to the official plugin's recorded calls match the evidence."""

import pytest

from tests.sandbox.okta.deviations import RECORDED, SHAPES, USED
from tests.sandbox.okta.operations import offered
from tests.sandbox.okta.org import CHECKED, Okta, run
from tests.sandbox.okta.replay import Replay, recordings, records
from tests.sandbox.okta.scenes import NOT_PLAYED, SCENES, Scene

PLAYED: set[str] = set()


@pytest.mark.parametrize("name", recordings())
def test_recorded_calls_get_matching_responses(name: str) -> None:
    if name in NOT_PLAYED:
        pytest.skip(f"{name}: {NOT_PLAYED[name]}")
    scene = SCENES.get(name, Scene())

    async def play(okta: Okta) -> None:
        replay = Replay(okta)
        await replay.play(name, scene)
        assert not replay.problems, "\n".join(dict.fromkeys(replay.problems))

    run(play, connections=scene.connections, aws_groups=scene.aws_groups)
    PLAYED.add(name)


def test_every_scene_belongs_to_a_recording() -> None:
    assert set(recordings()) >= {*NOT_PLAYED, *SCENES}
    for name, scene in SCENES.items():
        known = {record["seq"] for record in records(name)}
        assert known >= {*scene.at, *scene.faked, *scene.own}, name


def test_every_listed_deviation_is_used() -> None:
    everything = {f"{method} {path}" for method, path in offered()} <= CHECKED
    if set(recordings()) - set(NOT_PLAYED) != PLAYED or not everything:
        pytest.skip("requires that all recordings and operations were played and checked")
    assert not {*SHAPES, *RECORDED} - USED
