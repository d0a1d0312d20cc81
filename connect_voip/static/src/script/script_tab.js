import { Component, useEffect, useState } from "@odoo/owl";
import { DiscussContent } from "@mail/core/public_web/discuss_content";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { useDebounced } from "@web/core/utils/timing";
import { ConnectPanel } from "@connect_chat/core/web/connect_panel";

const SAVE_AFTER = 800; // ms without a key

/** The script of a call beside its conversation: a step at a time, the last one finishes it (VOI-25, VOI-26). */
export class ScriptTab extends Component {
    static template = "connect_voip.ScriptTab";
    static props = { run: Object };

    setup() {
        this.scripts = useService("connect.scripts");
        this.run = useState(this.props.run); // another run is another component
        this.state = useState({ isBusy: false });
        this.keep = useDebounced(() => this.scripts.save(this.run), SAVE_AFTER, { execBeforeUnmount: true });
    }

    get step() {
        return this.run.form.steps[this.run.step];
    }

    get isLast() {
        return this.run.form.kind === "url" || this.run.step >= this.run.form.steps.length - 1;
    }

    get progress() {
        return _t("Step %(step)s of %(count)s", { step: this.run.step + 1, count: this.run.form.steps.length });
    }

    /** Questions of this step that must be answered before one goes on. */
    get open() {
        return this.run.form.kind === "url"
            ? []
            : this.step.fields.filter(({ id, required }) => required && !this.run.answers[id]);
    }

    answer(field, value) {
        this.run.answers[field.id] = value;
        this.keep();
    }

    go(by) {
        this.run.step += by;
        this.keep();
    }

    async complete() {
        this.state.isBusy = true;
        try {
            this.keep.cancel();
            await this.scripts.complete(this.run);
        } finally {
            this.state.isBusy = false;
        }
    }
}

ConnectPanel.components = { ...ConnectPanel.components, ScriptTab };

patch(ConnectPanel.prototype, {
    setup() {
        super.setup();
        this.scripts = useState(useService("connect.scripts"));
        useEffect(
            (runId) => {
                if (runId) {
                    this.state.tab = "script"; // of a call that was answered just now, or is not finished yet
                }
            },
            () => [this.scriptRun?.id]
        );
    },
    get scriptRun() {
        return this.scripts.runOf(this.props.thread);
    },
    get tabs() {
        const script = { id: "script", icon: "fa-list-ol", name: _t("Script") };
        return this.scripts && this.scriptRun ? [script, ...super.tabs] : super.tabs;
    },
});

/** The script opens by itself, also where the panel is folded (VOI-25). */
patch(DiscussContent.prototype, {
    setup() {
        super.setup();
        this.connectScripts = useState(useService("connect.scripts"));
        useEffect(
            (runId) => {
                const panel = runId && this.threadActions.actions.find(({ id }) => id === "connect-panel");
                if (panel && !panel.isActive) {
                    panel.open();
                }
            },
            () => [this.connectScripts.runOf(this.thread)?.id]
        );
    },
});
