"""What a cluster and its backups leave in an account, which Terraform does not know and which stops or survives it."""

from collections.abc import Iterator

from botocore.exceptions import ClientError

from plumbline.cloud.account import Account, code
from plumbline.cloud.wait import until


def _of_cluster(name: str, tags: list[dict[str, str]]) -> bool:
    """Tell whether a controller of the cluster has made it: the cloud provider, the load balancer controller, CSI."""
    found = {one["Key"]: one["Value"] for one in tags}
    return (
        found.get(f"kubernetes.io/cluster/{name}") == "owned"
        or found.get("elbv2.k8s.aws/cluster") == name
        or found.get("cluster.k8s.amazonaws.com/name") == name
    )


def _of_environment(environment: str, tags: list[dict[str, str]]) -> bool:
    """Tell whether a volume has the tags of `extraVolumeTags` in modules/eks/addons.tf, both of them."""
    found = {one["Key"]: one["Value"] for one in tags}
    return found.get("Project") == "plumbline" and found.get("Environment") == environment


def load_balancers(account: Account) -> list[str]:
    """Delete the cluster's load balancers with their target groups, then its security groups of load balancers.

    Returns:
        What was deleted.
    """
    elb = account.client("elbv2")
    gone = []
    balancers = [
        one for page in elb.get_paginator("describe_load_balancers").paginate() for one in page["LoadBalancers"]
    ]
    for arn in _tagged(account, [one["LoadBalancerArn"] for one in balancers]):
        elb.delete_load_balancer(LoadBalancerArn=arn)
        gone.append(arn)
    groups = [one for page in elb.get_paginator("describe_target_groups").paginate() for one in page["TargetGroups"]]
    for arn in _tagged(account, [one["TargetGroupArn"] for one in groups]):
        elb.delete_target_group(TargetGroupArn=arn)
        gone.append(arn)
    return gone + _classic(account)


def _tagged(account: Account, arns: list[str]) -> Iterator[str]:
    for start in range(0, len(arns), 20):  # as many as one call takes
        described = account.client("elbv2").describe_tags(ResourceArns=arns[start : start + 20])
        for one in described["TagDescriptions"]:
            if _of_cluster(account.name, one["Tags"]):
                yield one["ResourceArn"]


def _classic(account: Account) -> list[str]:
    elb = account.client("elb")
    gone = []
    for page in elb.get_paginator("describe_load_balancers").paginate():
        for one in page["LoadBalancerDescriptions"]:
            name = one["LoadBalancerName"]
            if _of_cluster(account.name, elb.describe_tags(LoadBalancerNames=[name])["TagDescriptions"][0]["Tags"]):
                elb.delete_load_balancer(LoadBalancerName=name)
                gone.append(name)
    return gone


def interfaces(account: Account, seconds: float = 300) -> list[str]:
    """Wait for the interfaces of load balancers to go, then delete the cluster's that nothing uses any more.

    A subnet cannot go while one is in it. Those of nodes are in use until Terraform deletes the nodes: nobody waits.
    """
    ec2 = account.client("ec2")
    # AWS itself takes those of a deleted load balancer off, within minutes, and lets nobody else do it.
    until(lambda: not of_load_balancers(account), seconds, pause=min(5, seconds / 4))
    described = ec2.get_paginator("describe_network_interfaces").paginate(
        Filters=[{"Name": "status", "Values": ["available"]}]
    )
    gone = []
    for page in described:
        for one in page["NetworkInterfaces"]:
            if _of_cluster(account.name, one["TagSet"]):
                ec2.delete_network_interface(NetworkInterfaceId=one["NetworkInterfaceId"])
                gone.append(one["NetworkInterfaceId"])
    return gone


def of_load_balancers(account: Account) -> list[str]:
    """Name the interfaces of load balancers in the environment's network; they carry no tag, only a description."""
    ec2 = account.client("ec2")
    named = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [account.name]}])["Vpcs"]
    if not named:
        return []
    inside = {"Name": "vpc-id", "Values": [one["VpcId"] for one in named]}
    pages = ec2.get_paginator("describe_network_interfaces").paginate(Filters=[inside])
    return [
        one["NetworkInterfaceId"]
        for page in pages
        for one in page["NetworkInterfaces"]
        if one["Description"].startswith("ELB ") and not one.get("Attachment", {}).get("InstanceId")
    ]


