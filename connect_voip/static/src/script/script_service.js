import { reactive } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";

/** The operator's scripts that are not finished: they begin on the server, when he answers a call of their line. */
export class ConnectScripts {
    constructor({ bus_service, orm }) {
        this.bus = bus_service;
        this.orm = orm;
        this.runs = [];
        this.count = 0;
    }

    async begin() {
        const refresh = debounce(() => this.refresh(), 50);
        this.bus.subscribe("connect.call/changed", refresh);
        this.bus.subscribe("connect.script/changed", refresh);
        this.bus.addEventListener("BUS:RECONNECT", refresh);
        await this.refresh();
    }

    /** What is known already keeps its place: the operator is typing into it. */
    async refresh() {
        const { runs, count } = await this.orm.silent.call("connect.script.run", "get_open_runs", []);
        const known = new Map(this.runs.map((run) => [run.id, run]));
        this.runs = runs.map((run) => known.get(run.id) ?? run);
        this.count = count;
    }

    /** The script that belongs to a conversation: of the latest call with this person on this line. */
    runOf(thread) {
        const { line_id, partner_id } = thread?.connect ?? {};
        return this.runs.find((run) => run.line_id === line_id && run.partner_id === partner_id);
    }

    save(run) {
        return this.orm.silent.call("connect.script.run", "save", [[run.id], { ...run.answers }, run.step]);
    }

    async complete(run) {
        await this.orm.call("connect.script.run", "complete", [[run.id], { ...run.answers }]);
        await this.refresh();
    }
}

export const connectScriptService = {
    dependencies: ["bus_service", "orm"],
    start(env, services) {
        const scripts = reactive(new ConnectScripts(services));
        user.hasGroup("connect_lines.group_agent").then((isAgent) => isAgent && scripts.begin());
        return scripts;
    },
};

registry.category("services").add("connect.scripts", connectScriptService);
