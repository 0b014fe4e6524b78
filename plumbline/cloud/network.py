"""What a cluster that is gone has left in its network, where the VPC cannot go before it."""

from typing import Any

from plumbline.cloud.account import Account


def free(account: Account) -> list[str]:
    """Delete the interfaces that nothing uses and the security groups of Kubernetes in the environment's network.

    For a cluster that is gone: while it is there, EKS uses the group that it tags like those of its controllers.

    Returns:
        What was deleted.
    """
    ec2 = account.client("ec2")
    gone = []
    for vpc in ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [account.name]}])["Vpcs"]:
        inside = {"Name": "vpc-id", "Values": [vpc["VpcId"]]}
        gone += _interfaces(ec2, inside) + _groups(ec2, inside, account.name)
    return gone


def _interfaces(ec2: Any, inside: dict[str, Any]) -> list[str]:
    """Delete what the network add-on detached and did not delete, with its tag or, cut short, without."""
    unused = {"Name": "status", "Values": ["available"]}
    pages = ec2.get_paginator("describe_network_interfaces").paginate(Filters=[inside, unused])
    found = [one["NetworkInterfaceId"] for page in pages for one in page["NetworkInterfaces"]]
    for interface in found:
        ec2.delete_network_interface(NetworkInterfaceId=interface)
    return found


def _groups(ec2: Any, inside: dict[str, Any], name: str) -> list[str]:
    """Delete the groups that EKS and its controllers tagged, after the rules by which they name one another."""
    tags = {f"kubernetes.io/cluster/{name}": "owned", "aws:eks:cluster-name": name, "elbv2.k8s.aws/cluster": name}
    pages = ec2.get_paginator("describe_security_groups").paginate(Filters=[inside])
    found = [
        one
        for page in pages
        for one in page["SecurityGroups"]
        if any(tags.get(tag["Key"]) == tag["Value"] for tag in one.get("Tags", []))
    ]
    for one in found:
        if one["IpPermissions"]:
            ec2.revoke_security_group_ingress(GroupId=one["GroupId"], IpPermissions=one["IpPermissions"])
    for one in found:
        ec2.delete_security_group(GroupId=one["GroupId"])
    return [one["GroupId"] for one in found]
