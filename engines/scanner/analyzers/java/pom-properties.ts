// SPDX-License-Identifier: Apache-2.0
/** META-INF/maven/GROUP/ARTIFACT/pom.properties, as Maven Archiver writes it; lines as java.util.Properties reads them. */
import { coordinates, type Coordinates } from "./coordinates.ts";

export interface StatedCoordinates extends Coordinates {
  /** 1-based, of the version. */
  readonly line: number;
}

const MAX_LINES = 1000;
const PAIR = /^[ \t\f]*([A-Za-z]+)[ \t\f]*[=: \t\f][ \t\f]*(.*)$/;

/** Undefined unless group, artifact and version are all stated. */
export function readPomProperties(text: string): StatedCoordinates | undefined {
  const values = new Map<string, string>();
  let line = 0;
  for (const [index, row] of text.split(/\r\n?|\n/, MAX_LINES).entries()) {
    const [, key, raw] = PAIR.exec(row) ?? [];
    if (key === undefined || raw === undefined) continue;
    values.set(key, unescaped(raw).trim());
    if (key === "version") line = index + 1;
  }
  const found = coordinates(values.get("groupId"), values.get("artifactId"), values.get("version"));
  return found && { ...found, line };
}

const ESCAPE = /\\(?:u([0-9a-fA-F]{4})|(.))/g;

function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return text.replaceAll(ESCAPE, (_, code: string | undefined, sign: string | undefined) =>
    code === undefined ? (sign ?? "") : String.fromCharCode(Number.parseInt(code, 16)),
  );
}
