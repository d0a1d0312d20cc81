"""Rows that the bridge writes many times a second: past the ORM, one short UPDATE each."""

from odoo import models
from odoo.tools import SQL


class ConnectPlainRow(models.AbstractModel):
    _name = "connect.plain.row"
    _description = "Connect: a row written by plain statements"

    def _set_row(self, values):
        """Set columns of this row to values, or to SQL. What has come of it is known at once, without reading anew."""
        self.ensure_one()
        names = [SQL.identifier(name) for name in values]
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET %s WHERE id = %s RETURNING %s",
                SQL.identifier(self._table),
                SQL(", ").join(SQL("%s = %s", *each) for each in zip(names, values.values(), strict=True)),
                self.id,
                SQL(", ").join(names),
            )
        )
        self._keep_row(dict(zip(values, self.env.cr.fetchone(), strict=True)))

    def _keep_row(self, values):
        """Take what stands in columns of this row over into the cache, as the database has given it."""
        self.modified(values)
        for name, value in values.items():
            field = self._fields[name]
            field._update_cache(self, field.convert_to_cache(value, self, validate=False))
