"""A telephone on a desk transfers by itself (REFER): what Asterisk says of it, as events of the calls' machines.

Asterisk has done its part by then: in the place of the telephone a channel of its own («Local») is in our bridge, and
leads to the dialplan or to the other conversation. It is taken away; the machine does what the screen's verb would do.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .runner import Runner

HELPERS = ("replace_channel", "destination_link_first_leg", "destination_link_second_leg")


def on_transfer(runner: Runner, event: dict[str, Any]) -> None:
    """Without asking (``BridgeBlindTransfer``), or of one call into another (``BridgeAttendedTransfer``)."""
    if event["type"] == "BridgeBlindTransfer":
        channel, number = event["channel"]["id"], event["exten"]
        runner.tell(runner.channels.get(channel, ""), lambda call: call.referred(channel, number))
    else:
        mine, asking = event["transferer_first_leg"]["id"], event["transferer_second_leg"]["id"]
        key = runner.channels.get(mine, "")
        runner.tell(runner.channels.get(asking, ""), lambda call: call.given(asking, key, mine))
    for name in HELPERS:
        if name in event:
            runner.spawn(runner.hands.quietly("DELETE", f"/channels/{event[name]['id']}"))
