// SPDX-License-Identifier: Apache-2.0
/** Small OVAL documents from a short notation, one definition each. */

/** A test by its notation (`ovalText`), or criteria: an operator and what it joins. A `!` before either negates it. */
export type Notation = string | readonly Notation[];

export interface OvalOptions {
  readonly id?: string;
  readonly class?: string;
  readonly title?: string;
  /** Elements of the metadata. */
  readonly metadata?: string;
  readonly criteria?: Notation;
  /** Elements behind the sections. */
  readonly more?: string;
}

const OPERATIONS: ReadonlyMap<string, string> = new Map([
  ["<", "less than"],
  ["<=", "less than or equal"],
  [">", "greater than"],
  [">=", "greater than or equal"],
  ["=", "equals"],
  ["~", "pattern match"],
]);

/**
 * Tests: `curl < 1:8.1-2` (any operation of `OPERATIONS`), `none curl >= 1`, `curl`, `no curl`, `curl signed`, `curl arch`,
 * `curl version = 0`, `curl release ~ x`, `deb curl < 1`, `$a,b < 1` for a variable, `on PRODUCT`, `on-release rocky-release ^9`
 * (without a comment), `module a:1`, `anonymous module`, `kind uname`, `missing`. Behind `#` stands the criterion's comment.
 */
export function ovalText({
  id = "oval:com.redhat.rhsa:def:1",
  class: kind = "patch",
  title = "RHSA-2024:0001: words of it (Moderate)",
  metadata = "<affected><platform>Red Hat Enterprise Linux 9</platform></affected>",
  criteria = "curl < 1:8.1-2",
  more = "",
}: OvalOptions = {}): string {
  const sections = new Sections();
  const body = sections.criterion(typeof criteria === "string" ? ["AND", criteria] : criteria);
  return [
    `<oval_definitions xmlns="http://oval.mitre.org/XMLSchema/oval-definitions-5"><definitions>`,
    `<definition id="${id}" class="${kind}" version="1"><metadata><title>${escaped(title)}</title>${metadata}</metadata>${body}</definition>`,
    `</definitions>${sections.text()}${more}</oval_definitions>`,
  ].join("\n");
}

class Sections {
  readonly #elements = { tests: "", objects: "", states: "", variables: "" };
  #count = 0;

  text(): string {
    return Object.entries(this.#elements)
      .map(([name, elements]) => `<${name}>${elements}</${name}>`)
      .join("\n");
  }

  criterion(notation: Notation): string {
    if (typeof notation !== "string") {
      const [first, ...parts] = notation;
      const operator = typeof first === "string" ? first : "";
      const inner = parts.map((part) => this.criterion(part)).join("");
      const negate = operator.startsWith("!") ? ' negate="true"' : "";
      return `<criteria operator="${operator.replace("!", "")}"${negate}>${inner}</criteria>`;
    }
    const [test = "", comment] = notation.replace(/^!/, "").split(" # ");
    const { ref, says } = this.#test(test);
    const negate = notation.startsWith("!") ? ' negate="true"' : "";
    return `<criterion test_ref="${ref}" comment="${escaped(comment ?? says)}"${negate}/>`;
  }

  #test(text: string): { readonly ref: string; readonly says: string } {
    this.#count += 1;
    const n = this.#count;
    const ref = text === "missing" ? "gone" : `tst:${n}`;
    if (text.startsWith("on ")) {
      this.#add(n, "rpmverifyfile", "<filepath>/etc/a-release</filepath>", "");
      return { ref, says: `${text.slice(3)} is installed` };
    }
    if (text.startsWith("on-release ")) {
      const [, name = "", version = ""] = text.split(" ");
      const state = `<name operation="pattern match">^${name}</name><version operation="pattern match">${version}</version>`;
      this.#add(n, "rpmverifyfile", "<filepath>/etc/a-release</filepath>", state);
      return { ref, says: "" };
    }
    if (text.startsWith("module ") || text === "anonymous module") {
      this.#add(n, "textfilecontent54", "<filepath>/etc/dnf/modules.d/a.module</filepath>", "");
      return { ref, says: text.startsWith("module ") ? `Module ${text.slice(7)} is enabled` : "" };
    }
    if (text.startsWith("kind ")) this.#add(n, text.slice(5), "", "");
    else if (text !== "missing") this.#package(n, text);
    return { ref, says: "" };
  }

  #package(n: number, text: string): void {
    const words = text.split(" ");
    const kind = words[0] === "deb" ? "dpkginfo" : "rpminfo";
    if (words[0] === "deb") words.shift();
    const check = words[0] === "none" ? ' check="none satisfy"' : ' check="at least one"';
    const existence = words[0] === "no" ? ' check_existence="none_exist"' : "";
    if (words[0] === "none" || words[0] === "no") words.shift();
    const [name = "", ...state] = words;
    this.#add(n, kind, this.#name(n, name), stateOf(state), check + existence);
  }

  #name(n: number, name: string): string {
    if (!name.startsWith("$")) return `<name>${escaped(name)}</name>`;
    const values = name.slice(1).split(",");
    const inner = values.map((value) => `<value>${escaped(value)}</value>`).join("");
    this.#elements.variables += `<constant_variable id="var:${n}">${inner}</constant_variable>`;
    return `<name var_ref="var:${n}"/>`;
  }

  #add(n: number, kind: string, object: string, state: string, attributes = ""): void {
    const stateRef = state === "" ? "" : `<state state_ref="ste:${n}"/>`;
    this.#elements.tests += `<${kind}_test id="tst:${n}"${attributes}><object object_ref="obj:${n}"/>${stateRef}</${kind}_test>`;
    this.#elements.objects += `<${kind}_object id="obj:${n}">${object}</${kind}_object>`;
    if (state !== "") this.#elements.states += `<${kind}_state id="ste:${n}">${state}</${kind}_state>`;
  }
}

function stateOf([first = "", second = "", third = ""]: readonly string[]): string {
  if (first === "") return "";
  if (first === "signed") return '<signature_keyid operation="equals">0</signature_keyid>';
  if (first === "arch") return '<arch operation="pattern match">x86_64</arch>';
  const [field, sign, value] = OPERATIONS.has(first) ? ["evr", first, second] : [first, second, third];
  return `<${field} operation="${OPERATIONS.get(sign) ?? sign}">${escaped(value)}</${field}>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
}
