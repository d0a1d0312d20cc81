import { Message } from "@mail/core/common/message_model";
import { patch } from "@web/core/utils/patch";

/** A technical event has its words in `connect_event`; no body can stand in for them. */
patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {{type: string, text: string, request_id: number|false, ticket_id?: number}|undefined} */
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
            unbound: "fa-undo",
            finished: "fa-check",
            rated: "fa-star",
            ticket: "fa-ticket",
        };
        return icons[this.connect_event?.type] || "fa-cog";
    },
});
