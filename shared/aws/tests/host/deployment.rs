//! What a process must be told.

use std::collections::BTreeMap;

use mesh_aws::host::Deployment;

fn complete() -> BTreeMap<String, String> {
    let pairs = [
        ("MESH_PREFIX", "va-phase1"),
        ("MESH_ACCOUNT", "123456789012"),
        ("AWS_REGION", "eu-central-1"),
        ("MESH_QUEUE_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/va-phase1-echo"),
        ("MESH_DLQ_URL", "https://sqs.eu-central-1.amazonaws.com/123456789012/va-phase1-echo-dlq"),
    ];
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[test]
fn names_follow_from_prefix_account_and_region() {
    let deployment = Deployment::from_pairs(&complete()).expect("complete");
    assert_eq!(deployment.place.objects_bucket, "va-phase1-content-objects");
    assert_eq!(deployment.place.site_bucket, "va-phase1-site");
    let topic = deployment.place.names.topic_arn("/content/request");
    assert_eq!(topic, "arn:aws:sns:eu-central-1:123456789012:va-phase1-content-request");
}

#[test]
fn settings_name_other_buckets() {
    let mut pairs = complete();
    pairs.insert("MESH_SITE_BUCKET".into(), "www.example.org".into());
    assert_eq!(Deployment::from_pairs(&pairs).expect("complete").place.site_bucket, "www.example.org");
}

#[test]
fn what_is_missing_is_named() {
    for name in complete().into_keys() {
        let mut pairs = complete();
        pairs.insert(name.clone(), " ".into());
        let error = Deployment::from_pairs(&pairs).expect_err("incomplete").to_string();
        assert!(error.starts_with(&format!("{name} is not set; ")), "{error}");
    }
}

#[test]
fn what_is_malformed_is_named() {
    let cases = [
        ("MESH_PREFIX", "Va"),
        ("MESH_ACCOUNT", "12345678901"),
        ("MESH_ACCOUNT", "12345678901x"),
        ("MESH_ENVIRONMENT", "production"),
        ("MESH_QUEUE_URL", "va-phase1-echo"),
        ("MESH_DLQ_URL", "ftp://sqs/queue"),
        ("MESH_SITE_BUCKET", "My Bucket"),
    ];
    for (name, value) in cases {
        let mut pairs = complete();
        pairs.insert(name.into(), value.into());
        let error = Deployment::from_pairs(&pairs).expect_err("malformed").to_string();
        assert!(error.starts_with(&format!("{name} is {value:?}; allowed is ")), "{error}");
    }
}
