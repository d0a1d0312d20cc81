from . import test_agent, test_automatic, test_clock, test_delivery, test_isolation, test_ledger
from . import test_notices, test_proof
from . import test_reference, test_replay, test_skills, test_statuses, test_ticket_rules, test_transfer, test_verbs
