"""Operators' lines and schemes: SIPp is the operator."""

from __future__ import annotations

import base64
import io
import re
import time
import wave
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from .conftest import World
from .sipp import Phone, ulaw_tone
from .test_office import user_id

MOBILE, CITY = "+375296666666", "+375175555555"


class Operator:
    """An operator with one channel to Alpha: SIPp answers its calls, and brings calls of its own."""

    def __init__(self, calls: World, company: int) -> None:
        self.calls, self.company = calls, company
        self.answering = self._phone("operator", 1000)
        self.trunk = self.make(
            "connect.trunk",
            name="SIPp",
            host=calls.voice.address,
            port=self.answering.port,
            channels=1,
            addresses=calls.voice.address,
        )
        calls.sql("UPDATE connect_outbound_scheme SET is_default = FALSE WHERE company_id = %s", company)
        rule = [0, 0, {"prefix": "+375", "trunk_ids": [[6, 0, [self.trunk]]]}]
        self.make("connect.outbound.scheme", name="SIPp", is_default=True, rule_ids=[rule])

    def greeting(self, seconds: float) -> int:
        """A sound of the company: a tone for so long."""
        sound = io.BytesIO()
        with wave.open(sound, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(ulaw_tone(500, seconds))
        return self.make("connect.prompt", name="Hello", sound=base64.b64encode(sound.getvalue()).decode())

    def way_in(self, *steps: dict[str, Any]) -> None:
        """What callers of the city number meet, one after the other."""
        numbered = [[0, 0, {"sequence": place, **step}] for place, step in enumerate(steps)]
        scheme = self.make("connect.inbound.scheme", name="SIPp", step_ids=numbered)
        self.make("connect.did", number=CITY, scheme_id=scheme)

    def ring(self, **how: Any) -> dict[str, Any]:
        """The step at which the department's telephones ring."""
        row = self.calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'department_support'")[0]
        return {"kind": "ring", "target": f"connect.department,{row['res_id']}", **how}

    def make(self, model: str, **values: Any) -> int:
        return int(self.calls.admin(model, "create", [{"company_id": self.company, **values}]))

    def _phone(self, user: str, tone: int) -> Phone:
        server = f"{self.calls.voice.address}:{self.calls.voice.ports['sip_port']}"
        phone = Phone(user, "", server, self.calls.voice.address, self.calls.folder, tone)
        self.calls.phones.append(phone)
        return phone

    def caller(self, number: str) -> Phone:
        """Somebody outside who calls one of our numbers."""
        return self._phone(number, 600)


@pytest.fixture
def operator(calls: World) -> Iterator[Operator]:
    company = calls.sql("SELECT company_id FROM res_users WHERE login = '100002'")[0]["company_id"]
    made = Operator(calls, company)
    yield made
    calls.sql("DELETE FROM connect_did WHERE number = %s", CITY)
    calls.sql("DELETE FROM connect_outbound_scheme WHERE name = 'SIPp'")
    calls.sql("UPDATE connect_trunk SET active = FALSE WHERE id = %s", made.trunk)


def test_way_out_and_the_last_channel(calls: World, operator: Operator) -> None:
    """VOI-47, VOI-48: a call leaves over the line; with its one channel in use the next one is told «no free line»,
    and callers hear busy; afterwards the channel is free."""
    operator.answering.answer()
    nikiforov, orlova = calls.phone("100002"), calls.phone("100003")
    nikiforov.call(MOBILE, talk=30)
    call = calls.await_call(state="talking", direction="outgoing", trunk_id=operator.trunk)
    calls.await_channels({"PJSIP/3-101", f"PJSIP/trunk-{operator.trunk}"})
    assert orlova.call(MOBILE, talk=5).wait(30) != 0
    refused = calls.await_call(state="missed", missed_reason="no_line")
    assert (refused["direction"], refused["hangup_cause"]) == ("outgoing", 34)
    assert operator.caller("+375291111111").bring(CITY, talk=5).wait(30) != 0
    refused = calls.await_call(state="missed", direction="incoming")
    assert (refused["missed_reason"], refused["hangup_cause"]) == ("no_line", 17)
    calls.as_user(100002)("connect.call", "hangup", [[call["id"]]])
    calls.await_call(call["key"], state="ended")
    calls.await_row("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM connect_trunk_use WHERE released_at IS NULL)")


def test_race_for_the_last_channel(calls: World, operator: Operator) -> None:
    """VOI-48: two telephones dial at the same moment, and there is one channel: one has it, the other is told so."""
    phones = [calls.phone("100002"), calls.phone("100003")]
    for _attempt in range(3):
        operator.answering.answer()
        before = calls.sql("SELECT coalesce(max(id), 0) AS id FROM connect_call")[0]["id"]
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda phone: phone.call(MOBILE, talk=30), phones))
        calls.await_row("SELECT 1 FROM connect_call WHERE id > %s AND state = 'talking'", before)
        calls.await_row("SELECT 1 FROM connect_call WHERE id > %s AND missed_reason = 'no_line'", before)
        rows = calls.sql("SELECT id, caller_user_id FROM connect_call WHERE id > %s AND state = 'talking'", before)
        assert len(rows) == 1
        login = calls.sql("SELECT login FROM res_users WHERE id = %s", rows[0]["caller_user_id"])[0]["login"]
        calls.as_user(login)("connect.call", "hangup", [[rows[0]["id"]]])
        calls.await_silence()


