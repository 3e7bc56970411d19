//! A stand-in for Presidio's analyzer (its model is a download of hundreds of megabytes): finds the name Ann, and notes
//! what of a request is not as the REST API of Presidio documents it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use super::listener::{self, Asked, Said};

pub(crate) struct Analyzer {
    address: SocketAddr,
    faults: Arc<Mutex<Vec<String>>>,
}

impl Analyzer {
    /// One that works, or one that answers everything with an error.
    pub(crate) fn start(is_broken: bool) -> Self {
        let faults = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&faults);
        let address = listener::serve(move |asked| {
            if is_broken {
                return listener::json(500, &json!({ "error": "no model" }));
            }
            analyzed(asked).unwrap_or_else(|fault| {
                noted.lock().expect("faults").push(fault.clone());
                listener::json(400, &json!({ "error": fault }))
            })
        });
        Self { address, faults }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn faults(&self) -> Vec<String> {
        self.faults.lock().expect("faults").clone()
    }
}

fn analyzed(asked: &Asked) -> Result<Said, String> {
    if (asked.method.as_str(), asked.path.as_str()) != ("POST", "/analyze") {
        return Err(format!("{} {}", asked.method, asked.path));
    }
    if asked.header("content-type") != Some("application/json") {
        return Err("the content type".to_owned());
    }
    let body: Value = serde_json::from_str(&asked.body).map_err(|error| error.to_string())?;
    let known = ["text", "language", "entities", "score_threshold"];
    if let Some(other) = body.as_object().and_then(|members| members.keys().find(|it| !known.contains(&it.as_str()))) {
        return Err(format!("an unknown member {other}"));
    }
    let (text, language) = (body["text"].as_str(), body["language"].as_str());
    let text = text.filter(|_| language == Some("en")).ok_or("text and language")?;
    let found = text.match_indices("Ann").map(|(at, name)| {
        let start = text[..at].chars().count();
        json!({ "entity_type": "PERSON", "start": start, "end": start + name.len(), "score": 0.85,
            "analysis_explanation": null, "recognition_metadata": { "recognizer_name": "SpacyRecognizer" } })
    });
    Ok(listener::json(200, &Value::Array(found.collect())))
}
