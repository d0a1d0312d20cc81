"""A private Asterisk beside Odoo, with the bridge between them: what `make run` starts, and the tests of voice.

Each database has its own: folder, ports, passwords. It listens on this machine alone.
"""

from __future__ import annotations

import ctypes
import datetime
import importlib.util
import ipaddress
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import psycopg2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from . import asterisk, checks, config, database, paths, postgres
from .say import Failure, say

ROLE = "connect_asterisk"
PR_SET_PDEATHSIG = 1
READY_WITHIN = 30.0
STOP_WITHIN = 5.0
FIRST_PORTS = {"http_port": 8088, "https_port": 8089, "ami_port": 5038, "sip_port": 5060, "sip_tls_port": 5061}
RTP = 400  # ports: a hundred calls of two legs


@dataclass
class Voice:
    """A running Asterisk with its bridge."""

    name: str
    folder: Path
    address: str
    ports: dict[str, int]
    ari_password: str
    ami_password: str
    exchange: subprocess.Popen[bytes] | None = None
    bridge: subprocess.Popen[bytes] | None = None
    options: dict[str, object] = field(default_factory=dict)
    parking_seconds: int = 90
    queue_after: int = 10

    @staticmethod
    def die_with_parent() -> None:
        """Ask the kernel to end it when we are killed without a chance to do so ourselves."""
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)

    @property
    def ari_url(self) -> str:
        return f"http://{self.address}:{self.ports['http_port']}"

    def start_exchange(self) -> None:
        """Start Asterisk and wait until it answers."""
        root = asterisk.prefix()
        self.configure()
        command = [*asterisk.command(root, "asterisk"), "-f", "-C", str(self.folder / "etc/asterisk.conf")]
        env = {**os.environ, "OPENSSL_MODULES": str(asterisk.libraries(root) / "ossl-modules")}
        with (paths.LOGS / f"{self.name}-asterisk.log").open("ab") as log:
            self.exchange = subprocess.Popen(
                command,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                env=env,
                start_new_session=True,
                preexec_fn=self.die_with_parent,
            )
        self._await_exchange()

    def start_bridge(self) -> subprocess.Popen[bytes]:
        """Start `odoo voip` on the database; it connects by itself, again and again."""
        launcher = Path(os.environ["VIRTUAL_ENV"]) / "bin" / "odoo"
        file = config.write(self.name, **self.options) if self.options else paths.RUN / f"{self.name}.conf"
        with (paths.LOGS / f"{self.name}-bridge.log").open("ab") as log:
            self.bridge = subprocess.Popen(
                [str(launcher), f"--addons-path={config.addons_path()}", "voip", "-c", str(file), "-d", self.name],
                stdout=log,
                stderr=log,
                env=database.environment(self.name),
                cwd=paths.STATE,
                start_new_session=True,
                preexec_fn=self.die_with_parent,
            )
        return self.bridge

    def end(self) -> None:
        """End both; what is under way ends with them."""
        for process in (self.bridge, self.exchange):
            if process and process.poll() is None:
                process.terminate()
        for process in (self.bridge, self.exchange):
            if process:
                try:
                    process.wait(STOP_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    def configure(self) -> None:
        """Write Asterisk's files. One that runs reads them when it is told to."""
        settings, root = _settings(), asterisk.prefix()
        sounds = _sounds(root, self.folder)
        postgresql = postgres.environment()
        certificate, private_key = _certificate(self.folder / "keys", self.address)
        switch = settings.Switch(
            etc=self.folder / "etc",
            var=self.folder / "var",
            run=_socket_folder(self.folder),
            log=self.folder / "log",
            spool=self.folder / "spool",
            modules=asterisk.modules(root),
            data=sounds,
            music=root / "usr/share/asterisk/moh",
            ari_password=self.ari_password,
            ami_password=self.ami_password,
            db_host=postgresql["PGHOST"],
            db_port=int(postgresql.get("PGPORT", "5432")),
            db_name=self.name,
            db_user=ROLE,
            db_password=postgresql.get("PGPASSWORD", ""),
            address=self.address,
            sip_address=self.address,
            bridge_network=f"{self.address}/255.255.255.255",
            rtp_start=self.ports["rtp_start"],
            rtp_end=self.ports["rtp_start"] + RTP,
            parking_seconds=self.parking_seconds,
            queue_after=self.queue_after,
            certificate=str(certificate),
            private_key=str(private_key),
            **{key: self.ports[key] for key in FIRST_PORTS},
        )
        settings.write(switch)

    def _await_exchange(self) -> None:
        assert self.exchange
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self.exchange.poll() is not None:
                raise Failure(f"Asterisk ended with {self.exchange.returncode}: see {self.folder}/log/messages.log.")
            try:
                urllib.request.urlopen(f"{self.ari_url}/ari/asterisk/ping", timeout=2)
            except urllib.error.HTTPError as error:
                if error.code == 401:  # it is there, and asks for its password
                    return
            except OSError:
                pass
            time.sleep(0.05)
        raise Failure(f"Asterisk does not answer on {self.ari_url}: see {self.folder}/log/messages.log.")


def start(name: str, *, address: str = "127.0.0.1", options: dict[str, object] | None = None) -> Voice:
    """Asterisk and bridge for a database that has the addon connect_voip; both are noted in its exchange's form."""
    folder = paths.STATE / "asterisk" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    passwords = secrets.token_urlsafe(18), secrets.token_urlsafe(18)
    voice = Voice(name, folder, address, _ports(address), *passwords, options=options or {})
    _announce(voice)
    voice.start_exchange()
    voice.start_bridge()
    say(f"  Asterisk {asterisk.version(asterisk.prefix())}: SIP on {address}:{voice.ports['sip_port']}")
    return voice


def start_if_possible(name: str) -> Voice | None:
    """For `make run`: without voice rather than not at all. CONNECT_VOICE=no leaves it out."""
    if "connect_voip" not in database.noted(name) or os.environ.get("CONNECT_VOICE") == "no":
        return None
    try:
        return start(name)
    except (Failure, OSError, psycopg2.Error) as error:
        say(f"  the telephone is NOT there: {str(error).strip()}")
        return None


def _announce(voice: Voice) -> None:
    """Tell the database where its exchange is, and make the exchange's user of PostgreSQL."""
    known = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD"}
    env = postgres.environment()
    given: dict[str, Any] = {key: env[value] for key, value in known.items() if env.get(value)}
    connection = psycopg2.connect(dbname=voice.name, **given)
    with connection, connection.cursor() as cr:
        cr.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE])
        if not cr.fetchone():
            cr.execute(f"CREATE ROLE {ROLE} LOGIN")
        cr.execute("SELECT connect_grant_exchange(%s)", [ROLE])
        cr.execute(
            """UPDATE connect_pbx
                  SET ari_url = %s, ari_user = 'connect', ari_password = %s, ami_host = %s, ami_port = %s,
                      ami_user = 'connect', ami_password = %s, db_role = %s, websocket_url = %s, sip_host = %s,
                      sip_tls_host = %s
                WHERE company_id IS NULL""",
            [
                voice.ari_url,
                voice.ari_password,
                voice.address,
                voice.ports["ami_port"],
                voice.ami_password,
                ROLE,
                f"ws://{voice.address}:{voice.ports['http_port']}/ws",
                f"{voice.address}:{voice.ports['sip_port']}",
                f"{voice.address}:{voice.ports['sip_tls_port']}",
            ],
        )
    connection.close()


