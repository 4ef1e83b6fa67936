// SPDX-License-Identifier: Apache-2.0
/**
 * The keys and certificates of one local cluster: who is who follows "PKI certificates and requirements"
 * (https://kubernetes.io/docs/setup/best-practices/certificates/). Made by openssl, ECDSA P-256, for one year.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { exists } from "#hack/lib/file.ts";
import { run } from "#hack/lib/run.ts";
import type { AddressPlan } from "./address-plan.ts";

const DAYS = "365";

export interface CertificateRequest {
  /** File name without .crt and .key. */
  readonly file: string;
  /** Common name: a user to the API server. */
  readonly user: string;
  /** Organization: a group to the API server. */
  readonly group?: string;
  /** Subject alternative names as openssl writes them. A certificate with names is for servers, else for clients. */
  readonly names?: readonly string[];
  readonly authority: "ca" | "front-proxy-ca";
}

export function certificateRequests(plan: AddressPlan, node: string): CertificateRequest[] {
  const dns = (name: string) => `DNS:${name}`;
  const apiNames = ["kubernetes", "kubernetes.default", "kubernetes.default.svc"];
  const client = (file: string, user: string, group?: string): CertificateRequest => ({
    file,
    user,
    authority: "ca",
    ...(group === undefined ? {} : { group }),
  });
  return [
    {
      file: "apiserver",
      user: "kube-apiserver",
      authority: "ca",
      names: [
        ...[...apiNames, "kubernetes.default.svc.cluster.local", "localhost", node].map(dns),
        ...[plan.nodeIp, plan.apiServiceIp, "127.0.0.1"].map((ip) => `IP:${ip}`),
      ],
    },
    { file: "kubelet-server", user: node, authority: "ca", names: [dns(node), `IP:${plan.nodeIp}`] },
    client("apiserver-kubelet-client", "kube-apiserver-kubelet-client", "system:masters"),
    client("admin", "kubernetes-admin", "system:masters"),
    client("kube-controller-manager", "system:kube-controller-manager"),
    client("kube-scheduler", "system:kube-scheduler"),
    client("kube-proxy", "system:kube-proxy"),
    client("kubelet", `system:node:${node}`, "system:nodes"),
    { file: "front-proxy-client", user: "front-proxy-client", authority: "front-proxy-ca" },
  ];
}

/** Fills `folder` once; what is there already stays as it is. */
export async function ensureCertificates(folder: string, plan: AddressPlan, node: string): Promise<void> {
  if (await exists(folder)) return;
  const scratch = `${folder}.new`;
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { recursive: true, mode: 0o700 });
  const requests = certificateRequests(plan, node);
  await Promise.all(["ca", "front-proxy-ca"].map((name) => makeAuthority(scratch, name)));
  await Promise.all(requests.map((request) => makeCertificate(scratch, request)));
  await makeServiceAccountKey(scratch);
  await rename(scratch, folder);
}

/** The openssl configuration of one request; `req -x509 -CA` reads its extensions from section `ext`. */
export function opensslConfig(request: CertificateRequest): string {
  const usage = request.names === undefined ? "clientAuth" : "serverAuth";
  return [
    "[req]",
    "prompt = no",
    "distinguished_name = subject",
    "x509_extensions = ext",
    "[subject]",
    ...(request.group === undefined ? [] : [`O = ${request.group}`]),
    `CN = ${request.user}`,
    "[ext]",
    "basicConstraints = critical, CA:FALSE",
    "keyUsage = critical, digitalSignature",
    `extendedKeyUsage = ${usage}`,
    ...(request.names === undefined ? [] : [`subjectAltName = ${request.names.join(", ")}`]),
    "",
  ].join("\n");
}

async function makeAuthority(folder: string, name: string): Promise<void> {
  const config = [
    "[req]",
    "prompt = no",
    "distinguished_name = subject",
    "x509_extensions = ext",
    "[subject]",
    `CN = stellaops-dev-${name}`,
    "[ext]",
    "basicConstraints = critical, CA:TRUE",
    "keyUsage = critical, digitalSignature, keyCertSign, cRLSign",
    "subjectKeyIdentifier = hash",
    "",
  ].join("\n");
  await openssl(folder, name, config, []);
}

async function makeCertificate(folder: string, request: CertificateRequest): Promise<void> {
  const { authority } = request;
  const issuer = ["-CA", join(folder, `${authority}.crt`), "-CAkey", join(folder, `${authority}.key`)];
  await openssl(folder, request.file, opensslConfig(request), issuer);
}

async function openssl(folder: string, name: string, config: string, more: readonly string[]): Promise<void> {
  const configPath = join(folder, `${name}.cnf`);
  await writeFile(configPath, config);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const out = ["-keyout", join(folder, `${name}.key`), "-out", join(folder, `${name}.crt`)];
  await run("openssl", [
    "req",
    "-x509",
    "-sha256",
    "-days",
    DAYS,
    ...key,
    "-config",
    configPath,
    ...out,
    ...more,
  ]);
  await rm(configPath);
}

async function makeServiceAccountKey(folder: string): Promise<void> {
  const pair = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
    publicKeyEncoding: { type: "spki", format: "pem" },
  });
  await writeFile(join(folder, "service-account.key"), pair.privateKey, { mode: 0o600 });
  await writeFile(join(folder, "service-account.pub"), pair.publicKey);
}
