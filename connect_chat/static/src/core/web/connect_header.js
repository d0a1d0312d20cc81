import { Component, onWillStart, useEffect, useState } from "@odoo/owl";
import { DiscussContent } from "@mail/core/public_web/discuss_content";
import { Dialog } from "@web/core/dialog/dialog";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { _t } from "@web/core/l10n/translation";
import { rpc } from "@web/core/network/rpc";
import { user } from "@web/core/user";
import { useService } from "@web/core/utils/hooks";
import { absolute, elapsed, useClock } from "@connect_chat/core/common/connect_clock";

/** A note for colleagues, and on lines where the specialist decides, whether the person is asked for a rating. */
export class ConnectFinishDialog extends Component {
    static template = "connect_chat.FinishDialog";
    static components = { Dialog };
    static props = { close: Function, mayAsk: Boolean, finish: Function };

    setup() {
        this.state = useState({ note: "", askRating: true });
    }

    get title() {
        return _t("Finish the work");
    }

    async confirm() {
        await this.props.finish({ note: this.state.note, askRating: this.props.mayAsk ? this.state.askRating : null });
        this.props.close();
    }
}

/** Whom or where the request may go to: colleagues who can take it now, and lines. */
export class ConnectTransferMenu extends Component {
    static template = "connect_chat.TransferMenu";
    static components = { DropdownItem };
    static props = { requestId: Number, onChoose: Function };

    setup() {
        this.state = useState({ search: "", choices: null });
        onWillStart(async () => {
            this.state.choices = await rpc("/connect/agent/choices", { request_id: this.props.requestId });
        });
    }

    matching(items) {
        const term = this.state.search.trim().toLowerCase();
        return items.filter(({ name }) => name.toLowerCase().includes(term));
    }

    get colleagues() {
        return this.matching(this.state.choices.colleagues);
    }

    get lines() {
        return this.matching(this.state.choices.lines);
    }
}

/** State of the work and the verbs, beside the person's name. */
export class ConnectHeader extends Component {
    static template = "connect_chat.Header";
    static components = { ConnectTransferMenu, Dropdown, DropdownItem };
    static props = { thread: Object };

    setup() {
        this.agent = useState(useService("connect.agent"));
        this.dialog = useService("dialog");
        this.clock = useClock();
        this.state = useState({ isBusy: false });
        this.elapsed = elapsed;
        useEffect(
            (channelId) => {
                this.agent.loadAround(channelId);
            },
            () => [this.props.thread.id]
        );
        useEffect(
            (channelId, unread) => {
                // open before the eyes of whoever sits at this window: read, whether he has clicked into the text or not
                if (unread && document.hasFocus()) {
                    this.props.thread.markAsRead();
                }
            },
            () => [this.props.thread.id, this.props.thread.self_member_id?.message_unread_counter]
        );
    }

    get around() {
        return this.agent.around[this.props.thread.id];
    }

    get request() {
        return this.around?.request || null;
    }

    get isMine() {
        return ["active", "offered"].includes(this.request?.state) && this.request.user_id === user.userId;
    }

    get isOffered() {
        return this.request?.state === "offered";
    }

    get isOfferedToMe() {
        return this.isOffered && this.request.offered_to_id === user.userId;
    }

    get canTransfer() {
        return this.request && !this.isOffered && (this.isMine || this.around.is_supervised);
    }

    get canFinish() {
        return this.isMine || (this.request && this.around.is_supervised);
    }

    get since() {
        return this.request?.state === "queued"
            ? this.request.queued_at || this.request.opened_at
            : this.request?.assigned_at;
    }

    get sinceTitle() {
        return absolute(this.since);
    }

    get stateText() {
        if (!this.around) {
            return "";
        }
        if (!this.request) {
            return _t("not in work");
        }
        if (this.request.state === "queued") {
            return _t("waiting");
        }
        if (this.isOffered && this.isMine) {
            return _t("asked: %s", this.request.offered_to_name);
        }
        if (this.isOfferedToMe) {
            return _t("offered by %s", this.request.user_name);
        }
        return this.isMine ? _t("in your work") : _t("in work: %s", this.request.user_name);
    }

    async run(work) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await work();
        } finally {
            this.state.isBusy = false;
        }
    }

    start() {
        return this.run(() => this.agent.startWork(this.props.thread));
    }

    transfer(target) {
        return this.run(() => this.agent.transfer(this.props.thread, target));
    }

    answer(verb) {
        return this.run(() => this.agent.answerOffer(this.request, verb));
    }

    finish() {
        if (this.around.rating_mode === "choice") {
            return this.finishWithNote();
        }
        return this.run(() => this.agent.finish(this.props.thread));
    }

    finishWithNote() {
        this.dialog.add(ConnectFinishDialog, {
            mayAsk: this.around.rating_mode === "choice",
            finish: (values) => this.run(() => this.agent.finish(this.props.thread, values)),
        });
    }
}

Object.assign(DiscussContent.components, { ConnectHeader });
