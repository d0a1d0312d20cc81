import { NotificationMessage } from "@mail/core/common/notification_message";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/** «Show» at the line of a call: the call with its recordings, over the conversation. */
patch(NotificationMessage.prototype, {
    setup() {
        super.setup(...arguments);
        this.connectAction = useService("action");
    },
    onClickConnectCall() {
        this.connectAction.doAction({
            type: "ir.actions.act_window",
            name: _t("Call"),
            res_model: "connect.call",
            res_id: this.message.connect_event.call_id,
            views: [[false, "form"]],
            target: "new",
        });
    },
});
