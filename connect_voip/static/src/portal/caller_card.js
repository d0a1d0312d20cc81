import { ConnectPortal } from "@connect_chat/portal/connect_portal";
import { Component, useEffect, useState } from "@odoo/owl";
import { elapsed, useClock } from "@connect_chat/core/common/connect_clock";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";

/** The call under the header of the conversation: who, how long, how well it is heard, and two buttons. */
export class ConnectCallerCard extends Component {
    static template = "connect_voip.CallerCard";
    static props = {};

    setup() {
        this.caller = useState(useService("connect.caller"));
        this.clock = useClock();
        this.elapsed = elapsed;
    }
}

ConnectPortal.components = { ...ConnectPortal.components, ConnectCallerCard };

patch(ConnectPortal.prototype, {
    setup() {
        super.setup();
        this.caller = useState(useService("connect.caller"));
        useEffect(
            (canCall) => {
                if (canCall) {
                    this.caller.begin().catch(() => {}); // said when he calls; he has not asked for anything yet
                }
            },
            () => [this.line?.can_call]
        );
    },
});
