from odoo import api, models
from odoo.exceptions import AccessError, ValidationError


class ConnectFixedMixin(models.AbstractModel):
    """A record whose parties never change after it is created, and whose readonly columns the system alone writes.

    Odoo checks the rights of a write against the record as it was. If a party could be exchanged, one right to edit
    would become a way to reach a record of another tenant by its id. And ``readonly`` binds screens alone: whoever may
    write a record may write each of its columns by an API, the tenant that a column repeats from elsewhere included.
    """

    _name = "connect.fixed.mixin"
    _description = "Connect: record between fixed parties"

    @api.model_create_multi
    def create(self, vals_list):
        self._connect_check_readonly(vals_list)
        return super(ConnectFixedMixin, self.with_env(self.env(context=self._connect_context()))).create(vals_list)

    def write(self, vals):
        self._connect_check_readonly([vals])
        return super().write(vals)

    def _connect_is_kept(self, name):
        """Whether a column is written by the system alone."""
        field = self._fields.get(name)
        return bool(field and field.store and field.readonly and not field.inverse)

    def _connect_context(self):
        """The context without the defaults by whose way a caller would name such a column after all."""
        return {
            key: value
            for key, value in self.env.context.items()
            if self.env.su or not key.startswith("default_") or not self._connect_is_kept(key.removeprefix("default_"))
        }

    def _connect_check_readonly(self, vals_list):
        for name in () if self.env.su else {name for vals in vals_list for name in vals}:
            if self._connect_is_kept(name):
                field = self._fields[name]
                raise AccessError(
                    self.env._(
                        "«%s» is kept by the system and cannot be set by hand. Leave it out.",
                        field.get_description(self.env, ["string"])["string"],
                    )
                )

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
