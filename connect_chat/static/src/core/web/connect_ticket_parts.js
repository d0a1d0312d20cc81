import { Component, useState } from "@odoo/owl";
import { discussSidebarItemsRegistry } from "@mail/core/public_web/discuss_sidebar";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { absolute } from "@connect_chat/core/common/connect_clock";
import { ConnectHeader } from "./connect_header";
import { ConnectPanel } from "./connect_panel";

/** «Tickets in work», and those of the specialist's lines that nobody took (LIN-54). */
export class ConnectTicketSidebar extends Component {
    static template = "connect_chat.TicketSidebar";
    static props = {};

    setup() {
        this.agent = useState(useService("connect.agent"));
        this.store = useService("mail.store");
        this.tickets = useState(useService("connect.tickets"));
    }

    get lists() {
        return [
            { id: "own", title: _t("Tickets in work"), action: "connect_lines.action_ticket_in_work" },
            { id: "free", title: _t("Tickets nobody took"), action: "connect_lines.action_ticket" },
        ]
            .map((list) => ({ ...list, ...this.tickets[list.id] }))
            .filter(({ count }) => count);
    }

    title(ticket) {
        return [
            `№ ${ticket.number} ${ticket.summary}`,
            ticket.partner_name,
            ticket.company_name,
            ticket.line_name,
            ticket.stage,
            absolute(ticket.created_at),
            ticket.term,
        ]
            .filter(Boolean)
            .join(" · ");
    }
}

discussSidebarItemsRegistry.add("connect.tickets", ConnectTicketSidebar, { sequence: 2 });

patch(ConnectPanel.prototype, {
    setup() {
        super.setup();
        this.tickets = useState(useService("connect.tickets"));
    },
    get tabs() {
        const [card, ...rest] = super.tabs;
        const count = this.around?.tickets?.length;
        const name = count ? _t("Tickets (%s)", count) : _t("Tickets");
        return [card, { id: "tickets", icon: "fa-ticket", name }, ...rest];
    },
});

patch(ConnectHeader.prototype, {
    setup() {
        super.setup();
        this.tickets = useService("connect.tickets");
    },
});
