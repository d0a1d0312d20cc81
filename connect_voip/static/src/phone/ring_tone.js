const NOTES = [659, 523]; // Hz, one after the other
const NOTE = 0.22; // s
const EVERY = 2.4; // s from one ring to the next
const AHEAD = 60; // s: a call rings no longer

/** A bell made of two notes: no file to load, and as loud as its owner wants it. */
export class RingTone {
    /** @param {(element: HTMLAudioElement) => Promise} route sends an element to the device that is to ring */
    constructor(route) {
        this.route = route;
    }

    /** @param {number} volume from 0 to 1; @param {number} seconds */
    async start(volume, seconds = AHEAD) {
        this.stop();
        const context = (this.context = new AudioContext());
        const loudness = context.createGain();
        loudness.gain.value = volume;
        const out = context.createMediaStreamDestination();
        loudness.connect(out);
        for (let at = 0; at < seconds; at += EVERY) {
            NOTES.forEach((note, index) => this.note(loudness, note, at + index * NOTE));
        }
        this.audio = new Audio();
        this.audio.srcObject = out.stream;
        await this.route(this.audio);
        if (this.context === context) {
            context.resume();
            await this.audio.play().catch(() => {}); // a page that nobody has touched yet may not sound; it shows the call
        }
    }

    note(out, frequency, after) {
        const { context } = this;
        const begin = context.currentTime + after;
        const envelope = context.createGain();
        envelope.gain.setValueAtTime(0, begin);
        envelope.gain.linearRampToValueAtTime(1, begin + 0.02);
        envelope.gain.exponentialRampToValueAtTime(0.01, begin + 2 * NOTE);
        const tone = context.createOscillator();
        tone.frequency.value = frequency;
        tone.connect(envelope).connect(out);
        tone.start(begin);
        tone.stop(begin + 2 * NOTE);
    }

    stop() {
        this.audio?.pause();
        this.context?.close();
        this.audio = this.context = null;
    }
}
