import { _t } from "@web/core/l10n/translation";

/**
 * Words of Discuss that people see beside ours and that Odoo's own Russian lacks: named here so that our translation
 * carries them. An untranslated term is looked up in all addons.
 */
export const DISCUSS_TERMS = [
    _t("Add Star"),
    _t("Remove Star"),
    _t("Starred message"),
    _t("Starred messages"),
    _t("Search conversations"),
    _t("Conversations"),
    _t("Filter Messages"),
    _t("Tracked Changes"),
    _t("New Meeting"),
    _t("Mark Read"),
    _t("Message Copied!"),
    _t("KB"),
    _t("Do Not Disturb"),
    _t("Forward Message"),
    _t("Discard editing"),
    _t("Thread Actions"),
    _t("Channel Actions"),
    _t("Chat Actions"),
    _t("Out-of-office message"),
    _t("Start Call"),
    _t("Start Video Call"),
    _t("Join the Call"),
    _t("Microphone"),
    _t("Use Microphone"),
    _t("Permission Needed"),
    _t("User is busy"),
    _t("Unknown Status"),
    _t("Detected As Spam"),
    _t("Reset initial position"),
    _t("Invitation link copied!"),
];
