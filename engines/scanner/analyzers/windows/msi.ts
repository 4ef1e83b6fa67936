// SPDX-License-Identifier: Apache-2.0
/**
 * The product of a Windows Installer package, of which Windows keeps one for each product that it installed.
 * Source: https://learn.microsoft.com/windows/win32/msi/ ("Property Table", "Template Summary", "ProductCode")
 */
import { invalidInput } from "../../analyzer.ts";
import type { PackageFact } from "../../facts.ts";
import { openCompoundFile, compoundFileErrors, type CompoundFile } from "./compound-file.ts";
import { msiStreamName, stringPool, type StringPool } from "./msi-strings.ts";
import { summaryText, TEMPLATE } from "./summary-information.ts";

const MAX_TEXT = 300;
/** The largest known pools have some hundred thousand strings. */
const MAX_POOL_BYTES = 16 * 1024 * 1024;
const MAX_DATA_BYTES = 64 * 1024 * 1024;
const MAX_TABLE_BYTES = 1024 * 1024;
const MAX_SUMMARY_BYTES = 64 * 1024;
const WANTED = new Set(["ProductName", "ProductVersion", "Manufacturer", "ProductCode"]);
/** As the assemblies of Windows name processors. */
const PROCESSORS: ReadonlyMap<string, string> = new Map([
  ["Intel", "x86"],
  ["x64", "amd64"],
  ["AMD64", "amd64"],
  ["Intel64", "ia64"],
  ["Arm", "arm"],
  ["Arm64", "arm64"],
]);

/** @throws ANALYZER_INPUT_INVALID */
export function msiProduct(path: string, bytes: Buffer): PackageFact {
  try {
    return productOf(path, openCompoundFile(bytes));
  } catch (error) {
    if (compoundFileErrors.is(error)) throw invalidInput(path, error.message, error);
    throw error;
  }
}

function productOf(path: string, file: CompoundFile): PackageFact {
  const streams = new Map([...file.streams].map(([name, entry]) => [msiStreamName(name), entry]));
  const read = (name: string, maxBytes: number): Buffer => {
    const entry = streams.get(name);
    if (entry === undefined) throw invalidInput(path, `no installer database: ${name} is missing`);
    return file.read(entry, maxBytes);
  };
  const pool = stringPool(read("!_StringPool", MAX_POOL_BYTES), read("!_StringData", MAX_DATA_BYTES));
  const properties = propertiesOf(read("!Property", MAX_TABLE_BYTES), pool);
  const [name, version] = [properties.get("ProductName"), properties.get("ProductVersion")];
  if (!name || !version) throw invalidInput(path, "the product has no usable name or version");
  const [supplier, code] = [properties.get("Manufacturer"), properties.get("ProductCode")];
  const summary = streams.has("\u0005SummaryInformation")
    ? read("\u0005SummaryInformation", MAX_SUMMARY_BYTES)
    : undefined;
  const architecture = summary === undefined ? undefined : processorOf(summaryText(summary, TEMPLATE));
  return {
    type: "generic",
    namespace: "windows",
    name,
    version,
    ...(architecture === undefined ? {} : { architecture }),
    ...(supplier ? { supplier } : {}),
    ...(code ? { provides: [code] } : {}),
  };
}

/** A table stands column by column; this one has two, and both refer to strings. */
function propertiesOf(table: Buffer, pool: StringPool): Map<string, string> {
  const size = pool.referenceSize;
  const rows = Math.floor(table.length / (2 * size));
  const properties = new Map<string, string>();
  for (let row = 0; row < rows; row++) {
    const name = pool.text(table.readUIntLE(row * size, size));
    if (!WANTED.has(name) || properties.has(name)) continue;
    const value = pool.text(table.readUIntLE((rows + row) * size, size)).trim();
    if (value !== "" && value.length <= MAX_TEXT) properties.set(name, value);
  }
  return properties;
}

/** `x64;1033`; an old package may name several processors, joined by commas. */
function processorOf(template: string | undefined): string | undefined {
  const platform = template?.split(";", 1)[0]?.trim() ?? "";
  return PROCESSORS.get(platform);
}
