"""The configuration of an Asterisk for Connect: the files of ``connect_voip/asterisk/`` with a machine's values put in.

The private Asterisk of ``make run`` gets them from here, and so does a company that configures its own
(``odoo voip --configure FOLDER``).
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from pathlib import Path

TEMPLATES = Path(__file__).resolve().parent.parent / "asterisk"
BLANK = re.compile(r"@\{(\w+)\}")
TLS = "pjsip_tls.conf"


@dataclass(frozen=True)
class Switch:
    """What a machine's Asterisk needs to know. Folders are absolute; times in seconds."""

    etc: Path
    var: Path
    run: Path
    log: Path
    spool: Path
    modules: Path
    data: Path
    music: Path
    ari_password: str
    ami_password: str
    db_host: str
    db_name: str
    db_user: str
    db_password: str = ""
    db_port: int = 5432
    address: str = "127.0.0.1"
    sip_address: str = "127.0.0.1"
    bridge_network: str = "127.0.0.1/255.255.255.255"
    http_port: int = 8088
    https_port: int = 8089
    ami_port: int = 5038
    sip_port: int = 5060
    sip_tls_port: int = 5061
    rtp_start: int = 21000
    rtp_end: int = 30000
    parking_seconds: int = 90
    queue_after: int = 10
    tls: str = "no"
    certificate: str = ""
    private_key: str = ""


def render(switch: Switch) -> dict[str, str]:
    """Name and text of every file of ``etc``.

    :raises KeyError: a template asks for what ``Switch`` does not hold
    :raises ValueError: a value would leave its line
    """
    values = {name: str(value) for name, value in asdict(switch).items()}
    for name, value in values.items():
        if re.search(r"[\r\n]", value):
            raise ValueError(f"{name} holds a line break")
    names = _templates() - (set() if switch.certificate else {TLS})
    return {name: BLANK.sub(lambda match: values[match[1]], (TEMPLATES / name).read_text()) for name in sorted(names)}


def _templates() -> set[str]:
    return {file.name for file in TEMPLATES.glob("*.conf")}


def write(switch: Switch) -> None:
    """Put every file in its place, and make the folders that Asterisk expects to find."""
    folders = [switch.etc, switch.run, switch.log]
    folders += [switch.var / name for name in ("lib/keys", "db", "cache")]
    folders += [switch.spool / name for name in ("recording", "monitor", "tmp", "outgoing", "voicemail", "system")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = render(switch)
    for name in _templates() - files.keys():
        (switch.etc / name).unlink(missing_ok=True)
    for name, text in files.items():
        file = switch.etc / name
        file.write_text(text)
        file.chmod(0o600)  # passwords
