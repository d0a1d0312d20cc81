/** Sends uncaught errors of this screen to the server, once each; says nothing and handles nothing. */
import { browser } from "@web/core/browser/browser";
import { ConnectionLostError, RPCError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

const MOST = 20; // of one screen: whatever comes after the twentieth failure comes from the first ones
const told = new Set();

function report(env, uncaught, original) {
    // what the server refused it has logged; a lost connection is no failure of ours
    const known = original instanceof RPCError || original instanceof ConnectionLostError;
    const message = original instanceof Error ? `${original.name}: ${original.message}` : uncaught.message;
    if (known || told.has(message) || told.size >= MOST || !user.userId) {
        return false;
    }
    told.add(message);
    const failure = {
        message,
        traceback: uncaught.traceback || original?.stack || "",
        path: browser.location.pathname,
        browser: browser.navigator.userAgent,
    };
    rpc("/connect/failure", { report: failure }, { silent: true }).catch(() => {
        // the report of a failure that fails is not reported: it would go round in circles
    });
    return false;
}

// before Odoo's own, the first of which (0) ends the matter on every page of the portal
registry.category("error_handlers").add("connect_diagnostics", report, { sequence: -10 });
