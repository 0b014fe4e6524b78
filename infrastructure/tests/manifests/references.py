"""Whatever an object refers to exists: each check gives the references that lead nowhere."""

import re
from collections.abc import Iterator

from infrastructure.tests.manifests.objects import Pod, keys, names, of, pods, selected, title
from infrastructure.tests.manifests.rendering import Object

# Pods that are applied apart: MLflow, and whoever trains in the cluster.
_APART = ({"app.kubernetes.io/name": "mlflow"}, {"plumbline.dev/calls-mlflow": "true"})
_URL = re.compile(r"http://([a-z0-9-]+):(\d+)")


def faults(objects: list[Object]) -> list[str]:
    """Every reference that leads nowhere."""
    found = []
    for pod in pods(objects):
        found += [f"{title(pod.owner)}: {fault}" for fault in (*_of_pod(pod, objects), *_of_ports(pod))]
    for check in (_namespaces, _services, _selectors, _targets, _routes, _urls):
        found += check(objects)
    return found


def _of_pod(pod: Pod, objects: list[Object]) -> Iterator[str]:
    account = pod.spec.get("serviceAccountName", "default")
    if account not in names(objects, "ServiceAccount"):
        yield f"service account {account} does not exist"
    for kind, name, key in _sources(pod):
        known = keys(objects, kind)
        if name not in known:
            yield f"{kind} {name} does not exist"
        elif key and key not in known[name]:
            yield f"{kind} {name} has no key {key}"
    for volume in pod.spec.get("volumes", []):
        claim = volume.get("persistentVolumeClaim", {}).get("claimName")
        if claim and claim not in names(objects, "PersistentVolumeClaim"):
            yield f"PersistentVolumeClaim {claim} does not exist"
    volumes = {volume["name"] for volume in pod.spec.get("volumes", [])}
    for container in pod.containers:
        for mount in container.get("volumeMounts", []):
            if mount["name"] not in volumes:
                yield f"volume {mount['name']} does not exist"
    yield from _of_bundle(pod)


def _of_bundle(pod: Pod) -> Iterator[str]:
    """A service reads a bundle from a folder, which an init step fills; no service fetches one itself."""
    for container in pod.containers if pod.owner["kind"] != "RayJob" else []:  # each of its workers fetches it
        folders = {mount["mountPath"] for mount in container.get("volumeMounts", [])}
        for variable in container.get("env", []):
            if variable["name"].endswith("_BUNDLE_URI") and variable.get("value") not in folders:
                yield f"{variable['name']} of {container['name']} is no folder that is mounted"


def _sources(pod: Pod) -> Iterator[tuple[str, str, str]]:
    """Kind, name and key of each ConfigMap and Secret that a pod cannot start without."""
    for container in pod.containers:
        for variable in container.get("env", []):
            for field, reference in variable.get("valueFrom", {}).items():
                if field in {"configMapKeyRef", "secretKeyRef"} and not reference.get("optional"):
                    yield _kind(field), reference["name"], reference["key"]
        for source in container.get("envFrom", []):
            for field, reference in source.items():
                if field != "prefix" and not reference.get("optional"):
                    yield _kind(field), reference["name"], ""
    yield from _sources_of_volumes(pod)


def _sources_of_volumes(pod: Pod) -> Iterator[tuple[str, str, str]]:
    for volume in pod.spec.get("volumes", []):
        for field, kind, name in (("configMap", "ConfigMap", "name"), ("secret", "Secret", "secretName")):
            if field in volume:
                yield kind, volume[field][name], ""
                yield from ((kind, volume[field][name], item["key"]) for item in volume[field].get("items", []))


def _kind(field: str) -> str:
    return "ConfigMap" if field.startswith("configMap") else "Secret"


def _of_ports(pod: Pod) -> Iterator[str]:
    for container in pod.containers:
        ports = {port.get("name") for port in container.get("ports", [])}
        ports |= {port["containerPort"] for port in container.get("ports", [])}
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            port = container.get(probe, {}).get("httpGet", {}).get("port")
            if port and port not in ports:
                yield f"{probe} of {container['name']} asks port {port}, which does not exist"


def _namespaces(objects: list[Object]) -> Iterator[str]:
    """Namespaces that no object makes, or not before the first object in them; a base, to be included, names none."""
    waves = {item["metadata"]["name"]: _wave(item) for item in of(objects, "Namespace")}
    made = set()
    for item in objects:
        if item["kind"] == "Namespace":
            made.add(item["metadata"]["name"])
        namespace = item["metadata"].get("namespace")
        if namespace and namespace not in waves:
            yield f"{title(item)}: namespace {namespace} is made by no object"
        elif namespace and (namespace not in made or waves[namespace] > _wave(item)):
            yield f"{title(item)}: namespace {namespace} is made after it"


def _wave(item: Object) -> int:
    return int(item["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", 0))


