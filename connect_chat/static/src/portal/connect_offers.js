import { Component, useState } from "@odoo/owl";
import { rpc } from "@web/core/network/rpc";

/** Below the lines: the state of the ITS contract, lines that can be asked for, and the way to more of both. */
export class ConnectOffers extends Component {
    static template = "connect_chat.Offers";
    static props = { its: { optional: true }, offers: Array, done: Function };

    setup() {
        this.state = useState({ asking: 0 });
    }

    async ask(offer) {
        this.state.asking = offer.id;
        try {
            await rpc("/connect/applications/line", { line_id: offer.id });
        } finally {
            this.state.asking = 0;
            this.props.done();
        }
    }
}
