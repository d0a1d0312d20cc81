import { browser } from "@web/core/browser/browser";

const KEY = "connect.agent.active";
const SHARE_EVERY = 2000; // ms
const TOUCHES = ["pointermove", "pointerdown", "keydown", "wheel", "touchstart"];

/** When keyboard or mouse were last touched in any tab of this browser, on whatever page of Odoo. */
export class Activity {
    /** @param {() => void} onTouch called at a touch in this tab, every two seconds at most */
    constructor(onTouch) {
        this.onTouch = onTouch;
        this.last = 0;
        this.shared = 0;
        this.pointer = "";
        for (const type of TOUCHES) {
            browser.addEventListener(type, (event) => this.touch(event), { capture: true, passive: true });
        }
        this.touch({});
    }

    touch({ type, screenX, screenY }) {
        if (type === "pointermove") {
            // a page that moves under a still mouse sends this event, too, and the first one tells no movement
            const before = this.pointer;
            this.pointer = `${screenX},${screenY}`;
            if (!before || this.pointer === before) {
                return;
            }
        }
        this.last = Date.now();
        if (this.last - this.shared >= SHARE_EVERY) {
            this.shared = this.last;
            browser.localStorage.setItem(KEY, this.last);
            this.onTouch();
        }
    }

    secondsSince() {
        const last = Math.max(this.last, Number(browser.localStorage.getItem(KEY)) || 0);
        return Math.max(0, Math.round((Date.now() - last) / 1000));
    }
}