def _services(objects: list[Object]) -> Iterator[str]:
    for service in of(objects, "Service"):
        behind = [pod for pod in pods(objects) if selected(service["spec"]["selector"], pod.labels)]
        if not behind:
            yield f"{title(service)}: selects no pod"
        for port in service["spec"]["ports"]:
            target = port.get("targetPort", port["port"])
            if behind and not any(target in pod.ports for pod in behind):
                yield f"{title(service)}: target port {target} does not exist"
    for monitor in of(objects, "ServiceMonitor"):
        services = [
            service
            for service in of(objects, "Service")
            if selected(monitor["spec"]["selector"], service["metadata"].get("labels", {}))
        ]
        offered = {port.get("name") for service in services for port in service["spec"]["ports"]}
        if len(services) != 1:
            yield f"{title(monitor)}: selects {len(services)} services; pods behind several would be counted twice"
        for endpoint in monitor["spec"]["endpoints"]:
            if endpoint["port"] not in offered:
                yield f"{title(monitor)}: port {endpoint['port']} does not exist"


def _selectors(objects: list[Object]) -> Iterator[str]:
    labels = [pod.labels for pod in pods(objects)]
    for item in objects:
        spec = item.get("spec", {})
        chosen = []
        if item["kind"] in {"NetworkPolicy", "PodDisruptionBudget"}:
            chosen.append(spec.get("podSelector", spec.get("selector", {})))
        if item["kind"] == "NetworkPolicy":
            peers = [peer for rule in spec.get("ingress", []) for peer in rule.get("from", [])]
            peers += [peer for rule in spec.get("egress", []) for peer in rule.get("to", [])]
            chosen += [
                peer["podSelector"] for peer in peers if "podSelector" in peer and "namespaceSelector" not in peer
            ]
        if item["kind"] in {"AuthorizationPolicy", "PeerAuthentication"}:
            chosen.append(spec.get("selector", {}))
        if item["kind"] in {"Deployment", "Rollout"}:
            chosen.append(spec["selector"])
            pod = spec["template"]["spec"]
            chosen += [spread["labelSelector"] for spread in pod.get("topologySpreadConstraints", [])]
        for selector in chosen:
            if not any(selected(selector, one) for one in (*labels, *_APART)):
                yield f"{title(item)}: selector {selector} selects no pod"


def _targets(objects: list[Object]) -> Iterator[str]:
    for scaler in of(objects, "HorizontalPodAutoscaler"):
        target = scaler["spec"]["scaleTargetRef"]
        if not any(
            (item["apiVersion"], item["kind"], item["metadata"]["name"])
            == (target["apiVersion"], target["kind"], target["name"])
            for item in objects
        ):
            yield f"{title(scaler)}: {target['kind']} {target['name']} does not exist"
    accounts = names(objects, "ServiceAccount")
    for policy in of(objects, "AuthorizationPolicy"):
        for rule in policy["spec"].get("rules", []):
            for source in rule.get("from", []):
                for account in source["source"].get("serviceAccounts", []):
                    if "/" not in account and account not in accounts:
                        yield f"{title(policy)}: service account {account} does not exist"


def _routes(objects: list[Object]) -> Iterator[str]:
    """Gateways, and the services with their ports, that the mesh is to lead to."""
    ports = {
        item["metadata"]["name"]: {port["port"] for port in item["spec"]["ports"]} for item in of(objects, "Service")
    }
    subsets = {
        (rule["spec"]["host"], subset["name"])
        for rule in of(objects, "DestinationRule")
        for subset in rule["spec"].get("subsets", [])
    }
    for service in of(objects, "VirtualService"):
        for gateway in set(service["spec"].get("gateways", [])) - names(objects, "Gateway") - {"mesh"}:
            yield f"{title(service)}: Gateway {gateway} does not exist"
        for route in (route for http in service["spec"]["http"] for route in http["route"]):
            to = route["destination"]
            port = to.get("port", {}).get("number")
            if to["host"] not in ports or (port and port not in ports[to["host"]]):
                yield f"{title(service)}: no service {to['host']} has port {port}"
            if "subset" in to and (to["host"], to["subset"]) not in subsets:
                yield f"{title(service)}: {to['host']} has no subset {to['subset']}"
    for rule in of(objects, "DestinationRule"):
        if rule["spec"]["host"] not in ports:
            yield f"{title(rule)}: service {rule['spec']['host']} does not exist"


def _urls(objects: list[Object]) -> Iterator[str]:
    """Addresses of this namespace in the variables and arguments of containers."""
    known = {
        (service["metadata"]["name"], str(port["port"]))
        for service in of(objects, "Service")
        for port in service["spec"]["ports"]
    }
    for pod in pods(objects):
        for container in pod.containers:
            words = [*container.get("command", []), *container.get("args", [])]
            words += [variable.get("value", "") for variable in container.get("env", [])]
            for name, port in _URL.findall(" ".join(words)):
                if (name, port) not in known:
                    yield f"{title(pod.owner)}: no service {name} has port {port}"
