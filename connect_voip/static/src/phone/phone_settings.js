import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";
import { NO_HTTPS } from "./phone_sound";

/** «Voice» and «Sounds» in the card of the telephone (VOI-11). */
export class PhoneSettings extends Component {
    static template = "connect_voip.PhoneSettings";
    static props = {};

    setup() {
        this.sound = useState(useService("connect.phone").sound);
        this.state = useState({ devices: { microphone: [], loudspeaker: [], ringer: [] }, trouble: "" });
        onWillStart(async () => {
            try {
                this.state.devices = await this.sound.list();
            } catch (error) {
                this.state.trouble = this.troubleText(error);
            }
        });
    }

    troubleText({ name }) {
        if (name === NO_HTTPS) {
            return _t("The browser gives a microphone to pages with https alone.");
        }
        return name === "NotFoundError"
            ? _t("No microphone was found. Connect one, and open this page again.")
            : _t("Allow the microphone in the browser to choose devices.");
    }

    get canRoute() {
        return "setSinkId" in HTMLMediaElement.prototype;
    }

    get choices() {
        const uses = [{ use: "microphone", label: _t("Microphone"), group: "voice" }];
        if (this.canRoute) {
            uses.push({ use: "loudspeaker", label: _t("Loudspeaker"), group: "voice" });
            uses.push({ use: "ringer", label: _t("Ring on"), group: "sounds" });
        }
        return uses.map((each) => ({ ...each, ...this.devicesOf(each.use) }));
    }

    /** What there is, and what was chosen though it is not there now. */
    devicesOf(use) {
        const known = this.state.devices[use];
        const chosen = this.sound.chosen[use] ?? { id: "", label: "" };
        const isGone = chosen.id && !known.some(({ id }) => id === chosen.id);
        const gone = isGone ? [{ ...chosen, label: _t("%s (not connected)", chosen.label) }] : [];
        return { chosen: chosen.id, devices: [...known, ...gone] };
    }

    choose({ use, devices }, id) {
        const device = devices.find((each) => each.id === id) ?? { id: "", label: "" };
        return this.sound.choose(use, { id: device.id, label: device.label });
    }

    set(name, value) {
        return this.sound.set(name, value);
    }
}
