"""A pytest plugin: nothing is skipped silently.

Odoo and pytest-odoo skip browser tests without a word when Chromium, websocket-client or --odoo-http is missing; a
suite that is green because half of it did not run is worse than a red one. So a skip is a failure here, with its
reason. A test that is expected to fail says so by xfail, which stays allowed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

TEXT = "was skipped ({reason}); nothing may be skipped: supply what it needs, or delete the test"


def _deny(report: Any) -> None:
    if report.outcome == "skipped" and not hasattr(report, "wasxfail"):
        reason = report.longrepr[-1] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} {TEXT.format(reason=reason)}"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    report = yield
    _deny(report)
    return report


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_make_collect_report() -> Generator[None, Any, Any]:
    report = yield
    _deny(report)
    return report
