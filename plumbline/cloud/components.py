"""What each type of resource costs a month."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from plumbline.cloud.plan import Plan, Resource
from plumbline.cloud.prices import Prices
from plumbline.cloud.schedule import weekly_hours

HOURS = 730  # of a month: 8,760 of a year by twelve
_WEEK = 7 * 24
_NODE_DISK = 20  # GiB that EKS gives a node whose launch template names no size


@dataclass(frozen=True)
class Line:
    """One position of an estimate.

    Attributes:
        component: What it is summed under.
        item: What is counted.
        quantity: How much of `unit` in a month.
        unit: Such as `hours` or `GB`.
        price: US dollars of one unit.
    """

    component: str
    item: str
    quantity: float
    unit: str
    price: float

    @property
    def total(self) -> float:
        """US dollars a month."""
        return self.quantity * self.price


def _hourly(component: str, price: str) -> Callable[[Resource, Plan, Prices], Iterator[Line]]:
    def lines(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
        yield Line(component, resource.address, HOURS, "hours", prices.find("hourly", price))

    return lines


def _monthly(component: str, price: str) -> Callable[[Resource, Plan, Prices], Iterator[Line]]:
    def lines(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
        yield Line(component, resource.address, 1, "months", prices.find("monthly", price))

    return lines


def node_hourly(types: list[str], spot: bool, prices: Prices) -> float:
    """Give the price of a node an hour: that of the dearest type that the group may start."""
    dearest = max(prices.find("instances", name) for name in types)
    return dearest * (prices.spot.factor if spot else 1)


def _node_group(resource: Resource, plan: Plan, prices: Prices) -> Iterator[Line]:
    values = resource.values
    schedule = {
        one.address.split(".")[-1].split("[")[0]: one.values
        for one in plan.resources
        if one.type == "aws_autoscaling_schedule" and one.index == resource.index
    }
    nodes = values["scaling_config"][0]["min_size"]
    share = 1.0
    if {"up", "down"} <= schedule.keys():
        nodes = schedule["up"]["desired_capacity"]
        share = weekly_hours(schedule["up"]["recurrence"], schedule["down"]["recurrence"]) / _WEEK
    spot = values["capacity_type"] == "SPOT"
    item = f"{resource.index}: {nodes} x {' or '.join(values['instance_types'])}{', spot' if spot else ''}"
    price = node_hourly(values["instance_types"], spot, prices)
    used = nodes * HOURS * share + _usage(plan, prices).node_hours.get(resource.index, 0)
    yield Line("nodes", item, used, "hours", price)
    size = _disk(resource, plan)
    yield Line("nodes", f"{resource.index}: disks of {size} GB", size * used / HOURS, "GB", prices.gigabyte["ebs_gp3"])


def _disk(group: Resource, plan: Plan) -> int:
    for one in plan.resources:
        if one.type == "aws_launch_template" and one.index == group.index:
            for mapping in one.values.get("block_device_mappings") or []:
                return int(mapping["ebs"][0]["volume_size"])
    return _NODE_DISK


def _endpoint(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
    if resource.values["vpc_endpoint_type"] == "Interface":
        zones = len(resource.values["subnet_ids"])
        price = prices.find("hourly", "interface_endpoint")
        yield Line("endpoints", resource.address, HOURS * zones, "hours", price)


def _database(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
    values = resource.values
    copies = 2 if values["multi_az"] else 1
    kind, size = values["instance_class"], values["allocated_storage"]
    yield Line("database", f"{copies} x {kind}", HOURS * copies, "hours", prices.find("databases", kind))
    yield Line("database", f"{copies} x {size} GB", size * copies, "GB", prices.find("gigabyte", "rds_gp3"))
    if values.get("manage_master_user_password"):
        yield Line("secrets", f"password of {resource.address}", 1, "months", prices.find("monthly", "secret"))


def _load_balancer(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
    price = prices.find("hourly", resource.values["load_balancer_type"])
    yield Line("load balancers", resource.address, HOURS, "hours", price)


def _volume(resource: Resource, _: Plan, prices: Prices) -> Iterator[Line]:
    price = prices.find("gigabyte", f"ebs_{resource.values['type']}")
    yield Line("volumes", resource.address, resource.values["size"], "GB", price)


PRICED: dict[str, Callable[[Resource, Plan, Prices], Iterator[Line]]] = {
    "aws_db_instance": _database,
    "aws_ebs_volume": _volume,
    "aws_eip": _hourly("network", "public_address"),
    "aws_eks_cluster": _hourly("control plane", "eks_cluster"),
    "aws_eks_node_group": _node_group,
    "aws_kms_key": _monthly("keys", "kms_key"),
    "aws_lb": _load_balancer,
    "aws_nat_gateway": _hourly("network", "nat_gateway"),
    "aws_secretsmanager_secret": _monthly("secrets", "secret"),
    "aws_vpc_endpoint": _endpoint,
}


def use(plan: Plan, prices: Prices) -> Iterator[Line]:
    """Price the assumed use of the plan's environment, as far as no resource does."""
    assumed = _usage(plan, prices)
    for kind, number in assumed.load_balancers.items():
        yield Line("load balancers", f"{number} x {kind}, by Kubernetes", HOURS * number, "hours", prices.hourly[kind])
    addresses, secrets = assumed.public_addresses, assumed.secrets
    price = prices.find("hourly", "public_address")
    yield Line("load balancers", f"{addresses} x public address", HOURS * addresses, "hours", price)
    yield Line("secrets", f"{secrets} x made by hand", secrets, "months", prices.find("monthly", "secret"))
    for name, quantity in assumed.gigabytes.items():
        yield Line("use, assumed", name.replace("_", " "), quantity, "GB", prices.find("gigabyte", name))
    for name, quantity in assumed.thousands.items():
        yield Line("use, assumed", name.replace("_", " "), quantity, "thousands", prices.find("thousand", name))


def _usage(plan: Plan, prices: Prices) -> Any:
    return prices.usage[plan.variables["environment"]]
