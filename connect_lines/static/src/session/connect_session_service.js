import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";

const SESSION_EXPIRED = 4001; // close code of Odoo's websocket
const LEAVING = 10000; // ms

/** An open screen whose session was ended goes to the login page, which says why. */
export const connectSessionService = {
    dependencies: ["bus_service"],
    start(env, { bus_service: bus }) {
        let leavesAt = -LEAVING;
        // whoever logs out is on his way already: his socket closes before the next page is there
        browser.addEventListener("beforeunload", () => (leavesAt = performance.now()));
        bus.addEventListener("BUS:DISCONNECT", async ({ detail }) => {
            if (detail?.code !== SESSION_EXPIRED || performance.now() - leavesAt < LEAVING) {
                return;
            }
            const { ended } = await rpc("/connect/session/state", {}, { silent: true });
            if (ended && performance.now() - leavesAt >= LEAVING) {
                browser.location.assign("/web/login");
            }
        });
    },
};

registry.category("services").add("connect_session", connectSessionService);
