import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * «Listen» and «Download» of a recording (VOI-09). The sound is fetched with the click, since each fetching is noted as
 * a hearing. The view has the fields `can_hear` and `is_deleted`.
 */
export class Recording extends Component {
    static template = "connect_voip.Recording";
    static props = { ...standardWidgetProps };

    setup() {
        this.notification = useService("notification");
        this.state = useState({ isOpen: false });
    }

    get url() {
        return `/connect/recording/${this.props.record.resId}`;
    }

    onError() {
        this.state.isOpen = false;
        this.notification.add(_t("The recording could not be fetched. Load the page anew and try again."), {
            type: "warning",
        });
    }
}

registry.category("view_widgets").add("connect_recording", {
    component: Recording,
    listViewWidth: 340,
});
