import { markRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { user } from "@web/core/user";
import { RingTone } from "./ring_tone";

const DEVICES_KEY = "connect.phone.devices";
export const NO_HTTPS = "SecurityError"; // browsers give no microphone to pages without https
const MISSING = ["NotFoundError", "OverconstrainedError"];
const AWAKE_WITHIN = 500; // ms
const KINDS = { microphone: "audioinput", loudspeaker: "audiooutput", ringer: "audiooutput" };

/**
 * Microphone, loudspeaker and ring tone of the telephone in the browser (VOI-11). Devices are the browser's own and
 * stay in it; how loud is the person's and goes with him. A chosen device that is not there is replaced by the standard
 * one, aloud, and used again when it is back.
 */
export class PhoneSound {
    constructor(tell) {
        this.tell = tell;
        this.chosen = JSON.parse(browser.localStorage.getItem(DEVICES_KEY) || "{}"); // by use: {id, label}
        this.missing = new Set();
        this.gain = user.settings.connect_microphone_gain ?? 100; // %
        this.rings = user.settings.connect_ring_tone ?? true;
        this.volume = user.settings.connect_ring_volume ?? 60; // %
        this.tone = markRaw(new RingTone((element) => this.route(element, "ringer")));
        this.call = null; // {connection, audio} of the conversation
        this.lines = []; // what is to be closed with the microphone
        browser.navigator.mediaDevices?.addEventListener("devicechange", () => this.onDevices());
    }

    // --- settings ---

    /** @returns {Promise<Object>} by use the devices there are; names come once the microphone is allowed */
    async list() {
        const mediaDevices = this.mediaDevices;
        const stream = await mediaDevices.getUserMedia({ audio: true });
        const devices = await mediaDevices.enumerateDevices();
        stream.getTracks().forEach((track) => track.stop());
        const of = (kind) =>
            devices
                .filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default")
                .map(({ deviceId, label }) => ({ id: deviceId, label }));
        return Object.fromEntries(Object.entries(KINDS).map(([use, kind]) => [use, of(kind)]));
    }

    /** @param {{id: string, label: string}} device "" is the standard one */
    async choose(use, device) {
        this.chosen = { ...this.chosen, [use]: device };
        this.missing.delete(use);
        browser.localStorage.setItem(DEVICES_KEY, JSON.stringify(this.chosen));
        await this.apply(use);
    }

    async set(name, value) {
        const field = { gain: "connect_microphone_gain", rings: "connect_ring_tone", volume: "connect_ring_volume" };
        this[name] = value;
        if (name === "gain") {
            await this.apply("microphone");
        }
        await user.setUserSettings(field[name], value);
    }

    /** What has changed is heard at once, in the middle of a call, too. */
    async apply(use) {
        if (use === "microphone" && this.call) {
            const sender = this.call.connection.getSenders().find(({ track }) => track?.kind === "audio");
            const isMuted = sender?.track.enabled === false;
            const [track] = (await this.openMicrophone()).getAudioTracks();
            track.enabled = !isMuted;
            await sender?.replaceTrack(track);
        } else if (use === "loudspeaker" && this.call?.audio) {
            await this.route(this.call.audio, use);
        } else if (use === "ringer" && this.tone.audio) {
            await this.route(this.tone.audio, use);
        }
    }

    /** Something was plugged in or out. */
    async onDevices() {
        const devices = await browser.navigator.mediaDevices.enumerateDevices();
        for (const [use, kind] of Object.entries(KINDS)) {
            const id = this.chosen[use]?.id;
            const isThere = devices.some((each) => each.kind === kind && each.deviceId === id);
            if (id && isThere === this.missing.has(use)) {
                this.missing.delete(use);
                await this.apply(use);
            }
        }
    }

    standIn(use) {
        if (!this.missing.has(use)) {
            this.missing.add(use);
            this.tell(_t("«%s» is not connected. The standard device is used until it is back.", this.chosen[use].label));
        }
    }

    // --- the conversation ---

    begin(connection, audio) {
        this.call = markRaw({ connection, audio });
        return this.route(audio, "loudspeaker");
    }

    end() {
        this.tone.stop();
        this.closeMicrophone();
        this.call = null;
    }

    /** The chosen microphone, as loud as was chosen. */
    async openMicrophone() {
        const stream = await this.capture();
        this.closeMicrophone();
        const [track] = stream.getAudioTracks();
        track.onended = () => this.call && this.apply("microphone"); // unplugged in mid-call
        this.lines = markRaw([() => track.stop()]);
        return this.gain === 100 ? stream : await this.amplify(stream);
    }

    get mediaDevices() {
        const { mediaDevices } = browser.navigator;
        if (!mediaDevices) {
            throw new DOMException("no microphone without https", NO_HTTPS);
        }
        return mediaDevices;
    }

    async capture() {
        const mediaDevices = this.mediaDevices;
        const { id } = this.chosen.microphone ?? {};
        if (id) {
            try {
                const stream = await mediaDevices.getUserMedia({ audio: { deviceId: { exact: id } } });
                this.missing.delete("microphone");
                return stream;
            } catch (error) {
                if (!MISSING.includes(error.name)) {
                    throw error;
                }
                this.standIn("microphone");
            }
        }
        return mediaDevices.getUserMedia({ audio: true });
    }

    async amplify(stream) {
        const context = new AudioContext();
        await Promise.race([context.resume(), new Promise((done) => browser.setTimeout(done, AWAKE_WITHIN))]);
        if (context.state !== "running") {
            context.close(); // a page that nobody has touched yet: better not amplified than not heard
            return stream;
        }
        const gain = context.createGain();
        gain.gain.value = this.gain / 100;
        const out = context.createMediaStreamDestination();
        context.createMediaStreamSource(stream).connect(gain).connect(out);
        this.lines.push(() => context.close());
        return out.stream;
    }

    closeMicrophone() {
        this.lines.forEach((close) => close());
        this.lines = [];
    }

    /** Have an element sound on the device that was chosen for this use. */
    async route(element, use) {
        if (!element?.setSinkId) {
            return; // this browser plays everything on the standard device
        }
        const id = this.chosen[use]?.id || "";
        try {
            await element.setSinkId(id);
            this.missing.delete(use);
        } catch (error) {
            if (!MISSING.includes(error.name)) {
                throw error;
            }
            this.standIn(use);
            await element.setSinkId("");
        }
    }

    ring() {
        return this.rings ? this.tone.start(this.volume / 100) : undefined;
    }

    /** One ring, as it will be. */
    try() {
        return this.tone.start(this.volume / 100, 1);
    }
}
