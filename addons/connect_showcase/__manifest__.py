{
    "name": "Connect: Showcase",
    "summary": "A service company offers products to its clients' people in their portal",
    "version": "19.0.1.0.0",
    "category": "Services/Connect",
    "author": "Connect contributors",
    "license": "LGPL-3",
    "depends": ["connect_lines"],
    "data": [
        "security/ir.model.access.csv",
        "security/connect_product_rules.xml",
        "data/ir_config_parameter.xml",
        "views/connect_product_views.xml",
        "views/connect_application_views.xml",
        "views/portal_templates.xml",
    ],
    "demo": ["demo/connect_product.xml"],
}
