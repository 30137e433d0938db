# A JupyterHub with two users and two admins, which runs the API as its service at /services/costs/.
import json
import os

settings = json.loads(os.environ["TEST_SETTINGS"])
c = get_config()  # noqa: F821

c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = settings["password"]
c.Authenticator.allowed_users = {"alice", "bob", "ann"}
c.Authenticator.admin_users = {"root"}
c.JupyterHub.bind_url = settings["url"]
c.JupyterHub.hub_port = settings["hubPort"]
c.JupyterHub.db_url = "sqlite://"
c.JupyterHub.cookie_secret_file = os.path.join(settings["folder"], "cookie_secret")
c.ConfigurableHTTPProxy.command = settings["proxy"]
c.ConfigurableHTTPProxy.api_url = settings["proxyApi"]
c.ConfigurableHTTPProxy.auth_token = settings["password"]
c.ConfigurableHTTPProxy.pid_file = os.path.join(settings["folder"], "proxy.pid")
c.JupyterHub.services = [
    {
        "name": "costs",
        "url": settings["apiUrl"],
        "command": settings["command"],
        "environment": settings["environment"],
        "oauth_no_confirm": True,
        # With `inherit` the service learns who is an admin, and may revoke the token when they sign out.
        "oauth_client_allowed_scopes": ["inherit"],
    },
    {"name": "tests", "api_token": settings["adminToken"]},
]
c.JupyterHub.load_roles = [
    {"name": "user", "scopes": ["self", "access:services!service=costs"]},
    {"name": "tests", "services": ["tests"], "scopes": ["admin:users"]},
]
