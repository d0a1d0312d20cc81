import { AttachmentUploadService } from "@mail/core/common/attachment_upload_service";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

export const MAX_FILE = 100 * 1024 * 1024;

patch(AttachmentUploadService.prototype, {
    /** Say it before a hundred megabytes are on their way; the server has the same limit. */
    async upload(thread, composer, file) {
        if (file.size > MAX_FILE) {
            this.notificationService.add(
                _t("The file “%s” is larger than 100 MB and was not sent. Send it in parts or as a link.", file.name),
                { type: "danger" }
            );
            return;
        }
        return super.upload(...arguments);
    },
});
