from . import test_failure, test_isolation
