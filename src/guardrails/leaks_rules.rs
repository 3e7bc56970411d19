//! Forms of the keys and tokens that services give out.
//!
//! Most patterns and entropy floors are those of gitleaks (`config/gitleaks.toml`, MIT License, Copyright (c) 2019
//! Zachary Rice), split into what a secret starts with and what follows.

/// The form of one service's secrets.
pub(super) struct Rule {
    /// What they start with, one of these. Upper and lower case count.
    pub(super) starts: &'static [&'static str],
    /// What follows: a regular expression of ASCII.
    pub(super) rest: &'static str,
    /// Bits of entropy that each character has at least.
    pub(super) floor: f64,
}

const fn rule(starts: &'static [&'static str], rest: &'static str, floor: f64) -> Rule {
    Rule { starts, rest, floor }
}

/// No match is longer, in bytes.
pub(super) const LONGEST: usize = 1200;

/// Every rule.
#[rustfmt::skip]
pub(super) const RULES: &[Rule] = &[
    // 1Password, Adobe, age, Alibaba, Anthropic, Artifactory, Atlassian, Authress
    rule(&["A3-"], r"[A-Z0-9]{6}-(?:[A-Z0-9]{11}|[A-Z0-9]{6}-[A-Z0-9]{5})(?:-[A-Z0-9]{5}){3}", 3.5),
    rule(&["ops_eyJ"], r"[a-zA-Z0-9+/]{250,}={0,3}", 4.0),
    rule(&["p8e-"], r"[a-zA-Z0-9]{32}", 2.0),
    rule(&["AGE-SECRET-KEY-1"], r"[0-9A-Z]{58}", 3.0),
    rule(&["LTAI"], r"[a-zA-Z0-9]{20}", 2.0),
    rule(&["sk-ant-"], r"(?:api|admin|oat|sid)\d\d-[\w-]{80,120}", 3.0),
    rule(&["AKCp"], r"[A-Za-z0-9]{69}", 4.5),
    rule(&["cmVmd"], r"[A-Za-z0-9]{59}", 4.5),
    rule(&["ATATT3"], r"[\w=-]{186}", 3.5),
    rule(&["sc_", "ext_", "scauth_", "authress_"],
         r"[a-zA-Z0-9]{5,30}\.[a-zA-Z0-9]{4,6}\.acc[_-][a-zA-Z0-9-]{10,32}\.[a-zA-Z0-9+/_=-]{30,120}", 2.0),
    // Amazon, ClickHouse, Clojars, Cloudflare, Databricks, Defined Networking, DigitalOcean, Docker, Doppler
    rule(&["AKIA", "ASIA", "ABIA", "ACCA"], r"[A-Z2-7]{16}", 3.0),
    rule(&["A3T"], r"[A-Z0-9][A-Z2-7]{16}", 3.0),
    rule(&["ABSK"], r"[A-Za-z0-9+/]{109,269}={0,2}", 3.5),
    rule(&["bedrock-api-key-"], r"YmVkcm9jay5hbWF6b25hd3MuY29t[\w+/=-]{20,}", 3.0),
    rule(&["4b1d"], r"[A-Za-z0-9]{38}", 3.0),
    rule(&["CLOJARS_"], r"[a-zA-Z0-9]{60}", 2.0),
    rule(&["v1.0-"], r"[a-f0-9]{24}-[a-f0-9]{146}", 2.0),
    rule(&["dapi"], r"[a-f0-9]{32}(?:-\d)?", 3.0),
    rule(&["dnkey-"], r"[a-zA-Z0-9=_-]{26}-[a-zA-Z0-9=_-]{52}", 2.0),
    rule(&["doo_v1_", "dop_v1_", "dor_v1_"], r"[a-fA-F0-9]{64}", 3.0),
    rule(&["dckr_pat_", "dckr_oat_"], r"[\w-]{27,}", 3.0),
    rule(&["dp.pt.", "dp.st.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit."], r"(?:[a-z0-9_-]{2,35}\.)?[a-zA-Z0-9]{40,44}", 2.0),
    // Duffel, Dynatrace, EasyPost, Facebook, Flutterwave, Fly.io, Frame.io, Google, GoCardless, Lob
    rule(&["duffel_test_", "duffel_live_"], r"[a-zA-Z0-9_=-]{43}", 2.0),
    rule(&["dt0c01.", "dt0s01."], r"[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{64}", 4.0),
    rule(&["EZAK", "EZTK"], r"[a-zA-Z0-9]{54}", 2.0),
    rule(&["EAAM", "EAAC"], r"[a-zA-Z0-9]{100,}", 4.0),
    rule(&["FLWSECK_TEST-", "FLWPUBK_TEST-", "FLWSECK-"], r"[a-hA-H0-9]{12,32}(?:-X)?", 2.0),
    rule(&["fo1_"], r"[\w-]{43}", 3.5),
    rule(&["fm1a_", "fm1r_", "fm2_"], r"[a-zA-Z0-9+/]{100,}={0,3}", 4.0),
    rule(&["fio-u-"], r"[a-zA-Z0-9=_-]{64}", 3.0),
    rule(&["AIza"], r"[\w-]{35}", 3.5),
    rule(&["GOCSPX-"], r"[\w-]{28}", 3.0),
    rule(&["ya29."], r"[\w-]{20,}", 3.0),
    rule(&["live_"], r"(?:[a-zA-Z0-9=_-]{40}|[a-f0-9]{35}|pub_[a-f0-9]{31})", 3.5),
    rule(&["test_"], r"(?:[a-f0-9]{35}|pub_[a-f0-9]{31})", 3.0),
    // GitHub, GitLab
    rule(&["ghp_", "gho_", "ghu_", "ghs_", "ghr_"], r"[0-9a-zA-Z]{36}", 3.0),
    rule(&["github_pat_"], r"\w{82}", 3.0),
    rule(&["glcbt-"], r"[0-9a-zA-Z]{1,5}_[\w-]{20}", 3.0),
    rule(&["glpat-", "gldt-", "glffct-", "glft-", "glrt-", "glsoat-", "glimt-", "glagent-", "gloas-"],
         r"(?:[\w-]{27,300}\.[0-9a-z]{9}|[\w-]{20,64})", 3.0),
    rule(&["glptt-"], r"[0-9a-f]{40}", 3.0),
    rule(&["GR1348941"], r"[\w-]{20}", 3.0),
    rule(&["_gitlab_session="], r"[0-9a-z]{32}", 3.0),
    // Grafana, Groq, Harness, Heroku, Hugging Face, Infracost, Intra42, Linear, LangSmith
    rule(&["eyJrIjoi"], r"[A-Za-z0-9]{70,400}={0,3}", 3.0),
    rule(&["glc_"], r"[A-Za-z0-9+/]{32,400}={0,3}", 3.0),
    rule(&["glsa_"], r"[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}", 3.0),
    rule(&["gsk_"], r"[A-Za-z0-9]{52}", 3.0),
    rule(&["pat.", "sat."], r"[\w-]{22}\.[a-zA-Z0-9]{24}\.[a-zA-Z0-9]{20}", 3.0),
    rule(&["HRKU-AA"], r"[\w-]{58}", 4.0),
    rule(&["hf_"], r"[a-zA-Z]{34}", 2.5),
    rule(&["api_org_"], r"[a-zA-Z]{34}", 2.5),
    rule(&["ico-"], r"[a-zA-Z0-9]{32}", 3.0),
    rule(&["s-s4t2ud-", "s-s4t2af-"], r"[a-fA-F0-9]{64}", 3.0),
    rule(&["lin_api_", "lin_oauth_"], r"[a-zA-Z0-9]{40,64}", 2.0),
    rule(&["lsv2_pt_", "lsv2_sk_"], r"[a-f0-9]{32}_[a-f0-9]{10}", 3.0),
    // Mailgun, Mapbox, Microsoft, New Relic, Notion, npm, NuGet, NVIDIA, Octopus, OpenAI, OpenShift
    rule(&["key-"], r"[a-f0-9]{32}", 3.0),
    rule(&["pk.", "sk.", "tk."], r"eyJ[a-zA-Z0-9]{50,}\.[\w-]{22}", 3.0),
    rule(&["webhook.office.com/webhookb2/"], r"[\w@/-]{100,220}", 3.0),
    rule(&["NRJS-"], r"[a-f0-9]{19}", 3.0),
    rule(&["NRII-"], r"[a-zA-Z0-9-]{32}", 3.0),
    rule(&["NRAK-", "NRRA-", "NRIQ-"], r"[a-zA-Z0-9-]{27,42}", 3.0),
    rule(&["ntn_"], r"[0-9]{11}[A-Za-z0-9]{35}", 4.0),
    rule(&["secret_"], r"[A-Za-z0-9]{43}", 3.5),
    rule(&["npm_"], r"[a-zA-Z0-9]{36}", 2.5),
    rule(&["oy2"], r"[a-z0-9]{43}", 3.0),
    rule(&["nvapi-"], r"[\w-]{64}", 3.5),
    rule(&["API-"], r"[A-Z0-9]{26}", 3.0),
    rule(&["sk-"], r"(?:(?:proj|svcacct|admin)-[\w-]{58,74}T3BlbkFJ[\w-]{58,74}|(?:or-v1-)?[a-zA-Z0-9]{32,64})", 3.0),
    rule(&["sha256~"], r"[\w-]{43}", 3.5),
    // Perplexity, Plaid, PlanetScale, Postman, Prefect, Pulumi, PyPI, ReadMe, Replicate, RubyGems, Scalingo
    rule(&["pplx-"], r"[a-zA-Z0-9]{48}", 3.5),
    rule(&["access-"], r"(?:sandbox|development|production)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", 3.0),
    rule(&["pscale_tkn_", "pscale_oauth_", "pscale_pw_"], r"[\w=.-]{32,64}", 3.0),
    rule(&["PMAK-"], r"[a-fA-F0-9]{24}-[a-fA-F0-9]{34}", 3.0),
    rule(&["pnu_", "pnb_"], r"[a-zA-Z0-9]{36}", 2.5),
    rule(&["pul-"], r"[a-f0-9]{40}", 2.0),
    rule(&["pypi-AgEIcHlwaS5vcmc", "pypi-AgENdGVzdC5weXBpLm9yZ"], r"[\w-]{50,1000}", 3.0),
    rule(&["rdme_"], r"[a-z0-9]{70}", 2.5),
    rule(&["r8_"], r"[a-zA-Z0-9]{37}", 3.5),
    rule(&["rubygems_"], r"[a-f0-9]{48}", 2.0),
    rule(&["tk-us-"], r"[\w-]{48}", 3.0),
    // SendGrid, Sendinblue, Sentry, SettleMint, Shippo, Shopify, Slack, Sourcegraph
    rule(&["SG."], r"[a-zA-Z0-9=_.-]{66}", 3.0),
    rule(&["xkeysib-", "xsmtpsib-"], r"[a-f0-9]{64}-[a-zA-Z0-9]{16}", 2.0),
    rule(&["sntrys_eyJpYXQiO"], r"[a-zA-Z0-9+/]{60,400}={0,2}_[a-zA-Z0-9+/]{43}", 4.0),
    rule(&["sntryu_"], r"[a-f0-9]{64}", 3.0),
    rule(&["sm_aat_", "sm_pat_", "sm_sat_"], r"[a-zA-Z0-9]{16}", 3.0),
    rule(&["shippo_live_", "shippo_test_"], r"[a-fA-F0-9]{40}", 2.0),
    rule(&["shpat_", "shpca_", "shppa_", "shpss_"], r"[a-fA-F0-9]{32}", 2.0),
    rule(&["xapp-"], r"\d-[a-zA-Z0-9]+-\d+-[a-zA-Z0-9]+", 2.5),
    rule(&["xoxb-"], r"[0-9]{8,14}-(?:[0-9]{10,13}[a-zA-Z0-9-]*|[a-zA-Z0-9]{18,26})", 2.5),
    rule(&["xoxe.xoxb-", "xoxe.xoxp-"], r"\d-[a-zA-Z0-9]{163,166}", 2.5),
    rule(&["xoxe-"], r"\d-[a-zA-Z0-9]{146}", 2.5),
    rule(&["xoxo-", "xoxs-"], r"\d+-\d+-\d+-[a-fA-F\d]+", 2.0),
    rule(&["xoxa-", "xoxr-"], r"(?:\d-)?[0-9a-zA-Z]{8,48}", 2.5),
    rule(&["xoxp-", "xoxe-"], r"(?:[0-9]{10,13}-){3}[a-zA-Z0-9-]{28,34}", 2.0),
    rule(&["hooks.slack.com/services/", "hooks.slack.com/workflows/", "hooks.slack.com/triggers/"], r"[A-Za-z0-9+/]{40,60}", 3.0),
    rule(&["discord.com/api/webhooks/", "discordapp.com/api/webhooks/"], r"\d{17,20}/[\w-]{60,80}", 3.0),
    rule(&["sgp_"], r"(?:(?:[a-fA-F0-9]{16}|local)_)?[a-fA-F0-9]{40}", 3.0),
    // Square, Stripe, Supabase, Tavily, Twilio, Typeform, Vault, xAI, Yandex
    rule(&["EAAA", "sq0atp-", "sq0csp-"], r"[\w-]{22,60}", 2.5),
    rule(&["sk_test_", "sk_live_", "sk_prod_", "rk_test_", "rk_live_", "rk_prod_"], r"[a-zA-Z0-9]{10,247}", 2.0),
    rule(&["whsec_"], r"[a-zA-Z0-9+/=]{24,}", 3.0),
    rule(&["sbp_"], r"[a-f0-9]{40}", 3.0),
    rule(&["tvly-"], r"[\w-]{28,64}", 3.5),
    rule(&["SK"], r"[0-9a-fA-F]{32}", 3.0),
    rule(&["tfp_"], r"[\w.=-]{59}", 3.0),
    rule(&["hvb."], r"[\w-]{138,300}", 4.0),
    rule(&["hvs.", "hvr."], r"[\w-]{90,120}", 3.5),
    rule(&["s."], r"[a-zA-Z0-9]{24}", 3.8),
    rule(&["xai-"], r"[a-zA-Z0-9]{80}", 3.5),
    rule(&["t1."], r"[\w-]+={0,2}\.[\w-]{86}={0,2}", 3.5),
    rule(&["AQVN"], r"[\w-]{35,38}", 3.5),
    rule(&["YC"], r"[\w-]{38}", 4.0),
];

