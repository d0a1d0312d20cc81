"""The proof of tenant isolation, open to every addon.

`TABLE` says for each model which roles read and write the records of two tenants, A and B. An addon adds the rows of
its own models when its `tests/test_isolation.py` is imported::

    from odoo.addons.connect_lines.tests.isolation import register, STAFF_OF_OWN

    @register('connect.request', read=STAFF_OF_OWN, write={'platform': 'ab'})
    def requests(case):
        return {'a': case.env['connect.request'].create(…), 'b': …}

The function gets the test case (see `common.LinesCase` for its people) and returns one record per tenant, made in
superuser mode. An expectation names the tenants whose record the role reaches: '', 'a', 'b' or 'ab'; a role that is
not named reaches nothing. A model `connect.…` that no addon has registered fails `test_isolation`.
"""

from collections.abc import Callable
from typing import NamedTuple

ROLES = (
    "platform",
    "support_staff",
    "distributor",
    "admin",
    "supervisor",
    "agent",
    "recipient",
    "colleague",
    "other_admin",
    "other_agent",
    "other_recipient",
    "vendor_admin",
    "vendor_agent",
    "public",
)
EVERYTHING = {"platform": "ab", "support_staff": "ab"}
STAFF_OF_OWN = {
    **EVERYTHING,
    "admin": "a",
    "supervisor": "a",
    "agent": "a",
    "other_admin": "b",
    "other_agent": "b",
}
ADMIN_OF_OWN = {"platform": "ab", "admin": "a", "other_admin": "b"}


class Row(NamedTuple):
    make: Callable
    read: dict
    write: dict


TABLE: dict[str, Row] = {}


def register(model: str, read: dict, write: dict | None = None):
    """Add the row of a model; `read` and `write` give the tenants that each role reaches."""
    for role in {*read, *(write or {})}:
        if role not in ROLES:
            raise ValueError(f"{model}: no role {role!r}")

    def add(make):
        TABLE[model] = Row(make, read, write or {})
        return make

    return add


def users_of(case) -> dict:
    """The user who plays each role in a `LinesCase`."""
    return {
        "platform": case.platform,
        "support_staff": case.support_staff,
        "distributor": case.user_distributor,
        "admin": case.admin_a,
        "supervisor": case.supervisor_a,
        "agent": case.agent_a,
        "recipient": case.recipient_a,
        "colleague": case.colleague_a,
        "other_admin": case.admin_b,
        "other_agent": case.agent_b,
        "other_recipient": case.recipient_b,
        "vendor_admin": case.admin_v,
        "vendor_agent": case.agent_v,
        "public": case.env.ref("base.public_user"),
    }


def reached(records: dict, user, operation: str) -> str:
    """Which tenants' records the user reaches, asked in every way Odoo offers."""
    result = ""
    for tenant, record in sorted(records.items()):
        model = record.env(user=user.id, su=False, context={})[record._name].browse(record.id)
        model.env.invalidate_all()
        allowed = model.has_access(operation)
        if operation == "read":
            listed = bool(
                model.browse().has_access("read")
                and model.with_context(active_test=False).search_count([("id", "=", record.id)])
            )
            assert listed == allowed, f"{record} as {user.name}: search says {listed}, access says {allowed}"
        result += tenant if allowed else ""
    return result
