"""The arithmetic of the estimate: quantities of a plan times the prices of the table."""

import datetime
import json
from typing import Any

import pytest

from plumbline.cloud import cost, cost_diff, plan, prices
from plumbline.cloud.cost import Estimate
from plumbline.cloud.plan import Plan, Resource
from plumbline.cloud.prices import Prices
from plumbline.cloud.schedule import weekly_hours
from plumbline.kernel.errors import PlumblineError

WITHOUT_USE = {
    "node_hours": {},
    "load_balancers": {},
    "public_addresses": 0,
    "secrets": 0,
    "gigabytes": {},
    "thousands": {},
}


@pytest.fixture
def table() -> Prices:
    real = prices.read().model_dump()
    round_numbers = {
        "hourly": {
            "eks_cluster": 0.1,
            "nat_gateway": 0.05,
            "interface_endpoint": 0.01,
            "network": 0.02,
            "public_address": 0.005,
        },
        "monthly": {"secret": 0.4},
        "instances": {"small": 0.04, "big": 0.1},
        "databases": {"db.small": 0.02},
        "gigabyte": {"ebs_gp3": 0.1, "rds_gp3": 0.1, "s3_standard": 0.02},
        "spot": {"factor": 0.4},
        "usage": {"staging": WITHOUT_USE},
    }
    return Prices.model_validate(real | round_numbers)


def planned(*resources: Resource, **variables: Any) -> Plan:
    return Plan(resources, {"environment": "staging", "region": "ap-south-1"} | variables)


def resource(kind: str, index: str = "", name: str = "this", **values: Any) -> Resource:
    return Resource(f"{kind}.{name}" + (f'["{index}"]' if index else ""), kind, index, values)


def node_group(types: list[str], minimum: int, spot: bool = False) -> Resource:
    scaling = [{"min_size": minimum, "max_size": 9, "desired_size": minimum}]
    capacity = "SPOT" if spot else "ON_DEMAND"
    return resource(
        "aws_eks_node_group", "services", instance_types=types, capacity_type=capacity, scaling_config=scaling
    )


def test_a_month_has_730_hours(table: Prices) -> None:
    assert cost.estimate(planned(resource("aws_eks_cluster")), table).total == pytest.approx(73)


def test_a_node_group_costs_its_minimum_with_disks(table: Prices) -> None:
    found = cost.estimate(planned(node_group(["small"], 2)), table)
    assert found.total == pytest.approx(2 * 730 * 0.04 + 2 * 20 * 0.1)


def test_a_spot_group_costs_the_share_of_its_dearest_type(table: Prices) -> None:
    found = cost.estimate(planned(node_group(["small", "big"], 1, spot=True)), table)
    assert found.total == pytest.approx(730 * 0.1 * 0.4 + 20 * 0.1)


def test_the_size_of_disks_is_that_of_the_launch_template(table: Prices) -> None:
    template = resource("aws_launch_template", "services", block_device_mappings=[{"ebs": [{"volume_size": 50}]}])
    assert cost.estimate(planned(node_group(["small"], 1), template), table).total == pytest.approx(
        730 * 0.04 + 50 * 0.1
    )


def test_hours_without_nodes_are_not_counted(table: Prices) -> None:
    # given a group that runs from eight to twenty on five days
    up = resource("aws_autoscaling_schedule", "services", "up", recurrence="0 8 * * 1-5", desired_capacity=1)
    down = resource("aws_autoscaling_schedule", "services", "down", recurrence="0 20 * * 1-5")
    # when
    found = cost.estimate(planned(node_group(["small"], 1), up, down), table)
    # then it costs 60 of 168 hours
    assert found.total == pytest.approx((730 * 0.04 + 20 * 0.1) * 60 / 168)


def test_a_group_with_hours_costs_the_nodes_that_its_schedule_starts(table: Prices) -> None:
    # given a group whose own minimum is 0, so that it may be empty
    up = resource("aws_autoscaling_schedule", "services", "up", recurrence="0 8 * * 1-5", desired_capacity=2)
    down = resource("aws_autoscaling_schedule", "services", "down", recurrence="0 20 * * 1-5")
    found = cost.estimate(planned(node_group(["small"], 0), up, down), table)
    assert found.total == pytest.approx(2 * (730 * 0.04 + 20 * 0.1) * 60 / 168)


def test_old_prices_are_a_warning(table: Prices) -> None:
    young, old = table.date + datetime.timedelta(days=90), table.date + datetime.timedelta(days=91)
    assert table.stale(young) == ""
    assert table.stale(old).startswith("\nwarning: these prices are 91 days old")


def test_a_standby_doubles_the_database_and_its_disk(table: Prices) -> None:
    database = {"instance_class": "db.small", "allocated_storage": 20}
    one = cost.estimate(planned(resource("aws_db_instance", multi_az=False, **database)), table).total
    two = cost.estimate(planned(resource("aws_db_instance", multi_az=True, **database)), table).total
    assert one == pytest.approx(730 * 0.02 + 20 * 0.1)
    assert two == pytest.approx(2 * one)


