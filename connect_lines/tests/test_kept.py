"""ADM-07: columns that the system keeps, such as the tenant that a row repeats, are written by nobody else."""

from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS
from odoo.tests import tagged

from .common import LinesCase

AUTOMATIC = {"id", *MAGIC_COLUMNS}
DERIVED = {"connect.product"}  # sizes of its picture
FILLED_IN = {"connect.application"}  # at its creation what the caller says of himself is replaced, not refused


@tagged("post_install", "-at_install")
class TestKept(LinesCase):
    def kept(self):
        """Each column that screens show as readonly, of each of our tables: ``(model, column)``."""
        for name in self.env:
            model = self.env[name]
            if name.startswith("connect.") and name not in DERIVED and model._auto and not model._transient:
                for column, field in model._fields.items():
                    if field.store and field.readonly and not field.inverse and column not in AUTOMATIC:
                        yield model, column

    def test_nobody_writes_them(self):
        """No role of a company sets one, neither in a row that is there nor in a new one."""
        refused = 0
        for model, column in self.kept():
            for user in (self.admin_a, self.supervisor_a, self.agent_a):
                own = model.with_user(user)
                if own.has_access("write"):
                    with self.subTest(model=model._name, column=column), self.assertRaises(AccessError):
                        own.write({column: 1})
                    refused += 1
                if own.has_access("create") and model._name not in FILLED_IN:
                    with self.subTest(model=model._name, column=column), self.assertRaises(AccessError):
                        own.create({column: 1})
        self.assertTrue(refused)

    def test_default_of_the_context(self):
        """A default in the caller's context is no way around it."""
        colleague = self._staff("Colleague A", self.company_a, "agent")
        members = self.env["connect.line.member"].with_user(self.admin_a)
        made = members.with_context(default_company_id=self.vendor.id, default_owner_id=self.vendor.id).create(
            {"line_id": self.line_a.id, "user_id": colleague.id}
        )
        self.assertEqual((made.company_id, made.owner_id), (self.company_a, self.company_a))
