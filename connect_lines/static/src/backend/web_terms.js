import { _t } from "@web/core/l10n/translation";

/** Words of Odoo's own screens that its Russian lacks. An untranslated term is looked up in all addons. */
export const WEB_TERMS = [_t("Imported records"), _t("Missing required fields")];
