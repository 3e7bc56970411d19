"""What a schema does not see in the files of a deployment: whether they agree with one another and with the gateway.

deployment.py compose|manifests FILE…|chart|metrics RULES|pins|docs
"""

import glob
import json
import re
import sys

import yaml

MIB = 1024 * 1024
faults = []


def fault(text):
    faults.append(text)


def keys():
    """Configuration keys, and whether each is a secret, which may be given as X_FILE."""
    source = open("src/config/layers.rs", encoding="utf-8").read()
    plain = re.findall(r'\n    key\("([A-Z0-9_]+)"\)', source)
    secret = re.findall(r'\n    secret\("([A-Z0-9_]+)"\)', source)
    assert len(plain) > 60 and len(secret) > 5, "src/config/layers.rs is not what this script knows how to read"
    return set(plain), set(secret)


PLAIN, SECRET = keys()
KNOWN = PLAIN | SECRET | {f"{name}_FILE" for name in SECRET}
# Of the process, not of the gateway.
OTHERS = {"POD_IP", "SSL_CERT_FILE"}


def check_names(where, names):
    for name in sorted(set(names) - KNOWN - OTHERS):
        fault(f"{where}: {name} is no key of src/config/layers.rs")


def check_open_secrets(where, values):
    for name, value in values.items():
        harmless = not value or str(value).startswith(("${", "mongodb://127.0.0.1:"))
        if name in SECRET and not harmless:
            fault(f"{where}: {name} is a secret; give {name}_FILE")


def compose():
    for path in ["compose/compose.yaml", "compose/production.yaml"]:
        document = yaml.safe_load(open(path, encoding="utf-8"))
        services, volumes = document["services"], set(document.get("volumes") or {})
        gateways = 0
        for name, service in services.items():
            where = f"{path}, {name}"
            image = service.get("image", "")
            ours = re.match(r"(\$\{MCPGW_IMAGE:-)?mcpgw:", image)
            if not re.search(r":[A-Za-z0-9][\w.-]*\}?$|@sha256:", image) or image.rstrip("}").endswith(":latest"):
                fault(f"{where}: the image {image!r} names no version")
            # MongoDB's starts two programs of its own and writes where it likes.
            if name != "mongodb":
                for key, wanted in [
                    ("read_only", True),
                    ("cap_drop", ["ALL"]),
                    ("security_opt", ["no-new-privileges:true"]),
                ]:
                    if service.get(key) != wanted:
                        fault(f"{where}: {key} is not {wanted}")
                for key in ["pids_limit", "mem_limit"]:
                    if not service.get(key):
                        fault(f"{where}: no {key}")
            for mount in service.get("volumes", []):
                source = mount.split(":")[0]
                if not source.startswith((".", "/")) and source not in volumes:
                    fault(f"{where}: the volume {source} is not declared")
                if source.startswith("./") and not glob.glob(f"compose/{source}"):
                    fault(f"{where}: {source} is not there")
            for other in service.get("depends_on") or {}:
                if other not in services:
                    fault(f"{where}: depends on {other}, which is not there")
            if not ours:
                continue
            environment = service.get("environment") or {}
            check_names(where, environment)
            if "production" in path:
                check_open_secrets(where, environment)
                if environment.get("ENVIRONMENT") != "production" or "AUTH_MODE" not in environment:
                    fault(f"{where}: is not in production")
                if service.get("network_mode") == "host" or service.get("user") != "65532:65532":
                    fault(f"{where}: shares the host's network, or may be root")
            if service.get("command") == ["serve"]:
                gateways += 1
                if service.get("healthcheck", {}).get("test") != ["CMD", "mcpgw", "doctor", "--quick"]:
                    fault(f"{where}: is not asked how it is")
                if int(service["stop_grace_period"].rstrip("s")) <= 20:
                    fault(f"{where}: is killed before SHUTDOWN_GRACE_SECONDS")
        if gateways != 1:
            fault(f"{path}: {gateways} gateways")
    for line in open("compose/kms.env", encoding="utf-8"):
        name = line.split("=")[0]
        if re.match("[A-Z]", line) and name not in KNOWN | {"COMPOSE_PROFILES", "MCPGW_TRUSTED_CERTIFICATES"}:
            fault(f"compose/kms.env: {name} is nothing that compose.yaml knows")


