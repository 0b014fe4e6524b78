"""What a destroy must take away by itself, in an account of moto; what is not the cluster's stays."""

import threading
from typing import Any

import pytest

from plumbline.cloud import buckets, leftovers
from plumbline.cloud.account import Account
from plumbline.tests.cloud.conftest import make_bucket

OURS = [{"Key": "kubernetes.io/cluster/plumbline-staging", "Value": "owned"}]
OTHERS = [{"Key": "kubernetes.io/cluster/plumbline-production", "Value": "owned"}]


@pytest.fixture
def ec2(staging: Account) -> Any:
    return staging.client("ec2")


def tagged(kind: str, tags: list[dict[str, str]]) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": tags}]


def test_versions_markers_and_uploads_go_and_the_bucket_can_be_deleted(staging: Account) -> None:
    # given two versions, a delete marker and an upload that was never finished
    s3 = make_bucket(staging, "full")
    for body in (b"one", b"two"):
        s3.put_object(Bucket="full", Key="a", Body=body)
    s3.delete_object(Bucket="full", Key="a")
    s3.create_multipart_upload(Bucket="full", Key="b")
    # when
    assert buckets.empty(s3, "full") == 4
    # then
    assert buckets.empty(s3, "full") == 0
    s3.delete_bucket(Bucket="full")


def test_more_objects_than_one_page_go(staging: Account) -> None:
    s3 = make_bucket(staging, "large")
    for number in range(1005):
        s3.put_object(Bucket="large", Key=str(number), Body=b"")
    assert buckets.empty(s3, "large") == 1005
    s3.delete_bucket(Bucket="large")


def test_a_bucket_that_is_gone_is_empty(staging: Account) -> None:
    assert buckets.empty(staging.client("s3"), "gone") == 0


def volume(ec2: Any, tags: list[dict[str, str]]) -> str:
    made = ec2.create_volume(Size=1, AvailabilityZone="ap-south-1a", TagSpecifications=tagged("volume", tags))
    return str(made["VolumeId"])


def of_claim(project: str, environment: str) -> list[dict[str, str]]:
    """The tags that the EBS add-on of modules/eks puts on a claim's volume."""
    return [{"Key": "Project", "Value": project}, {"Key": "Environment", "Value": environment}]


def left_volumes(ec2: Any) -> set[str]:
    return {one["VolumeId"] for one in ec2.describe_volumes()["Volumes"]}


def test_orphaned_volumes_of_the_cluster_alone_go(staging: Account, ec2: Any) -> None:
    ours, other = (volume(ec2, tags) for tags in (OURS, OTHERS))
    assert leftovers.volumes(staging) == [ours]
    assert left_volumes(ec2) == {other}


def test_an_orphaned_volume_with_project_and_environment_goes(staging: Account, ec2: Any) -> None:
    ours = volume(ec2, of_claim("plumbline", "staging"))
    assert leftovers.volumes(staging) == [ours]
    assert left_volumes(ec2) == set()


def test_a_volume_of_another_environment_or_project_stays(staging: Account, ec2: Any) -> None:
    others = {
        volume(ec2, tags)
        for tags in (of_claim("plumbline", "production"), of_claim("other", "staging"), of_claim("plumbline", "")[:1])
    }
    assert leftovers.volumes(staging) == []
    assert left_volumes(ec2) == others


def network(ec2: Any, name: str = "plumbline-staging") -> tuple[str, str]:
    named = tagged("vpc", [{"Key": "Name", "Value": name}])
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named)["Vpc"]["VpcId"]
    return vpc, ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]


def test_interfaces_of_the_cluster_alone_go(staging: Account, ec2: Any) -> None:
    _, subnet = network(ec2)
    ours, other = (
        ec2.create_network_interface(SubnetId=subnet, TagSpecifications=tagged("network-interface", tags))
        for tags in (OURS, OTHERS)
    )
    assert leftovers.interfaces(staging, seconds=0) == [ours["NetworkInterface"]["NetworkInterfaceId"]]
    left = {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]}
    assert other["NetworkInterface"]["NetworkInterfaceId"] in left


def interface(ec2: Any, subnet: str, description: str, tags: list[dict[str, str]] | None = None) -> str:
    specifications = tagged("network-interface", tags) if tags else []
    made = ec2.create_network_interface(SubnetId=subnet, Description=description, TagSpecifications=specifications)
    return str(made["NetworkInterface"]["NetworkInterfaceId"])


def test_interfaces_of_load_balancers_are_waited_for(staging: Account, ec2: Any) -> None:
    # given a load balancer's, which AWS takes off soon, and that of another network
    subnet, elsewhere = (network(ec2, name)[1] for name in ("plumbline-staging", "plumbline-production"))
    ours = interface(ec2, subnet, "ELB net/ours/1")
    other = interface(ec2, elsewhere, "ELB net/other/1")
    assert leftovers.of_load_balancers(staging) == [ours]
    aws = threading.Timer(0.2, ec2.delete_network_interface, kwargs={"NetworkInterfaceId": ours})
    aws.start()
    # when
    assert leftovers.interfaces(staging, seconds=20) == []
    # then it has gone
    left = {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]}
    assert ours not in left
    assert other in left
    aws.join()


