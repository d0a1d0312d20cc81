import { Component, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { elapsed, useClock } from "@connect_chat/core/common/connect_clock";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const FOUND = 8;

/** Over any screen: who calls, the call, the field to dial (UX: Telephone). */
export class PhoneCard extends Component {
    static template = "connect_voip.PhoneCard";
    static props = {};

    setup() {
        this.phone = useState(useService("connect.phone"));
        this.action = useService("action");
        this.orm = useService("orm");
        this.tickets = useService("connect.tickets");
        this.clock = useClock();
        this.elapsed = elapsed;
        this.keys = KEYS;
        this.state = useState({ number: "", found: [], pane: "", sent: "" });
    }

    get isShown() {
        return this.phone.isThere && (this.phone.isOpen || this.phone.isRinging || Boolean(this.phone.current));
    }

    get call() {
        return this.phone.current || this.phone.incoming;
    }

    /** A request by telephone is registered while one speaks (LIN-59). */
    createTicket({ line_id, partner_id, name }) {
        this.tickets.create({ connect: { line_id, partner_id, partner_name: name } });
    }

    async onInput(ev) {
        this.state.number = ev.target.value;
        const words = this.state.number.trim();
        const domain = ["|", ["number", "=like", `${words}%`], ["label", "ilike", words], ["user_id", "!=", false]];
        this.state.found = words
            ? await this.orm.searchRead("connect.extension", domain, ["number", "label"], { limit: FOUND })
            : [];
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

    pane(name) {
        this.state.pane = this.state.pane === name ? "" : name;
        this.state.number = "";
        this.state.sent = "";
        this.state.found = [];
    }

    clear() {
        Object.assign(this.state, { number: "", found: [], pane: "", sent: "" });
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