def size(text):
    number, unit = re.fullmatch(r"(\d+)(Mi|Gi)", text).groups()
    return int(number) * (MIB if unit == "Mi" else 1024 * MIB)


def matches(selector, labels):
    return all(labels.get(key) == value for key, value in (selector or {}).items())


def check_pod(where, pod):
    if pod.get("automountServiceAccountToken") is not False:
        fault(f"{where}: gets a token of the cluster")
    outer = pod.get("securityContext", {})
    if outer.get("runAsNonRoot") is not True or outer.get("seccompProfile", {}).get("type") != "RuntimeDefault":
        fault(f"{where}: runAsNonRoot, seccompProfile")
    for container in pod["containers"]:
        inner = container.get("securityContext", {})
        if (
            inner.get("allowPrivilegeEscalation") is not False
            or inner.get("readOnlyRootFilesystem") is not True
            or inner.get("capabilities", {}).get("drop") != ["ALL"]
        ):
            fault(f"{where}: securityContext of {container['name']}")
        resources = container.get("resources", {})
        if "memory" not in resources.get("limits", {}) or "cpu" not in resources.get("requests", {}):
            fault(f"{where}: resources of {container['name']}")
        image = container["image"]
        if ":" not in image.split("/")[-1] or image.endswith(":latest"):
            fault(f"{where}: the image {image} names no version")
        if container["name"] == "test":
            continue
        environment = {each["name"]: each.get("value", "") for each in container.get("env", [])}
        check_names(where, environment)
        check_open_secrets(where, environment)
        mounts = {each["mountPath"] for each in container["volumeMounts"]}
        if not {"/secrets", "/data"} <= mounts:
            fault(f"{where}: /secrets or /data is not mounted")
        for volume in pod["volumes"]:
            if volume["name"] == "secrets" and volume["secret"].get("defaultMode", 0o644) & 0o007:
                fault(f"{where}: everybody may read the secrets, and the gateway refuses such a master key")


def check_deployment(where, deployment, config):
    pod = deployment["spec"]["template"]["spec"]
    gateway = pod["containers"][0]
    for probe, paths in [
        ("startupProbe", ["/health/live"]),
        ("livenessProbe", ["/health/live"]),
        ("readinessProbe", ["/health/ready", "/health/live"]),
    ]:
        asked = gateway.get(probe, {}).get("httpGet", {})
        if asked.get("path") not in paths:
            fault(f"{where}: {probe} asks {asked.get('path')}")
        if asked.get("httpHeaders") != [{"name": "Host", "value": "localhost"}]:
            fault(f"{where}: {probe} asks by a host that the gateway may refuse")
    pause = gateway.get("lifecycle", {}).get("preStop", {}).get("sleep", {}).get("seconds", 0)
    if pod["terminationGracePeriodSeconds"] <= pause + int(config.get("SHUTDOWN_GRACE_SECONDS", 20)):
        fault(f"{where}: is killed before SHUTDOWN_GRACE_SECONDS")
    if not pod.get("topologySpreadConstraints"):
        fault(f"{where}: all replicas may be on one node")
    room = next(each["emptyDir"]["sizeLimit"] for each in pod["volumes"] if each["name"] == "data")
    if size(room) < int(config.get("AUDIT_SPOOL_MAX_BYTES", 256 * MIB)) + 64 * MIB:
        fault(f"{where}: /data has no room for AUDIT_SPOOL_MAX_BYTES and what could not be stored")
    if not config.get("MCPGW_BIND", "").startswith("0.0.0.0:"):
        fault(f"{where}: does not listen to the cluster")


