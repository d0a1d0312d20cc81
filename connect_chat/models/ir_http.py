import json

from odoo import models
from odoo.http import request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

MAX_FILE = 100 * 1024 * 1024  # bytes, inclusive (CHT-04)
FORM_OVERHEAD = 64 * 1024  # what a form adds to its one file at most
UPLOAD_PATHS = ("/mail/attachment/upload", "/web/binary/upload_attachment", "/html_editor/attachment/add_data")


def too_large(env):
    """The answer to a file above the limit, in words for the person."""
    return env._("The file is larger than 100 MB and was not sent. Send it in parts or as a link.")


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    @classmethod
    def _pre_dispatch(cls, rule, args):
        super()._pre_dispatch(rule, args)
        length = request.httprequest.content_length or 0
        if length > MAX_FILE + FORM_OVERHEAD and rule.rule in UPLOAD_PATHS:
            # before a byte of the body is read; what is left of it is not kept waiting for on this connection
            answer = Response(
                json.dumps({"error": too_large(request.env)}),
                status=413,
                content_type="application/json; charset=utf-8",
            )
            answer.headers["Connection"] = "close"
            raise HTTPException(response=answer)
