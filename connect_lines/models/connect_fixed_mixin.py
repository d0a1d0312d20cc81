from odoo import models
from odoo.exceptions import ValidationError


class ConnectFixedMixin(models.AbstractModel):
    """A record whose parties never change after it is created.

    Odoo checks the rights of a write against the record as it was. If a party could be exchanged, one right to edit
    would become a way to reach a record of another tenant by its id.
    """

    _name = "connect.fixed.mixin"
    _description = "Connect: record between fixed parties"

    def _connect_check_fixed(self, vals, names):
        for name in names:
            if name in vals and any(
                record[name]
                != self._fields[name].convert_to_record(self._fields[name].convert_to_cache(vals[name], record), record)
                for record in self
            ):
                raise ValidationError(
                    self.env._(
                        "«%s» cannot be exchanged afterwards. Delete this record and create another one.",
                        self._fields[name].get_description(self.env, ["string"])["string"],
                    )
                )
