// SPDX-License-Identifier: Apache-2.0
/** A Java runtime by the `release` file in its folder. Source: JEP 223 and the JDK build's make/ReleaseFile.gmk. */
import type { PackageFact } from "../../facts.ts";
import { isVersion } from "./coordinates.ts";

const MAX_LINES = 200;
const MAX_TEXT = 300;
const PAIR = /^([A-Z_]{1,40})="?([^"\r]*)"?\r?$/;

/** `jdk` where IMAGE_TYPE says so, else `jre`: what both are. Undefined for any other file of that name. */
export function readRelease(text: string): PackageFact | undefined {
  const values = new Map<string, { value: string; line: number }>();
  for (const [index, row] of text.split("\n", MAX_LINES).entries()) {
    const [, key, value = ""] = PAIR.exec(row) ?? [];
    if (key !== undefined && value !== "") values.set(key, { value: value.trim(), line: index + 1 });
  }
  if (!values.has("JAVA_VERSION")) return undefined;
  const version = values.get("JAVA_RUNTIME_VERSION") ?? values.get("JAVA_VERSION");
  if (version === undefined || !/^\d/.test(version.value) || !isVersion(version.value)) return undefined;
  const supplier = values.get("IMPLEMENTOR")?.value;
  return {
    type: "generic",
    name: values.get("IMAGE_TYPE")?.value === "JDK" ? "jdk" : "jre",
    version: version.value,
    ...(supplier === undefined || supplier === "N/A" || supplier.length > MAX_TEXT ? {} : { supplier }),
    line: version.line,
  };
}
