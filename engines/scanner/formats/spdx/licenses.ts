// SPDX-License-Identifier: Apache-2.0
/** Licence texts of package metadata as one SPDX 2.3 expression; what is none becomes a LicenseRef with its text. */
import { createHash } from "node:crypto";
import { byKey } from "#lib/compare.ts";
import { isLicenseExpression } from "../license-expression.ts";
import type { ExtractedLicense } from "./types.ts";

/** Letters of the text that a LicenseRef shows; its hash tells it from others. */
const MAX_SHOWN = 40;

/** The LicenseRefs of one document. */
export class LicenseTexts {
  readonly #extracted = new Map<string, ExtractedLicense>();

  /**
   * @param operator `OR` where the metadata's list is a choice; a text that names LicenseRefs of its own is kept as a text.
   */
  declared(texts: readonly string[], operator: "AND" | "OR"): string {
    const parts = [...new Set(texts)].filter((text) => text.trim() !== "").map((text) => this.#operand(text));
    const [only] = parts;
    if (only === undefined) return "NOASSERTION";
    return parts.length === 1 ? only : parts.map(bracketed).join(` ${operator} `);
  }

  /** Sorted by id. */
  extracted(): ExtractedLicense[] {
    return [...this.#extracted.values()].sort(byKey(({ licenseId }) => licenseId));
  }

  #operand(text: string): string {
    if (isLicenseExpression(text, { references: false })) return text.replace(/\s+/g, " ").trim();
    const licenseId = licenseRef(text);
    this.#extracted.set(licenseId, {
      licenseId,
      extractedText: text,
      name: text.replace(/\s+/g, " ").trim().slice(0, 200),
    });
    return licenseId;
  }
}

const bracketed = (expression: string): string =>
  / (?:AND|OR) /.test(expression) ? `(${expression})` : expression;

function licenseRef(text: string): string {
  const shown = idText(text.slice(0, MAX_SHOWN));
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 12);
  return `LicenseRef-${shown === "" ? "" : `${shown}-`}${hash}`;
}

/** What SPDX allows in an identifier: letters, digits, `.` and `-`. */
export function idText(text: string): string {
  return text.replace(/[^A-Za-z0-9.]+/g, "-").replace(/^-|-$/g, "");
}
