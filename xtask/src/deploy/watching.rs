//! Prometheus with the files under `deploy/prometheus` against running processes.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::load::Files;

/// Words of the query language, and labels of ours, that look like metrics.
const NOT_METRICS: [&str; 3] = ["group_left", "group_right", "count_values"];

/// Every target answers, every rule and every panel can be evaluated, every metric that they name is there.
pub fn check(files: &Files, prometheus: &str, targets: usize) -> Result<()> {
    let begin = Instant::now();
    loop {
        let up = query(prometheus, "sum(up)").unwrap_or(Value::Null);
        let count = up[0]["value"][1].as_str().and_then(|text| text.parse::<usize>().ok());
        if count == Some(targets) {
            break;
        }
        if begin.elapsed() > Duration::from_secs(60) {
            bail!("Prometheus reaches {count:?} of {targets} targets");
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    let names = get(prometheus, "/api/v1/label/__name__/values")?;
    let names: Value = serde_json::from_str(&names).context("names of metrics")?;
    let there: BTreeSet<String> = super::load::strings(&names["data"]).into_iter().collect();
    let mut wrong = Vec::new();
    for (place, expression) in expressions(files)? {
        if let Err(error) = query(prometheus, &expression) {
            wrong.push(format!("{place}: {error:#}: {expression}"));
        }
        let missing = metrics(&expression).into_iter().filter(|name| !there.contains(name));
        wrong.extend(missing.map(|name| format!("{place}: no role has metric {name}")));
    }
    if wrong.is_empty() { Ok(()) } else { bail!("deploy:\n  {}", wrong.join("\n  ")) }
}

/// Of the dashboard and the alerts, with where they are.
fn expressions(files: &Files) -> Result<Vec<(String, String)>> {
    let mut all = Vec::new();
    let dashboard: Value = serde_json::from_str(files.content("deploy/grafana/dashboards/gavel.json")?)?;
    let panels = dashboard["panels"].as_array().into_iter().flatten();
    for panel in panels.chain(dashboard["annotations"]["list"].as_array().into_iter().flatten()) {
        let title = panel["title"].as_str().or(panel["name"].as_str()).unwrap_or("?");
        let targets = panel["targets"].as_array().into_iter().flatten();
        for expression in targets.map(|target| &target["expr"]).chain([&panel["expr"]]).filter_map(Value::as_str) {
            all.push((format!("panel {title}"), expression.replace("$__rate_interval", "1m")));
        }
    }
    for group in files.document("deploy/prometheus/alerts.yml")?["groups"].as_array().into_iter().flatten() {
        for rule in group["rules"].as_array().into_iter().flatten() {
            let name = rule["alert"].as_str().unwrap_or("?");
            all.push((format!("alert {name}"), rule["expr"].as_str().context("expr")?.to_owned()));
        }
    }
    Ok(all)
}

/// What an expression names outside of braces and quotes, but for functions.
fn metrics(expression: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut inside = false;
    let mut word = String::new();
    for c in expression.chars().chain([' ']) {
        if c.is_ascii_alphanumeric() || c == '_' || c == ':' {
            word.push(c);
            continue;
        }
        let name = std::mem::take(&mut word);
        if !inside && c != '(' && name.contains('_') && !NOT_METRICS.contains(&name.as_str()) {
            found.insert(name);
        }
        inside = match c {
            '{' => true,
            '}' => false,
            _ => inside,
        };
    }
    found
}

fn query(prometheus: &str, expression: &str) -> Result<Value> {
    let mut encoded = String::new();
    for byte in expression.bytes() {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    let answer: Value = serde_json::from_str(&get(prometheus, &format!("/api/v1/query?query={encoded}"))?)?;
    if answer["status"] != "success" {
        bail!("{}", answer["error"]);
    }
    Ok(answer["data"]["result"].clone())
}

/// One HTTP request; the body of whatever answer comes with 200.
pub fn get(address: &str, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address.parse()?, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("{address}: not HTTP"))?;
    let status = head.split_whitespace().nth(1).unwrap_or("");
    // Prometheus says what is wrong with a query in the body of a 400.
    if status == "200" || (status == "400" && body.starts_with('{')) {
        Ok(body.to_owned())
    } else {
        bail!("{address}{path} answers {status}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_labels_and_numbers_are_no_metrics() {
        let expression = r#"sum by (job) (rate(a_total{job="b_c"}[1m])) / scalar(max_over_time(d_e[5m])) > 5_0"#;
        let found = metrics(expression);
        assert!(found.contains("a_total") && found.contains("d_e") && !found.contains("b_c"), "{found:?}");
        assert!(!found.contains("max_over_time"));
    }
}
