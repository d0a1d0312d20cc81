import { NotificationMessage } from "@mail/core/common/notification_message";
import { patch } from "@web/core/utils/patch";

patch(NotificationMessage.prototype, {
    /** Specialists open «why» from the line of an event; see connect_panel.js. */
    onClickConnectEvent() {
        this.env.bus.trigger("connect.why", {
            channelId: this.props.thread.id,
            requestId: this.message.connect_event.request_id,
        });
    },
    /** «Show» where a request came from another line: the conversation there. */
    async onClickConnectFormer() {
        const thread = await this.store.Thread.getOrFetch({
            model: "discuss.channel",
            id: this.message.connect_event.former_channel_id,
        });
        thread?.open({ focus: true });
    },
    /** «Show» at the line of a ticket: the workspace and the portal open it each in their own way. */
    onClickConnectTicket() {
        this.env.bus.trigger("connect.ticket", { ticketId: this.message.connect_event.ticket_id });
    },
});
