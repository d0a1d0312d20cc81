/* global JsSIP */
import { markRaw } from "@odoo/owl";
import { loadJS } from "@web/core/assets";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const QUALITY_EVERY = 2000; // ms
const GOOD = 50; // ms one way, after the limits that the requirements name (VOI-02)
const FAIR = 300;

/**
 * A telephone in a page: one connection to Asterisk and one conversation at a time, with its sound. The specialist's
 * and the person's are made of it; what a call means to them is theirs.
 */
export class BrowserPhone {
    constructor() {
        this.isRegistered = false;
        this.session = null;
        this.muted = false;
        this.quality = null; // ms there and back
        this.agent = null;
    }

    /** @param {{websocket: string, user: string, password: string}} account of ``connect.extension.get_phone`` */
    async connect({ websocket, user: name, password }) {
        await loadJS("/connect_voip/static/lib/jssip/jssip.min.js");
        const agent = new JsSIP.UA({
            sockets: [new JsSIP.WebSocketInterface(websocket)],
            uri: `sip:${name}@${new URL(websocket).hostname}`,
            password,
            register: true,
            session_timers: false,
            user_agent: "Connect",
        });
        this.agent = markRaw(agent);
        agent.on("registered", () => this.onRegistered());
        agent.on("unregistered", () => (this.isRegistered = false));
        agent.on("disconnected", () => (this.isRegistered = false));
        agent.on(
            "newRTCSession",
            ({ session, originator, request }) => originator === "remote" && this.onSession(session, request)
        );
        agent.start();
    }

    onRegistered() {
        this.isRegistered = true;
    }

    /** Somebody calls. One who talks already is busy (VOI-03). */
    onSession(session) {
        if (this.session) {
            session.terminate({ status_code: 486 });
            return false;
        }
        this.take(session);
        session.on("peerconnection", ({ peerconnection }) => this.listen(peerconnection));
        return true;
    }

    /** From here on this is the conversation of the page. */
    take(session) {
        this.session = markRaw(session);
        this.muted = false;
        session.on("ended", (event) => this.onOver(session, event));
        session.on("failed", (event) => this.onOver(session, event));
    }

    listen(connection) {
        connection.addEventListener("track", ({ streams }) => {
            this.audio ??= markRaw(new Audio());
            this.audio.autoplay = true;
            this.audio.srcObject = streams[0];
            this.onSound();
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

    get qualityText() {
        if (this.quality === null) {
            return "";
        }
        const oneWay = this.quality / 2;
        return oneWay <= GOOD ? _t("good line") : oneWay <= FAIR ? _t("fair line") : _t("poor line");
    }

    get isRinging() {
        return Boolean(this.session && !this.session.isEstablished() && this.session.direction === "incoming");
    }

    /** The other end is about to be heard. */
    onSound() {}

    /** What the other end is to hear, as JsSIP takes it. */
    async media() {
        return { mediaConstraints: { audio: true, video: false } };
    }

    async answer() {
        const { session } = this;
        if (!session || session === this.answering) {
            return;
        }
        this.answering = session;
        try {
            const media = await this.media();
            if (session === this.session) {
                session.answer(media);
            }
        } catch (error) {
            this.answering = null; // he may try again
            throw error;
        }
    }

    decline() {
        this.session?.terminate({ status_code: 603 });
    }

    /** @returns {boolean} whether it was the conversation of the page */
    onOver(session) {
        if (this.session !== session) {
            return false;
        }
        browser.clearInterval(this.clock);
        this.session = null;
        this.quality = null;
        return true;
    }

    toggleMute() {
        this.muted = !this.muted;
        this.session?.[this.muted ? "mute" : "unmute"]({ audio: true });
    }
}
