// SPDX-License-Identifier: Apache-2.0
/** Licence expressions (SPDX 2.3, annex D) as the lists that package metadata has; references by their texts. */

/** Longer ones are kept whole. */
const MAX_LENGTH = 64 * 1024;

/**
 * Split at each outer AND; kept whole where the package's lists are a choice. Empty where nothing is asserted.
 * @param texts of the document's own LicenseRefs
 */
export function declaredLicenses(
  expression: string,
  texts: ReadonlyMap<string, string>,
  { isChoice }: { readonly isChoice: boolean },
): string[] {
  const plain = expression.trim();
  if (plain === "" || plain === "NOASSERTION" || plain === "NONE") return [];
  if (plain.length > MAX_LENGTH) return [plain];
  return operands(plain, isChoice).map((operand) => texts.get(operand) ?? operand);
}

function operands(expression: string, isChoice: boolean): string[] {
  // OR binds less than AND: an expression with an outer OR has no outer AND.
  const isWhole = isChoice || splitAt(expression, " OR ").length > 1;
  const found = isWhole ? [expression] : splitAt(expression, " AND ");
  return found.map((operand) => unbracketed(operand.trim())).filter((operand) => operand !== "");
}

/** At each operator outside of brackets. */
function splitAt(expression: string, operator: " AND " | " OR "): string[] {
  const found: string[] = [];
  let depth = 0;
  let from = 0;
  for (let at = 0; at < expression.length; at++) {
    const sign = expression[at];
    if (sign === "(") depth++;
    else if (sign === ")") depth--;
    else if (depth === 0 && expression.startsWith(operator, at)) {
      found.push(expression.slice(from, at));
      from = at + operator.length;
      at = from - 1;
    }
  }
  found.push(expression.slice(from));
  return found;
}

/** `(MIT OR ISC)` without its brackets, where they belong together. */
function unbracketed(operand: string): string {
  if (!operand.startsWith("(") || !operand.endsWith(")")) return operand;
  const inner = operand.slice(1, -1);
  let depth = 0;
  for (const sign of inner) {
    if (sign === "(") depth++;
    if (sign === ")" && --depth < 0) return operand;
  }
  return depth === 0 ? inner : operand;
}
