// SPDX-License-Identifier: Apache-2.0
/** Objects that zod and the API server must both take or both refuse: one table for unit and end-to-end tests. */
import { API_VERSION } from "../kind.ts";

export interface TestObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface BadObject {
  readonly name: string;
  readonly object: TestObject;
  /** Part of the API server's message. */
  readonly says: string;
  /** The rule looks at what zod does not, e.g. the object's name. */
  readonly onlyServer?: boolean;
}

const DIGEST = `sha256:${"a".repeat(64)}`;
const OTHER = `sha256:${"b".repeat(64)}`;

type Spec = Readonly<Record<string, unknown>>;

function object(kind: string, spec: Spec, name = "x"): TestObject {
  const metadata = kind === "StellaOps" ? { name } : { name, namespace: "default" };
  return { apiVersion: API_VERSION, kind, metadata, spec };
}

function policy(rule: Spec): TestObject {
  return object("ScanPolicy", { rules: [{ name: "r", action: "fail", ...rule }] });
}

function channel(spec: Spec): TestObject {
  return object("NotifyChannel", spec);
}

export const goodObjects: readonly { readonly name: string; readonly object: TestObject }[] = [
  { name: "an empty StellaOps", object: object("StellaOps", {}, "stellaops") },
  {
    name: "a StellaOps with registries",
    object: object(
      "StellaOps",
      {
        storage: { size: "20Gi" },
        registries: [
          { host: "10.0.0.1:5000", insecure: true },
          {
            host: "docker.io",
            mirrors: [{ url: "https://mirror.example.com/dockerhub" }],
            caBundle: "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
            secretRef: { name: "hub" },
          },
        ],
        reportRetention: "0s",
      },
      "stellaops",
    ),
  },
  {
    name: "a ScanPolicy in long spelling",
    object: object("ScanPolicy", {
      selector: {
        namespaces: ["prod-*"],
        namespaceSelector: { matchLabels: { team: "a" } },
        podSelector: { matchExpressions: [{ key: "tier", operator: "In", values: ["web"] }] },
        repositories: ["ghcr.io/acme/*"],
      },
      enforcement: "enforce",
      admission: { requireVerdict: "warn", onUnknown: "deny", deniedTags: ["latest"], requireDigest: true },
      rules: [
        {
          name: "waiver",
          match: { cve: ["CVE-2021-1"] },
          action: { ignore: { until: "2027-01-31", justification: "y" } },
        },
        {
          name: "later",
          match: { purl: ["pkg:npm/a@*"] },
          action: { defer: { until: "2027-01-31T00:00:00Z" } },
        },
        { name: "likely", match: { epss: ">=0.5" }, action: { escalate: { severity: "critical" } } },
        { name: "rest", match: { severity: ["critical", "high"], kev: false }, action: "warn" },
      ],
    }),
  },
  {
    name: "a ScanPolicy in short spelling",
    object: policy({ match: { severity: ">=High", cve: "CVE-1", epss: 0.5 } }),
  },
  { name: "a ScanPolicy rule with no match", object: policy({}) },
  {
    name: "a mistyped matcher, which is kept for the policy parser to refuse",
    object: policy({ match: { severty: "high" } }),
  },
  {
    name: "a Schedule with everything",
    object: object("Schedule", {
      when: "0 2 * * * Europe/Sofia",
      mode: "analysis-only",
      selection: { scope: "all-images", onlyIf: { lastReportOlderThanDays: 7 } },
      notify: { onNewFindings: true, minSeverity: "high" },
      limits: { maxJobs: 5000, ratePerSecond: 50 },
    }),
  },
  {
    name: "a Schedule with its zone beside",
    object: object("Schedule", {
      when: "*/15 8-18 * * MON-FRI",
      timeZone: "America/Argentina/Buenos_Aires",
      selection: { scope: "labels", labels: { app: "web" }, namespaces: ["prod-*"] },
    }),
  },
  { name: "a Schedule with a word", object: object("Schedule", { when: "@daily UTC", timeZone: "UTC" }) },
  {
    name: "a NotifyRule with everything",
    object: object("NotifyRule", {
      match: {
        eventKinds: ["report.ready", "rescan.delta", "zastava.admission"],
        minSeverity: "high",
        namespaces: ["prod-*"],
        vex: { includeAcceptedJustifications: false },
      },
      actions: [
        { channel: "slack", target: "#sec-alerts", template: "concise", throttle: "5m" },
        { channel: "email", target: "soc@acme.org", digest: "hourly" },
      ],
    }),
  },
  { name: "a Slack channel", object: channel({ type: "slack", secretRef: { name: "hook", key: "url" } }) },
  {
    name: "a mail channel",
    object: channel({ type: "email", email: { host: "smtp:25", from: "a@b", tls: "none" } }),
  },
  {
    name: "a webhook channel",
    object: channel({ type: "webhook", webhook: { url: "https://x.example.com/a?b=c" } }),
  },
  {
    name: "an AdvisorySource from a folder",
    object: object("AdvisorySource", { folder: { path: "osv/npm" }, format: "osv", interval: "30m" }),
  },
  {
    name: "an AdvisorySource from an artifact",
    object: object("AdvisorySource", {
      oci: { reference: "10.0.0.1:5000/feeds:1", secretRef: { name: "s" } },
    }),
  },
  {
    name: "a VexSource from a ConfigMap",
    object: object("VexSource", { configMap: { name: "own-vex", key: "a.json" }, trustWeight: 0.5 }),
  },
  {
    name: "an AdvisorySource from OSV's bucket",
    object: object("AdvisorySource", {
      http: {
        url: "https://osv-vulnerabilities.storage.googleapis.com",
        layout: "osv",
        ecosystems: ["npm", "GitHub Actions", "Debian:12"],
        rateLimit: 5,
      },
      format: "osv",
    }),
  },
  {
    name: "an AdvisorySource from several addresses, with all that reaching them takes",
    object: object("AdvisorySource", {
      http: {
        urls: ["https://a.example.com:8443/x.json?y=z", "https://[2001:db8::1]/x.zip"],
        caBundle: "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n",
        proxy: "http://user:pw@proxy.example.com:3128",
        secretRef: { name: "feed" },
      },
    }),
  },
  {
    name: "a VexSource from a hub",
    object: object("VexSource", {
      http: { url: "https://hub.example.com/vex-repository.json", layout: "vex-repository" },
    }),
  },
  {
    name: "a Scan",
    object: object("Scan", {
      imageRef: "ghcr.io/acme/api:1.2",
      digest: DIGEST,
      platform: { os: "linux", architecture: "arm64", variant: "v8" },
      forceGeneration: 3,
      pullSecrets: [{ namespace: "default", name: "regcred" }],
    }),
  },
  {
    name: "a Report",
    object: object("Report", {
      imageDigest: DIGEST,
      imageRef: "ghcr.io/acme/api:1.2",
      repository: "ghcr.io/acme/api",
      policyRefs: [{ namespace: "stellaops", name: "baseline" }],
    }),
  },
];