def manifests(paths):
    for path in paths:
        found = [each for each in yaml.safe_load_all(open(path, encoding="utf-8")) if each]
        kind = lambda name: [each for each in found if each["kind"] == name]
        config = {}
        for each in kind("ConfigMap"):
            config.update(each["data"])
            check_names(f"{path}, ConfigMap", each["data"])
            check_open_secrets(f"{path}, ConfigMap", each["data"])
        if kind("Secret"):
            fault(f"{path}: brings a Secret along")
        labels = [each["spec"]["template"]["metadata"]["labels"] for each in kind("Deployment")]
        for each in kind("Deployment") + kind("Job") + kind("Pod"):
            where = f"{path}, {each['kind']} {each['metadata']['name']}"
            template = each if each["kind"] == "Pod" else each["spec"]["template"]
            check_pod(where, template["spec"])
            if each["kind"] == "Deployment":
                check_deployment(where, each, config)
                if not matches(each["spec"]["selector"]["matchLabels"], template["metadata"]["labels"]):
                    fault(f"{where}: its selector misses its own pods")
        for each in kind("Service"):
            if not any(matches(each["spec"]["selector"], pod) for pod in labels):
                fault(f"{path}: the Service finds no pod")
        for each in kind("PodDisruptionBudget") + kind("NetworkPolicy"):
            selector = each["spec"].get("selector") or each["spec"]["podSelector"]
            if not any(matches(selector["matchLabels"], pod) for pod in labels):
                fault(f"{path}: the {each['kind']} finds no pod")
        for each in kind("HorizontalPodAutoscaler"):
            if each["spec"]["scaleTargetRef"]["name"] not in [it["metadata"]["name"] for it in kind("Deployment")]:
                fault(f"{path}: the HorizontalPodAutoscaler finds no Deployment")
            if each["spec"]["minReplicas"] < 2 or any("replicas" in it["spec"] for it in kind("Deployment")):
                fault(f"{path}: one replica, or two who say how many")
        for each in kind("ServiceMonitor"):
            services = [
                it for it in kind("Service") if matches(each["spec"]["selector"]["matchLabels"], it["metadata"]["labels"])
            ]
            ports = {port["name"] for it in services for port in it["spec"]["ports"]}
            if not services or any(it["port"] not in ports for it in each["spec"]["endpoints"]):
                fault(f"{path}: the ServiceMonitor finds no Service or port")


def chart():
    """The chart's schema names the configuration keys that this version has."""
    properties = json.load(open("compose/helm/mcpgw/values.schema.json", encoding="utf-8"))["properties"]
    # The chart sets these itself, or they are nothing for several replicas.
    own = {"MCPGW_BIND", "ALLOWED_HOSTS", "GATEWAY_INSTANCE_ID", "MCPGW_STORE", "QE_LOCAL_MASTER_KEY_FILE"}
    for where, wanted in [("config", PLAIN - own), ("secrets.keys", SECRET)]:
        place = properties["config"] if where == "config" else properties["secrets"]["properties"]["keys"]
        named = set(place["propertyNames"]["enum"])
        for name in sorted(wanted - named):
            fault(f"values.schema.json: {where} lacks {name} of src/config/layers.rs")
        for name in sorted(named - wanted):
            fault(f"values.schema.json: {where} has {name}, which is no such key of src/config/layers.rs")