def test_interfaces_of_running_nodes_are_neither_waited_for_nor_deleted(staging: Account, ec2: Any) -> None:
    # given a node with an interface that the network add-on gave it
    _, subnet = network(ec2)
    image = ec2.describe_images()["Images"][0]["ImageId"]
    node = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, SubnetId=subnet)["Instances"][0]["InstanceId"]
    pods = interface(ec2, subnet, f"aws-K8S-{node}", OURS)
    ec2.attach_network_interface(NetworkInterfaceId=pods, InstanceId=node, DeviceIndex=1)
    # then
    assert leftovers.of_load_balancers(staging) == []
    assert leftovers.interfaces(staging) == []
    assert pods in {one["NetworkInterfaceId"] for one in ec2.describe_network_interfaces()["NetworkInterfaces"]}


def test_load_balancers_with_their_target_groups_and_security_groups_go(staging: Account, ec2: Any) -> None:
    # given
    vpc, subnet = network(ec2)
    elb = staging.client("elbv2")
    tag = [{"Key": "elbv2.k8s.aws/cluster", "Value": "plumbline-staging"}]
    elb.create_load_balancer(Name="ours", Subnets=[subnet], Type="network", Tags=tag)
    elb.create_load_balancer(Name="other", Subnets=[subnet], Type="network")
    elb.create_target_group(Name="ours", Protocol="TCP", Port=80, VpcId=vpc, Tags=tag)
    group = ec2.create_security_group(
        GroupName="k8s", Description="k8s", VpcId=vpc, TagSpecifications=tagged("security-group", tag)
    )
    classic = staging.client("elb")
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
    classic.create_load_balancer(LoadBalancerName="classic", Listeners=[listener], Subnets=[subnet], Tags=OURS)
    # when
    gone = leftovers.load_balancers(staging)
    # then
    assert len(gone) == 3
    assert [one["LoadBalancerName"] for one in elb.describe_load_balancers()["LoadBalancers"]] == ["other"]
    assert elb.describe_target_groups()["TargetGroups"] == []
    assert leftovers.security_groups(staging) == [group["GroupId"]]
    # and there is nothing the second time
    assert leftovers.load_balancers(staging) == []


def test_secrets_in_recovery_free_their_names(staging: Account) -> None:
    client = staging.client("secretsmanager")
    for name in ("plumbline-staging/mlflow/admin", "plumbline-production/mlflow/admin"):
        client.create_secret(Name=name, SecretString="x")
        client.delete_secret(SecretId=name, RecoveryWindowInDays=30)
    assert leftovers.secrets(staging) == ["plumbline-staging/mlflow/admin"]
    client.create_secret(Name="plumbline-staging/mlflow/admin", SecretString="again")


def test_secrets_that_a_person_made_for_the_environment_go(staging: Account) -> None:
    client = staging.client("secretsmanager")
    for name in ("plumbline-staging/api", "plumbline-production/api", "plumbline/loop-receiver"):
        client.create_secret(Name=name, SecretString="x")
    assert leftovers.secrets(staging) == ["plumbline-staging/api"]
    left = {one["Name"] for one in client.list_secrets(IncludePlannedDeletion=True)["SecretList"]}
    assert left == {"plumbline-production/api", "plumbline/loop-receiver"}


def test_the_log_group_that_eks_makes_again_goes(staging: Account) -> None:
    # given
    logs = staging.client("logs")
    other = "/aws/eks/plumbline-production/cluster"
    logs.create_log_group(logGroupName=other)
    name = "/aws/eks/plumbline-staging/cluster"
    eks = threading.Timer(0.2, logs.create_log_group, kwargs={"logGroupName": name})
    eks.start()
    # when it comes while the destroy looks
    assert leftovers.log_group(staging, seconds=20) == [name]
    # then
    assert [one["logGroupName"] for one in logs.describe_log_groups()["logGroups"]] == [other]
    assert leftovers.log_group(staging, seconds=0) == []
    eks.join()


def test_keys_that_wait_for_deletion_are_named(staging: Account) -> None:
    kms = staging.client("kms")
    key = kms.create_key(Description="Objects of the plumbline-staging remotes")["KeyMetadata"]["KeyId"]
    other = kms.create_key(Description="Objects of the plumbline-production remotes")["KeyMetadata"]["KeyId"]
    for one in (key, other):
        kms.schedule_key_deletion(KeyId=one, PendingWindowInDays=7)
    assert [one.split()[0] for one in leftovers.keys(staging)] == [key]


def test_a_protected_database_loses_its_protection(staging: Account) -> None:
    rds = staging.client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="plumbline-staging-mlflow",
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="mlflow",
        MasterUserPassword="not-a-secret",
        DeletionProtection=True,
    )
    assert leftovers.unprotect_database(staging) == ["plumbline-staging-mlflow"]
    assert leftovers.unprotect_database(staging) == []


def test_an_account_without_vaults_has_no_recovery_points(staging: Account) -> None:
    staging.client("backup").create_backup_vault(BackupVaultName="other")
    assert leftovers.recovery_points(staging) == []