def test_way_in(calls: World, operator: Operator) -> None:
    """VOI-45, VOI-46: the greeting is heard to its end before a telephone rings; music while they ring."""
    prompt = operator.greeting(2.0)
    operator.way_in({"kind": "greeting", "prompt_id": prompt}, operator.ring(waiting="music", prompt_id=prompt))
    orlova = calls.phone("100003", tone=700)
    orlova.answer(ring=1.0)
    caller = operator.caller("+375291111111")
    person = caller.bring(CITY, talk=4.0)
    call = calls.await_call(state="talking", direction="incoming", user_id=user_id(calls, 100003))
    times = calls.sql(
        """SELECT extract(epoch FROM f.at - c.start_at)::float AS after FROM connect_call_fact f
             JOIN connect_call c ON c.id = f.call_id WHERE c.id = %s AND f.name = 'ringing'""",
        call["id"],
    )
    assert 2.0 <= times[0]["after"] < 3.0
    assert call["caller_number"] == "+375291111111"
    assert person.wait(20) == 0, caller.errors()
    calls.await_call(call["key"], state="ended")
    log = (calls.voice.folder / "log/messages.log").read_text()
    assert "Music class prompt-" not in log and "connect_sounds" not in log, log[-2000:]


def test_tone_after_a_greeting(calls: World, operator: Operator) -> None:
    """VOI-46: «Caller hears: Tone» holds after a greeting, too, which has answered him: he hears it ring."""
    operator.way_in({"kind": "greeting", "prompt_id": operator.greeting(0.3)}, operator.ring(waiting="tone"))
    orlova = calls.phone("100003", tone=700)
    orlova.listen()
    orlova.answer(ring=5.0)
    caller = operator.caller("+375291111111")
    ear = caller.listen()
    caller.bring(CITY, talk=10)
    call = calls.await_call(state="ringing", direction="incoming")
    calls.await_fact(call["id"], "ringing")
    calls.pause(0.3)
    began = time.monotonic()
    calls.pause(3)
    assert calls.ari(f"/channels/{call['key']}")["state"] == "Up"
    assert ear.loud(began) > 0.5
    calls.await_call(call["key"], state="talking")
    calls.pause(0.5)
    began = time.monotonic()
    calls.pause(4)
    assert ear.loud(began) < 0.2, "it stops with the answer"


def test_person_from_outside_on_a_line(calls: World, operator: Operator) -> None:
    """ROU-15, VOI-45: an unknown number becomes a contact of the company, and its call a request of the line."""
    line = calls.sql("SELECT res_id FROM ir_model_data WHERE name = 'line_hot'")[0]["res_id"]
    operator.way_in({"kind": "line", "line_id": line})
    calls.set_status(100002)
    calls.phone("100002").answer()
    caller = operator.caller("+375292222222")
    assert caller.bring(CITY, talk=4.0).wait(20) == 0, caller.errors()
    call = calls.await_call(state="ended", direction="incoming", line_id=line)
    partner = calls.sql("SELECT * FROM res_partner WHERE id = %s", call["partner_id"])[0]
    assert (partner["phone_sanitized"], partner["company_id"]) == ("+375292222222", operator.company)
    request = calls.sql("SELECT * FROM connect_request WHERE id = %s", call["request_id"])[0]
    assert (request["origin"], request["kind"], request["user_id"]) == ("phone", "call", user_id(calls, 100002))


def test_registers(calls: World, operator: Operator) -> None:
    """VOI-51: as soon as its account is entered, Asterisk logs in at the operator. It calls us over that, though nobody
    has entered the addresses that its calls come from, and the number that was dialled is found; a stranger who only
    guesses our address is refused."""
    registrar = operator.answering._run("registrar")
    account = {"account": "alpha", "password": "s3cret", "is_registering": True, "addresses": "203.0.113.5"}
    calls.admin("connect.trunk", "write", [[operator.trunk], account])
    assert registrar.wait(15) == 0, operator.answering.errors()
    address = operator.answering.given_address()
    operator.way_in(operator.ring())
    calls.phone("100003").answer()
    assert operator.caller("+375291111111").bring(CITY, talk=2).wait(20) != 0
    stranger = re.sub("line=[^;]*", "line=abcdefgh", address)
    assert operator.caller("+375291111112").bring(CITY, talk=2, address=stranger).wait(20) != 0
    caller = operator.caller("+375291111113")
    assert caller.bring(CITY, talk=2, address=address).wait(20) == 0, caller.errors()
    call = calls.await_call(state="ended", direction="incoming")
    assert (call["trunk_id"], call["dialled"], call["caller_number"]) == (operator.trunk, CITY, "+375291111113")
