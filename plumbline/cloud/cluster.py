"""A client of the environment's own cluster, whatever KUBECONFIG points at."""

import base64

from botocore.exceptions import ClientError
from kubernetes import client, config

from plumbline.cloud.account import Account, code


def connect(account: Account) -> client.ApiClient | None:
    """Log in to the cluster; None if there is none.

    The token is what `aws eks get-token` gives: a signed request to STS that names the cluster.
    """
    try:
        found = account.client("eks").describe_cluster(name=account.name)["cluster"]
    except ClientError as error:
        if code(error) == "ResourceNotFoundException":
            return None
        raise
    authority = {"server": found["endpoint"], "certificate-authority-data": found["certificateAuthority"]["data"]}
    connected: client.ApiClient = config.new_client_from_config_dict(
        {
            "clusters": [{"name": account.name, "cluster": authority}],
            "users": [{"name": "destroy", "user": {"token": _token(account)}}],
            "contexts": [{"name": "destroy", "context": {"cluster": account.name, "user": "destroy"}}],
            "current-context": "destroy",
        }
    )
    return connected


def _token(account: Account) -> str:
    sts = account.session.client("sts")
    sts.meta.events.register(
        "before-sign.sts.GetCallerIdentity",
        lambda request, **_: request.headers.add_header("x-k8s-aws-id", account.name),
    )
    url = sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    return "k8s-aws-v1." + base64.urlsafe_b64encode(url.encode()).decode().rstrip("=")
