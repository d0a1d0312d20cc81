import { registry } from "@web/core/registry";

const SLOW = 30000; // ms

/** Keeps the open conversations complete: the bus wakes, the feed's numbers tell. */
export const connectFeedService = {
    dependencies: ["bus_service", "mail.store"],
    start(env, { bus_service: bus, "mail.store": store }) {
        const conversations = () =>
            Object.values(store.Thread.records).filter(
                (thread) => thread.channel_type === "connect" && thread.isLoaded
            );
        const catchUpAll = () =>
            conversations().forEach((thread) => thread.connectCatchUp().catch(() => {}));
        bus.subscribe("connect.feed/changed", ({ channel_id, seq, items }) => {
            const thread = store.Thread.get({ model: "discuss.channel", id: channel_id });
            env.bus.trigger("connect.feed", { channelId: channel_id, seq });
            thread?.connectCatchUp(items).catch(() => {});
        });
        bus.addEventListener("BUS:RECONNECT", catchUpAll);
        window.addEventListener("online", catchUpAll);
        setInterval(catchUpAll, SLOW);
        return { catchUpAll };
    },
};

registry.category("services").add("connect.feed", connectFeedService);
