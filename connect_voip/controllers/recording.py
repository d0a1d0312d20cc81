from odoo import http
from odoo.exceptions import AccessError, MissingError, UserError
from odoo.http import request


class ConnectRecording(http.Controller):
    @http.route("/connect/recording/<int:recording_id>", type="http", auth="user", readonly=False)
    def hear(self, recording_id, download=None):
        """The sound of a recording, for whoever may hear it; each hearing is noted."""
        try:
            sound = request.env["connect.recording"].browse(recording_id)._hear(bool(download))
        except (AccessError, MissingError):
            return request.not_found()
        except UserError as error:
            return request.make_response(str(error), [("Content-Type", "text/plain; charset=utf-8")], status=403)
        stream = request.env["ir.binary"]._get_stream_from(sound, "raw")
        return stream.get_response(as_attachment=bool(download))
