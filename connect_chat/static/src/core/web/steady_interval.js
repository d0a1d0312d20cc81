import { browser } from "@web/core/browser/browser";

/**
 * An interval that goes on while the window is hidden. Browsers slow the timers of a hidden page to one a minute, and a
 * specialist who works in another window would count as gone; the timers of a worker are left alone.
 */
export function steadyInterval(callback, milliseconds) {
    const source = new Blob([`setInterval(() => postMessage(0), ${milliseconds})`], { type: "text/javascript" });
    const url = URL.createObjectURL(source);
    const fallBack = () => browser.setInterval(callback, milliseconds);
    try {
        const worker = new Worker(url);
        worker.addEventListener("message", callback);
        worker.addEventListener("error", fallBack, { once: true });
    } catch {
        fallBack(); // a policy of the site forbids workers: better slow than never
    }
}
