import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import "@web/webclient/user_menu/user_menu_items";

// The menu of somebody who works for a service company: no links to the maker of the platform, but to the lines on which
// he gets support himself (LIN-29), and the two entries that Odoo does not translate in our words.
const items = registry.category("user_menuitems");
items.remove("support");
items.remove("odoo_account");
for (const [name, words] of [
    ["preferences", _t("My settings")],
    ["shortcuts", _t("Keyboard shortcuts")],
]) {
    const item = items.get(name);
    items.add(name, (env) => ({ ...item(env), description: words }), { force: true });
}
items.add("connect_support", () => ({
    type: "item",
    id: "connect_support",
    description: _t("Write to support"),
    href: "/my/connect",
    callback: () => browser.open("/my/connect", "_blank"),
    sequence: 15,
}));
