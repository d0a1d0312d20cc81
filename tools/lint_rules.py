"""The house's own rules, those no general tool knows. Each gives its complaints as lines `file:line: what`.

* Whoever can log in can call every method without an underscore: such methods of our models stand in
  `tools/public_methods.txt`, with a reason, or are `@api.private`, an action of a button, or Odoo's own to override.
* `sudo()` steps around the rights of the user: why it may, is written beside it.
* A file over 400 lines is two files.
* Russian is complete.
* No address of a package registry: where packages come from is the machine's affair.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import addons, paths

LIST = paths.ROOT / "tools" / "public_methods.txt"
LONGEST = 400
# Called by Odoo's own client or server under these names; overriding one opens nothing that was closed.
STANDARD = frozenset(
    {
        "action_archive",
        "action_unarchive",
        "add_members",
        "add_members_users",
        "browse",
        "channel_change_description",
        "channel_join",
        "channel_pin",
        "channel_rename",
        "check_access",
        "copy",
        "copy_data",
        "create",
        "default_get",
        "execute",
        "execute_command_help",
        "exists",
        "export_data",
        "fields_get",
        "get_access_action",
        "get_mention_suggestions",
        "get_values",
        "get_view",
        "get_views",
        "has_access",
        "init",
        "init_messaging",
        "load",
        "message_new",
        "message_notify",
        "message_post",
        "message_subscribe",
        "message_unsubscribe",
        "message_update",
        "name_create",
        "name_search",
        "onchange",
        "portal_message_fetch",
        "read",
        "read_group",
        "read_progress_bar",
        "search",
        "search_count",
        "search_fetch",
        "search_read",
        "session_info",
        "set_message_pin",
        "set_values",
        "toggle_active",
        "unlink",
        "web_override_translations",
        "web_read",
        "web_read_group",
        "web_save",
        "web_search_read",
        "write",
    }
)
OPEN_PREFIXES = ("_", "action_", "button_")
# Written in two halves, so that this file passes its own check.
HOSTS = [f"{left}.{right}" for left, right in (("pypi", "org"), ("npmjs", "org"), ("npmjs", "com"), ("debian", "org"))]
HOSTS += ["files.python" + "hosted", "registry." + "yarnpkg"]


def public_methods() -> list[str]:
    """Methods open to remote calls that nobody has listed, and lines of the list that fit nothing any more."""
    listed, models, complaints = _listed(), set[str](), []
    seen: set[str] = set()
    for file in _model_files():
        for model, method in _open_methods(ast.parse(file.read_text(), str(file))):
            models.add(model)
            name = f"{model}.{method.name}"
            seen.add(name)
            if name not in listed:
                where = f"{file.relative_to(paths.ROOT)}:{method.lineno}"
                complaints.append(f"{where}: {name}() is open to all: _underscore, @api.private, or {LIST.name}")
    stale = [name for name in listed if name not in seen and name.rsplit(".", 1)[0] in models]
    return complaints + [
        f"tools/{LIST.name}: {name} is listed, but there is no such open method" for name in sorted(stale)
    ]


def _listed() -> set[str]:
    lines = LIST.read_text().splitlines() if LIST.is_file() else []
    return {line.split("#")[0].strip() for line in lines} - {""}


def _model_files() -> Iterator[Path]:
    for folder in addons.found().values():
        for place in ("models", "wizards", "wizard", "report", "reports"):
            yield from sorted((folder / place).rglob("*.py"))


def _open_methods(tree: ast.Module) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Model and method of every method of a model that a remote call reaches."""
    for node in ast.walk(tree):
        model = _model_name(node) if isinstance(node, ast.ClassDef) else ""
        for method in node.body if model and isinstance(node, ast.ClassDef) else []:
            if isinstance(method, ast.FunctionDef) and not _is_exempt(method):
                yield model, method


def _is_exempt(method: ast.FunctionDef) -> bool:
    decorators = {ast.unparse(one).split("(")[0] for one in method.decorator_list}
    closed = {"api.private", "private", "property", "staticmethod", "lazy_property"}
    return method.name.startswith(OPEN_PREFIXES) or method.name in STANDARD or bool(decorators & closed)


def _model_name(node: ast.ClassDef) -> str:
    """`_name`, else what it inherits; empty for a class that is no model."""
    values: dict[str, str] = {}
    for statement in node.body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            value = statement.value
            if isinstance(value, ast.List) and value.elts:
                value = value.elts[0]
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                values[statement.targets[0].id] = value.value
    return values.get("_name") or values.get("_inherit", "")


def sudo_reasons(files: Iterable[Path]) -> list[str]:
    """`.sudo(` without a comment on its line or one of the two above. Tests may do as they like."""
    complaints = []
    for file in files:
        if "tests" in file.parts or file.parts[0] in {"tools", "bench"}:
            continue
        lines = (paths.ROOT / file).read_text().splitlines()
        for number, line in enumerate(lines):
            near = lines[max(0, number - 2) : number + 1]
            if ".sudo(" in line.split("#")[0] and not any("#" in one for one in near):
                complaints.append(f"{file}:{number + 1}: sudo() without its reason in a comment beside or above")
    return complaints


def lengths(files: Iterable[Path]) -> list[str]:
    """Files that have grown too long."""
    counted = ((file, len((paths.ROOT / file).read_text().splitlines())) for file in files)
    return [f"{file}: {count} lines; {LONGEST} are the limit" for file, count in counted if count > LONGEST]


def russian() -> list[str]:
    """Addons with views but without a Russian translation, and terms left open in one."""
    import polib  # only the virtual environment has it

    complaints = []
    for name, folder in addons.found().items():
        file = folder / "i18n" / "ru.po"
        if file.is_file():
            for entry in polib.pofile(str(file)):
                if not entry.obsolete and (not entry.translated() or entry.fuzzy):
                    where = f"{file.relative_to(paths.ROOT)}:{entry.linenum}"
                    complaints.append(f"{where}: not translated: {entry.msgid!r}")
        elif any(folder.glob("views/*.xml")):
            complaints.append(f"{name}: there is no i18n/ru.po; `make i18n` makes it")
    return complaints


def hosts(files: Iterable[Path]) -> list[str]:
    """Names of package registries in our files."""
    pattern = re.compile("|".join(map(re.escape, HOSTS)))
    complaints = []
    for file in files:
        if file.suffix in {".png", ".jpg", ".mp3", ".wav", ".ogg", ".woff2", ".pdf", ".xlsx", ".ico", ".webp", ".pyc"}:
            continue
        text = (paths.ROOT / file).read_text(errors="replace")
        complaints += [
            f"{file}:{number}: names a package registry: {match[0]}"
            for number, line in enumerate(text.splitlines(), 1)
            if (match := pattern.search(line))
        ]
    return complaints