def metrics(rules):
    """Dashboard and rules use the metrics that are there, with labels that they have; all are used. The dashboard's
    expressions are written to `rules`, for promtool to read."""
    known = {}
    for line in open("compose/prometheus/metrics.txt", encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            name, kind, *labels = line.split()
            known[name] = (kind, set(labels[0].split(",")) if labels else set())
    series = {"up": ("up", {"job"}), "ALERTS": ("ALERTS", set())}
    for name, (kind, labels) in known.items():
        for suffix in ["_bucket", "_count", "_sum"] if kind == "histogram" else [""]:
            series[name + suffix] = (name, labels | ({"le"} if suffix == "_bucket" else set()))
    dashboard = json.load(open("compose/grafana/dashboards/mcpgw.json", encoding="utf-8"))
    expressions = [
        (f"panel {panel['title']!r}", target["expr"]) for panel in dashboard["panels"] for target in panel.get("targets", [])
    ]
    ids = [panel["id"] for panel in dashboard["panels"]]
    if len(ids) != len(set(ids)):
        fault("the dashboard has two panels of one id")
    groups = yaml.safe_load(open("compose/prometheus/alerts.yml", encoding="utf-8"))["groups"]
    alerts = [rule for group in groups for rule in group["rules"]]
    expressions += [(f"alert {rule['alert']}", rule["expr"]) for rule in alerts]
    used = set()
    for where, expression in expressions:
        for name, matchers in re.findall(r"\b((?:mcpgw|process)_\w+|up(?=\{))(?:\{([^}]*)\})?", expression):
            if name not in series:
                fault(f"{where}: {name} is not in metrics.txt")
                continue
            whole, labels = series[name]
            used.add(whole)
            for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)\s*\"", matchers):
                if label not in labels | {"instance", "job"}:
                    fault(f"{where}: {name} has no label {label}")
        available = set().union(*(series[n][1] for n in re.findall(r"\w+", expression) if n in series))
        for by in re.findall(r"\b(?:by|on)\s*\(([^)]*)\)", expression):
            for label in filter(None, re.split(r"[,\s]+", by)):
                if label not in available | {"instance", "job"}:
                    fault(f"{where}: groups by {label}, which none of its metrics has")
    for name in sorted(set(known) - used):
        fault(f"{name} is in metrics.txt, and nobody looks at it")
    tests = open("compose/prometheus/alerts.test.yml", encoding="utf-8").read()
    for rule in alerts:
        if f'alertname="{rule["alert"]}",severity="{rule["labels"]["severity"]}"' not in tests:
            fault(f"no test has the alert {rule['alert']} fire")
        if not {"summary", "fix"} <= set(rule["annotations"]):
            fault(f"alert {rule['alert']}: says not what, or not what to do")
    readable = [
        {"record": f"dashboard:{number}", "expr": text.replace("$__rate_interval", "5m").replace("$__range", "1h").replace("$__interval", "1m")}
        for number, (_, text) in enumerate(expressions)
    ]
    with open(rules, "w", encoding="utf-8") as file:
        yaml.safe_dump({"groups": [{"name": "dashboard", "rules": readable}]}, file)


def pins():
    for path in glob.glob(".github/workflows/*.yml"):
        lines = open(path, encoding="utf-8").read().splitlines()
        for number, line in enumerate(lines, 1):
            if re.search(r"\buses:", line) and not re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line):
                fault(f"{path}:{number}: an action that is not pinned by its commit, with its version beside it")
        if "permissions:\n  contents: read\n" not in "\n".join(lines):
            fault(f"{path}: may do more than read by default")


def docs():
    """Links lead somewhere, and the keys that are named exist."""
    for path in ["docs/deployment.md", "docs/production-checklist.md", "docs/network-security.md"]:
        text = open(path, encoding="utf-8").read()
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not glob.glob(f"docs/{target}"):
                fault(f"{path}: {target} is not there")
        for target in re.findall(r"`((?:compose|\.ci|\.github)/[\w./-]+)`", text):
            if not glob.glob(target):
                fault(f"{path}: {target} is not there")
        named = re.findall(r"`([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)(?:=[^`]*)?`", text)
        check_names(path, [name for name in named if name not in ("XDG_DATA_HOME", "X_FILE")])


if __name__ == "__main__":
    what, arguments = sys.argv[1], sys.argv[2:]
    {"manifests": lambda: manifests(arguments), "metrics": lambda: metrics(*arguments)}.get(what, globals().get(what))()
    for each in faults:
        print(each, file=sys.stderr)
    sys.exit(1 if faults else 0)
