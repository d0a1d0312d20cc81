"""A person calls a support line: routed like a message (ROU-15), answered, missed (ROU-25), recorded in the ledger."""

from __future__ import annotations

from .conftest import World


def hotline(calls: World) -> str:
    return f"**{calls.sql('SELECT res_id FROM ir_model_data WHERE name = %s', 'line_hot')[0]['res_id']}"


def test_inner_call(calls: World) -> None:
    """VOI-01: a colleague's short number rings his telephone; when he hangs up, nothing is left."""
    orlova, nikiforov = calls.phone("100003", tone=440), calls.phone("100002", tone=1000)
    orlova.answer()
    caller = nikiforov.call("102", talk=1.0)
    assert caller.wait(15) == 0, nikiforov.errors()
    call = calls.await_call(state="ended", direction="inner")
    assert call["answer_at"] and call["talk_ms"] >= 900
    assert calls.facts(call["id"]) == ["ringing", "answered", "ended"]
    calls.await_silence()


def test_person_calls_line(calls: World) -> None:
    """ROU-15, VOI-02: the call goes to the specialist whom the router chose, and is his request."""
    calls.set_status(100002)
    nikiforov, ivanova = calls.phone("100002"), calls.phone("200001", tone=1000)
    nikiforov.answer()
    person = ivanova.call(hotline(calls), talk=1.0)
    assert person.wait(15) == 0, ivanova.errors()
    call = calls.await_call(state="ended", direction="incoming")
    request = calls.sql("SELECT * FROM connect_request WHERE id = %s", call["request_id"])[0]
    user = calls.sql("SELECT id FROM res_users WHERE login = '100002'")[0]["id"]
    assert (request["state"], request["user_id"], request["kind"]) == ("active", user, "call")
    assert request["first_reply_at"]
    assert call["user_id"] == user
    calls.as_user(100002)("connect.request", "finish", [[request["id"]]])
