from . import connect_failure, res_config_settings, res_users
