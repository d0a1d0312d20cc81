import { Component, useEffect, useState } from "@odoo/owl";
import { registerThreadAction } from "@mail/core/common/thread_actions";
import { DiscussContent } from "@mail/core/public_web/discuss_content";
import { ActionPanel } from "@mail/discuss/core/common/action_panel";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { useBus, useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { absolute } from "@connect_chat/core/common/connect_clock";

const TAB_KEY = "connect.panel.tab";
const CLOSED_KEY = "connect.panel.closed";
const FOLDS_AT = 1360; // px: the conversation needs the room more

/** Beside the conversation: who this is, and why this specialist. */
export class ConnectPanel extends Component {
    static template = "connect_chat.Panel";
    static components = { ActionPanel };
    static props = { thread: Object };

    setup() {
        this.agent = useState(useService("connect.agent"));
        this.orm = useService("orm");
        this.action = useService("action");
        this.absolute = absolute;
        this.state = useState({ tab: browser.localStorage.getItem(TAB_KEY) || "card", why: null, isLoading: false });
        this.requestId = 0;
        useEffect(
            () => {
                this.requestId = 0;
                this.state.why = null;
                this.loadWhy();
            },
            () => [this.props.thread.id, this.around?.last_request_id, this.around?.request?.version]
        );
        useBus(this.env.bus, "connect.why", ({ detail }) => {
            if (detail.channelId === this.props.thread.id) {
                this.requestId = detail.requestId;
                this.show("why");
            }
        });
        if (consumePendingWhy(this.props.thread.id)) {
            this.requestId = pendingWhy.requestId;
            this.state.tab = "why";
        }
    }

    get around() {
        return this.agent.around[this.props.thread.id];
    }

    get card() {
        return this.around?.card;
    }

    get tabs() {
        return [
            { id: "card", icon: "fa-id-card-o", name: _t("Card") },
            { id: "why", icon: "fa-question-circle-o", name: _t("Why") },
        ];
    }

    /** What is shown: the tab that was chosen last, as far as this conversation has it. */
    get shownTab() {
        return this.tabs.some(({ id }) => id === this.state.tab) ? this.state.tab : "card";
    }

    get rows() {
        const { card } = this;
        return [
            { label: _t("Position"), text: card.position },
            { label: _t("E-mail"), text: card.email, href: `mailto:${card.email}` },
            { label: _t("Phone"), text: card.phone, href: `tel:${card.phone}` },
            { label: _t("Date of birth"), text: card.birthdate },
            { label: _t("Login"), text: card.login && `ID ${card.login}` },
            { label: _t("Last login"), text: absolute(card.last_login) },
            { label: _t("Company"), text: card.client },
            { label: _t("Company's phone"), text: card.client_phone, href: `tel:${card.client_phone}` },
            { label: _t("Served by"), text: card.partner },
            { label: _t("ITS contract"), text: card.its && card.its.text },
            { label: _t("Lines"), text: card.lines.join(", ") },
            { label: _t("Finished requests"), text: String(card.served) },
        ].filter(({ text }) => text);
    }

    show(tab) {
        this.state.tab = tab;
        browser.localStorage.setItem(TAB_KEY, tab);
        this.loadWhy();
    }

    /** The form of the request: the same with the pools that the router saw. */
    openRequest() {
        this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "connect.request",
            res_id: this.shownRequestId,
            views: [[false, "form"]],
        });
    }

    get shownRequestId() {
        return this.requestId || this.around?.last_request_id;
    }

    async loadWhy() {
        const requestId = this.shownRequestId;
        if (this.shownTab !== "why" || !requestId) {
            return;
        }
        this.state.isLoading = true;
        try {
            this.state.why = await this.orm.silent.call("connect.request", "explain", [[requestId]]);
        } finally {
            this.state.isLoading = false;
        }
    }
}

let pendingWhy = { channelId: 0, requestId: 0 };
function consumePendingWhy(channelId) {
    const isPending = pendingWhy.channelId === channelId;
    if (isPending) {
        pendingWhy = { ...pendingWhy, channelId: 0 };
    }
    return isPending;
}

registerThreadAction("connect-panel", {
    actionPanelComponent: ConnectPanel,
    condition: ({ owner, thread }) =>
        thread?.channel_type === "connect" && owner.isDiscussContent && !owner.env.inChatWindow,
    panelOuterClass: "o_connect_panelOuter bg-inherit",
    icon: "fa fa-fw fa-id-card-o",
    name: ({ action }) => (action.isActive ? _t("Hide the card") : _t("Card and reasons")),
    open: () => browser.localStorage.removeItem(CLOSED_KEY),
    close: ({ nextActiveAction }) => {
        if (!nextActiveAction) {
            browser.localStorage.setItem(CLOSED_KEY, "1");
        }
    },
    sequence: 5,
    sequenceGroup: 5,
    toggle: true,
});

patch(DiscussContent.prototype, {
    setup() {
        super.setup();
        useBus(this.env.bus, "connect.why", ({ detail }) => {
            const panel = this.threadActions.actions.find(({ id }) => id === "connect-panel");
            if (panel && !panel.isActive && detail.channelId === this.thread?.id) {
                pendingWhy = detail;
                panel.open();
            }
        });
    },
    actionPanelAutoOpenFn() {
        super.actionPanelAutoOpenFn();
        const panel = this.threadActions.actions.find(({ id }) => id === "connect-panel");
        const isWide = browser.innerWidth > FOLDS_AT;
        if (panel && isWide && !panel.isActive && !browser.localStorage.getItem(CLOSED_KEY)) {
            panel.open();
        }
    },
});
