"""Departments and «Follow Me» with telephones that really ring."""

from __future__ import annotations

from typing import Any

from .conftest import World


def rung(calls: World, key: str) -> dict[str, list[tuple[float, float]]]:
    """By endpoint, when it was rung and when that ended, in seconds after the beginning of the call."""
    rows = calls.sql(
        """SELECT regexp_replace(channame, '-[^-]*$', '') AS name,
                  extract(epoch FROM min(eventtime) FILTER (WHERE eventtype = 'CHAN_START')
                          - c.start_at)::float AS begin,
                  extract(epoch FROM max(eventtime) FILTER (WHERE eventtype = 'CHAN_END') - c.start_at)::float AS stop
             FROM connect_cel e JOIN connect_call c ON c.key = e.linkedid
            WHERE e.linkedid = %s AND e.uniqueid <> e.linkedid GROUP BY channame, c.start_at ORDER BY 2""",
        key,
    )
    found: dict[str, list[tuple[float, float]]] = {}
    for row in rows:
        found.setdefault(row["name"], []).append((row["begin"], row["stop"]))
    return found


def user_id(calls: World, login: int) -> Any:
    return calls.sql("SELECT id FROM res_users WHERE login = %s", str(login))[0]["id"]


def test_department(calls: World) -> None:
    """VOI-38: all members' telephones ring at once; the first that answers has the call, the others stop."""
    nikiforov, orlova, kim = calls.phone("100002"), calls.phone("100003", tone=700), calls.phone("100004", tone=1000)
    orlova.answer(ring=1.0)
    other = kim.answer(ring=30)
    caller = nikiforov.call("901", talk=2.0)
    assert other.wait(30) == 0, kim.errors()  # it was cancelled
    call = calls.await_call(state="talking", user_id=user_id(calls, 100003))
    assert caller.wait(15) == 0, nikiforov.errors()
    calls.await_call(call["key"], state="ended")
    times = rung(calls, call["key"])
    assert set(times) == {"PJSIP/3-102", "PJSIP/3-103"}
    assert abs(times["PJSIP/3-102"][0][0] - times["PJSIP/3-103"][0][0]) < 0.3


def test_follow_me(calls: World) -> None:
    """VOI-40, VOI-41, with shorter steps: each telephone rings when its step says, without interruption; nobody takes
    it: a missed call."""
    steps = [[0, 0, {"sequence": n, "seconds": 2, "numbers": numbers}] for n, numbers in enumerate(("102", "102, 103"))]
    company = calls.sql("SELECT company_id FROM res_users WHERE login = '100003'")[0]["company_id"]
    values = {"user_id": user_id(calls, 100003), "company_id": company, "number": "455", "step_ids": steps}
    calls.admin("connect.follow.me", "create", [values])
    nikiforov, orlova, kim = calls.phone("100002"), calls.phone("100003"), calls.phone("100004")
    orlova.answer(ring=30)
    kim.answer(ring=30)
    nikiforov.call("455", talk=30)
    call = calls.await_call(state="missed", missed_reason="not_answered", user_id=user_id(calls, 100003))
    calls.await_silence()
    times = rung(calls, call["key"])
    [(first_begin, first_end)], [(second_begin, second_end)] = times["PJSIP/3-102"], times["PJSIP/3-103"]
    assert abs(second_begin - first_begin - 2) < 0.4
    assert abs(first_end - first_begin - 4) < 0.7
    assert abs(second_end - first_end) < 0.7
