import { Store } from "@mail/core/common/store_service";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError, rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";

const RETRY_AFTER = [1000, 3000, 10000, 30000];

patch(Store.prototype, {
    /** Every message of a conversation carries a key: sent twice, it is stored once. */
    async getMessagePostParams({ thread }) {
        const params = await super.getMessagePostParams(...arguments);
        if (thread.channel_type === "connect") {
            params.post_data.connect_key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`;
        }
        return params;
    },
    async doMessagePost(params, tmpMessage) {
        if (!params.post_data?.connect_key || !tmpMessage) {
            return super.doMessagePost(...arguments);
        }
        return this.messagePostMutex.exec(() => this._connectPost(params, tmpMessage));
    },
    /**
     * A refusal says why and gives the text back; a lost connection is tried again with the same key.
     */
    async _connectPost(params, tmpMessage, attempt = 0) {
        try {
            return await rpc("/mail/message/post", params, { silent: true });
        } catch (error) {
            if (error instanceof RPCError) {
                this._connectGiveBack(params, tmpMessage, error);
            } else {
                this._connectRetryLater(params, tmpMessage, attempt, error);
            }
        }
    },
    _connectGiveBack(params, tmpMessage, error) {
        const { thread } = tmpMessage;
        const attachments = [...tmpMessage.attachment_ids];
        const body = tmpMessage.body;
        thread.messages.delete(tmpMessage);
        tmpMessage.delete();
        if (!thread.composer.composerText) {
            thread.composer.composerHtml = body;
        }
        thread.composer.attachments.push(
            ...attachments.filter((attachment) => attachment.notIn(thread.composer.attachments))
        );
        const reason = error.data?.name?.startsWith("odoo.exceptions.") && error.data.message;
        this.env.services.notification.add(
            reason || _t("The message was not sent. Its text is kept below: try again."),
            { type: "warning" }
        );
    },
    _connectRetryLater(params, tmpMessage, attempt, error) {
        const again = async () => {
            tmpMessage.postFailRedo = undefined;
            clearTimeout(timer);
            const data = await this.messagePostMutex.exec(() =>
                this._connectPost(params, tmpMessage, attempt + 1)
            );
            if (!data) {
                return;
            }
            this.insert(data.store_data);
            const message = this["mail.message"].get(data.message_id);
            const { thread } = tmpMessage;
            if (message.in(thread.messages)) {
                thread.messages.delete(tmpMessage);
            } else {
                thread.addOrReplaceMessage(message, tmpMessage);
            }
            tmpMessage.delete();
        };
        tmpMessage.postFailRedo = again;
        if (attempt === 0 && error instanceof ConnectionLostError) {
            this.env.services.notification.add(
                _t("No connection. The message is sent as soon as there is one."),
                { type: "warning" }
            );
        }
        const timer = setTimeout(again, RETRY_AFTER[Math.min(attempt, RETRY_AFTER.length - 1)]);
    },
});
