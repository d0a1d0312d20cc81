import { mount, whenReady } from "@odoo/owl";
import { appTranslateFn } from "@web/core/l10n/translation";
import { MainComponentsContainer } from "@web/core/main_components_container";
import { registry } from "@web/core/registry";
import { getTemplate } from "@web/core/templates";
import { makeEnv, startServices } from "@web/env";
import { ConnectPortal } from "./connect_portal";

(async function boot() {
    await whenReady();
    registry.category("main_components").add("ConnectPortal", { Component: ConnectPortal });
    const env = makeEnv();
    await startServices(env);
    odoo.isReady = true;
    await mount(MainComponentsContainer, document.body, {
        env,
        getTemplate,
        dev: env.debug,
        translatableAttributes: ["data-tooltip"],
        translateFn: appTranslateFn,
    });
})();