/// A secret that is known by what stands inside it.
pub(super) struct Inner {
    /// What stands inside.
    pub(super) mark: &'static str,
    /// How many bytes of the secret come before the mark.
    pub(super) before: usize,
    /// Whether the mark may stand right after this byte; most marks are stopped by it.
    pub(super) follows: fn(&u8) -> bool,
    /// The whole secret.
    pub(super) whole: &'static str,
    /// Bits of entropy that each character has at least.
    pub(super) floor: f64,
}

/// Azure, Terraform, MaxMind, Mailchimp, Telegram.
pub(super) const INNER: &[Inner] = &[
    Inner { mark: "Q~", before: 4, follows: u8::is_ascii_digit, whole: r"[\w~.]{3}\dQ~[\w~.-]{31,34}", floor: 3.0 },
    Inner {
        mark: ".atlasv1.",
        before: 14,
        follows: u8::is_ascii_alphanumeric,
        whole: r"[a-zA-Z0-9]{14}\.atlasv1\.[\w=-]{60,70}",
        floor: 3.5,
    },
    Inner {
        mark: "_mmk",
        before: 36,
        follows: u8::is_ascii_alphanumeric,
        whole: r"[A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk",
        floor: 4.0,
    },
    Inner { mark: "-us", before: 32, follows: u8::is_ascii_hexdigit, whole: r"[a-f0-9]{32}-us\d{1,2}", floor: 3.0 },
    Inner { mark: ":AA", before: 10, follows: u8::is_ascii_digit, whole: r"\d{10}:AA[\w-]{33}", floor: 3.5 },
    Inner { mark: ":AA", before: 9, follows: u8::is_ascii_digit, whole: r"\d{9}:AA[\w-]{33}", floor: 3.5 },
];
