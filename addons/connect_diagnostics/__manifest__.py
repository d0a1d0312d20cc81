{
    "name": "Connect: Diagnostics",
    "summary": "Failures of people's screens reach the developers by themselves, if the people allow it",
    "version": "19.0.1.0.0",
    "category": "Services/Connect",
    "author": "Connect contributors",
    "license": "LGPL-3",
    "depends": ["connect_lines", "base_setup"],
    "data": [
        "security/ir.model.access.csv",
        "data/ir_cron.xml",
        "data/mail_template.xml",
        "views/connect_failure_views.xml",
        "views/res_config_settings_views.xml",
        "views/res_users_views.xml",
        "views/portal_templates.xml",
    ],
    "assets": {
        "web.assets_backend": ["connect_diagnostics/static/src/failure_reporter.js"],
        "web.assets_frontend": ["connect_diagnostics/static/src/failure_reporter.js"],
        "connect_chat.assets_portal": ["connect_diagnostics/static/src/failure_reporter.js"],
    },
}
