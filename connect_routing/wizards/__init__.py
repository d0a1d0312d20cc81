from . import connect_replay
from . import connect_replay_member
from . import connect_replay_hour
from . import connect_hand_over
