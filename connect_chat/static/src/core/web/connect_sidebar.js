import { Component, onWillStart, useEffect, useState } from "@odoo/owl";
import { discussSidebarItemsRegistry } from "@mail/core/public_web/discuss_sidebar";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { absolute, elapsed, useClock } from "@connect_chat/core/common/connect_clock";

const OPEN_LINE_KEY = "connect.sidebar.line";

/** «Waiting», «My work», «Lines»: the specialist's lists, above those of Discuss. */
export class ConnectSidebar extends Component {
    static template = "connect_chat.Sidebar";
    static props = {};

    setup() {
        this.agent = useState(useService("connect.agent"));
        this.store = useService("mail.store");
        this.clock = useClock();
        this.elapsed = elapsed;
        this.absolute = absolute;
        this.state = useState({
            lines: [],
            lineId: Number(browser.localStorage.getItem(OPEN_LINE_KEY)) || 0,
            search: "",
            found: { total: 0, items: [] },
        });
        this.search = useDebounced(() => this.loadRecipients(), 250);
        onWillStart(() => this.loadLines());
        useEffect(
            () => {
                this.loadLines();
            },
            () => [this.agent.isAgent]
        );
        useEffect(
            () => {
                if (this.state.lineId) {
                    this.loadRecipients();
                }
            },
            () => [this.agent.state.version]
        );
        useHotkey("alt+arrowdown", () => this.step(+1), { bypassEditableProtection: true });
        useHotkey("alt+arrowup", () => this.step(-1), { bypassEditableProtection: true });
    }

    get waiting() {
        return this.agent.state.waiting;
    }

    get offers() {
        return this.agent.state.offers;
    }

    /** The line whose longest waiting person «Lightning» brings. */
    get pullLineId() {
        return this.waiting.find(({ line_id }) => this.agent.state.pull_line_ids.includes(line_id))?.line_id;
    }

    get active() {
        return this.agent.state.active;
    }

    get isCompact() {
        return this.store.discuss.isSidebarCompact;
    }

    get moreText() {
        const { total, items } = this.state.found;
        return total > items.length
            ? _t("Shown are %(shown)s of %(total)s found. Refine the search.", { shown: items.length, total })
            : "";
    }

    waitingTitle(request) {
        return _t("%(name)s: waiting since %(time)s", {
            name: request.partner_name,
            time: absolute(request.queued_at || request.opened_at),
        });
    }

    itemTitle({ name, partner_name, company_name, line_name, user_name }) {
        return [name || partner_name, company_name, line_name, user_name].filter(Boolean).join(" · ");
    }

    offerTitle(request) {
        return _t("%(sender)s asks you to take over: %(name)s", {
            sender: request.user_name,
            name: request.partner_name,
        });
    }

    async loadLines() {
        if (this.agent.isAgent) {
            this.state.lines = await rpc("/connect/agent/lines", {}, { silent: true });
        }
    }

    async loadRecipients() {
        const { lineId, search } = this.state;
        const found = await rpc("/connect/agent/recipients", { line_id: lineId, search }, { silent: true });
        if (lineId === this.state.lineId && search === this.state.search) {
            this.state.found = found;
        }
    }

    toggleLine(lineId) {
        this.state.lineId = this.state.lineId === lineId ? 0 : lineId;
        this.state.search = "";
        this.state.found = { total: 0, items: [] };
        browser.localStorage.setItem(OPEN_LINE_KEY, this.state.lineId);
        if (this.state.lineId) {
            this.loadRecipients();
        }
    }

    isOpen(channelId) {
        return Boolean(channelId) && this.store.discuss.thread?.id === channelId;
    }

    unread(channelId) {
        const thread = this.store.Thread.get({ model: "discuss.channel", id: channelId });
        return thread?.self_member_id?.message_unread_counter || 0;
    }

    lastWords(channelId) {
        const thread = this.store.Thread.get({ model: "discuss.channel", id: channelId });
        return thread?.newestPersistentOfAllMessage?.previewText?.toString() || "";
    }

    openRecipient(item) {
        return this.agent.open({ ...item, line_id: this.state.lineId });
    }

    /** Alt+↓, Alt+↑: through those in work and those who wait. */
    step(direction) {
        const all = [...this.offers, ...this.waiting, ...this.active];
        if (!all.length) {
            return;
        }
        const index = all.findIndex(({ channel_id }) => this.isOpen(channel_id));
        this.agent.open(all.at((index + direction + all.length) % all.length));
    }
}

discussSidebarItemsRegistry.add("connect", ConnectSidebar, { sequence: 1 });