def security_groups(account: Account) -> list[str]:
    """Delete the security groups that the load balancer controller has made; the VPC cannot go before them."""
    ec2 = account.client("ec2")
    tag = {"Name": "tag:elbv2.k8s.aws/cluster", "Values": [account.name]}
    gone = []
    for one in ec2.describe_security_groups(Filters=[tag])["SecurityGroups"]:
        ec2.delete_security_group(GroupId=one["GroupId"])
        gone.append(one["GroupId"])
    return gone


def volumes(account: Account) -> list[str]:
    """Delete the environment's volumes that no instance has: those of its cluster, and those its EBS add-on tagged."""
    ec2 = account.client("ec2")
    gone = []
    for page in ec2.get_paginator("describe_volumes").paginate(Filters=[{"Name": "status", "Values": ["available"]}]):
        for one in page["Volumes"]:
            tags = one.get("Tags", [])
            if _of_cluster(account.name, tags) or _of_environment(account.environment, tags):
                ec2.delete_volume(VolumeId=one["VolumeId"])
                gone.append(one["VolumeId"])
    return gone


def recovery_points(account: Account) -> list[str]:
    """Delete the recovery points of the environment's backup vaults; a vault that holds one cannot go."""
    backup = account.client("backup")
    gone = []
    for vault in backup.list_backup_vaults()["BackupVaultList"]:
        name = vault["BackupVaultName"]
        if not name.startswith(account.name):
            continue
        for page in backup.get_paginator("list_recovery_points_by_backup_vault").paginate(BackupVaultName=name):
            for one in page["RecoveryPoints"]:
                backup.delete_recovery_point(BackupVaultName=name, RecoveryPointArn=one["RecoveryPointArn"])
                gone.append(one["RecoveryPointArn"])
    return gone


def unprotect_database(account: Account) -> list[str]:
    """Take the deletion protection off the database, which an earlier apply may have put on."""
    name = f"{account.name}-mlflow"
    rds = account.client("rds")
    try:
        found = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]
    except ClientError as error:
        if code(error) in ("DBInstanceNotFound", "DBInstanceNotFoundFault"):
            return []
        raise
    if not found["DeletionProtection"]:
        return []
    rds.modify_db_instance(DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True)
    return [name]


def log_group(account: Account, seconds: float = 60) -> list[str]:
    """Delete the control plane's log group, which EKS makes again if it logs after Terraform has deleted it.

    The next apply could not make it. The last lines of a cluster may come late: it is looked for a few times.
    """
    logs = account.client("logs")
    name = f"/aws/eks/{account.name}/cluster"

    def deleted() -> bool:
        try:
            logs.delete_log_group(logGroupName=name)
        except ClientError as error:
            if code(error) == "ResourceNotFoundException":
                return False
            raise
        return True

    return [name] if until(deleted, seconds, pause=seconds / 4) else []


def secrets(account: Account) -> list[str]:
    """Delete for good the environment's secrets: those made by hand, and those in recovery, whose names are taken."""
    client = account.client("secretsmanager")
    gone = []
    for page in client.get_paginator("list_secrets").paginate(IncludePlannedDeletion=True):
        for one in page["SecretList"]:
            if one["Name"].startswith(f"{account.name}/"):
                client.delete_secret(SecretId=one["Name"], ForceDeleteWithoutRecovery=True)
                gone.append(one["Name"])
    return gone


def keys(account: Account) -> list[str]:
    """Name the environment's keys that wait for their deletion: free of charge, and brought back until then."""
    kms = account.client("kms")
    waiting = []
    for page in kms.get_paginator("list_keys").paginate():
        for one in page["Keys"]:
            described = kms.describe_key(KeyId=one["KeyId"])["KeyMetadata"]
            if described["KeyState"] == "PendingDeletion" and account.name in described.get("Description", ""):
                waiting.append(f"{one['KeyId']} until {described['DeletionDate']:%Y-%m-%d}")
    return waiting
