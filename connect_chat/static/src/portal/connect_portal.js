import { Component, onWillStart, useEffect, useExternalListener, useRef, useState, useSubEnv } from "@odoo/owl";
import { Composer } from "@mail/core/common/composer";
import { SearchMessagesPanel } from "@mail/core/common/search_messages_panel";
import { Thread } from "@mail/core/common/thread";
import { useMessageScrolling } from "@mail/utils/common/hooks";
import { browser } from "@web/core/browser/browser";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { useBus, useService } from "@web/core/utils/hooks";
import { debounce } from "@web/core/utils/timing";
import { ConnectOffers } from "./connect_offers";
import { ConnectRating } from "./connect_rating";

const SLOW = 30000; // ms

/** The recipient's page: his lines at the left, one conversation, and one line that says what happens now. */
export class ConnectPortal extends Component {
    static template = "connect_chat.Portal";
    static props = {};
    static components = { Composer, ConnectOffers, ConnectRating, Dropdown, DropdownItem, SearchMessagesPanel, Thread };

    setup() {
        this.store = useService("mail.store");
        this.bus = useService("bus_service");
        this.ui = useState(useService("ui"));
        this.page = odoo.connect_page;
        this.messageHighlight = useMessageScrolling();
        const closeSearch = () => (this.state.isSearching = false);
        useSubEnv({
            inDiscussApp: false,
            messageHighlight: this.messageHighlight,
            searchMenu: { close: closeSearch },
        });
        this.root = useRef("root");
        this.placeholder = _t("write what happened…");
        this.state = useState({
            lineId: this.page.line_id,
            data: null,
            thread: null,
            isOffline: false,
            isSearching: false,
            jumpPresent: 0,
        });
        this.refresh = debounce(() => this.load(), 120);
        this.bus.subscribe("connect.portal/changed", this.refresh);
        this.bus.addEventListener("BUS:RECONNECT", this.refresh);
        useBus(this.env.bus, "connect.feed", this.refresh);
        browser.addEventListener("online", this.refresh);
        browser.addEventListener("popstate", () => this.show(this.lineIdOfUrl(), { isBack: true }));
        browser.setInterval(this.refresh, SLOW);
        onWillStart(() => this.begin());
        this.markRead = this.markRead.bind(this);
        useExternalListener(document, "visibilitychange", this.markRead);
        useExternalListener(window, "focus", this.markRead);
        useEffect(this.markRead, () => [this.state.thread, this.state.thread?.newestPersistentOfAllMessage?.id]);
        useEffect(
            (name) => {
                document.title = [name, this.state.data?.app_name].filter(Boolean).join(" · ");
            },
            () => [this.line?.name]
        );
    }

    async begin() {
        await this.store.isReady;
        await this.load();
        const { lines } = this.state.data ?? { lines: [] };
        if (!this.state.lineId && lines.length && !this.ui.isSmall) {
            this.state.lineId = lines[0].id;
            await this.load();
        }
        await this.openThread();
    }

    // --- what is shown ---

    get lines() {
        return this.state.data?.lines ?? [];
    }

    get line() {
        return this.state.data?.line || null;
    }

    get noLinesText() {
        return _t("Here are the support lines that are connected to you. There is none yet: ask %s to connect one.", this.state.data.company.name);
    }

    get showsList() {
        return !this.ui.isSmall || !this.state.lineId;
    }

    get showsConversation() {
        return !this.ui.isSmall || Boolean(this.state.lineId);
    }

    get guidance() {
        if (this.state.isOffline) {
            return {
                icon: "fa-plug",
                text: _t("No connection. What you write is sent as soon as there is one."),
            };
        }
        return this.line?.guidance;
    }

    // --- reading ---

    async load() {
        const lineId = this.state.lineId;
        try {
            const data = await rpc("/connect/portal/state", { line_id: lineId }, { silent: true });
            this.state.isOffline = false;
            if (lineId === this.state.lineId) {
                const { thread, data: before } = this.state;
                this.state.data = data;
                if (thread && before?.line?.specialist?.name !== data.line?.specialist?.name) {
                    this.store.fetchChannel(thread.id); // who reads and types here has changed
                }
            }
        } catch (error) {
            if (!this.state.data) {
                throw error;
            }
            this.state.isOffline = true;
        }
    }

    async openThread() {
        const lineId = this.state.lineId;
        if (!lineId) {
            this.state.thread = null;
            this.store.discuss.thread = undefined;
            return;
        }
        const { channel_id, data } = await rpc("/connect/portal/open", { line_id: lineId }, { silent: true });
        this.store.insert(data);
        if (lineId !== this.state.lineId) {
            return;
        }
        const thread = await this.store.Thread.getOrFetch({ model: "discuss.channel", id: channel_id });
        this.state.thread = thread;
        this.store.discuss.thread = thread;
        this.store.discuss.isActive = true;
    }

    /** What stands before his eyes is read; on a telephone nothing has the focus. */
    markRead() {
        const { thread } = this.state;
        if (thread && document.visibilityState === "visible" && thread.self_member_id?.message_unread_counter) {
            thread.markAsRead();
        }
    }

    lineIdOfUrl() {
        return Number(browser.location.pathname.match(/\/my\/connect\/(\d+)/)?.[1]) || 0;
    }

    async show(lineId, { isBack = false } = {}) {
        if (lineId === this.state.lineId) {
            return;
        }
        Object.assign(this.state, { lineId, thread: null, isSearching: false });
        if (!isBack) {
            browser.history.pushState({}, "", lineId ? `/my/connect/${lineId}` : "/my/connect");
        }
        await Promise.all([this.load(), this.openThread()]);
    }

    onPosted() {
        this.state.jumpPresent++;
        this.refresh();
    }

    go(url) {
        browser.location.href = url;
    }
}
