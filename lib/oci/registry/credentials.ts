// SPDX-License-Identifier: Apache-2.0
/**
 * Docker's config.json and pull secrets, and which of their logins belong to an image.
 * Format: Docker CLI `config.json` ("auths"); secrets `kubernetes.io/dockerconfigjson` and `kubernetes.io/dockercfg`.
 * Matching: the kubelet's, https://kubernetes.io/docs/concepts/containers/images/#config-json
 */
import { readFile } from "node:fs/promises";
import { byText } from "../../compare.ts";
import { ociErrors } from "../errors.ts";
import { asObject, optionalString, parseJsonObject } from "../json-fields.ts";
import type { Fail, JsonObject } from "../json-fields.ts";
import { DOCKER_HUB, repositoryOf } from "../reference.ts";
import type { ImageReference } from "../reference.ts";
import type { RegistryCredential } from "./settings.ts";

const HUB_PATTERNS = new Set(["docker.io", "index.docker.io", "registry-1.docker.io"]);
const MAX_PATTERN = 512;

/**
 * Logins of a config.json, or of either kind of pull secret. Entries without a login (a credential helper's) are left
 * out. @param where for messages, e.g. the path or `secret ns/name`
 * @throws CREDENTIALS_INVALID, never quoting a secret
 */
export function parseDockerConfig(text: string | Uint8Array, where: string): readonly RegistryCredential[] {
  const fail: Fail = (why) =>
    ociErrors.make("CREDENTIALS_INVALID", `registry credentials in ${where}: ${why}`);
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const document = parseJsonObject(bytes, () => fail("are not a JSON object"));
  const hasAuths = document["auths"] !== undefined || document["credsStore"] !== undefined;
  const auths = hasAuths || document["credHelpers"] !== undefined ? (document["auths"] ?? {}) : document;
  return Object.entries(asObject(auths, "auths", fail)).flatMap(([key, value]) => {
    const credential = readAuth(key, asObject(value, `auths[${JSON.stringify(key)}]`, fail), fail);
    return credential === undefined ? [] : [credential];
  });
}

/** @throws CREDENTIALS_INVALID when the file cannot be read or parsed */
export async function readDockerConfig(path: string): Promise<readonly RegistryCredential[]> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw ociErrors.make("CREDENTIALS_INVALID", `cannot read registry credentials from ${path}`, { cause });
  }
  return parseDockerConfig(text, path);
}

/** The logins to try for an image, the most specific pattern first. */
export function credentialsFor(
  reference: Pick<ImageReference, "registry" | "repository">,
  credentials: readonly RegistryCredential[],
): readonly RegistryCredential[] {
  const hub = reference.registry === DOCKER_HUB;
  return credentials
    .map((credential) => ({ credential, pattern: normalizePattern(credential.pattern) }))
    .filter(({ pattern }) => (hub && isHubPattern(pattern)) || matches(pattern, repositoryOf(reference)))
    .sort((a, b) => byText(b.pattern, a.pattern))
    .map(({ credential }) => credential);
}

function readAuth(key: string, entry: JsonObject, fail: Fail): RegistryCredential | undefined {
  const path = `auths[${JSON.stringify(key)}]`;
  const field = (name: string): string => optionalString(entry[name], `${path}.${name}`, fail);
  const login =
    field("auth") === "" ? [field("username"), field("password")] : decodeAuth(field("auth"), path, fail);
  const [username = "", password = ""] = login;
  const identityToken = field("identitytoken");
  const registryToken = field("registrytoken");
  if (username === "" && identityToken === "" && registryToken === "") return undefined;
  return {
    pattern: key,
    ...(username === "" ? {} : { username, password }),
    ...(identityToken === "" ? {} : { identityToken }),
    ...(registryToken === "" ? {} : { registryToken }),
  };
}

function decodeAuth(auth: string, path: string, fail: Fail): [string, string] {
  const text = Buffer.from(auth, "base64").toString("utf8").replace(/\0+$/, "");
  const colon = text.indexOf(":");
  if (colon < 0) throw fail(`${path}.auth is not base64 of "user:password"`);
  return [text.slice(0, colon), text.slice(colon + 1)];
}

/** `https://host/v1/` and `host` mean the same. */
function normalizePattern(pattern: string): string {
  const bare = pattern.replace(/^https?:\/\//, "");
  const slash = bare.indexOf("/");
  if (slash < 0) return bare;
  const path = bare.slice(slash).replace(/^\/v[12](?=\/)/, "");
  return path === "/" || /^\/v[12]$/.test(path) ? bare.slice(0, slash) : bare.slice(0, slash) + path;
}

function isHubPattern(pattern: string): boolean {
  return HUB_PATTERNS.has(pattern);
}

/** Same port, as many host parts each fitting its glob, and a path that the pattern's path is a prefix of. */
function matches(pattern: string, repository: string): boolean {
  if (pattern.length > MAX_PATTERN) return false;
  const glob = split(pattern);
  const image = split(repository);
  return (
    glob.port === image.port &&
    glob.labels.length === image.labels.length &&
    image.path.startsWith(glob.path) &&
    glob.labels.every((label, i) => globMatches(label, image.labels[i] ?? ""))
  );
}

function split(text: string): { labels: readonly string[]; port: string; path: string } {
  const slash = text.indexOf("/");
  const authority = slash < 0 ? text : text.slice(0, slash);
  const path = slash < 0 ? "" : text.slice(slash);
  const colon = /:[0-9]+$/.exec(authority);
  const host = colon === null ? authority : authority.slice(0, colon.index);
  return { labels: host.split("."), port: colon?.[0] ?? "", path };
}

/** `*`, `?` and `[a-z]` or `[^a-z]` over the whole text; linear but for the last star, so it cannot run away. */
export function globMatches(glob: string, text: string): boolean {
  let g = 0;
  let t = 0;
  let star: { g: number; t: number } | undefined;
  while (t < text.length) {
    const length = glob[g] === "*" ? 0 : tokenFits(glob, g, text.charAt(t));
    if (glob[g] === "*") {
      star = { g: ++g, t };
    } else if (length > 0) {
      g += length;
      t++;
    } else if (star !== undefined) {
      g = star.g;
      t = ++star.t;
    } else {
      return false;
    }
  }
  while (glob[g] === "*") g++;
  return g === glob.length;
}

/** Length of the glob token at `at` when it fits the character, otherwise 0. */
function tokenFits(glob: string, at: number, character: string): number {
  const token = glob[at];
  if (token === undefined) return 0;
  if (token === "?") return 1;
  if (token !== "[") return token === character ? 1 : 0;
  const end = glob.indexOf("]", at + 2);
  if (end < 0) return 0;
  const negated = glob[at + 1] === "^";
  const body = glob.slice(at + (negated ? 2 : 1), end);
  return inClass(body, character) === negated ? 0 : end - at + 1;
}

function inClass(body: string, character: string): boolean {
  for (let i = 0; i < body.length; i++) {
    const low = body.charAt(i);
    const high = body[i + 1] === "-" && i + 2 < body.length ? body.charAt(i + 2) : low;
    if (character >= low && character <= high) return true;
    if (high !== low) i += 2;
  }
  return false;
}
