from odoo.http import Controller, content_disposition, request, route
from werkzeug.exceptions import NotFound

from ..models.connect_statement_files import MIME


class ConnectStatementController(Controller):
    @route("/connect/statement/<int:statement_id>.<string:kind>", type="http", auth="user", methods=["GET"])
    def statement(self, statement_id, kind):
        """The statement as a PDF or a table, for those who may read it."""
        statements = request.env["connect.statement"]
        if kind not in MIME or not statements.has_access("read"):
            raise NotFound()
        statement = statements.search([("id", "=", statement_id)])
        if not statement:
            raise NotFound()
        # sudo: the name of the company that stands in the statement
        name = statement.sudo()._file_name(kind)
        headers = [("Content-Type", MIME[kind]), ("Content-Disposition", content_disposition(name))]
        return request.make_response(statement._make_file(kind), headers)
