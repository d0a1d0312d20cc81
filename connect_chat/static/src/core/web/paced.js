import { browser } from "@web/core/browser/browser";

/**
 * A function that has `work` done at once, and while it is asked again and again once every `pace` milliseconds: news in
 * an endless stream neither starves it, as a debounce does, nor has it done for each of them.
 *
 * @param {number} spread each time up to so many ms later, at random: of thousands who hear the same news not all ask
 *     the server in the same instant
 */
export function paced(work, pace, spread = 0) {
    let timer = 0;
    let restsUntil = 0;
    return () => {
        timer ||= browser.setTimeout(
            () => {
                timer = 0;
                restsUntil = Date.now() + pace;
                work();
            },
            Math.max(0, restsUntil - Date.now()) + Math.random() * spread
        );
    };
}
