from . import connect_application, connect_product, res_users
