import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { session } from "@web/session";

const SHOWN = 1500; // ms
const FADE = 300; // ms
const KEY = "connect.splash";

/** The picture of the service company, once at the start of the program and again after it was changed. */
export const connectSplashService = {
    start() {
        const url = session.connect_splash;
        if (!url || browser.sessionStorage.getItem(KEY) === url) {
            return;
        }
        browser.sessionStorage.setItem(KEY, url);
        const picture = new Image();
        picture.alt = "";
        picture.className = "o_connect_splash position-fixed top-0 start-0 w-100 h-100 object-fit-contain bg-view";
        picture.style.zIndex = 2000;
        picture.style.transition = `opacity ${FADE}ms`;
        picture.onload = () => {
            document.body.append(picture);
            browser.setTimeout(() => (picture.style.opacity = 0), SHOWN);
            browser.setTimeout(() => picture.remove(), SHOWN + FADE);
        };
        picture.src = url;
    },
};

registry.category("services").add("connect_splash", connectSplashService);
