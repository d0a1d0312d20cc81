def _count_existing_members(env):
    """Specialists who stood on lines before routing was installed get their agents, offline, and their counters."""
    env["connect.line.member"]._on_members_changed(env["connect.line"].with_context(active_test=False).search([]))
