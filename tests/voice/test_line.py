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
    person = ivanova.call(hotline(calls), talk=3.0)
    talking = """SELECT 1 FROM connect_agent a JOIN connect_status s ON s.id = a.status_id
                  JOIN res_users u ON u.id = a.user_id WHERE u.login = '100002' AND s.code = %s"""
    calls.await_row(talking, "talking")
    assert person.wait(15) == 0, ivanova.errors()
    call = calls.await_call(state="ended", direction="incoming")
    request = calls.sql("SELECT * FROM connect_request WHERE id = %s", call["request_id"])[0]
    user = calls.sql("SELECT id FROM res_users WHERE login = '100002'")[0]["id"]
    assert (request["state"], request["user_id"], request["kind"]) == ("active", user, "call")
    assert request["first_reply_at"]
    calls.await_row(talking, "free")  # ROU-27: «Разговариваю» as long as they talk, then what he had declared
    assert call["user_id"] == user
    calls.as_user(100002)("connect.request", "finish", [[request["id"]]])


def test_missed_call_of_the_bound_specialist(calls: World) -> None:
    """ROU-25: nobody picks up within the line's limit: the binding stays, the partner gets one mail, no re-routing."""
    line = calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_hot'")[0]["res_id"]
    calls.admin("connect.line", "write", [[line], {"ring_timeout": 2}])
    mails = calls.sql("SELECT count(*) FROM mail_mail")[0]["count"]
    calls.set_status(100002)
    nikiforov, ivanova = calls.phone("100002"), calls.phone("200001", tone=1000)
    nikiforov.answer(ring=30)
    person = ivanova.call(hotline(calls), talk=20)
    call = calls.await_call(state="missed", within=40)
    assert person.wait(30) == 0
    request = calls.sql("SELECT * FROM connect_request WHERE id = %s", call["request_id"])[0]
    user = calls.sql("SELECT id FROM res_users WHERE login = '100002'")[0]["id"]
    assert (request["state"], request["user_id"]) == ("active", user)
    assert (request["is_missed"], request["missed_reason"], call["missed_reason"]) == (True, *["not_answered"] * 2)
    deadline = 20
    while calls.sql("SELECT count(*) FROM mail_mail")[0]["count"] == mails and deadline:
        calls.pause(0.5)
        deadline -= 1
    assert calls.sql("SELECT count(*) FROM mail_mail")[0]["count"] > mails
    calls.as_user(100002)("connect.request", "finish", [[request["id"]]])
    calls.admin("connect.line", "write", [[line], {"ring_timeout": 60}])


def test_nobody_free_then_somebody(calls: World) -> None:
    """ROU-19: a call that finds nobody waits with music; whoever becomes free gets it."""
    ivanova = calls.phone("200001", tone=1000)
    ivanova.call(hotline(calls), talk=5)
    call = calls.await_call(state="ringing", direction="incoming")
    calls.await_request(call["request_id"], state="queued")
    nikiforov = calls.phone("100002")
    nikiforov.answer()
    calls.set_status(100002)
    call = calls.await_call(key=call["key"], state="talking")
    calls.await_request(call["request_id"], state="active")
    calls.await_call(key=call["key"], state="ended")
    calls.as_user(100002)("connect.request", "finish", [[call["request_id"]]])


def test_stranger_is_refused(calls: World) -> None:
    """ADM-07: a person calls a line that is not his: refused at once, nobody's telephone rings."""
    foreign = calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_beta'")[0]["res_id"]
    ivanova = calls.phone("200001")
    assert ivanova.call(f"**{foreign}", talk=5).wait(30) != 0
    call = calls.await_call(state="missed")
    assert (call["missed_reason"], call["line_id"], call["request_id"]) == ("refused", None, None)


def test_telephone_is_known_at_once(calls: World) -> None:
    """VOI-50: a telephone with a wrong password does not register; an archived one is refused at once."""
    phone = calls.phone("100004", registered=False)
    secret, phone.password = phone.password, "wrong"
    assert not phone.is_let_in()
    phone.password = secret
    assert phone.is_let_in()
    extension = calls.sql("SELECT id FROM connect_extension WHERE number = '103'")[0]["id"]
    calls.admin("connect.extension", "write", [[extension], {"active": False}])
    assert not phone.is_let_in()
    calls.admin("connect.extension", "write", [[extension], {"active": True}])
    assert phone.is_let_in()


def test_call_in_the_feed(calls: World) -> None:
    """VOI-10: the call is in the conversation's feed, with how long they talked."""
    calls.set_status(100002)
    nikiforov, ivanova = calls.phone("100002"), calls.phone("200001", tone=1000)
    nikiforov.answer()
    assert ivanova.call(hotline(calls), talk=3.0).wait(15) == 0
    call = calls.await_call(state="ended", direction="incoming")
    event = calls.await_row(
        "SELECT * FROM connect_event WHERE type = 'call' AND (payload ->> 'call_id')::int = %s", call["id"]
    )
    assert event["payload"]["seconds"] == call["talk_ms"] // 1000
    assert calls.await_row("SELECT 1 FROM connect_feed_item WHERE event_id = %s AND seq IS NOT NULL", event["id"])
