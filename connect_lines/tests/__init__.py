from . import isolation, test_account, test_api, test_company, test_isolation, test_line, test_people, test_views
