// SPDX-License-Identifier: Apache-2.0
/** The use case behind `stella policy schema`. */
import { policySchema } from "#crds/index.ts";
import { writeResult } from "../output.ts";

export async function printSchema(): Promise<void> {
  await writeResult(`${JSON.stringify(policySchema(), undefined, 2)}\n`, undefined);
}
