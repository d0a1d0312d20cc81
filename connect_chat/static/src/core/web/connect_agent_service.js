import { reactive } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { setServerTime } from "@connect_chat/core/common/connect_clock";
import { paced } from "./paced";
import { steadyInterval } from "./steady_interval";
import { Activity } from "./connect_activity";

const HEARTBEAT = 20000; // ms
const RETRY = 3000; // ms
const OWN = 300; // ms between two readings because of what concerns him himself
const QUEUE = 10000; // ms between two because of what concerns everybody on his lines: who waits
const QUEUE_SPREAD = 3000; // ms within which they all read it
const VERSION_KEY = "connect.agent.version";

/**
 * The specialist's own state: status, work, and who waits. The server's tables are the truth; the bus and the
 * heartbeat's version only say that it is time to read them again.
 */
export const connectAgentService = {
    dependencies: ["bus_service", "mail.out_of_focus", "mail.store", "multi_tab", "notification", "orm"],
    start(env, services) {
        const agent = reactive(new ConnectAgent(env, services));
        user.hasGroup("connect_lines.group_agent").then((isAgent) => isAgent && agent.begin());
        return agent;
    },
};

export class ConnectAgent {
    constructor(env, services) {
        this.env = env;
        this.bus = services.bus_service;
        this.outOfFocus = services["mail.out_of_focus"];
        this.store = services["mail.store"];
        this.multiTab = services.multi_tab;
        this.notification = services.notification;
        this.orm = services.orm;
        this.isAgent = false;
        this.state = {
            status: "",
            status_name: "",
            statuses: [],
            planned: "",
            until: "",
            is_idle: false,
            active: [],
            offers: [],
            pull_line_ids: [],
            waiting: [],
            waiting_count: 0,
            name: "",
            line_count: 0,
        };
        /** What stands around the conversations that were opened, by id of their channel. */
        this.around = {};
        /** Readings may overtake each other: one that began earlier never replaces a later one. */
        this.turn = 0;
        this.applied = {};
    }

    isLatest(what, turn) {
        if (turn < (this.applied[what] ?? 0)) {
            return false;
        }
        this.applied[what] = turn;
        return true;
    }

    begin() {
        this.isAgent = true;
        const refresh = paced(() => this.refresh(), OWN);
        this.refreshAtLeisure = paced(() => this.refresh(), QUEUE, QUEUE_SPREAD);
        this.bus.subscribe("connect.agent/changed", refresh);
        this.bus.subscribe("connect.line/queue", () => this.refreshAtLeisure());
        this.bus.subscribe("connect.channel/left", ({ channel_id }) => this.onLeft(channel_id));
        this.bus.addEventListener("BUS:RECONNECT", refresh);
        this.env.bus.addEventListener("connect.feed", ({ detail }) => {
            if (this.around[detail.channelId]) {
                this.loadAround(detail.channelId);
            }
        });
        browser.addEventListener("storage", ({ key, newValue }) => {
            if (key === VERSION_KEY && Number(newValue) !== this.state.version) {
                this.refreshAtLeisure();
            }
        });
        this.activity = new Activity(() => this.comeBack());
        steadyInterval(() => this.beat(), HEARTBEAT);
        this.beat().then(() => this.refresh());
    }

    /** One tab speaks for all of them; the others learn of a new version from it. */
    async beat({ isForAll = true } = {}) {
        if (isForAll && !(await this.multiTab.isOnMainTab())) {
            return;
        }
        try {
            const { version, status } = await this.orm.silent.call("connect.agent", "heartbeat", [], {
                idle: this.activity.secondsSince(),
            });
            browser.localStorage.setItem(VERSION_KEY, version);
            if (this.state.version === undefined || version === this.state.version) {
                return;
            }
            if (status !== this.state.status) {
                await this.refresh();
            } else {
                this.refreshAtLeisure(); // on a busy line each beat finds another version
            }
        } catch {
            // no connection: the next beat tries again
        }
    }

    /** A touch after a pause: the former status at once, from whichever tab it was. */
    async comeBack() {
        if (this.state.is_idle && !this.isComingBack) {
            this.isComingBack = true;
            await this.beat({ isForAll: false });
            browser.setTimeout(() => (this.isComingBack = false), 2000);
        }
    }

    async refresh() {
        const turn = ++this.turn;
        let state;
        try {
            state = await this.orm.silent.call("connect.agent", "get_state", []);
        } catch {
            return; // the next beat tells that the version differs
        }
        if (!this.isLatest("state", turn)) {
            return;
        }
        this.take(state);
        for (const channelId of Object.keys(this.around)) {
            if (Number(channelId) === this.store.discuss.thread?.id) {
                this.loadAround(Number(channelId));
            }
        }
    }

    take(state) {
        const before = this.state.version === undefined ? null : this.state;
        setServerTime(state.now);
        this.state = state;
        if (before) {
            this.tellNews(before, state);
        }
    }

