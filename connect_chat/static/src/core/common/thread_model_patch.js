import { fields } from "@mail/core/common/record";
import { Thread } from "@mail/core/common/thread_model";
import "@mail/discuss/core/common/thread_model_patch";
import { rpc } from "@web/core/network/rpc";
import { patch } from "@web/core/utils/patch";
import { imageUrl } from "@web/core/utils/urls";

const PAGE = 200;

patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        /** Both ends of a conversation: line_id, line_name, partner_id, partner_name, company_name. */
        this.connect = undefined;
        /** The last number of the feed up to which this screen misses nothing; undefined until it has caught up once. */
        this.connectSeq = undefined;
        this.connectCatchingUp = undefined;
        /** Id of the last message before the session that is shown; 0: the whole history is. */
        this.connectBefore = fields.Attr(0);
    },
    get isChatChannel() {
        return this.channel_type === "connect" || super.isChatChannel;
    },
    get supportsCustomChannelName() {
        return this.channel_type !== "connect" && super.supportsCustomChannelName;
    },
    get displayName() {
        if (this.channel_type !== "connect" || !this.connect) {
            return super.displayName;
        }
        if (this.store.self_partner?.id === this.connect.partner_id) {
            return this.connect.line_name;
        }
        return [this.connect.partner_name, this.connect.company_name].filter(Boolean).join(" · ");
    },
    get avatarUrl() {
        if (this.channel_type !== "connect" || !this.connect) {
            return super.avatarUrl;
        }
        const recipient = this.channel_member_ids.find(
            (member) => member.partner_id?.id === this.connect.partner_id
        );
        return recipient?.avatarUrl ?? imageUrl("res.partner", this.connect.partner_id, "avatar_128");
    },
    get prefix() {
        return this.channel_type === "connect" ? "" : super.prefix;
    },
    get invitationLink() {
        return this.channel_type === "connect" ? undefined : super.invitationLink;
    },
    /** Somebody else works on it now: it stays before one's eyes, and goes on listening. */
    onPinStateUpdated() {
        if (this.channel_type === "connect" && !this.displayToSelf && this.eq(this.store.discuss?.thread)) {
            this.isLocallyPinned = true;
            return;
        }
        super.onPinStateUpdated();
    },
    async fetchMessages(params = {}) {
        const isFirst = this.channel_type === "connect" && this.connectSeq === undefined;
        if (isFirst) {
            // the head is asked before the messages: what comes in between is fetched twice rather than never
            const { head, before_session } = await rpc(
                "/connect/feed",
                { channel_id: this.id, after_seq: 2147483647, limit: 1, with_session: true },
                { silent: true }
            ).catch(() => ({ head: undefined, before_session: 0 }));
            this.connectSeq = head;
            this.connectBefore = before_session;
        }
        if (this.connectBefore && params.around <= this.connectBefore) {
            if (isFirst || !params.around) {
                params = { ...params, around: this.connectBefore + 1 };
            } else {
                this.connectBefore = 0; // he follows a search or a quotation into the history
            }
        }
        const messages = await super.fetchMessages(params);
        return this.connectBefore ? messages.filter(({ id }) => id > this.connectBefore) : messages;
    },
    /** The session is shown to its beginning, and there is something before it. */
    get connectHasEarlier() {
        return Boolean(this.connectBefore) && this.isLoaded && !this.loadOlder && !this.hasLoadingFailed;
    },
    /** From here on the history comes by pages, as one scrolls. */
    async connectShowEarlier() {
        this.connectBefore = 0;
        this.loadOlder = true;
        await this.fetchMoreMessages();
    },
    /**
     * Fetch what this screen is missing, by number. Called when the server says that the feed has grown, after the
     * connection was lost, and from time to time: the bus may lose what it carries.
     *
     * @param {[number, number][]} [fresh] numbers and message ids that the server has just named
     */
    async connectCatchUp(fresh = []) {
        if (this.channel_type !== "connect" || !this.isLoaded || this.connectSeq === undefined) {
            return;
        }
        for (const [seq, messageId] of fresh) {
            if (seq === this.connectSeq + 1 && this.messages.some(({ id }) => id === messageId)) {
                this.connectSeq = seq;
            }
        }
        if (fresh.length && fresh.at(-1)[0] <= this.connectSeq) {
            return;
        }
        this.connectCatchingUp ??= this._connectFetchMissing().finally(() => {
            this.connectCatchingUp = undefined;
        });
        await this.connectCatchingUp;
    },
    async _connectFetchMissing() {
        let head;
        do {
            const page = await rpc(
                "/connect/feed",
                { channel_id: this.id, after_seq: this.connectSeq, limit: PAGE },
                { silent: true }
            );
            head = page.head;
            this.store.insert(page.data);
            for (const { seq, message_id } of page.items) {
                const message = this.store["mail.message"].get(message_id);
                if (message?.isSelfAuthored && this.messages.some(({ isPending }) => isPending)) {
                    // the answer to sending will put it in place of the pending one; look again then
                    setTimeout(() => this.connectCatchUp().catch(() => {}), 1500);
                    return;
                }
                if (message && !this.loadNewer && message.notIn(this.messages)) {
                    this._connectAdd(message);
                }
                this.connectSeq = seq;
            }
            if (!page.items.length) {
                break;
            }
        } while (this.connectSeq < head);
    },
    /** Put a message at its place. One's own may still stand there as pending: it is replaced, not doubled. */
    _connectAdd(message) {
        const later = this.messages.findIndex(
            (other) => Number.isInteger(other.id) && other.id > message.id
        );
        if (later === -1) {
            this.messages.push(message);
        } else {
            this.messages.splice(later, 0, message);
        }
    },
});
