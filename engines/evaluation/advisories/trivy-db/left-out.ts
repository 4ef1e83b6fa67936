// SPDX-License-Identifier: Apache-2.0
/** What an export to another database's form could not say, counted by reason with one example each. */
import { byText } from "#lib/compare.ts";

export type LeftOutReason =
  /** A distro release that Trivy has no bucket for. */
  | "distro"
  /** An ecosystem that Trivy does not match. */
  | "ecosystem"
  /** A version that Trivy's constraints cannot spell; its range is not there. */
  | "version"
  /** No fix, and Trivy finds packages of this distro by their fix only. */
  | "unfixed"
  /** A distro's package affected in single versions, or up to one without a fix. */
  | "single-versions"
  /** A distro's range that begins at a version: there, it begins with the first. */
  | "lower-bound"
  /** An rpm that is built for a module whose stream the advisory does not name; Trivy asks for it by the stream. */
  | "module";

export interface LeftOut {
  readonly reason: LeftOutReason;
  /** Statements about one package each. */
  readonly count: number;
  /** The first by text, e.g. `GHSA-1 npm left-pad`. */
  readonly example: string;
}

export class LeftOutCounter {
  readonly #found = new Map<LeftOutReason, Set<string>>();

  /** The same statement counts once, under however many names it would have stood. */
  add(reason: LeftOutReason, statement: string): void {
    const found = this.#found.get(reason);
    if (found === undefined) this.#found.set(reason, new Set([statement]));
    else found.add(statement);
  }

  /** By reason. */
  list(): readonly LeftOut[] {
    const rows = [...this.#found].map(([reason, found]) => ({
      reason,
      count: found.size,
      example: [...found].reduce((least, one) => (byText(one, least) < 0 ? one : least)),
    }));
    return rows.sort((a, b) => byText(a.reason, b.reason));
  }
}
