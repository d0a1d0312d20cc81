"""The choice of a policy, and what a User-Agent says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from .. import Policy, choose, describe

policies = st.lists(
    st.builds(
        Policy,
        st.integers(1, 99),
        st.integers(0, 2),
        st.integers(0, 2),
        st.sampled_from(["", "normal", "blocking"]),
    ),
    max_size=8,
    unique_by=lambda policy: policy.id,
)


@given(policies, st.integers(1, 2), st.integers(1, 2), st.sampled_from(["normal", "blocking"]))
def test_the_most_specific_one_wins(listed: list[Policy], line_id: int, type_id: int, priority: str) -> None:
    """It fits, and nothing that fits says more about the line."""
    chosen = choose(listed, line_id, type_id, priority)
    fitting = [
        each
        for each in listed
        if each.line_id in (0, line_id) and each.type_id in (0, type_id) and each.priority in ("", priority)
    ]
    if not fitting:
        assert chosen == 0
        return
    winner = next(each for each in listed if each.id == chosen)
    assert winner in fitting
    assert all(each.precision <= winner.precision for each in fitting)
    assert winner == next(each for each in fitting if each.precision == winner.precision), "the first of equals"


CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0"


@pytest.mark.parametrize(
    ("header", "system", "browser"),
    [
        (f"{CHROME} Safari/537.36", "Windows 10/11", "Chrome 141.0.0.0"),
        (f"{CHROME} YaBrowser/25.8.0 Safari/537.36", "Windows 10/11", "Yandex 25.8.0"),
        (f"{CHROME} Safari/537.36 Edg/141.0", "Windows 10/11", "Edge 141.0"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", "Linux", "Firefox 130.0"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1 Version/17.5 Safari/604.1",
            "iOS 17.5",
            "Safari 17.5",
        ),
        ("Mozilla/5.0 (Linux; Android 14; Pixel 8) Chrome/130.0 Mobile Safari/537.36", "Android 14", "Chrome 130.0"),
        ("", "", ""),
        ("<script>alert(1)</script>", "", ""),
    ],
)
def test_system_and_browser(header: str, system: str, browser: str) -> None:
    """LIN-58: system parameters are captured automatically."""
    assert describe(header) == (system, browser)


@given(st.text())
def test_any_header_is_survived(header: str) -> None:
    assert all(isinstance(part, str) for part in describe(header))
