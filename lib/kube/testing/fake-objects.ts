// SPDX-License-Identifier: Apache-2.0
/**
 * The objects of the fake API server: versions, history, paging, compare-and-set. As much of the API's semantics
 * as this runtime relies on; server-side apply merges maps and replaces lists, without field owners.
 */
import { canonicalJson } from "../../canonical-json.ts";
import { byText } from "../../compare.ts";

export type Json = Record<string, unknown>;

export interface Stored extends Json {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string } & Json;
}

export interface HistoryEvent {
  readonly version: number;
  readonly collection: string;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: Stored;
}

export class FakeFailure extends Error {
  readonly http: number;
  readonly reason: string;
  constructor(http: number, reason: string, message: string) {
    super(message);
    this.http = http;
    this.reason = reason;
  }
}

export interface Address {
  /** `group/plural`. */
  readonly collection: string;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

export class FakeObjects {
  readonly #objects = new Map<string, Stored>();
  readonly history: HistoryEvent[] = [];
  version = 100;
  /** Versions at or below this are forgotten: watches and continue tokens from there answer 410. */
  compacted = 0;
  #uids = 0;
  onEvent: (event: HistoryEvent) => void = () => undefined;

  list(address: Address, limit: number, after: string): { items: Stored[]; next: string | undefined } {
    const prefix = address.namespace === undefined ? "" : `${address.namespace}/`;
    const keys = [...this.#objects.keys()]
      .filter((key) => key.startsWith(`${address.collection} ${prefix}`) && key > after)
      .sort(byText);
    const taken = keys.slice(0, limit);
    const items = taken.map((key) => this.#objects.get(key)).filter((object) => object !== undefined);
    return { items, next: taken.length < keys.length ? taken.at(-1) : undefined };
  }

  get(address: Address): Stored {
    const object = this.#objects.get(keyOf(address));
    if (object === undefined) throw new FakeFailure(404, "NotFound", `${keyOf(address)} not found`);
    return object;
  }

  create(address: Address, body: Json): Stored {
    const metadata = (body["metadata"] ?? {}) as Json;
    const name = typeof metadata["name"] === "string" ? metadata["name"] : `generated-${this.version}`;
    const at = { ...address, name };
    if (this.#objects.has(keyOf(at))) throw new FakeFailure(409, "AlreadyExists", `${name} already exists`);
    this.#uids += 1;
    const namespace = address.namespace === undefined ? {} : { namespace: address.namespace };
    const meta = { ...metadata, name, ...namespace, uid: `uid-${this.#uids}`, generation: 1 };
    return this.#put(at, "ADDED", { ...body, metadata: meta });
  }

  update(address: Address, body: Json): Stored {
    const old = this.get(address);
    const metadata = (body["metadata"] ?? {}) as Json;
    const expected = metadata["resourceVersion"];
    if (expected !== undefined && expected !== old.metadata["resourceVersion"]) {
      throw new FakeFailure(409, "Conflict", `${keyOf(address)} has been modified`);
    }
    if (metadata["uid"] !== undefined && metadata["uid"] !== old.metadata.uid) {
      throw new FakeFailure(409, "Conflict", "uid mismatch");
    }
    const wanted =
      address.subresource === "status"
        ? { ...old, status: body["status"] }
        : { ...body, ...("status" in old ? { status: old["status"] } : {}) };
    const changed = !equal(spec(wanted), spec(old));
    const generation = Number(old.metadata["generation"]) + (changed ? 1 : 0);
    const { name, uid, resourceVersion } = old.metadata;
    const kept = address.subresource === "status" ? old.metadata : metadata;
    const namespace = old.metadata.namespace === undefined ? {} : { namespace: old.metadata.namespace };
    const next = { ...wanted, metadata: { ...kept, name, ...namespace, uid, resourceVersion, generation } };
    return equal(next, old) ? old : this.#put(address, "MODIFIED", next);
  }

  /** Merge patch and apply alike: maps merge, null removes, the rest replaces. */
  patch(address: Address, patch: Json, createsMissing: boolean): Stored {
    if (createsMissing && address.subresource === undefined && !this.#objects.has(keyOf(address))) {
      return this.create(address, patch);
    }
    return this.update(address, merged(this.get(address), patch) as Json);
  }

  delete(address: Address, preconditions: Json): Stored {
    const old = this.get(address);
    for (const field of ["uid", "resourceVersion"]) {
      if (preconditions[field] !== undefined && preconditions[field] !== old.metadata[field]) {
        throw new FakeFailure(409, "Conflict", `precondition failed: ${field}`);
      }
    }
    this.#objects.delete(keyOf(address));
    return this.#record(address, "DELETED", old);
  }

  #put(address: Address, type: "ADDED" | "MODIFIED", object: Json): Stored {
    const stored = this.#record(address, type, object as Stored);
    this.#objects.set(keyOf(address), stored);
    return stored;
  }

  #record(address: Address, type: HistoryEvent["type"], object: Stored): Stored {
    this.version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.version) } };
    const event = { version: this.version, collection: address.collection, type, object: stored };
    this.history.push(event);
    this.onEvent(event);
    return stored;
  }
}

const keyOf = ({ collection, namespace, name }: Address): string =>
  `${collection} ${namespace === undefined ? "" : `${namespace}/`}${name ?? ""}`;

const equal = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b);

const spec = (object: Json): Json =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== "metadata" && name !== "status"));

function merged(old: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Json = isMap(old) ? { ...old } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(result, name);
    else result[name] = merged(result[name], value);
  }
  return result;
}

const isMap = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);
