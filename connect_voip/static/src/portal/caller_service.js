import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { debounce } from "@web/core/utils/timing";
import { BrowserPhone } from "@connect_voip/common/browser_phone";

const DENIED = "User Denied Media Access"; // JsSIP's words
const PATIENCE = 5000; // ms for the connection to the exchange

/** The person's telephone in the portal: calls a line of his, and rings when his specialist calls him (VOI-02). */
export const connectCallerService = {
    dependencies: ["bus_service", "notification", "orm"],
    start(env, services) {
        return reactive(new ConnectCaller(services));
    },
};

export class ConnectCaller extends BrowserPhone {
    constructor({ bus_service, notification, orm }) {
        super();
        this.bus = bus_service;
        this.notification = notification;
        this.orm = orm;
        this.isCalling = false; // from the click until the end
        this.call = null; // as the server knows it
        this.talkSince = null; // on this page's clock
        this.lineName = "";
        this.begun = null;
    }

    /** Calls arrive at the page that was opened last; any may call out. */
    begin() {
        this.begun ??= this._begin().catch((error) => {
            this.begun = null;
            throw error;
        });
        return this.begun;
    }

    async _begin() {
        await this.connect(await this.orm.silent.call("connect.extension", "get_phone", []));
        this.bus.subscribe("connect.call/changed", debounce(() => this.refresh(), 50));
        browser.addEventListener("pagehide", () => this.session?.terminate());
        browser.addEventListener("beforeunload", (event) => this.session && event.preventDefault());
    }

    async dial(line) {
        if (this.isCalling || this.session) {
            return;
        }
        Object.assign(this, { isCalling: true, lineName: line.name, call: null, talkSince: null });
        try {
            await this.begin();
            await this.connected();
            await this.openMicrophone();
        } catch (error) {
            this.give(error);
            return;
        }
        if (!this.isCalling) {
            this.closeMicrophone(); // he has thought better of it meanwhile
            return;
        }
        const session = this.agent.call(`sip:**${line.id}@${this.agent.configuration.uri.host}`, {
            mediaStream: this.microphone,
        });
        this.take(session);
        this.listen(session.connection);
    }

    connected() {
        if (this.agent.isConnected()) {
            return;
        }
        return new Promise((resolve, reject) => {
            this.agent.once("connected", resolve);
            browser.setTimeout(() => reject(new Error("the exchange does not answer")), PATIENCE);
        });
    }

    async openMicrophone() {
        const { mediaDevices } = browser.navigator;
        if (!mediaDevices) {
            throw new MicrophoneError(_t("The browser gives a microphone to pages with https alone."));
        }
        try {
            this.microphone = await mediaDevices.getUserMedia({ audio: true });
        } catch (error) {
            throw new MicrophoneError(
                error.name === "NotAllowedError"
                    ? this.allowText
                    : _t("No microphone was found. Connect one, and call again.")
            );
        }
    }

    get allowText() {
        return _t("Allow the microphone in the browser: press the sign at the left of the address, and call again.");
    }

    closeMicrophone() {
        this.microphone?.getTracks().forEach((track) => track.stop());
        this.microphone = null;
    }

    /** What went wrong before there was a call, in words. */
    give(error) {
        this.isCalling = false;
        this.closeMicrophone();
        const text =
            error instanceof MicrophoneError
                ? error.message
                : error.data?.message || _t("No connection to the exchange. Try again, or write here.");
        this.notification.add(text, { type: "warning" });
    }

    onSession(session) {
        if (this.isCalling && !this.session) {
            session.terminate({ status_code: 486 }); // his own call is about to begin
            return false;
        }
        if (!super.onSession(session)) {
            return false;
        }
        Object.assign(this, { call: null, talkSince: null, lineName: "" });
        this.refresh();
        return true;
    }

    onOver(session, { cause }) {
        if (!super.onOver(session)) {
            return false;
        }
        if (cause === DENIED || (this.isCalling && !this.talkSince)) {
            this.notification.add(this.whyNot(cause), { type: "warning" });
        }
        Object.assign(this, { isCalling: false, call: null, talkSince: null });
        this.closeMicrophone();
        return true;
    }

    whyNot(cause) {
        if (cause === DENIED) {
            return this.allowText;
        }
        if (cause === "Rejected") {
            return _t("This line takes no calls from you at the moment. Write here.");
        }
        if (["Connection Error", "Request Timeout", "Authentication Error"].includes(cause)) {
            return _t("No connection to the exchange. Try again, or write here.");
        }
        if (cause === "Busy") {
            return _t("The specialist is speaking with somebody else. Write here: you will be answered.");
        }
        return _t("Nobody could answer. Write here: you will be answered.");
    }

    hangUp() {
        this.isCalling = false;
        this.session?.terminate();
    }

    get isShown() {
        return this.isCalling || Boolean(this.session);
    }

    async refresh() {
        if (!this.session) {
            return;
        }
        const [call = null] = await this.orm.silent.call("connect.call", "get_person_calls", []);
        if (this.session) {
            this.call = call;
            this.talkSince ??= call?.is_answered ? Date.now() : null;
        }
    }
}

class MicrophoneError extends Error {}

registry.category("services").add("connect.caller", connectCallerService);
