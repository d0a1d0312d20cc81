import { Thread } from "@mail/core/common/thread_model";
import "@mail/core/public_web/thread_model_patch";
import "@mail/discuss/core/public/thread_model_patch";
import "@mail/discuss/core/public_web/thread_model_patch";
import { patch } from "@web/core/utils/patch";

/** The page has one conversation and no windows. */
patch(Thread.prototype, {
    computeIsDisplayed() {
        return this.eq(this.store.discuss.thread);
    },
    get inChathubOnNewMessage() {
        return false;
    },
    setActiveURL() {},
    get showUnreadBanner() {
        return false;
    },
    get hasAttachmentPanel() {
        return false;
    },
});