def _ports(address: str) -> dict[str, int]:
    """The usual ones when they are free, so that a telephone that was set up goes on working; others else."""
    ports = {key: port if _free(address, port) else checks.free_port() for key, port in FIRST_PORTS.items()}
    first = 21000
    while not _free(address, first, socket.SOCK_DGRAM):
        first += RTP
    return {**ports, "rtp_start": first}


def _free(address: str, port: int, kind: int = socket.SOCK_STREAM) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def _sounds(root: Path, folder: Path) -> Path:
    """A folder of data of its own: sounds by language, documentation and ARI's description from the prefix."""
    data = folder / "data"
    (data / "sounds").mkdir(parents=True, exist_ok=True)
    share = root / "usr/share/asterisk"
    links = {"documentation": share / "documentation", "rest-api": share / "rest-api"}
    for found in share.glob("sounds/*_*"):
        links[f"sounds/{found.name.split('_')[0]}"] = found
    for name, target in links.items():
        link = data / name
        link.unlink(missing_ok=True)
        link.symlink_to(target)
    return data


def _certificate(folder: Path, address: str) -> tuple[Path, Path]:
    """A certificate that signs itself, made once, and its key: telephones are to be told to trust it."""
    certificate, private_key = folder / "asterisk.crt", folder / "asterisk.key"
    if certificate.exists() and private_key.exists():
        return certificate, private_key
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Connect")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .add_extension(names, critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private_key.touch(mode=0o600)
    private_key.write_bytes(key.private_bytes(serialization.Encoding.PEM, *plain))
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return certificate, private_key


def _socket_folder(folder: Path) -> Path:
    """Asterisk's command line falls silent when the path of its socket is longer than about 100 characters."""
    near = folder / "run"
    return near if len(os.fsencode(near)) < 90 else postgres.socket_folder() / f"asterisk-{folder.name}"


def _settings() -> ModuleType:
    """connect_voip/bridge/settings.py, without importing its addon, which imports Odoo."""
    name = "connect_voip_settings"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, paths.ROOT / "connect_voip/bridge/settings.py")
        assert spec and spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]
