// SPDX-License-Identifier: Apache-2.0
/**
 * Image references: `[host[:port]/]path[:tag][@digest]`, with Docker's defaults for what is left out.
 * Follows OCI distribution-spec v1.1 ("Pulling manifests") and the grammar of github.com/distribution/reference.
 */
import { isDigest } from "../digest.ts";
import type { Digest } from "../digest.ts";
import { ociErrors } from "./errors.ts";

export interface ImageReference {
  /** `host` or `host:port`; `docker.io` when the reference names none. */
  readonly registry: string;
  /** Without registry, e.g. `library/alpine`. */
  readonly repository: string;
  /** `latest` when the reference has neither tag nor digest. */
  readonly tag?: string;
  /** Wins over the tag where both are given. */
  readonly digest?: Digest;
}

export const DOCKER_HUB = "docker.io";
const HUB_NAMES = new Set([DOCKER_HUB, "index.docker.io", "registry-1.docker.io"]);
const MAX_NAME = 255;
const MAX_REFERENCE = 512;
const TAG = /^\w[\w.-]{0,127}$/;
const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST_LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/;
const IPV6 = /^\[[0-9A-Fa-f:.]{2,45}\]$/;

/** @throws REFERENCE_INVALID saying which part is wrong and why. */
export function parseReference(text: string): ImageReference {
  const fail = (why: string): Error =>
    ociErrors.make(
      "REFERENCE_INVALID",
      `image reference ${JSON.stringify(text.slice(0, MAX_REFERENCE))}: ${why}`,
    );
  if (text === "") throw fail("is empty");
  if (text.length > MAX_REFERENCE) throw fail(`is longer than ${MAX_REFERENCE} characters`);
  const schemed = /^[a-z][a-z0-9+.-]*:\/\//i.exec(text);
  if (schemed !== null) throw fail(`leave out ${JSON.stringify(schemed[0])}: a reference has no scheme`);

  const [beforeDigest, digest] = splitDigest(text, fail);
  const [name, tag] = splitTag(beforeDigest, fail);
  const { registry, repository } = splitRegistry(name, fail);
  if (tag === undefined && digest === undefined) return { registry, repository, tag: "latest" };
  return {
    registry,
    repository,
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** The full form, e.g. `docker.io/library/alpine:3.20@sha256:...`; parses back to an equal value. */
export function formatReference(reference: ImageReference): string {
  const tag = reference.tag === undefined ? "" : `:${reference.tag}`;
  const digest = reference.digest === undefined ? "" : `@${reference.digest}`;
  return `${repositoryOf(reference)}${tag}${digest}`;
}

/** Registry and repository without tag and digest, e.g. `docker.io/library/alpine`. */
export function repositoryOf(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}`;
}

type Fail = (why: string) => Error;

function splitDigest(text: string, fail: Fail): [string, Digest | undefined] {
  const at = text.indexOf("@");
  if (at < 0) return [text, undefined];
  const digest = text.slice(at + 1);
  if (!isDigest(digest)) {
    throw fail(`digest ${JSON.stringify(digest)} is not "sha256:" and 64 lower-case hex digits`);
  }
  return [text.slice(0, at), digest];
}

/** A colon after the last slash starts the tag; one before it is a port. */
function splitTag(text: string, fail: Fail): [string, string | undefined] {
  const colon = text.lastIndexOf(":");
  if (colon < 0 || colon < text.lastIndexOf("/")) return [text, undefined];
  const tag = text.slice(colon + 1);
  if (!TAG.test(tag)) {
    throw fail(
      `tag ${JSON.stringify(tag)} must be 1 to 128 letters, digits, "_", "." or "-", not starting with "." or "-"`,
    );
  }
  return [text.slice(0, colon), tag];
}

function splitRegistry(name: string, fail: Fail): { registry: string; repository: string } {
  const slash = name.indexOf("/");
  const first = slash < 0 ? "" : name.slice(0, slash);
  const named = first.toLowerCase() === "localhost" || /[.:[]/.test(first);
  const host = named ? checkHost(first, fail) : DOCKER_HUB;
  const path = named ? name.slice(slash + 1) : name;
  checkPath(path, fail);
  const registry = HUB_NAMES.has(host) ? DOCKER_HUB : host;
  const repository = registry === DOCKER_HUB && !path.includes("/") ? `library/${path}` : path;
  if (registry.length + 1 + repository.length > MAX_NAME) {
    throw fail(`registry and repository are longer than ${MAX_NAME} characters`);
  }
  return { registry, repository };
}

function checkHost(text: string, fail: Fail): string {
  const portAt = text.startsWith("[") ? text.indexOf("]:") + 1 : text.indexOf(":");
  const host = portAt > 0 ? text.slice(0, portAt) : text;
  const port = portAt > 0 ? text.slice(portAt + 1) : undefined;
  if (port !== undefined && !(/^[0-9]{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    throw fail(`port ${JSON.stringify(port)} of the registry is not a number from 1 to 65535`);
  }
  if (!IPV6.test(host) && !host.split(".").every((label) => HOST_LABEL.test(label))) {
    throw fail(`${JSON.stringify(host)} is not a host name`);
  }
  return text.toLowerCase();
}

function checkPath(path: string, fail: Fail): void {
  if (path === "") throw fail("has no repository name");
  for (const component of path.split("/")) {
    if (COMPONENT.test(component)) continue;
    if (component === "") throw fail("has an empty part between slashes");
    const why =
      component.toLowerCase() === component
        ? 'must be letters and digits, with single ".", "_", "__" or "-" between them'
        : "must be lower case";
    throw fail(`repository part ${JSON.stringify(component)} ${why}`);
  }
}
