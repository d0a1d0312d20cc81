from . import test_agent, test_automatic, test_clock, test_delivery, test_explain
from . import test_forced, test_hand_over, test_isolation, test_kept_plans, test_lanes
from . import test_ledger, test_metrics, test_notices, test_proof
from . import test_reference, test_replay, test_reply, test_service, test_skills, test_statuses, test_ticket_rules
from . import test_transfer, test_transfer_parallel, test_verbs
