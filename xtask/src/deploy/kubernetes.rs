//! What the manifests say of each other. Schemas do not see that a selector selects nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Findings;
use super::load::{Files, pairs, strings};

/// What the admin port answers to.
const PROBES: [&str; 2] = ["/healthz", "/readyz"];
/// Secrets that the operator makes; the manual says how.
const GIVEN_SECRETS: [&str; 2] = ["gavel-authority", "gavel-server"];

/// A workload's pods.
struct Pods<'a> {
    workload: &'a str,
    labels: BTreeMap<String, String>,
    spec: &'a Value,
    ports: BTreeMap<String, u64>,
}

pub fn check(files: &Files, findings: &mut Findings) {
    let mut all: Vec<&Value> = Vec::new();
    let mut listed = BTreeSet::new();
    for (path, documents) in files.yaml.iter().filter(|(path, _)| path.starts_with("deploy/kubernetes/")) {
        for document in documents.iter().filter(|document| !document.is_null()) {
            if document["kind"] == "Kustomization" {
                listed.extend(strings(&document["resources"]));
            } else {
                all.push(document);
            }
        }
        let file = path.rsplit('/').next().unwrap_or(path);
        if file != "kustomization.yaml" {
            listed.insert(format!("+{file}"));
        }
    }
    let (present, resources): (BTreeSet<String>, BTreeSet<String>) =
        listed.into_iter().partition(|name| name.starts_with('+'));
    let present: BTreeSet<String> = present.into_iter().map(|name| name.trim_start_matches('+').to_owned()).collect();
    findings.check(present == resources, || format!("kustomization lists {resources:?}, there are {present:?}"));

    let of = |kind: &str| all.iter().copied().filter(|one| one["kind"] == kind).collect::<Vec<_>>();
    let name = |one: &Value| one["metadata"]["name"].as_str().unwrap_or("?").to_owned();
    let mut seen = BTreeSet::new();
    for one in &all {
        let id = format!("{} {}", one["kind"], name(one));
        findings.check(seen.insert(id.clone()), || format!("{id} is there twice"));
    }
    let workloads: Vec<&Value> = ["StatefulSet", "Deployment", "Job"].iter().flat_map(|kind| of(kind)).collect();
    let pods: Vec<Pods<'_>> = workloads.iter().map(|one| pods_of(one)).collect();
    let config_maps: BTreeMap<String, &Value> = of("ConfigMap").into_iter().map(|one| (name(one), one)).collect();
    let accounts: BTreeSet<String> = of("ServiceAccount").into_iter().map(&name).collect();
    let services: BTreeMap<String, &Value> = of("Service").into_iter().map(|one| (name(one), one)).collect();

    for (workload, its) in workloads.iter().zip(&pods) {
        let selector = pairs(&workload["spec"]["selector"]["matchLabels"]);
        findings.check(!selector.is_empty() && matches(&selector, &its.labels), || {
            format!("{}: its selector does not match its pods", its.workload)
        });
        pod(its, workload, &config_maps, &accounts, findings);
        if let Some(service) = workload["spec"]["serviceName"].as_str() {
            let headless = services.get(service).is_some_and(|one| {
                one["spec"]["clusterIP"] == "None" && matches(&pairs(&one["spec"]["selector"]), &its.labels)
            });
            findings.check(headless, || format!("{}: {service} is no headless service of its pods", its.workload));
        }
    }
    for (service, one) in &services {
        selects(service, &pairs(&one["spec"]["selector"]), &one["spec"]["ports"], "targetPort", &pods, findings);
    }
    for policy in of("NetworkPolicy") {
        let selector = pairs(&policy["spec"]["podSelector"]["matchLabels"]);
        let expression = &policy["spec"]["podSelector"]["matchExpressions"][0];
        let values = strings(&expression["values"]);
        let key = expression["key"].as_str().unwrap_or("");
        let chosen = |one: &&Pods<'_>| {
            matches(&selector, &one.labels)
                && (values.is_empty() || one.labels.get(key).is_some_and(|value| values.contains(value)))
        };
        findings.check(pods.iter().any(|one| chosen(&one)), || format!("{}: selects nothing", name(policy)));
        for rule in policy["spec"]["ingress"].as_array().into_iter().flatten() {
            for port in rule["ports"].as_array().into_iter().flatten() {
                let port = port["port"].as_str().unwrap_or("?");
                let there = pods.iter().filter(chosen).all(|one| one.ports.contains_key(port));
                findings.check(there, || format!("{}: not all its pods have port {port}", name(policy)));
            }
        }
    }
    let budgets = of("PodDisruptionBudget");
    for its in &pods {
        let covering =
            budgets.iter().filter(|one| matches(&pairs(&one["spec"]["selector"]["matchLabels"]), &its.labels)).count();
        findings.check(covering == 1, || format!("{}: {covering} disruption budgets cover its pods", its.workload));
    }
    addresses(&config_maps, &workloads, &services, findings);
}

