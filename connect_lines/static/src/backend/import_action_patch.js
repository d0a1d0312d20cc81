import { ImportAction } from "@base_import/import_action/import_action";
import { patch } from "@web/core/utils/patch";

/** A table of accounts leads back to the list of people: what was imported are forms, gone by tomorrow. */
patch(ImportAction.prototype, {
    openRecords(resIds) {
        return this.model.resModel === "connect.account" ? this.env.config.historyBack() : super.openRecords(resIds);
    },
});
