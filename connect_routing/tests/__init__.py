from . import test_agent, test_automatic, test_delivery, test_isolation, test_ledger, test_ticket_rules, test_verbs
