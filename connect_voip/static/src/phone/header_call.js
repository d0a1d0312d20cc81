import { ConnectHeader } from "@connect_chat/core/web/connect_header";
import { useState } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/** «Call» in the conversation: its person, in the name of its line (VOI-13). */
patch(ConnectHeader.prototype, {
    setup() {
        super.setup();
        this.phone = useState(useService("connect.phone"));
    },
    call() {
        return this.run(() => this.phone.callPerson(this.props.thread.connect));
    },
});