fn pods_of(workload: &Value) -> Pods<'_> {
    let template = &workload["spec"]["template"];
    let containers = template["spec"]["containers"].as_array().into_iter().flatten();
    let ports = containers
        .flat_map(|container| container["ports"].as_array().into_iter().flatten())
        .filter_map(|port| Some((port["name"].as_str()?.to_owned(), port["containerPort"].as_u64()?)))
        .collect();
    Pods {
        workload: workload["metadata"]["name"].as_str().unwrap_or("?"),
        labels: pairs(&template["metadata"]["labels"]),
        spec: &template["spec"],
        ports,
    }
}

fn matches(selector: &BTreeMap<String, String>, labels: &BTreeMap<String, String>) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn selects(
    who: &str,
    selector: &BTreeMap<String, String>,
    ports: &Value,
    field: &str,
    pods: &[Pods<'_>],
    findings: &mut Findings,
) {
    let chosen: Vec<&Pods<'_>> = pods.iter().filter(|one| matches(selector, &one.labels)).collect();
    findings.check(chosen.len() == 1, || format!("service {who} selects the pods of {} workloads", chosen.len()));
    for port in ports.as_array().into_iter().flatten() {
        let target = port[field].as_str().unwrap_or("?");
        for one in &chosen {
            findings.check(one.ports.contains_key(target), || {
                format!("service {who}: {} has no port {target}", one.workload)
            });
        }
    }
}

/// One workload's pod: probes, rights, volumes, spread.
fn pod(
    its: &Pods<'_>,
    workload: &Value,
    config_maps: &BTreeMap<String, &Value>,
    accounts: &BTreeSet<String>,
    findings: &mut Findings,
) {
    let who = its.workload;
    let spec = its.spec;
    let account = spec["serviceAccountName"].as_str().unwrap_or("?");
    findings.check(accounts.contains(account), || format!("{who}: no service account {account}"));
    let user = &spec["securityContext"];
    findings.check(user["runAsNonRoot"] == true && user["runAsUser"].is_u64(), || format!("{who}: may run as root"));

    let mut volumes: BTreeMap<String, &Value> = BTreeMap::new();
    for volume in spec["volumes"].as_array().into_iter().flatten() {
        volumes.insert(volume["name"].as_str().unwrap_or("?").to_owned(), volume);
        if let Some(map) = volume["configMap"]["name"].as_str() {
            findings.check(config_maps.contains_key(map), || format!("{who}: no ConfigMap {map}"));
        }
        if let Some(secret) = volume["secret"]["secretName"].as_str() {
            findings.check(GIVEN_SECRETS.contains(&secret), || format!("{who}: nobody makes secret {secret}"));
        }
    }
    for claim in workload["spec"]["volumeClaimTemplates"].as_array().into_iter().flatten() {
        volumes.insert(claim["metadata"]["name"].as_str().unwrap_or("?").to_owned(), claim);
    }
    let mut mounted = BTreeSet::new();
    for kind in ["initContainers", "containers"] {
        for container in spec[kind].as_array().into_iter().flatten() {
            let rights = &container["securityContext"];
            let bound = rights["readOnlyRootFilesystem"] == true
                && rights["allowPrivilegeEscalation"] == false
                && strings(&rights["capabilities"]["drop"]) == ["ALL"];
            findings.check(bound, || format!("{who}: container {} has too many rights", container["name"]));
            let asks = &container["resources"]["requests"];
            findings.check(asks["cpu"].is_string() && asks["memory"].is_string(), || {
                format!("{who}: container {} does not say what it needs", container["name"])
            });
            for mount in container["volumeMounts"].as_array().into_iter().flatten() {
                let volume = mount["name"].as_str().unwrap_or("?");
                findings.check(volumes.contains_key(volume), || format!("{who}: no volume {volume}"));
                mounted.insert(volume.to_owned());
            }
            if kind == "containers" {
                probes(who, container, &its.ports, findings);
            }
        }
    }
    for volume in volumes.keys() {
        findings.check(mounted.contains(volume), || format!("{who}: nobody mounts volume {volume}"));
    }
    let spread = &spec["topologySpreadConstraints"][0];
    let by_zone = spread["topologyKey"] == "topology.kubernetes.io/zone";
    let selector = pairs(&spread["labelSelector"]["matchLabels"]);
    findings.check(by_zone && matches(&selector, &its.labels), || format!("{who}: is not spread over zones"));
    let anti = &spec["affinity"]["podAntiAffinity"];
    let required = &anti["requiredDuringSchedulingIgnoredDuringExecution"][0];
    let preferred = &anti["preferredDuringSchedulingIgnoredDuringExecution"][0]["podAffinityTerm"];
    let term = if required.is_null() { preferred } else { required };
    let selector = pairs(&term["labelSelector"]["matchLabels"]);
    findings.check(!selector.is_empty() && matches(&selector, &its.labels), || format!("{who}: no anti-affinity"));
}

fn probes(who: &str, container: &Value, ports: &BTreeMap<String, u64>, findings: &mut Findings) {
    for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
        let get = &container[probe]["httpGet"];
        let path = get["path"].as_str().unwrap_or("");
        findings.check(PROBES.contains(&path), || format!("{who}: {probe} asks for {path:?}"));
        let port = get["port"].as_str().unwrap_or("?");
        findings.check(ports.contains_key(port), || format!("{who}: {probe}: no port {port}"));
    }
}

