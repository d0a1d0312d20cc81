import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";

/** «Show» at the line of a ticket opens it in the portal. */
export const connectPortalTicketService = {
    start(env) {
        env.bus.addEventListener("connect.ticket", ({ detail }) => {
            browser.location.href = `/my/tickets/${detail.ticketId}`;
        });
    },
};

registry.category("services").add("connect.portal.tickets", connectPortalTicketService);
