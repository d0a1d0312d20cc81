from odoo import models


class BaseImport(models.TransientModel):
    _inherit = "base_import.import"

    def execute_import(self, fields, columns, options, dryrun=False):
        """Tables of accounts and contracts: what is wrong is told by the rows that the person sees in his table.

        Odoo counts records from 0, values from 1, both without the row of titles, and of several mistakes in one
        column it shows the values alone. Rows that are wholly empty are left out before anything is counted.
        """
        first = (options.get("skip") or 0) + (2 if options.get("has_headers") else 1)
        result = super().execute_import(fields, columns, options, dryrun)
        if self.res_model in ("connect.account", "connect.contract"):
            result["messages"] = self._connect_by_rows(result["messages"], first)
        return result

    def _connect_by_rows(self, messages, first):
        """One message per reason with the numbers of its rows, in the order of the table."""
        rows, others = {}, []
        for message in messages:
            if "record" not in message or "rows" not in message:
                others.append(message)
                continue
            reason = str(message["message"])
            field = self.env[self.res_model]._fields.get(message.get("field"))
            if field and field.type == "selection":
                labels = [label for _value, label in field._description_selection(self.env)]
                reason = self.env._("%(reason)s. Possible: %(values)s", reason=reason, values=", ".join(labels))
            rows.setdefault(reason, (message["type"], []))[1].append(message["rows"]["from"] + first)
        told = [
            {
                "type": kind,
                "message": reason,
                "record": ", ".join(map(str, sorted(set(where)))),
                "rows": {"from": min(where), "to": min(where)},
            }
            for reason, (kind, where) in sorted(rows.items(), key=lambda item: min(item[1][1]))
        ]
        return others + told
