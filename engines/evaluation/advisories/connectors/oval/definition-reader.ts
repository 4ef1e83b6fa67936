// SPDX-License-Identifier: Apache-2.0
/** One `definition`: its metadata, in the places where vendors write it, and its criteria. */
import type { XmlAttributes } from "../../documents/read-xml.ts";
import type { Criteria, Criterion, Definition } from "./document.ts";
import { copied } from "./kept-texts.ts";
import type { KeptTexts } from "./kept-texts.ts";
import { MAX_DESCRIPTION, MAX_PARTS, MAX_TEXT } from "./limits.ts";

/** Vectors of a `cve`, by attribute. Red Hat and SUSE write `cvss3`, Ubuntu `cvss_vector`. */
const VECTORS = ["cvss4", "cvss3", "cvss2", "cvss_vector"] as const;

export class DefinitionReader {
  readonly #texts: KeptTexts;
  readonly #definition: Definition;
  /** Criteria that are open, outermost first. */
  readonly #open: Criteria[] = [];
  #takeText: ((text: string) => void) | undefined;
  #text = "";
  #maxText = MAX_TEXT;
  #parts = 0;

  constructor(attributes: XmlAttributes, texts: KeptTexts) {
    this.#texts = texts;
    this.#definition = {
      id: this.#attribute(attributes, "id"),
      class: this.#attribute(attributes, "class"),
      title: "",
      description: "",
      severity: "",
      issued: "",
      updated: "",
      from: "",
      patchable: "",
      platforms: [],
      references: [],
      cves: [],
      resolutions: [],
      criteria: undefined,
      fault: undefined,
    };
  }

  /** The description is there for those who name their CVEs nowhere else. */
  finish(): Definition {
    if (this.#definition.references.some(({ id }) => id.includes("CVE-"))) this.#definition.description = "";
    return this.#definition;
  }

  #attribute(attributes: XmlAttributes, name: string): string {
    return this.#texts.keep((attributes[name] ?? "").slice(0, MAX_TEXT));
  }

  open(name: string, attributes: XmlAttributes): void {
    this.#takeText = undefined;
    this.#parts += 1;
    if (this.#parts > MAX_PARTS) {
      this.#definition.fault = `it has over ${MAX_PARTS} parts`;
      return;
    }
    if (!this.#openCriterion(name, attributes)) this.#openMetadata(name, attributes);
  }

  text(piece: string): void {
    if (this.#takeText !== undefined && this.#text.length <= this.#maxText) this.#text += piece;
  }

  close(name: string): void {
    if (name === "criteria") this.#open.pop();
    if (this.#takeText === undefined) return;
    const text = this.#text.trim().replace(/\s+/g, " ");
    this.#takeText(this.#maxText === MAX_TEXT ? this.#texts.keep(text) : copied(text));
    this.#takeText = undefined;
  }

  #openCriterion(name: string, attributes: XmlAttributes): boolean {
    const negate = attributes["negate"] === "true" || attributes["negate"] === "1";
    switch (name) {
      case "criteria": {
        const criteria: Criteria = {
          kind: "criteria",
          operator: this.#attribute(attributes, "operator") || "AND",
          negate,
          parts: [],
        };
        this.#add(criteria);
        this.#open.push(criteria);
        return true;
      }
      case "criterion":
      case "extend_definition":
        this.#add({
          kind: name === "criterion" ? "test" : "definition",
          ref: this.#attribute(attributes, name === "criterion" ? "test_ref" : "definition_ref"),
          negate,
          comment: this.#attribute(attributes, "comment"),
        });
        return true;
      default:
        return false;
    }
  }

  #add(criterion: Criterion): void {
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.parts.push(criterion);
    else if (criterion.kind === "criteria") this.#definition.criteria ??= criterion;
  }

  #openMetadata(name: string, attributes: XmlAttributes): void {
    const definition = this.#definition;
    switch (name) {
      case "title":
      case "severity":
      case "patchable":
        this.#take((text) => (definition[name] ||= text));
        break;
      case "description":
        this.#take((text) => (definition.description ||= text), MAX_DESCRIPTION);
        break;
      case "platform":
        this.#take((text) => definition.platforms.push(text));
        break;
      case "reference":
        definition.references.push({
          id: this.#attribute(attributes, "ref_id"),
          url: this.#attribute(attributes, "ref_url"),
        });
        break;
      case "advisory":
        definition.from = this.#attribute(attributes, "from");
        break;
      case "issued":
      case "updated":
        definition[name] ||= this.#attribute(attributes, "date");
        break;
      case "advisory_date": // Azure Linux
      case "date": // Debian
        this.#take((text) => (definition.issued ||= text));
        break;
      case "cve":
        this.#openCve(attributes);
        break;
      case "resolution":
        definition.resolutions.push({ state: this.#attribute(attributes, "state"), components: [] });
        break;
      case "component":
        this.#take((text) => definition.resolutions.at(-1)?.components.push(text));
        break;
      default:
    }
  }

  #openCve(attributes: XmlAttributes): void {
    const cve = {
      text: "",
      impact: this.#attribute(attributes, "impact") || this.#attribute(attributes, "priority"),
      vectors: VECTORS.map((name) => this.#attribute(attributes, name)).filter((vector) => vector !== ""),
      public: this.#attribute(attributes, "public"),
    };
    this.#definition.cves.push(cve);
    this.#take((text) => (cve.text = text));
  }

  #take(take: (text: string) => void, maxText = MAX_TEXT): void {
    this.#text = "";
    this.#maxText = maxText;
    this.#takeText = take;
  }
}
