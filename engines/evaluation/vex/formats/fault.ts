// SPDX-License-Identifier: Apache-2.0
/** What is wrong with a VEX document, and where: the half of every message of the readers. */
import { evaluationErrors } from "../../errors.ts";

/** Where in which document. */
export class Place {
  readonly document: string;
  /** `statements[3].products[0]`; empty for the document as a whole. */
  readonly path: string;
  constructor(document: string, path = "") {
    this.document = document;
    this.path = path;
  }
  at(part: string): Place {
    return new Place(this.document, this.path === "" ? part : `${this.path}.${part}`);
  }
  item(index: number): Place {
    return new Place(this.document, `${this.path}[${index}]`);
  }
  /** VEX_DOCUMENT_INVALID. */
  refuse(reason: string, cause?: unknown): Error {
    const { document, path } = this;
    const where = path === "" ? document : `${document}: ${path}`;
    return evaluationErrors.make("VEX_DOCUMENT_INVALID", `${where}: ${reason}`, {
      ...(cause === undefined ? {} : { cause }),
      data: { document, path, reason },
    });
  }
}

const MAX_KEPT = 100;
/** Parts of one document. */
const MAX_REFUSED = 10_000;

/** The first hundred are kept, the others counted. */
export class Problems {
  readonly kept: Error[] = [];
  count = 0;

  add(make: () => Error): void {
    this.count += 1;
    if (this.kept.length < MAX_KEPT) this.kept.push(make());
  }

  /** Calls `read`, and keeps what it throws. @throws VEX_DOCUMENT_INVALID at `whole` beyond ten thousand: errors take their time */
  attempt(whole: Place, read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!evaluationErrors.is(error, "VEX_DOCUMENT_INVALID")) throw error;
      this.add(() => error);
      if (this.count > MAX_REFUSED) throw whole.refuse(`over ${MAX_REFUSED} parts of it are refused`);
    }
  }
}

export type Json = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const MAX_TEXT = 300;

/** Cut to 300 characters; undefined for what is no text, or an empty one. */
export function textOf(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const text = value.trim().slice(0, MAX_TEXT);
  return text === "" ? undefined : text;
}

/** A day, or RFC 3339 with or without a zone. `Date.parse` alone takes prose too, and the machine's zone where none is said. */
const TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)([Zz]|[+-]\d\d:\d\d)?)?$/;

/** RFC 3339 in UTC, which a time without a zone is taken for. @throws VEX_DOCUMENT_INVALID */
export function timeOf(value: unknown, place: Place): string | undefined {
  if (value === undefined || value === "") return undefined;
  const [, day = "", time = "00:00", zone = "Z"] = TIME.exec(typeof value === "string" ? value : "") ?? [];
  const ms = Date.parse(`${day}T${time}${zone.toUpperCase()}`);
  // A year of more than four digits is none of RFC 3339, and would be the earliest as a text.
  const text = Number.isNaN(ms) ? "" : new Date(ms).toISOString();
  if (!/^\d{4}-/.test(text)) throw place.refuse("not an RFC 3339 time");
  return text;
}
