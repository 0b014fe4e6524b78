"""The order of a destroy, what it refuses, and that it finishes."""

import io
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from rich.console import Console

from plumbline.cloud import destroy
from plumbline.cloud.account import Account
from plumbline.cloud.destroy import Step
from plumbline.kernel.errors import PlumblineError
from plumbline.tests.cloud.conftest import make_bucket


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_nothing_goes_before_what_depends_on_it(staging: Account) -> None:
    names = [step.name for step in destroy.steps(staging)]
    order = ["applications", "load balancers", "Argo CD", "objects and versions", "the stack platform", "volumes"]
    assert [name for name in names if name in order] == order
    assert names.index("recovery points") < names.index("the stack platform") < names.index("secrets")
    assert names.index("the stack platform") < names.index("log group")


def test_a_destroy_finishes_and_finds_nothing_the_second_time(ready: Account) -> None:
    # given buckets that hold versions, and secrets of Terraform's and of a person's making
    s3 = make_bucket(ready, f"plumbline-staging-mlflow-{ready.number}")
    s3.delete_bucket_policy(Bucket=ready.remotes["data"])
    s3.put_object(Bucket=ready.remotes["data"], Key="a", Body=b"one")
    secrets, logs = ready.client("secretsmanager"), ready.client("logs")
    for name in ("mlflow/admin", "api"):
        secrets.create_secret(Name=f"plumbline-staging/{name}", SecretString="x")

    def terraform() -> list[str]:
        """Do what Terraform does to a bucket and a secret: it fails on a bucket that holds something."""
        there = {one["Name"] for one in s3.list_buckets()["Buckets"]}
        for bucket in there & set(ready.buckets):
            s3.delete_bucket(Bucket=bucket)
        if there & set(ready.buckets):
            secrets.delete_secret(SecretId="plumbline-staging/mlflow/admin", RecoveryWindowInDays=30)
            # EKS logs once more.
            logs.create_log_group(logGroupName="/aws/eks/plumbline-staging/cluster")
        return []

    # when
    out = console()
    destroy.run(destroy.steps(ready, terraform, late_logs_seconds=0), out)
    # then
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == [ready.state_bucket]
    assert secrets.list_secrets(IncludePlannedDeletion=True)["SecretList"] == []
    assert logs.describe_log_groups()["logGroups"] == []
    # and
    again = console()
    destroy.run(destroy.steps(ready, terraform, late_logs_seconds=0), again)
    assert "secrets: nothing there" in again.file.getvalue()  # type: ignore[attr-defined]


def test_what_a_cluster_leaks_into_its_network_goes_at_the_second_try(staging: Account) -> None:
    # given a network, and a cluster that leaves an interface and two groups that name each other when it goes
    ec2 = staging.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.40.0.0/16")["Vpc"]["VpcId"]
    ec2.create_tags(Resources=[vpc], Tags=[{"Key": "Name", "Value": staging.name}])
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.40.0.0/20")["Subnet"]["SubnetId"]
    tries = []

    def terraform() -> list[str]:
        tries.append(1)
        if len(tries) == 1:
            _leak(ec2, vpc, subnet, staging.name)
        inside = [{"Name": "vpc-id", "Values": [vpc]}]
        groups = ec2.describe_security_groups(Filters=inside)["SecurityGroups"]
        if ec2.describe_network_interfaces(Filters=inside)["NetworkInterfaces"] or len(groups) > 1:
            raise PlumblineError("`terraform apply` failed: DependencyViolation")
        return ["staging/platform.tfstate"]

    # when
    (stack,) = [step for step in destroy.steps(staging, terraform) if step.name == "the stack platform"]
    gone = stack.run()
    # then
    assert len(tries) == 2
    assert [one.split("-")[0] for one in gone] == ["eni", "sg", "sg", "staging/platform.tfstate"]


def _leak(ec2: Any, vpc: str, subnet: str, name: str) -> None:
    ec2.create_network_interface(SubnetId=subnet, Description="aws-K8S-i-0")
    tags = {"cluster": f"kubernetes.io/cluster/{name}", "balancer": "elbv2.k8s.aws/cluster"}
    groups = {it: ec2.create_security_group(GroupName=it, Description=it, VpcId=vpc)["GroupId"] for it in tags}
    for it, other in (("cluster", "balancer"), ("balancer", "cluster")):
        value = "owned" if it == "cluster" else name
        ec2.create_tags(Resources=[groups[it]], Tags=[{"Key": tags[it], "Value": value}])
        rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 9, "UserIdGroupPairs": [{"GroupId": groups[other]}]}
        ec2.authorize_security_group_ingress(GroupId=groups[it], IpPermissions=[rule])


def test_a_stack_that_fails_for_another_reason_is_not_tried_again(staging: Account) -> None:
    tries = []

    def terraform() -> list[str]:
        tries.append(1)
        raise PlumblineError("`terraform plan` failed")

    (stack,) = [step for step in destroy.steps(staging, terraform) if step.name == "the stack platform"]
    with pytest.raises(PlumblineError, match="terraform plan"):
        stack.run()
    assert len(tries) == 1


def test_a_step_that_fails_is_named_and_those_after_it_do_not_run() -> None:
    ran = []

    def fail() -> list[str]:
        raise EndpointConnectionError(endpoint_url="https://nowhere")

    todo = [Step("first", "", fail), Step("second", "", lambda: ran.append(1) or [])]  # type: ignore[func-returns-value]
    with pytest.raises(PlumblineError, match=r"step 1, first: Could not connect"):
        destroy.run(todo, console())
    assert ran == []


def test_production_is_destroyed_by_its_name_alone() -> None:
    destroy.confirm("staging", "", terminal=False)
    destroy.confirm("production", "production", terminal=False)
    for given in ("", "yes", "staging"):
        with pytest.raises(PlumblineError, match="its name was not typed"):
            destroy.confirm("production", given, terminal=False)


def test_an_environment_that_keeps_its_data_is_not_destroyed(tmp_path: Path) -> None:
    (tmp_path / "envs").mkdir()
    (tmp_path / "envs/production.tfvars").write_text("keep_on_destroy = true\n")
    with pytest.raises(PlumblineError, match="set keep_on_destroy = false"):
        destroy.check_not_kept("production", tmp_path)
    (tmp_path / "envs/production.tfvars").write_text("keep_on_destroy    = false\n")
    destroy.check_not_kept("production", tmp_path)