def test_an_interface_endpoint_costs_in_each_zone_and_a_gateway_endpoint_nothing(table: Prices) -> None:
    interface = resource("aws_vpc_endpoint", vpc_endpoint_type="Interface", subnet_ids=[None, None])
    gateway = resource("aws_vpc_endpoint", vpc_endpoint_type="Gateway")
    assert cost.estimate(planned(interface, gateway), table).total == pytest.approx(2 * 730 * 0.01)


def test_assumed_use_is_counted(table: Prices) -> None:
    use = {**WITHOUT_USE, "load_balancers": {"network": 1}, "gigabytes": {"s3_standard": 50}}
    table = Prices.model_validate(table.model_dump() | {"usage": {"staging": use}})
    assert cost.estimate(planned(), table).total == pytest.approx(730 * 0.02 + 50 * 0.02)


def test_addresses_of_load_balancers_and_secrets_made_by_hand_are_counted(table: Prices) -> None:
    use = {**WITHOUT_USE, "public_addresses": 2, "secrets": 4}
    table = Prices.model_validate(table.model_dump() | {"usage": {"staging": use}})
    assert cost.estimate(planned(), table).total == pytest.approx(2 * 730 * 0.005 + 4 * 0.4)


def test_a_resource_without_a_price_is_named(table: Prices) -> None:
    found = cost.estimate(planned(resource("aws_msk_cluster"), resource("aws_vpc")), table)
    assert found.unpriced == {"aws_msk_cluster": 1}


def test_a_size_that_the_table_lacks_is_refused(table: Prices) -> None:
    with pytest.raises(PlumblineError, match=r"no price of 'x9.huge': add it to \[instances\]"):
        cost.estimate(planned(node_group(["x9.huge"], 1)), table)


def test_a_budget_exceeded_is_refused(table: Prices) -> None:
    found = cost.estimate(planned(resource("aws_eks_cluster"), budget_monthly_usd=72.99), table)
    with pytest.raises(PlumblineError, match=r"the budget is exceeded: staging costs 73\.00"):
        cost.check(found, accepted=False)
    assert "accepted by --accept-budget" in cost.check(found, accepted=True)


def test_a_budget_reached_is_kept(table: Prices) -> None:
    found = cost.estimate(planned(resource("aws_eks_cluster"), budget_monthly_usd=73.0), table)
    assert cost.check(found, accepted=False) == "staging costs 73.00 $ a month; its budget_monthly_usd is 73.00."


@pytest.mark.parametrize(
    ("up", "down", "hours"),
    [
        ("0 8 * * 1-5", "0 20 * * 1-5", 60),
        ("0 8 * * *", "30 8 * * *", 3.5),
        ("0 20 * * *", "0 8 * * *", 84),
        ("0 8 * * MON", "0 8 * * SUN", 144),
        ("0 8 * * 1", "0 8 * * 7", 144),
    ],
    ids=["working days", "half an hour", "over midnight", "names", "Sunday is 0 and 7"],
)
def test_hours_between_two_schedules_are_counted(up: str, down: str, hours: float) -> None:
    assert weekly_hours(up, down) == pytest.approx(hours)


@pytest.mark.parametrize("cron", ["", "0 8 1 * *", "0 x * * *", "0 9-8 * * *", "0 8 * * FOO", "0 8 * * */0"])
def test_a_schedule_that_is_not_weekly_is_refused(cron: str) -> None:
    with pytest.raises(PlumblineError, match="schedule"):
        weekly_hours(cron, "0 20 * * *")


def test_resources_of_all_modules_are_read() -> None:
    child = {"address": "module.a.aws_vpc.this[0]", "mode": "managed", "type": "aws_vpc", "index": 0, "values": {}}
    data = {"address": "data.aws_region.it", "mode": "data", "type": "aws_region", "values": {}}
    root = {"resources": [data], "child_modules": [{"child_modules": [{"resources": [child]}]}]}
    text = json.dumps({"planned_values": {"root_module": root}, "variables": {"environment": {"value": "staging"}}})
    assert plan.parse(text) == planned_only(Resource("module.a.aws_vpc.this[0]", "aws_vpc", "0", {}))


def planned_only(one: Resource) -> Plan:
    return Plan((one,), {"environment": "staging"})


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"planned_values": 1}'])
def test_what_is_no_plan_is_refused(text: str) -> None:
    with pytest.raises(PlumblineError, match="this is no plan"):
        plan.parse(text)


def test_a_pull_request_shows_the_difference(table: Prices) -> None:
    # given
    before = cost.estimate(planned(resource("aws_nat_gateway")), table)
    after = cost.estimate(
        planned(resource("aws_nat_gateway"), resource("aws_eks_cluster"), budget_monthly_usd=100), table
    )
    # when
    text = cost_diff.markdown({"staging": before}, {"staging": after})
    # then
    assert "**staging**: 109.50 $ (+73.00 $)" in text
    assert "| control plane | 0.00 | 73.00 | +73.00 |" in text
    assert "network" not in text
    assert "over the budget of 100.00 $" in text


def test_an_environment_that_is_gone_costs_nothing(table: Prices) -> None:
    gone: dict[str, Estimate] = {"staging": cost.estimate(planned(resource("aws_eks_cluster")), table)}
    assert "**staging**: 0.00 $ (-73.00 $)" in cost_diff.markdown(gone, {})
