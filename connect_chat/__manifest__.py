{
    "name": "Connect: Chat",
    "summary": "Conversations with support lines: in Discuss for specialists, in the portal for people",
    "version": "19.0.1.0.0",
    "category": "Services/Connect",
    "author": "Connect contributors",
    "license": "LGPL-3",
    "depends": ["connect_routing", "rating"],
    "data": [
        "security/ir.model.access.csv",
        "security/connect_chat_rules.xml",
        "views/connect_request_views.xml",
        "views/portal_templates.xml",
    ],
    "demo": ["demo/connect_chat_demo.xml"],
    "assets": {
        "web.assets_backend": [
            "connect_chat/static/src/core/common/**/*",
            "connect_chat/static/src/core/web/**/*",
        ],
        "connect_chat.assets_portal": [
            ("include", "mail.assets_public"),
            ("remove", "mail/static/src/discuss/core/public/boot.js"),
            "connect_lines/static/src/session/**/*",
            "connect_chat/static/src/core/common/**/*",
            "connect_chat/static/src/portal/**/*",
        ],
    },
}
