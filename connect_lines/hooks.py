"""What has to be put back when the addon leaves."""

BASE_RULES = {
    "base.res_partner_rule": {
        "domain_force": "['|', '|', ('partner_share', '=', False), ('company_id', 'parent_of', company_ids),"
        " ('company_id', '=', False)]",
        "perm_write": True,
        "perm_create": True,
        "perm_unlink": True,
    },
    "base.res_users_rule": {
        "domain_force": "['|', ('share', '=', False), ('company_ids', 'in', company_ids)]",
    },
}


def _restore_base_rules(env):
    """Give Odoo its own visibility rules back: ours speak of tables that are about to be dropped."""
    for xml_id, values in BASE_RULES.items():
        rule = env.ref(xml_id, raise_if_not_found=False)
        if rule:
            rule.write(values)
