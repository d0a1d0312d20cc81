"""What the User-Agent header says about a computer: the system and the browser, with their versions (LIN-58)."""

from __future__ import annotations

import re

LONGEST = 500  # characters of a header that are looked at

# Windows 11 calls itself «NT 10.0», too: the header cannot tell them apart
WINDOWS = {"10.0": "10/11", "6.3": "8.1", "6.2": "8", "6.1": "7", "6.0": "Vista", "5.1": "XP"}
SYSTEMS = (
    (re.compile(r"Windows NT ([\d.]+)"), "Windows"),
    (re.compile(r"Android ([\d.]+)"), "Android"),
    (re.compile(r"(?:iPhone|CPU) OS ([\d_]+)"), "iOS"),
    (re.compile(r"Mac OS X ([\d_.]+)"), "macOS"),
    (re.compile(r"\b(?:Linux|X11)()"), "Linux"),
)
# each names itself before or after those whose engine it borrows: the order decides
BROWSERS = (
    (re.compile(r"YaBrowser/([\d.]+)"), "Yandex"),
    (re.compile(r"Edg(?:e|A|iOS)?/([\d.]+)"), "Edge"),
    (re.compile(r"OPR/([\d.]+)"), "Opera"),
    (re.compile(r"(?:Firefox|FxiOS)/([\d.]+)"), "Firefox"),
    (re.compile(r"(?:Chrome|CriOS)/([\d.]+)"), "Chrome"),
    (re.compile(r"Version/([\d.]+).*Safari"), "Safari"),
)


def describe(user_agent: str) -> tuple[str, str]:
    """``("Windows 10/11", "Firefox 130.0")``; an empty string for what the header does not say."""
    header = user_agent[:LONGEST]
    return _first(SYSTEMS, header), _first(BROWSERS, header)


def _first(patterns: tuple[tuple[re.Pattern[str], str], ...], header: str) -> str:
    for pattern, name in patterns:
        if match := pattern.search(header):
            version = match[1].replace("_", ".")
            return f"{name} {WINDOWS.get(version, version) if name == 'Windows' else version}".strip()
    return ""
