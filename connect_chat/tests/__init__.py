from . import (
    test_access,
    test_browser,
    test_contract,
    test_events,
    test_feed,
    test_isolation,
    test_parallel,
    test_portal,
    test_post,
    test_rating,
    test_routes,
    test_session,
)
