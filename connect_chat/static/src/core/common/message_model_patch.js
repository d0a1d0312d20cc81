import { Message } from "@mail/core/common/message_model";
import { patch } from "@web/core/utils/patch";

/** A technical event has its words in `connect_event`; no body can stand in for them. */
patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /**
         * @type {{type: string, text: string, request_id: number|false, ticket_id?: number,
         *     excerpt?: {id: number, author: string, text: string}[], former_channel_id?: number|false}|undefined}
         */
        this.connect_event = undefined;
    },
    get isOfConnect() {
        return this.thread?.channel_type === "connect";
    },
    computeIsEmpty() {
        return this.connect_event ? false : super.computeIsEmpty();
    },
    get editable() {
        return this.isOfConnect ? false : super.editable;
    },
    get connectEventIcon() {
        const icons = {
            queued: "fa-hourglass-half",
            assigned: "fa-user",
            started: "fa-play",
            taken_over: "fa-exchange",
            pulled: "fa-bolt",
            unbound: "fa-undo",
            returned: "fa-undo",
            transferred: "fa-share",
            offered: "fa-share",
            accepted: "fa-exchange",
            declined: "fa-times",
            withdrawn: "fa-times",
            expired: "fa-clock-o",
            moved: "fa-random",
            moved_in: "fa-random",
            warned: "fa-bell-o",
            silenced: "fa-check",
            finished: "fa-check",
            rated: "fa-star",
            ticket: "fa-ticket",
            call: "fa-phone",
        };
        return icons[this.connect_event?.type] || "fa-cog";
    },
});
