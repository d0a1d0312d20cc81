"""The statement as a letter with a PDF and a table. The PDF is drawn by reportlab: it needs no other program."""

import io

import xlsxwriter
from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import file_path, format_amount, format_date
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table, TableStyle

from .verbs import trusted

FONT = "ConnectSans"
MIME = {"pdf": "application/pdf", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class ConnectStatement(models.Model):
    _inherit = "connect.statement"

    def _month_name(self):
        return format_date(self.env, self.month, date_format="LLLL yyyy")

    def _file_name(self, kind):
        return f"{self.company_id.name} {fields.Date.to_string(self.month)[:7]}.{kind}"

    def _header(self):
        _ = self.env._
        return [_("What for"), _("Quantity"), _("Days"), _("Price for a month"), _("Amount")]

    def _rows(self):
        """The lines, with names: ``[(str, int, int, float, float)]``."""
        items = dict(self.line_ids._fields["item"]._description_selection(self.env))
        return [(items[line.item], line.count, line.days, line.price, line.amount) for line in self.line_ids]

    def _make_file(self, kind):
        """:rtype: bytes"""
        # sudo: names of the two companies; whoever reads the statement may know them
        return getattr(self.sudo(), f"_make_{kind}")()

    def _make_xlsx(self):
        output = io.BytesIO()
        book = xlsxwriter.Workbook(output, {"in_memory": True})
        sheet = book.add_worksheet(self._month_name()[:31])
        bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
        total = book.add_format({"bold": True, "num_format": "#,##0.00", "top": 1})
        sheet.write(0, 0, self.display_name, bold)
        sheet.write_row(2, 0, self._header(), bold)
        rows = self._rows()
        for number, (name, count, days, price, amount) in enumerate(rows, 3):
            sheet.write_string(number, 0, name)
            sheet.write_row(number, 1, [count, days])
            sheet.write_row(number, 3, [price, amount], money)
        last = len(rows) + 3
        sheet.write(last, 0, self.env._("Total, %s", self.currency_id.name), bold)
        sheet.write_number(last, 4, self.total, total)
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 4, 16)
        book.close()
        return output.getvalue()

    def _make_pdf(self):
        if FONT not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(FONT, file_path("web/static/fonts/sign/NotoSans-Reg.ttf")))
        _ = self.env._
        text = ParagraphStyle("text", fontName=FONT, fontSize=10, leading=14)
        title = ParagraphStyle("title", parent=text, fontSize=16, leading=22, spaceAfter=6)

        def money(value):
            return format_amount(self.env, value, self.currency_id)

        rows = [[name, count, days, money(price), money(amount)] for name, count, days, price, amount in self._rows()]
        widths = [62 * mm, 24 * mm, 18 * mm, 34 * mm, 34 * mm]
        total = [_("Total"), "", "", "", money(self.total)]
        table = Table([self._header(), *rows, total], colWidths=widths, repeatRows=1)
        table.setStyle(
            TableStyle(
                [
                    ("FONT", (0, 0), (-1, -1), FONT, 10),
                    ("ALIGN", (1, 0), (-1, -1), "RIGHT"),
                    ("TEXTCOLOR", (0, 0), (-1, 0), colors.HexColor("#666666")),
                    ("LINEBELOW", (0, 0), (-1, 0), 0.7, colors.HexColor("#999999")),
                    ("LINEABOVE", (0, -1), (-1, -1), 0.7, colors.HexColor("#999999")),
                    ("FONT", (0, -1), (-1, -1), FONT, 12),
                ]
            )
        )
        output = io.BytesIO()
        margins = {"leftMargin": 18 * mm, "rightMargin": 18 * mm}
        document = SimpleDocTemplate(output, pagesize=A4, title=self.display_name, **margins)
        document.build(
            [
                Paragraph(_("Statement for %s", self._month_name()), title),
                Paragraph(_("Service company: %s", self.company_id.name), text),
                Paragraph(_("Distributor: %s", self.distributor_id.name), text),
                Spacer(1, 8 * mm),
                table,
            ]
        )
        return output.getvalue()

    def _send(self):
        """Mail to the service company."""
        self.ensure_one()
        # sudo: addresses and names of the two companies
        record = trusted(self).sudo()
        company = record.company_id
        if not company.email:
            raise UserError(self.env._("«%s» has no e-mail on its card: the statement was not sent.", company.name))
        record = record.with_context(lang=company.partner_id.lang or self.env.lang)
        files = record.env["ir.attachment"].create(
            [
                {
                    "name": record._file_name(kind),
                    "raw": record._make_file(kind),
                    "mimetype": mime,
                    "res_model": self._name,
                    "res_id": self.id,
                }
                for kind, mime in MIME.items()
            ]
        )
        record.env.ref("connect_lines.mail_template_statement").send_mail(
            self.id,
            email_values={"email_to": company.email, "attachment_ids": files.ids},
            email_layout_xmlid="connect_lines.mail_layout",
        )
        record.write({"state": "sent", "sent_at": fields.Datetime.now()})
