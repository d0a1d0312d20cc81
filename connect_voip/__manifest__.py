{
    "name": "Connect: Voice",
    "summary": "Calls through Asterisk: extensions, routing by the lines, recordings, the bridge",
    "version": "19.0.1.0.0",
    "category": "Services/Connect",
    "author": "Connect contributors",
    "license": "LGPL-3",
    "depends": ["connect_chat"],
    "external_dependencies": {"python": ["aiohttp", "Asterisk"]},
    "data": [
        "security/ir.model.access.csv",
        "security/connect_voip_rules.xml",
        "views/connect_call_views.xml",
        "views/connect_extension_views.xml",
        "views/connect_pbx_views.xml",
        "views/menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["connect_voip/static/src/common/**/*", "connect_voip/static/src/phone/**/*"],
        "connect_chat.assets_portal": ["connect_voip/static/src/common/**/*", "connect_voip/static/src/portal/**/*"],
    },
    "demo": ["demo/connect_voip_demo.xml"],
}
