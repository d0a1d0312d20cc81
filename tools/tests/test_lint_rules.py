"""The house's own rules catch what they are for, and nothing else."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tools import lint_rules, paths

MODEL = """
class Line(models.Model):
    _name = "connect.line"
    def open_request(self): ...
    def _private(self): ...
    def action_close(self): ...
    def create(self, vals_list): ...
    @api.private
    def closed(self): ...
    @property
    def value(self): ...
class Partner(models.Model):
    _inherit = ["res.partner", "mail.thread"]
    @api.model
    def reveal(self): ...
class Helper:
    def anything(self): ...
"""


def test_open_methods_of_models() -> None:
    found = [f"{model}.{method.name}" for model, method in lint_rules._open_methods(ast.parse(MODEL))]
    assert found == ["connect.line.open_request", "res.partner.reveal"]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "ROOT", tmp_path)
    (tmp_path / "models").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "complaints"),
    [
        ("x = self.sudo().name\n", 1),
        ("x = self.sudo().name  # the portal user may know the name\n", 0),
        ("# the portal user\n# may know the name\nx = self.sudo().name\n", 0),
        ("# far away\n\n\nx = self.sudo().name\n", 1),
        ("x = 1  # self.sudo() is not called\n", 0),
    ],
)
def test_sudo_needs_its_reason(root: Path, text: str, complaints: int) -> None:
    (root / "models/line.py").write_text(text)
    assert len(lint_rules.sudo_reasons([Path("models/line.py")])) == complaints


def test_long_files(root: Path) -> None:
    (root / "long.py").write_text("x\n" * 401)
    (root / "short.py").write_text("x\n" * 400)
    assert lint_rules.lengths([Path("long.py"), Path("short.py")]) == ["long.py: 401 lines; 400 are the limit"]


def test_registry_hosts(root: Path) -> None:
    (root / "a.md").write_text("see https://pypi" + ".org/project/x\n")
    (root / "b.md").write_text("see https://example.org\n")
    assert len(lint_rules.hosts([Path("a.md"), Path("b.md")])) == 1
