import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { imStatusItem } from "@mail/core/common/im_status_dropdown";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { absolute, elapsed, useClock } from "@connect_chat/core/common/connect_clock";

/** Colours of the three classes of statuses; the icon and the word say the same. */
export const STATUS_CLASS = { free: "text-success", pause: "text-warning", offline: "text-muted" };
/** Codes of the statuses that say that nobody is there, one for each profile. */
const GONE = ["offline", "disconnected"];

export class ConnectSystray extends Component {
    static template = "connect_chat.Systray";
    static props = {};
    static components = { Dropdown, DropdownItem };

    setup() {
        this.agent = useState(useService("connect.agent"));
        this.action = useService("action");
        this.clock = useClock();
        this.elapsed = elapsed;
    }

    get state() {
        return this.agent.state;
    }

    get current() {
        return this.state.statuses.find(({ code }) => code === this.state.status);
    }

    get statusClass() {
        return STATUS_CLASS[this.current?.stat_class] ?? (GONE.includes(this.state.status) ? "text-muted" : "text-info");
    }

    classOf(status) {
        return STATUS_CLASS[status.stat_class];
    }

    iconOf(status) {
        return `fa ${status?.icon || "fa-circle"}`;
    }

    /** What can follow the work in hand. */
    get choices() {
        return this.state.statuses.filter(({ code }) => code !== this.state.status);
    }

    /** There is something to wait for: work in hand, or a status that only the system sets, as a call does. */
    get canPlan() {
        return Boolean(this.state.active.length || this.state.planned || (!this.current && !GONE.includes(this.state.status)));
    }

    /** What is left of a status that ends by itself. */
    get left() {
        return elapsed(this.clock.now, new Date(this.state.until).getTime());
    }

    get plannedTitle() {
        return _t("Planned: %s, as soon as your work is finished", this.state.planned_name);
    }

    get statusTitle() {
        if (this.state.is_idle) {
            return _t("You have not touched keyboard and mouse. The first touch brings «%s» back.", this.state.declared_name);
        }
        if (this.state.until) {
            return _t("%(status)s until %(time)s. Choose a status to end it earlier. Alt+S", {
                status: this.state.status_name,
                time: luxon.DateTime.fromISO(this.state.until).toLocaleString(luxon.DateTime.TIME_WITH_SECONDS),
            });
        }
        return _t("%(status)s since %(time)s. Alt+S: change", {
            status: this.state.status_name,
            time: absolute(this.state.since),
        });
    }

    get waitingText() {
        return _t("%s waiting", this.state.waiting_count);
    }

    async openWaiting() {
        const [longest] = this.state.waiting;
        if (!this.agent.store.discuss.isActive) {
            await this.action.doAction("mail.action_discuss", {
                clearBreadcrumbs: true,
                additionalContext: longest?.channel_id
                    ? { active_id: `discuss.channel_${longest.channel_id}` }
                    : {},
            });
        } else if (longest) {
            await this.agent.open(longest);
        }
    }
}

// A specialist's dot follows his status: one place to set it.
registry.category("user_menuitems").add(
    "im_status",
    (env) => ({ ...imStatusItem(env), show: () => !env.services["connect.agent"].isAgent }),
    { force: true }
);

registry.category("systray").add("connect_chat.systray", { Component: ConnectSystray }, { sequence: 90 });
