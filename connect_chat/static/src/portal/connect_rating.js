import { Component, useState } from "@odoo/owl";
import { rpc } from "@web/core/network/rpc";
import { useService } from "@web/core/utils/hooks";
import { _t } from "@web/core/l10n/translation";

/** Five stars with their words; one tap is enough, words of one's own are welcome, writing again is always possible. */
export class ConnectRating extends Component {
    static template = "connect_chat.Rating";
    static props = { rating: Object, done: Function };

    setup() {
        this.notification = useService("notification");
        this.ui = useState(useService("ui"));
        this.state = useState({ over: 0, score: 0, comment: "", isBusy: false });
    }

    get words() {
        return this.props.rating.texts[(this.state.over || this.state.score) - 1] || "";
    }

    get stars() {
        return this.props.rating.texts.map((text, index) => ({ score: index + 1, text }));
    }

    isLit(score) {
        return score <= (this.state.over || this.state.score);
    }

    async rate(score) {
        if (this.state.isBusy) {
            return;
        }
        Object.assign(this.state, { isBusy: true, score });
        try {
            await rpc("/connect/portal/rate", {
                request_id: this.props.rating.request_id,
                score,
                comment: this.state.comment.trim(),
            });
            this.notification.add(_t("Thank you for the rating!"), { type: "success" });
        } finally {
            this.state.isBusy = false;
            this.props.done();
        }
    }
}
