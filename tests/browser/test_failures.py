"""A screen that fails says so to the developers by itself."""

from __future__ import annotations

from collections.abc import Callable

from .people import Agent, Person, Visitor


def kept(visitor: Visitor, error: str) -> bool:
    """Whether the server kept the report of an error that nothing on the screen catches."""
    with visitor.page.expect_response("**/connect/failure") as answer:
        visitor.page.evaluate("text => setTimeout(() => { throw new TypeError(text); })", error)
    visitor.forgive()
    return bool(answer.value.json()["result"]["kept"])


def test_screens_report_their_failures(person: Callable[..., Person], agent: Callable[..., Agent]) -> None:
    """ADM-14: from the pages of the portal, from a conversation there, and from a specialist's screen."""
    anna = person("200001")
    anna.page.goto(f"{anna.server.base_url}/my/security")
    anna.page.wait_for_load_state("networkidle")  # the scripts of a page of the portal come after it
    assert kept(anna, "a page of the portal")
    anna.page.goto(f"{anna.server.base_url}/my/connect")
    anna.page.locator(".o_connect_line").first.wait_for()
    assert kept(anna, "a conversation")
    assert kept(agent("100004"), "a specialist's screen")
