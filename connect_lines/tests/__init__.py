from . import isolation, test_account, test_company, test_isolation, test_line, test_people, test_views