/// Every `POD.SERVICE:PORT` of the settings is a pod's address.
fn addresses(
    config_maps: &BTreeMap<String, &Value>,
    workloads: &[&Value],
    services: &BTreeMap<String, &Value>,
    findings: &mut Findings,
) {
    let mut there = BTreeSet::new();
    for workload in workloads {
        let (Some(service), Some(replicas)) =
            (workload["spec"]["serviceName"].as_str(), workload["spec"]["replicas"].as_u64())
        else {
            continue;
        };
        let start = workload["spec"]["ordinals"]["start"].as_u64().unwrap_or(0);
        let name = workload["metadata"]["name"].as_str().unwrap_or("?");
        let ports = services.get(service).map(|one| &one["spec"]["ports"]);
        for port in ports.and_then(Value::as_array).into_iter().flatten() {
            there.extend((start..start + replicas).map(|n| format!("{name}-{n}.{service}:{}", port["port"])));
        }
    }
    let mut used = BTreeSet::new();
    for (map, one) in config_maps {
        for text in pairs(&one["data"]).values() {
            for word in text.split(['"', '=', ',', ' ', '@', '[', ']', '\n']) {
                let Some((host, port)) = word.rsplit_once(':') else { continue };
                if !host.contains('.') || port.parse::<u16>().is_err() {
                    continue;
                }
                findings.check(there.contains(word), || format!("{map}: {word} is no pod's address"));
                used.insert(word.to_owned());
            }
        }
    }
    let rpc = there.iter().filter(|address| address.ends_with(":7432"));
    for address in rpc {
        findings.check(used.contains(address), || format!("settings do not name {address}"));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found(pods: &Value, service: &Value, probe: &str) -> String {
        let rights = json!({
            "readOnlyRootFilesystem": true, "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] },
        });
        let mut container = json!({
            "name": "j", "securityContext": rights, "ports": [{ "name": "rpc", "containerPort": 7432 }],
            "resources": { "requests": { "cpu": "1", "memory": "1Gi" } },
        });
        for kind in ["startupProbe", "livenessProbe", "readinessProbe"] {
            container[kind] = json!({ "httpGet": { "path": probe, "port": "rpc" } });
        }
        let term = json!({ "labelSelector": { "matchLabels": pods } });
        let workload = json!({
            "kind": "StatefulSet", "metadata": { "name": "j" },
            "spec": {
                "serviceName": "j", "replicas": 1, "selector": { "matchLabels": pods },
                "template": { "metadata": { "labels": { "is": "j" } }, "spec": {
                    "serviceAccountName": "j", "securityContext": { "runAsNonRoot": true, "runAsUser": 1 },
                    "affinity": { "podAntiAffinity": { "requiredDuringSchedulingIgnoredDuringExecution": [term] } },
                    "topologySpreadConstraints": [{
                        "topologyKey": "topology.kubernetes.io/zone", "labelSelector": { "matchLabels": pods },
                    }],
                    "containers": [container],
                } },
            },
        });
        let documents = vec![
            workload,
            json!({ "kind": "ServiceAccount", "metadata": { "name": "j" } }),
            json!({ "kind": "Service", "metadata": { "name": "j" }, "spec": {
                "clusterIP": "None", "selector": service, "ports": [{ "port": 1, "targetPort": "rpc" }],
            } }),
            json!({ "kind": "PodDisruptionBudget", "metadata": { "name": "j" },
                "spec": { "selector": { "matchLabels": pods } } }),
        ];
        let files = Files {
            yaml: BTreeMap::from([
                ("deploy/kubernetes/j.yaml".to_owned(), documents),
                (
                    "deploy/kubernetes/kustomization.yaml".to_owned(),
                    vec![json!({ "kind": "Kustomization", "resources": ["j.yaml"] })],
                ),
            ]),
            text: BTreeMap::new(),
            image: super::super::load::Image::default(),
        };
        let mut findings = Findings::default();
        check(&files, &mut findings);
        findings.0.join("\n")
    }

    #[test]
    fn what_selects_nothing_is_found() {
        let (right, wrong) = (json!({ "is": "j" }), json!({ "is": "k" }));
        assert_eq!(found(&right, &right, "/readyz"), "");
        assert!(found(&wrong, &right, "/readyz").contains("j: its selector does not match its pods"));
        assert!(found(&wrong, &right, "/readyz").contains("0 disruption budgets"));
        assert!(found(&right, &wrong, "/readyz").contains("service j selects the pods of 0 workloads"));
        assert!(found(&right, &right, "/ready").contains("startupProbe asks for \"/ready\""));
    }
}