    tellNews(before, state) {
        const known = new Map([...before.offers, ...before.active].map((request) => [request.id, request]));
        for (const request of state.active) {
            if (!known.has(request.id) && request.id !== this.startedByMe && request.user_id) {
                this.announce(request, _t("New request"));
            } else if (known.get(request.id)?.state === "offered" && request.state === "active" && this.offeredByMe === request.id) {
                this.offeredByMe = 0;
                this.notification.add(_t("%s stays with you.", request.partner_name), { type: "warning" });
            }
        }
        for (const request of state.offers) {
            if (!known.has(request.id)) {
                this.announce(request, _t("%s asks you to take over", request.user_name));
            }
        }
    }

    announce(request, title) {
        const text = [request.partner_name, request.company_name, request.line_name].filter(Boolean).join(" · ");
        this.outOfFocus.sendNotification({
            title,
            message: text,
            type: "info",
            sound: true,
        });
        if (this.store.discuss.thread?.id !== request.channel_id || !this.store.discuss.isActive) {
            const close = this.notification.add(text, {
                title,
                type: "info",
                buttons: [
                    {
                        name: _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            this.open(request);
                        },
                    },
                ],
            });
        }
    }

    /** A verb that answers with his new state. What was asked before it is out of date when it is answered. */
    async change(verb, ...args) {
        const turn = ++this.turn;
        this.isLatest("state", turn);
        let state;
        try {
            state = await this.orm.call("connect.agent", verb, args);
        } catch (error) {
            this.refresh();
            throw error;
        }
        if (this.isLatest("state", turn)) {
            this.take(state);
        }
    }

    setStatus(code) {
        return this.change("set_status", code);
    }

    /** @param {string} code the status that follows the work in hand; "" for none */
    planStatus(code) {
        return this.change("plan_status", code);
    }

    // --- conversations ---

    /** Open the conversation with a recipient: it is begun on the server when there is none. */
    async open({ line_id, partner_id, channel_id }) {
        if (!channel_id) {
            const { channel_id: begun, data } = await rpc("/connect/agent/open", { line_id, partner_id });
            this.store.insert(data);
            channel_id = begun;
        }
        const thread = await this.store.Thread.getOrFetch({ model: "discuss.channel", id: channel_id });
        thread?.open({ focus: true });
        return thread;
    }

    async loadAround(channelId) {
        const turn = ++this.turn;
        try {
            const around = await rpc("/connect/agent/channel", { channel_id: channelId }, { silent: true });
            if (this.isLatest(channelId, turn)) {
                setServerTime(around.now);
                this.around[channelId] = around;
            }
        } catch (error) {
            if (error instanceof ConnectionLostError && this.store.discuss.thread?.id === channelId) {
                browser.setTimeout(() => this.loadAround(channelId), RETRY);
            }
            // else he does not serve it any more: what is shown stays
        }
    }

    async startWork(thread) {
        const { line_id, partner_id } = thread.connect;
        const { id } = await this.orm.call("connect.request", "start_work", [line_id, partner_id]);
        this.startedByMe = id;
        await this.readAgain(thread);
    }

    async finish(thread, { note = "", askRating = null } = {}) {
        const { request } = this.around[thread.id] ?? {};
        if (!request) {
            return;
        }
        await this.orm.call("connect.request", "finish", [[request.id]], { note, ask_rating: askRating });
        await this.readAgain(thread);
    }

    /** @param {{user_id: number}|{line_id: number}} target */
    async transfer(thread, { user_id, line_id }) {
        const { request } = this.around[thread.id];
        const [verb, target] = user_id ? ["transfer_to_user", user_id] : ["transfer_to_line", line_id];
        const { state } = await this.orm.call("connect.request", verb, [[request.id], target]);
        this.offeredByMe = state === "offered" ? request.id : 0;
        await this.readAgain(thread);
    }

    /** Accept what a colleague offers, decline it, or take one's own offer back. */
    async answerOffer(request, verb) {
        if (verb === "accept_transfer") {
            this.startedByMe = request.id;
        }
        this.offeredByMe = 0;
        try {
            await this.orm.call("connect.request", verb, [[request.id]]);
        } finally {
            const thread = this.store.Thread.get({ model: "discuss.channel", id: request.channel_id });
            await (thread && this.around[thread.id] ? this.readAgain(thread) : this.refresh());
        }
        if (verb === "accept_transfer") {
            await this.open(request);
        }
    }

    /** «Lightning»: the next one out of the queue of this line. */
    async pull(lineId) {
        const { pulled } = await this.orm.call("connect.line", "pull_queue", [[lineId]]);
        this.startedByMe = pulled[0];
        await this.refresh();
        const request = this.state.active.find(({ id }) => id === pulled[0]);
        if (request) {
            await this.open(request);
        } else {
            this.notification.add(_t("Nobody waits on this line any more."), { type: "info" });
        }
    }

    /** What one's own verb has changed, without waiting for the bus. */
    readAgain(thread) {
        return Promise.all([this.refresh(), this.loadAround(thread.id), thread.connectCatchUp()]);
    }

    /** Somebody else works on it now. */
    onLeft(channelId) {
        if (this.around[channelId]) {
            this.loadAround(channelId);
        }
        this.refresh();
    }
}

registry.category("services").add("connect.agent", connectAgentService);
