import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";
import { BrowserPhone } from "@connect_voip/common/browser_phone";
import { NO_HTTPS, PhoneSound } from "./phone_sound";

const LOCK = "connect.phone";
const REJOIN_WITHIN = 15_000; // ms, as REJOIN_SECONDS of the bridge
const PATIENCE = 15_000; // ms after which an order is refused, as TOO_OLD of the server
const AT_ONCE = /;\s*answer-after=0\b/; // auto-answer: the exchange says so with the call (VOI-21)
const TYPES_IN = "input, textarea, [contenteditable=true]";

/**
 * The specialist's telephone. One tab of the browser holds it: the one that got the lock registers at Asterisk; the
 * others show the same calls, whose truth is in the server's table. Sound is the tab's own affair, everything else is
 * ordered from the server, so that a desk telephone and the browser do the same.
 */
export const connectPhoneService = {
    dependencies: ["bus_service", "connect.agent", "notification", "orm"],
    start(env, services) {
        const phone = reactive(new ConnectPhone(services));
        user.hasGroup("connect_lines.group_agent").then((isAgent) => isAgent && phone.begin());
        return phone;
    },
};

export class ConnectPhone extends BrowserPhone {
    constructor({ bus_service, "connect.agent": conversations, notification, orm }) {
        super();
        this.bus = bus_service;
        this.conversations = conversations;
        this.notification = notification;
        this.orm = orm;
        this.isThere = false; // he has a telephone, and the exchange is connected
        this.isHolder = false;
        this.isOpen = false;
        this.number = "";
        this.calls = [];
        this.shown = 0; // the call whose conversation was opened last
        this.rejoiningUntil = 0; // when the exchange gives up ringing us back into a conversation
        this.sound = new PhoneSound((text) => this.notification.add(text, { type: "warning" }));
        this.wants = ""; // a number that this tab has dialled: the exchange rings us first
        this.ending = null; // the call that was told to end, as it was then: a second click would end the next one
        this.tabs = new BroadcastChannel(LOCK); // to the tab that holds the telephone
        this.tabs.onmessage = () => this.isRinging && super.decline();
    }

    async begin() {
        const refresh = debounce(() => this.refresh(), 50);
        this.bus.subscribe("connect.call/changed", refresh);
        this.bus.subscribe("connect.call/refused", ({ text }) => {
            this.ending = null;
            this.notification.add(text, { type: "warning" });
        });
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
        await this.connect(this.account);
        return new Promise(() => {}); // the lock is kept as long as the tab lives
    }

    async onRegistered() {
        if (this.isRegistered) {
            return;
        }
        super.onRegistered();
        const lost = this.current;
        if (lost && !this.session) {
            this.rejoiningUntil = Date.now() + REJOIN_WITHIN; // the page was loaded anew in the middle of a call
            await this.order("rejoin", [], lost);
        }
    }

    // --- sound ---

    onSession(session, request) {
        if (!super.onSession(session)) {
            return false;
        }
        const isRejoining = this.current && Date.now() < this.rejoiningUntil;
        if (isRejoining || this.wants || AT_ONCE.test(request.getHeader("Call-Info") ?? "")) {
            this.answer();
        } else {
            this.isOpen = true;
            this.sound.ring();
        }
        this.refresh();
        return true;
    }

    async media() {
        return { mediaStream: await this.sound.openMicrophone() };
    }

    onSound() {
        this.sound.begin(this.session.connection, this.audio);
    }

    /** In every tab; the one that holds the telephone opens the microphone. */
    async answer() {
        if (!this.isRinging) {
            return this.incoming && this.order("answer", [], this.incoming);
        }
        const isOurs = this.wants || Date.now() < this.rejoiningUntil; // nobody but us waits for it
        this.rejoiningUntil = 0;
        this.wants = "";
        this.sound.tone.stop();
        try {
            await super.answer();
        } catch (error) {
            if (!(error instanceof DOMException)) {
                throw error;
            }
            this.notification.add(this.microphoneText(error), { type: "warning" });
            this.stay(isOurs);
        }
    }

    /** Without a microphone: a caller goes on ringing, until it is allowed or the telephone on the desk is lifted. */
    stay(isOurs) {
        if (isOurs) {
            this.decline();
        } else if (this.isRinging) {
            this.isOpen = true;
            this.sound.ring();
        }
    }

    microphoneText({ name }) {
        if (name === NO_HTTPS) {
            return _t("The browser gives a microphone to pages with https alone.");
        }
        return name === "NotAllowedError"
            ? _t("Allow the microphone in the browser: press the sign at the left of the address.")
            : _t("No microphone could be opened. Connect one, or free the one that another program uses.");
    }

    decline() {
        return this.session ? super.decline() : this.tabs.postMessage("decline");
    }

    onOver(session) {
        const isOurs = super.onOver(session);
        if (isOurs) {
            this.wants = "";
            this.sound.end();
        }
        this.refresh();
        return isOurs;
    }

    // --- calls ---

    get current() {
        return this.calls.find(({ state }) => state === "talking" || state === "held");
    }

    /** What rings at him, on whichever of his telephones. */
    get incoming() {
        return this.calls.find(({ state, rings_at_me }) => state === "ringing" && rings_at_me);
    }

    async refresh() {
        const before = this.current;
        this.calls = await this.orm.silent.call("connect.call", "get_calls", []);
        if (before && !this.calls.length && this.session?.isEstablished()) {
            this.session.terminate(); // we were cut off when its end was told
        }
        if (this.ending && !this.calls.some(({ id, part }) => id === this.ending.id && part === this.ending.part)) {
            this.ending = null;
        }
        if (!this.calls.length && !this.session) {
            this.wants = "";
        }
        this.showConversation();
    }

    /** Whoever talks with a person has their conversation before his eyes (VOI-13), unless he is typing elsewhere. */
    showConversation() {
        const call = this.current;
        if (!this.isHolder || !call?.line_id || !call.partner_id || this.shown === call.id) {
            return;
        }
        this.shown = call.id;
        const field = document.activeElement;
        const isTyping = field?.matches(TYPES_IN) && (field.value ?? field.textContent).trim();
        if (!isTyping) {
            this.openConversation(call);
        }
    }

    openConversation({ line_id, partner_id }) {
        return this.conversations.open({ line_id, partner_id });
    }

    /**
     * For calls of his lines, until his next login (VOI-22). Ticked at once: until the server has answered, the card
     * may be drawn anew.
     */
    setAutoAnswer(isOn) {
        this.conversations.state.auto_answer = isOn;
        return this.conversations.change("set_auto_answer", isOn);
    }

    dial(number) {
        return this.originate(number, [number]);
    }

    /** The person of a conversation: in his browser, else at his number. */
    callPerson({ line_id, partner_id, partner_name }) {
        this.isOpen = true;
        return this.originate(partner_name, ["", line_id, partner_id]);
    }

    async originate(wants, args) {
        this.wants = wants;
        try {
            const { rings } = await this.orm.call("connect.call", "originate", args);
            if (rings === "desk") {
                this.wants = ""; // what rings in the browser now is somebody else's call
            }
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
            this.ending = this.current;
            browser.setTimeout(() => (this.ending = null), PATIENCE);
            try {
                await this.order("hangup", [Boolean(this.ending.colleague)]); // of two clicks none meets the client
            } catch (error) {
                this.ending = null;
                throw error;
            }
        } else {
            this.session?.terminate();
        }
    }
}

registry.category("services").add("connect.phone", connectPhoneService);
