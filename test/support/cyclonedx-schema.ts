// SPDX-License-Identifier: Apache-2.0
/** The official CycloneDX 1.6 schema as a validator; origin in test/conformance/cyclonedx/testdata/README.md. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import type { ValidateFunction } from "ajv";
import formats from "ajv-formats";

const TESTDATA = join(import.meta.dirname, "..", "conformance", "cyclonedx", "testdata");

const schema = (name: string): object => JSON.parse(readFileSync(join(TESTDATA, name), "utf8")) as object;

export function cycloneDxValidator(): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(schema("spdx.schema.json")).addSchema(schema("jsf-0.82.schema.json"));
  ajv.addFormat("idn-email", true).addFormat("iri-reference", true);
  return ajv.compile(schema("bom-1.6.schema.json"));
}
