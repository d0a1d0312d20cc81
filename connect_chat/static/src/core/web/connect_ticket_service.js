import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";

const SLOW = 60000; // ms: tickets change by hand, nobody is kept waiting by a minute

/** The specialist's tickets: lists of the sidebar, opening one, creating one from a conversation. */
export const connectTicketService = {
    dependencies: ["action", "bus_service", "connect.agent", "dialog", "mail.store"],
    start(env, services) {
        const tickets = reactive(new ConnectTickets(env, services));
        env.bus.addEventListener("connect.ticket", ({ detail }) => tickets.open(detail.ticketId));
        user.hasGroup("connect_lines.group_agent").then((isAgent) => isAgent && tickets.begin());
        return tickets;
    },
};

export class ConnectTickets {
    constructor(env, services) {
        this.env = env;
        this.action = services.action;
        this.agent = services["connect.agent"];
        this.bus = services.bus_service;
        this.dialog = services.dialog;
        this.store = services["mail.store"];
        this.own = { count: 0, items: [] };
        this.free = { count: 0, items: [] };
    }

    begin() {
        this.refresh = debounce(() => this.load(), 300);
        this.bus.subscribe("connect.ticket/changed", () => this.refresh());
        this.bus.addEventListener("BUS:RECONNECT", () => this.refresh());
        browser.setInterval(() => document.visibilityState === "visible" && this.load(), SLOW);
        this.load();
    }

    async load() {
        try {
            Object.assign(this, await rpc("/connect/agent/tickets", {}, { silent: true }));
        } catch {
            // no connection: what is shown stays until the next reading
        }
    }

    open(ticketId) {
        this.dialog.add(
            FormViewDialog,
            {
                resModel: "connect.ticket",
                resId: ticketId,
                title: _t("Ticket"),
                size: "xl",
                onRecordSaved: () => this.changed(),
            },
            { onClose: () => this.changed() }
        );
    }

    /** The form «Create a ticket»; line and person are those of the conversation. */
    create(thread) {
        const { line_id, partner_id, partner_name } = thread.connect;
        this.dialog.add(FormViewDialog, {
            resModel: "connect.ticket",
            title: _t("Create a ticket: %s", partner_name),
            canExpand: false,
            context: {
                form_view_ref: "connect_lines.view_ticket_quick_form",
                default_line_id: line_id,
                default_partner_id: partner_id,
                default_user_id: user.userId,
                default_contact: partner_name,
            },
            onRecordSaved: () => this.changed(thread),
        });
    }

    /** Open one of the lists as a page. */
    openList(name) {
        return this.action.doAction(name);
    }

    changed(thread = this.store.discuss.thread) {
        this.load();
        if (thread?.channel_type === "connect") {
            this.agent.loadAround(thread.id);
            thread.connectCatchUp().catch(() => {});
        }
    }
}

registry.category("services").add("connect.tickets", connectTicketService);
