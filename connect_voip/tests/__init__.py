from . import test_calls
from . import test_isolation
from . import test_isolation_office
from . import test_numbers
from . import test_office
from . import test_trunks
