import { registry } from "@web/core/registry";

/** The report of a self-test appears in the form of its exchange by itself. */
export const connectPbxTestService = {
    dependencies: ["action", "bus_service"],
    start(env, { action, bus_service }) {
        bus_service.subscribe("connect.pbx/tested", () => {
            if (action.currentController?.action.res_model === "connect.pbx") {
                action.doAction("soft_reload");
            }
        });
    },
};

registry.category("services").add("connect.pbx.test", connectPbxTestService);
