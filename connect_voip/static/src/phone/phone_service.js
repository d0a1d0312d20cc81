/* global JsSIP */
import { markRaw, reactive } from "@odoo/owl";
import { loadJS } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";

const LOCK = "connect.phone";
const QUALITY_EVERY = 2000; // ms
const GOOD = 50; // ms one way, after the limits that the requirements name (VOI-02)
const FAIR = 300;

/**
 * The specialist's telephone. One tab of the browser holds it: the one that got the lock registers at Asterisk; the
 * others show the same calls, whose truth is in the server's table. Sound is the tab's own affair, everything else is
 * ordered from the server, so that a desk telephone and the browser do the same.
 */
export const connectPhoneService = {
    dependencies: ["bus_service", "notification", "orm"],
    start(env, services) {
        const phone = reactive(new ConnectPhone(services));
        user.hasGroup("connect_lines.group_agent").then((isAgent) => isAgent && phone.begin());
        return phone;
    },
};

export class ConnectPhone {
    constructor({ bus_service, notification, orm }) {
        this.bus = bus_service;
        this.notification = notification;
        this.orm = orm;
        this.isThere = false; // he has a telephone, and the exchange is connected
        this.isHolder = false;
        this.isRegistered = false;
        this.isOpen = false;
        this.number = "";
        this.calls = [];
        this.muted = false;
        this.quality = null; // ms there and back
        this.session = null;
        this.agent = null;
        this.rejoining = false;
        this.wants = ""; // a number that this tab has dialled: the exchange rings us first
    }

    async begin() {
        const refresh = debounce(() => this.refresh(), 50);
        this.bus.subscribe("connect.call/changed", refresh);
        this.bus.subscribe("connect.call/refused", ({ text }) => this.notification.add(text, { type: "warning" }));
        this.bus.subscribe("connect.call/answer", () => this.isRinging && this.answer());
        this.bus.addEventListener("BUS:RECONNECT", refresh);
        try {
            this.account = await this.orm.silent.call("connect.extension", "get_phone", []);
        } catch {
            return; // he has none; his administrator gives him one
        }
        this.isThere = true;
        this.number = this.account.number;
        await this.refresh();
        if (browser.navigator.locks) {
            browser.navigator.locks.request(LOCK, () => this.hold());
        } else {
            this.hold();
        }
    }

    /** This tab is the telephone, until it is closed. */
    async hold() {
        this.isHolder = true;
        await loadJS("/connect_voip/static/lib/jssip/jssip.min.js");
        const { websocket, user: name, password } = this.account;
        const socket = new JsSIP.WebSocketInterface(websocket);
        this.agent = markRaw(new JsSIP.UA({
            sockets: [socket],
            uri: `sip:${name}@${new URL(websocket).hostname}`,
            password,
            register: true,
            session_timers: false,
            user_agent: "Connect",
        }));
        this.agent.on("registered", () => this.onRegistered());
        this.agent.on("unregistered", () => (this.isRegistered = false));
        this.agent.on("disconnected", () => (this.isRegistered = false));
        this.agent.on("newRTCSession", ({ session, originator }) => originator === "remote" && this.onSession(session));
        this.agent.start();
        return new Promise(() => {}); // the lock is kept as long as the tab lives
    }

    async onRegistered() {
        if (this.isRegistered) {
            return;
        }
        this.isRegistered = true;
        const lost = this.current;
        if (lost && !this.session) {
            this.rejoining = true; // the page was loaded anew in the middle of a call
            await this.order("rejoin", [], lost);
        }
    }

    // --- sound ---

    onSession(session) {
        if (this.session) {
            session.terminate({ status_code: 486 });
            return;
        }
        this.session = markRaw(session);
        this.muted = false;
        const over = () => this.onOver(session);
        session.on("ended", over);
        session.on("failed", over);
        session.on("peerconnection", ({ peerconnection }) => this.listen(peerconnection));
        if (this.rejoining || this.wants) {
            this.answer();
        } else {
            this.isOpen = true;
        }
        this.refresh();
    }

    listen(connection) {
        connection.addEventListener("track", ({ streams }) => {
            this.audio ??= markRaw(new Audio());
            this.audio.autoplay = true;
            this.audio.srcObject = streams[0];
        });
        this.clock = browser.setInterval(() => this.measure(connection), QUALITY_EVERY);
    }

    async measure(connection) {
        for (const report of (await connection.getStats()).values()) {
            if (report.type === "remote-inbound-rtp" && report.roundTripTime !== undefined) {
                this.quality = Math.round(report.roundTripTime * 1000);
            }
        }
    }

    answer() {
        this.rejoining = false;
        this.wants = "";
        this.session?.answer({ mediaConstraints: { audio: true, video: false } });
    }

    decline() {
        this.session?.terminate({ status_code: 603 });
    }

    onOver(session) {
        if (this.session === session) {
            browser.clearInterval(this.clock);
            this.session = null;
            this.quality = null;
            this.wants = "";
        }
        this.refresh();
    }

    toggleMute() {
        this.muted = !this.muted;
        this.session?.[this.muted ? "mute" : "unmute"]({ audio: true });
    }

    get isRinging() {
        return Boolean(this.session && !this.session.isEstablished() && this.session.direction === "incoming");
    }

    get qualityText() {
        if (this.quality === null) {
            return "";
        }
        const oneWay = this.quality / 2;
        return oneWay <= GOOD ? _t("good line") : oneWay <= FAIR ? _t("fair line") : _t("poor line");
    }

    // --- calls ---

    get current() {
        return this.calls.find(({ state }) => state === "talking" || state === "held");
    }

    get incoming() {
        return this.calls.find(({ state }) => state === "ringing");
    }

    async refresh() {
        this.calls = await this.orm.silent.call("connect.call", "get_calls", []);
        if (!this.calls.length && !this.session) {
            this.wants = "";
        }
    }

    async dial(number) {
        this.wants = number;
        try {
            await this.orm.call("connect.call", "originate", [number]);
        } catch (error) {
            this.wants = "";
            throw error;
        }
        await this.refresh();
    }

    /** Have the exchange do something with a call; the screen follows when it is done. */
    async order(verb, args = [], call = this.current) {
        return call && this.orm.call("connect.call", verb, [[call.id], ...args]);
    }

    async hangUp() {
        if (this.isRinging) {
            this.decline();
        } else if (this.current) {
            await this.order("hangup");
        } else {
            this.session?.terminate();
        }
    }
}

registry.category("services").add("connect.phone", connectPhoneService);
