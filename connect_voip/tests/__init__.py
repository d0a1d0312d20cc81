from . import test_calls
from . import test_isolation
from . import test_numbers
