"""VOI-01: the bridge is away for long: Asterisk has a call from outside answered, and the journal gets it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from .conftest import World
from .test_crash import kill_bridge
from .test_office import user_id
from .test_trunk import CITY, Operator, operator

__all__ = ["operator"]


@pytest.fixture
def soon(calls: World) -> Iterator[None]:
    """The net is there after 2 s instead of 10."""
    set_patience(calls, 2)
    yield
    set_patience(calls, 10)


def set_patience(calls: World, seconds: int) -> None:
    calls.voice.queue_after = seconds
    calls.voice.configure()
    calls.ari("/asterisk/modules/pbx_config.so", "PUT")


def members(calls: World, trunk: int) -> set[str]:
    """Whom Asterisk would ring for this operator's calls, as its own user of PostgreSQL reads it."""
    calls.sql("SET ROLE connect_asterisk")
    rows = calls.sql("SELECT interface FROM connect_ps_queue_members WHERE queue_name = %s", f"trunk-{trunk}")
    calls.sql("RESET ROLE")
    return {row["interface"] for row in rows}


def test_somebody_answers_without_the_bridge(calls: World, operator: Operator, soon: None) -> None:
    """Whoever was taking calls is rung, nobody else; afterwards there is a call with its true times, once, and with its
    recording (VOI-08)."""
    calls.set_status(100003)
    stranger = calls.sql(
        """SELECT u.login, x.sip_user FROM connect_extension x JOIN res_users u ON u.id = x.user_id
            WHERE x.company_id <> %s""",
        operator.company,
    )[0]
    calls.set_status(stranger["login"])
    rung = members(calls, operator.trunk)
    assert {"PJSIP/3-102", "PJSIP/3-102-web"} <= rung  # she takes calls; Kim does not, and Beta is another company
    assert not {"PJSIP/3-103", f"PJSIP/{stranger['sip_user']}", f"PJSIP/{stranger['sip_user']}-web"} & rung
    orlova, kim = calls.phone("100003", tone=700), calls.phone("100004")
    orlova.answer(ring=0.5)
    kim.answer(ring=0.1)
    kill_bridge(calls)
    caller = operator.caller("+375291111111")
    person = caller.bring(CITY, talk=5.0)
    calls.await_row("SELECT 1 FROM connect_cel WHERE eventtype = 'BRIDGE_ENTER' AND channame LIKE 'PJSIP/3-102-%%'")
    assert person.wait(20) == 0, caller.errors()
    ended = calls.sql("SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at")[0]["at"]
    gave_up = operator.caller("+375292222222").bring(CITY, talk=0.5)
    gave_up.wait(30)
    calls.pause(2)
    calls.voice.start_bridge()
    call = calls.await_call(state="missed", caller_number="+375292222222", within=40)
    assert call["missed_reason"] == "abandoned"
    rows = calls.sql("SELECT * FROM connect_call WHERE caller_number = '+375291111111'")
    assert [(row["state"], row["user_id"], row["trunk_id"]) for row in rows] == [
        ("ended", user_id(calls, 100003), operator.trunk)
    ]
    assert abs((rows[0]["end_at"] - ended).total_seconds()) < 1
    assert rows[0]["talk_ms"] > 1000
    assert calls.facts(rows[0]["id"]) == ["ended"]
    recording = calls.await_row("SELECT seconds FROM connect_recording WHERE call_id = %s", rows[0]["id"])
    assert recording["seconds"] > 1
