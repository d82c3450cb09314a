"""The emulator looks for ended sessions once a minute, not with each new one."""

import pytest
from ministack.services import sts

from rehearsal.cloud import ended_sessions


def test_ended_sessions_are_looked_for_once_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    now, looked = [1000.0], []
    monkeypatch.setattr(ended_sessions.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(sts, "_evict_expired_sessions", lambda: looked.append(now[0]))
    monkeypatch.setattr(sts, "_sessions", {})
    ended_sessions.seldom_evict_sessions()
    for moment in (1001.0, 1059.0, 1060.0, 1061.0, 1121.0):
        now[0] = moment
        sts.register_session(f"ASIAFAKE{moment}", {})
    assert looked == [1060.0, 1121.0]
    assert len(sts._sessions) == 5


def test_an_emulator_without_that_function_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(sts, "_evict_expired_sessions")
    with pytest.raises(RuntimeError, match=r"adapt rehearsal/cloud/ended_sessions\.py"):
        ended_sessions.seldom_evict_sessions()
