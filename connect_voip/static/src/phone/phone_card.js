import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { PhoneSettings } from "./phone_settings";
import { elapsed, useClock } from "@connect_chat/core/common/connect_clock";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const KINDS = [
    { id: "all", name: _t("Everybody") },
    { id: "free", name: _t("Free now") },
    { id: "groups", name: _t("Departments") },
];
const ICONS = { "connect.department": "fa-users", "connect.follow.me": "fa-random", "connect.room": "fa-comments-o" };

/** Over any screen: who calls, the call, the field to dial (UX: Telephone). */
export class PhoneCard extends Component {
    static template = "connect_voip.PhoneCard";
    static components = { PhoneSettings };
    static props = {};

    setup() {
        this.phone = useState(useService("connect.phone"));
        this.agent = useState(useService("connect.agent"));
        this.scripts = useState(useService("connect.scripts"));
        this.action = useService("action");
        this.orm = useService("orm");
        this.tickets = useService("connect.tickets");
        this.clock = useClock();
        this.elapsed = elapsed;
        this.keys = KEYS;
        this.kinds = KINDS;
        this.lastSearch = new KeepLast();
        this.state = useState({ number: "", found: [], kind: "all", pane: "", sent: "" });
    }

    get isShown() {
        return this.phone.isThere && (this.phone.isOpen || this.isRinging || Boolean(this.phone.current));
    }

    /** Also in the tabs that do not hold the telephone, and when the one on the desk rings. */
    get isRinging() {
        const { phone } = this;
        return phone.isRinging || Boolean(!phone.session && !phone.current && phone.incoming);
    }

    /** Whether a click answers: this tab holds no telephone, or it rings here. */
    get canAnswer() {
        return this.phone.isRinging || !this.phone.isHolder;
    }

    get call() {
        return this.phone.current || this.phone.incoming || this.phone.calls[0];
    }

    /** In a consultation: the person at the left, the colleague, the second line, at the right (VOI-17). */
    get areas() {
        const { name, colleague } = this.call;
        const isRinging = !colleague.is_answered;
        const title = isRinging ? "" : _t("Speak with the other one");
        const areas = [
            { id: "person", name, isConnected: !colleague.is_connected, isRinging: false },
            { id: "colleague", name: colleague.name, isConnected: colleague.is_connected, isRinging },
        ];
        return areas.map((area) => ({ ...area, title: area.isConnected ? area.name : title }));
    }

    async switchTo(area) {
        if (!area.isConnected) {
            await this.phone.order("transfer_switch");
        }
    }

    /** A request by telephone is registered while one speaks (LIN-59). */
    createTicket({ line_id, partner_id, name }) {
        this.tickets.create({ connect: { line_id, partner_id, partner_name: name } });
    }

    async onInput(ev) {
        this.state.number = ev.target.value;
        await this.search();
    }

    async choosePeople(kind) {
        this.state.kind = kind;
        await this.search();
    }

    /** Whoever hands over sees at once who is free; whoever dials, once he has begun to type. */
    async search() {
        const words = this.state.number.trim();
        const kind = this.state.pane === "transfer" ? this.state.kind : "all";
        const targets =
            words || this.state.pane === "transfer"
                ? this.orm.silent.call("connect.extension", "find_targets", [words, kind])
                : Promise.resolve([]);
        this.state.found = await this.lastSearch.add(targets);
    }

    iconOf(target) {
        return ICONS[target.model] || target.icon;
    }

    choose(number) {
        this.state.number = number;
        this.state.found = [];
    }

    async dial() {
        const { number } = this.state;
        if (number) {
            await this.phone.dial(number);
            this.clear();
        }
    }

    async transfer(verb) {
        const { number } = this.state;
        if (number) {
            await this.phone.order(verb, [number]);
            this.clear();
        }
    }

    async park() {
        await this.phone.order("park");
        this.clear();
    }

    async press(key) {
        this.state.sent += key;
        await this.phone.order("send_digits", [key]);
    }

    async pane(name) {
        const pane = this.state.pane === name ? "" : name;
        this.clear();
        this.state.pane = pane;
        await this.search();
    }

    clear() {
        Object.assign(this.state, { number: "", found: [], kind: "all", pane: "", sent: "" });
    }

    openUnfinished() {
        this.action.doAction("connect_voip.action_connect_script_run", {
            additionalContext: { search_default_mine: 1, search_default_open: 1 },
        });
    }

    openPerson() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: this.call.partner_id,
            views: [[false, "form"]],
        });
    }
}

/** The telephone in the systray. */
export class PhoneSystray extends Component {
    static template = "connect_voip.PhoneSystray";
    static props = {};

    setup() {
        this.phone = useState(useService("connect.phone"));
        this.clock = useClock();
        this.elapsed = elapsed;
    }

    get colour() {
        if (this.phone.current) {
            return "text-success";
        }
        return this.phone.isRegistered || !this.phone.isHolder ? "" : "text-warning";
    }
}

registry.category("systray").add("connect_voip.phone", { Component: PhoneSystray }, { sequence: 24 });
registry.category("main_components").add("connect_voip.phone", { Component: PhoneCard });