export const badObjects: readonly BadObject[] = [
  {
    name: "a second StellaOps",
    object: object("StellaOps", {}, "other"),
    says: "there is one StellaOps in a cluster and its name is stellaops, not other",
    onlyServer: true,
  },
  {
    name: "a namespace that fails both open and closed",
    object: object(
      "StellaOps",
      { components: { webhook: { failOpenNamespaces: ["a", "b"], failClosedNamespaces: ["b"] } } },
      "stellaops",
    ),
    says: "a namespace cannot be in both failOpenNamespaces and failClosedNamespaces",
  },
  {
    name: "an unknown profile",
    object: object("StellaOps", { profile: "cloud" }, "stellaops"),
    says: 'supported values: "embedded", "distributed"',
  },
  {
    name: "a retention that is no duration",
    object: object("StellaOps", { reportRetention: "1 day" }, "stellaops"),
    says: "spec.reportRetention",
  },
  {
    name: "a registry twice",
    object: object("StellaOps", { registries: [{ host: "a.io" }, { host: "a.io" }] }, "stellaops"),
    says: "Duplicate value",
  },
  { name: "a policy with no rules", object: object("ScanPolicy", { rules: [] }), says: "spec.rules" },
  {
    name: "a rule with no name",
    object: policy({ name: undefined }),
    says: "spec.rules[0].name: Required value",
  },
  {
    name: "two rules with one name",
    object: object("ScanPolicy", {
      rules: [
        { name: "r", action: "fail" },
        { name: "r", action: "warn" },
      ],
    }),
    says: "Duplicate value",
  },
  {
    name: "a rule with no action",
    object: policy({ action: undefined }),
    says: "spec.rules[0].action: Required value",
  },
  { name: "an unknown action", object: policy({ action: "deny" }), says: "'^(fail|warn)$'" },
  {
    name: "an unknown action with fields",
    object: policy({ action: { allow: {} } }),
    says: "spec.rules[0].action",
  },
  {
    name: "two actions in one",
    object: policy({
      action: { escalate: { severity: "high" }, ignore: { until: "2027-01-01", justification: "y" } },
    }),
    says: "spec.rules[0].action: Too many: 2: must have at most 1 item",
  },
  {
    name: "a waiver with no reason",
    object: policy({ action: { ignore: { until: "2027-01-31" } } }),
    says: "spec.rules[0].action.ignore.justification: Required value",
  },
  {
    name: "a waiver with no end",
    object: policy({ action: { ignore: { justification: "never mind" } } }),
    says: "spec.rules[0].action.ignore.until: Required value",
  },
  {
    name: "an unknown severity",
    object: policy({ match: { severity: "urgent" } }),
    says: "spec.rules[0].match.severity",
  },
  {
    name: "an unknown severity in a list",
    object: policy({ match: { severity: ["high", "urgent"] } }),
    says: "spec.rules[0].match.severity[1]",
  },
  { name: "a probability above 1", object: policy({ match: { epss: 7 } }), says: "less than or equal to 1" },
  { name: "an empty list of ids", object: policy({ match: { cve: [] } }), says: "spec.rules[0].match.cve" },
  { name: "a word for a flag", object: policy({ match: { kev: "yes" } }), says: "spec.rules[0].match.kev" },
  {
    name: "an unknown enforcement",
    object: object("ScanPolicy", { enforcement: "block", rules: [{ name: "r", action: "fail" }] }),
    says: 'supported values: "dryrun", "warn", "enforce"',
  },
  {
    name: "a label requirement In without values",
    object: object("ScanPolicy", {
      rules: [{ name: "r", action: "fail" }],
      selector: { podSelector: { matchExpressions: [{ key: "a", operator: "In" }] } },
    }),
    says: "In and NotIn need values; Exists and DoesNotExist take none",
  },
  { name: "a Schedule with no time", object: object("Schedule", {}), says: "spec.when: Required value" },
  { name: "cron with four fields", object: object("Schedule", { when: "0 2 * *" }), says: "spec.when" },
  { name: "cron with seconds", object: object("Schedule", { when: "0 0 2 * * *" }), says: "spec.when" },
  {
    name: "two time zones",
    object: object("Schedule", { when: "0 2 * * * Europe/Sofia", timeZone: "UTC" }),
    says: "when names another time zone than timeZone",
  },
  {
    name: "a scope without its list",
    object: object("Schedule", { when: "@daily", selection: { scope: "namespaces" } }),
    says: "scope namespaces needs namespaces",
  },
  {
    name: "a NotifyRule that does nothing",
    object: object("NotifyRule", { actions: [] }),
    says: "spec.actions",
  },
  {
    name: "a channel in another namespace",
    object: object("NotifyRule", { actions: [{ channel: "other/slack" }] }),
    says: "spec.actions[0].channel",
  },
  {
    name: "a channel of unknown type",
    object: channel({ type: "fax" }),
    says: '"slack", "teams", "email", "webhook"',
  },
  {
    name: "Slack with no Secret",
    object: channel({ type: "slack" }),
    says: "slack and teams need secretRef",
  },
  {
    name: "mail with no server",
    object: channel({ type: "email" }),
    says: "type email needs email with host and from, and no other type takes it",
  },
  {
    name: "mail settings for a webhook",
    object: channel({
      type: "webhook",
      webhook: { url: "https://example.com" },
      email: { host: "smtp", from: "a@b" },
    }),
    says: "type email needs email with host and from, and no other type takes it",
  },
  {
    name: "a webhook with no url",
    object: channel({ type: "webhook" }),
    says: "type webhook needs webhook with url",
  },
  {
    name: "a source from nowhere",
    object: object("AdvisorySource", {}),
    says: "give exactly one of file, folder, oci, configMap, http",
  },
  {
    name: "a source from two places",
    object: object("VexSource", { file: { path: "a" }, folder: { path: "b" } }),
    says: "give exactly one of file, folder, oci, configMap, http",
  },
  {
    name: "an absolute path",
    object: object("AdvisorySource", { file: { path: "/etc/passwd" } }),
    says: "path is relative to the feeds volume and stays in it: no leading / and no ..",
  },
  {
    name: "a path that climbs",
    object: object("AdvisorySource", { folder: { path: "a/../../b" } }),
    says: "path is relative to the feeds volume and stays in it: no leading / and no ..",
  },
  {
    name: "an address and several",
    object: object("AdvisorySource", { http: { url: "https://a.io/x", urls: ["https://a.io/y"] } }),
    says: "give exactly one of url, urls",
  },
  {
    name: "the web without an address",
    object: object("VexSource", { http: { layout: "csaf" } }),
    says: "give exactly one of url, urls",
  },
  {
    name: "several addresses of a provider",
    object: object("VexSource", { http: { urls: ["https://a.io/x/"], layout: "csaf" } }),
    says: "urls is for the layout document; the others take one url",
  },
  {
    name: "OSV's bucket without ecosystems",
    object: object("AdvisorySource", { http: { url: "https://a.io", layout: "osv" } }),
    says: "the layout osv needs ecosystems, and no other takes them",
  },
  {
    name: "ecosystems of something else",
    object: object("AdvisorySource", { http: { url: "https://a.io/x.json", ecosystems: ["npm"] } }),
    says: "the layout osv needs ecosystems, and no other takes them",
  },
  {
    name: "a secret for plain HTTP",
    object: object("AdvisorySource", {
      http: { urls: ["https://a.io/x", "http://a.io/y"], secretRef: { name: "s" } },
    }),
    says: "a secret is sent over https only",
  },
  {
    name: "a login in an address",
    object: object("AdvisorySource", { http: { url: "https://user:pw@a.io/x.json" } }),
    says: "spec.http.url",
  },
  {
    name: "an address of another kind",
    object: object("VexSource", { http: { url: "ftp://a.io/x.json" } }),
    says: "spec.http.url",
  },
  {
    name: "a layout of the other kind of source",
    object: object("VexSource", { http: { url: "https://a.io/x", layout: "osv" } }),
    says: 'supported values: "document", "csaf", "vex-repository"',
  },
  {
    name: "a weight above 1",
    object: object("VexSource", { file: { path: "a" }, trustWeight: 2 }),
    says: "spec.trustWeight",
  },
  {
    name: "a Scan of nothing",
    object: object("Scan", { digest: DIGEST }),
    says: "spec.imageRef: Required value",
  },
  { name: "a Scan of something else", object: object("Scan", { imageRef: "a b" }), says: "spec.imageRef" },
  {
    name: "a digest of another algorithm",
    object: object("Scan", { imageRef: "a", digest: "md5:1234" }),
    says: "spec.digest",
  },
  {
    name: "a Report with no image",
    object: object("Report", { imageRef: "a", repository: "a" }),
    says: "spec.imageDigest: Required value",
  },
];

/** Changes that a transition rule refuses. */
export const immutableChanges: readonly {
  readonly name: string;
  readonly before: TestObject;
  readonly after: TestObject;
  readonly says: string;
}[] = [
  {
    name: "another image",
    before: object("Scan", { imageRef: "a:1" }, "fixed-image"),
    after: object("Scan", { imageRef: "a:2" }, "fixed-image"),
    says: "imageRef cannot be changed; make a new object",
  },
  {
    name: "a digest set later",
    before: object("Scan", { imageRef: "a:1" }, "fixed-digest"),
    after: object("Scan", { imageRef: "a:1", digest: DIGEST }, "fixed-digest"),
    says: "digest cannot be changed; make a new object",
  },
  {
    name: "a Report's image",
    before: object("Report", { imageDigest: DIGEST, imageRef: "a", repository: "a" }, "fixed-report"),
    after: object("Report", { imageDigest: OTHER, imageRef: "a", repository: "a" }, "fixed-report"),
    says: "imageDigest cannot be changed; make a new object",
  },
];
