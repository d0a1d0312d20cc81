import { Composer } from "@mail/core/common/composer";
import { ComposerAction } from "@mail/core/common/composer_actions";
import { MessageAction } from "@mail/core/common/message_actions";
import { ThreadAction } from "@mail/core/common/thread_actions";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

// What Discuss offers and the server refuses in a conversation, or what has no meaning there.
const HIDDEN_THREAD = new Set([
    "notification-settings",
    "invite-people",
    "pinned-messages",
    "advanced-settings",
    "rename-thread",
    "leave",
]);
const HIDDEN_MESSAGE = new Set(["pin", "edit", "delete", "create-or-view-thread", "copy-link"]);
// Files and voice are no extras here: beside the text, not behind a plus.
const QUICK_COMPOSER = { "upload-files": 10, "voice-start": 15 };

const isConnect = (thread) => thread?.channel_type === "connect";

patch(ThreadAction.prototype, {
    _condition({ thread }) {
        return isConnect(thread) && HIDDEN_THREAD.has(this.id) ? false : super._condition(...arguments);
    },
    /** Alt+F finishes the work; searching gives way. */
    _hotkey({ thread }) {
        return isConnect(thread) && this.id === "search-messages" ? "shift+f" : super._hotkey(...arguments);
    },
});

patch(MessageAction.prototype, {
    _condition({ thread }) {
        return isConnect(thread) && HIDDEN_MESSAGE.has(this.id) ? false : super._condition(...arguments);
    },
});

patch(ComposerAction.prototype, {
    _sequenceQuick({ composer }) {
        return isConnect(composer?.targetThread) && this.id in QUICK_COMPOSER
            ? QUICK_COMPOSER[this.id]
            : super._sequenceQuick(...arguments);
    },
});

patch(Composer.prototype, {
    get placeholder() {
        return isConnect(this.thread) && !this.props.placeholder ? _t("message…") : super.placeholder;
    },
});
