"""«My tickets» in the portal: the list, one ticket with its conversation, and the form (POR-13, LIN-55..58)."""

from uuid import uuid4

from odoo.addons.portal.controllers.portal import CustomerPortal, pager
from odoo.exceptions import UserError
from odoo.http import request, route

from ..engine import describe
from ..models.connect_ticket_fields import DETAILS, FILE_LIMIT, FILES_LIMIT, form_of, mandatory_of
from ..models.connect_ticket_stage import OPEN_KINDS

PAGE = 20


class TicketPortal(CustomerPortal):
    def _prepare_home_portal_values(self, counters):
        values = super()._prepare_home_portal_values(counters)
        if not counters:  # the page itself; a card without tickets shows where the first one is filed
            values["connect_tickets"] = bool(self._own_count() or self._lines())
        return values

    @route(["/my/tickets", "/my/tickets/page/<int:page>"], type="http", auth="user", website=True, methods=["GET"])
    def tickets(self, page=1, filterby="open", search="", **_query):
        filters = {
            "open": {"label": request.env._("Open tickets"), "domain": [("stage_kind", "in", OPEN_KINDS)]},
            "closed": {"label": request.env._("Closed tickets"), "domain": [("stage_kind", "not in", OPEN_KINDS)]},
            "all": {"label": request.env._("All"), "domain": []},
        }
        filterby = filterby if filterby in filters else "open"
        domain = [("partner_id", "=", request.env.user.partner_id.id), *filters[filterby]["domain"]]
        if search:  # by its number a ticket is found however far it is
            domain = ["|", ("name", "ilike", search), ("summary", "ilike", search), domain[0]]
        tickets = request.env["connect.ticket"]
        pages = pager(
            "/my/tickets", tickets.search_count(domain), page, PAGE, url_args={"filterby": filterby, "search": search}
        )
        found = tickets.search(domain, order="id desc", limit=PAGE, offset=pages["offset"])
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "connect_tickets",
            "default_url": "/my/tickets",
            # sudo: names of stages, topics and specialists of one's own tickets
            "tickets": found.sudo(),
            "pager": pages,
            "searchbar_filters": filters,
            "filterby": filterby,
            "searchbar_inputs": {"all": {"input": "all", "label": request.env._("Number or title")}},
            "search_in": "all",
            "search": search,
            "may_create": bool(self._lines()),
            "has_any": bool(self._own_count()),
        }
        return request.render("connect_lines.portal_tickets", values)

    @route("/my/tickets/<int:ticket_id>", type="http", auth="user", website=True, methods=["GET"])
    def ticket(self, ticket_id, **_query):
        ticket = request.env["connect.ticket"].search(
            [("id", "=", ticket_id), ("partner_id", "=", request.env.user.partner_id.id)]
        )
        if not ticket:
            return request.redirect("/my/tickets")
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "connect_ticket",
            "ticket": ticket.sudo(),  # sudo: as in the list
            "details": ticket._filled_details(),
            "promises": ticket.sudo()._promises(),  # sudo: the deadlines of one's own ticket
            "object": ticket,
        }
        return request.render("connect_lines.portal_ticket", values)

    @route("/my/tickets/new", type="http", auth="user", website=True, methods=["GET"])
    def new(self, line_id="", type_code="", **_query):
        return self._render_form({"line_id": line_id, "type_code": type_code})

    @route("/my/tickets/new", type="http", auth="user", website=True, methods=["POST"])
    def submit(self, **form):
        if form.get("change") or form.get(
            "choose"
        ):  # another line or type was chosen: its fields, and what was written so far
            return self._render_form(form)
        files = [file for file in request.httprequest.files.getlist("files") if file.filename]
        try:
            with request.env.cr.savepoint():
                ticket = self._submit(form)
                self._attach(ticket, files)
        except UserError as refused:
            return self._render_form(form, error=str(refused), lost_files=bool(files))
        return request.redirect(f"/my/tickets/{ticket.id}")

    # ------------------------------------------------------------
    # helpers
    # ------------------------------------------------------------

    def _own_count(self):
        return request.env["connect.ticket"].search_count(
            [("partner_id", "=", request.env.user.partner_id.id)], limit=100
        )

    def _lines(self):
        """The lines on which the person may file a ticket now, in superuser mode."""
        partner = request.env.user.partner_id
        lines = request.env["connect.line"]._recipient_lines(partner).line_id
        return lines.filtered(lambda line: line.has_tickets and not line._refusal(partner))

    def _submit(self, form):
        os_version, browser_version = describe(request.httprequest.headers.get("User-Agent", ""))
        details = {name: form[name] for name in DETAILS if form.get(name)}
        result = request.env["connect.ticket"]._submit(
            self._number(form.get("line_id")),
            form.get("type_code", ""),
            self._number(form.get("topic_id")),
            form.get("summary", ""),
            {**details, "os_version": os_version, "browser_version": browser_version},
            recipient_id=False,
            priority="blocking" if form.get("blocking") else "normal",
            idempotency_key=form.get("form_key", ""),
            origin="portal",
        )
        return request.env["connect.ticket"].browse(result["id"])

    def _attach(self, ticket, files):
        """Put the files of the form into the ticket, as a message of the person; a form sent twice brings them once."""
        if not files or ticket.sudo().message_ids.attachment_ids:  # sudo: whether there are some already
            return
        if len(files) > FILES_LIMIT:
            raise UserError(request.env._("Add at most %s files.", FILES_LIMIT))
        values = []
        for file in files:
            file.seek(0)  # Odoo calls again after a conflict, and rewinds the first file alone
            content = file.read(FILE_LIMIT + 1)
            if len(content) > FILE_LIMIT:
                raise UserError(
                    request.env._("«%(name)s» is larger than %(limit)s MB.", name=file.filename,
                                  limit=FILE_LIMIT // 1024**2)
                )  # fmt: skip
            values.append({"name": file.filename, "raw": content, "res_model": "mail.compose.message", "res_id": 0})
        # sudo: recipients create no attachments by themselves; posting moves these into the ticket
        attachments = request.env["ir.attachment"].sudo().create(values)
        ticket.sudo().message_post(  # sudo: the files of one's own ticket
            attachment_ids=attachments.ids,
            author_id=request.env.user.partner_id.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _render_form(self, form, error="", lost_files=False):
        lines = self._lines()
        if not lines:
            return request.redirect("/my/tickets")
        env = request.env
        line = lines.filtered(lambda each: each.id == self._number(form.get("line_id"))) or lines[:1]
        kinds = env["connect.ticket.type"]._all()
        kind = kinds.filtered(lambda each: each.code == form.get("type_code")) or kinds[:1]
        labels = env["connect.ticket"].fields_get(DETAILS, ["string", "help", "type", "selection"])
        values = {
            **self._prepare_portal_layout_values(),
            "page_name": "connect_ticket_new",
            "lines": lines,
            "line": line,
            "kinds": kinds,
            "kind": kind,
            "topics": env["connect.topic"]._of_line(line),
            "fields": [
                {"name": name, "mandatory": name in mandatory_of(kind.code), **labels[name]}
                for name in form_of(kind.code)
            ],
            "form": form,
            "form_key": form.get("form_key") or str(uuid4()),
            "error": error,
            "lost_files": lost_files,
            "files_limit": FILES_LIMIT,
            "file_limit": FILE_LIMIT // 1024**2,
        }
        return request.render("connect_lines.portal_ticket_new", values)

    def _number(self, text):
        return int(text) if str(text or "").isdecimal() and len(str(text)) < 10 else 0
