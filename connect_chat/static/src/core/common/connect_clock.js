import { reactive, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";

/** One ticking second for the whole page, on the server's time. */
const clock = reactive({ now: Date.now(), offset: 0 });
browser.setInterval(() => {
    clock.now = Date.now() + clock.offset;
}, 1000);

export function useClock() {
    return useState(clock);
}

/** @param {string} now ISO time of the server, with the answer that has just come */
export function setServerTime(now) {
    clock.offset = new Date(now).getTime() - Date.now();
    clock.now = Date.now() + clock.offset;
}

/** «02:13», «1:02:13». */
export function elapsed(since, now) {
    if (!since) {
        return "";
    }
    const seconds = Math.max(0, Math.floor((now - new Date(since).getTime()) / 1000));
    const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(Math.floor);
    const two = (value) => String(value).padStart(2, "0");
    return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${two(minutes)}:${two(rest)}`;
}

export function absolute(since) {
    return since ? luxon.DateTime.fromISO(since).toLocaleString(luxon.DateTime.DATETIME_SHORT) : "";
}
