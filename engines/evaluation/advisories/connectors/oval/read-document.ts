// SPDX-License-Identifier: Apache-2.0
/**
 * OVAL 5 definitions out of their XML, as a stream: descriptions and what serves a scanner on a running machine are passed over.
 * Prefixes differ between vendors, local names do not.
 */
import { documentInvalid } from "../../errors.ts";
import { readXml } from "../../documents/read-xml.ts";
import type { XmlAttributes, XmlVisitor } from "../../documents/read-xml.ts";
import { DefinitionReader } from "./definition-reader.ts";
import type { Definition, ObjectUnderTest, OvalDocument, State, Test } from "./document.ts";
import { KeptTexts } from "./kept-texts.ts";
import { MAX_DEFINITIONS, MAX_ELEMENTS, MAX_TEXT, MAX_VALUES } from "./limits.ts";

const NAMESPACE = "http://oval.mitre.org/XMLSchema/oval-definitions-5";
/** Depths of elements: the root has 1. */
const SECTION = 2;
const ELEMENT = 3;

type Section = "definitions" | "tests" | "objects" | "states" | "variables";
const SECTIONS: ReadonlySet<string> = new Set<Section>([
  "definitions",
  "tests",
  "objects",
  "states",
  "variables",
]);

/** @throws FEED_DOCUMENT_INVALID */
export function readOval(name: string, text: string): OvalDocument {
  const reader = new OvalReader((reason) => documentInvalid({ document: name, path: "$", reason }));
  readXml(name, text, reader);
  return reader.finish();
}

class OvalReader implements XmlVisitor {
  readonly #refusal: (reason: string) => Error;
  readonly #definitions: Definition[] = [];
  readonly #tests = new Map<string, Test>();
  readonly #objects = new Map<string, ObjectUnderTest>();
  readonly #states = new Map<string, State>();
  readonly #variables = new Map<string, string[]>();
  /** Ids that were met; what has one of them again is not to be told apart from it, and both count for nothing. */
  readonly #ids = new Set<string>();
  #depth = 0;
  #hasRoot = false;
  #section: Section | undefined;
  #definition: DefinitionReader | undefined;
  /** The element of a section that is being read. */
  #test: Test | undefined;
  #object: ObjectUnderTest | undefined;
  #state: State | undefined;
  #values: string[] | undefined;
  /** Takes the text of the element that was opened last. */
  #takeText: ((text: string) => void) | undefined;
  #text = "";
  readonly #texts = new KeptTexts();
  #elements = 0;
  #valueCount = 0;

  constructor(refusal: (reason: string) => Error) {
    this.#refusal = refusal;
  }

  finish(): OvalDocument {
    if (this.#depth !== 0 || !this.#hasRoot) throw this.#refusal("it has no OVAL definitions");
    return {
      definitions: this.#definitions,
      tests: this.#tests,
      objects: this.#objects,
      states: this.#states,
      variables: this.#variables,
    };
  }

  open(name: string, attributes: XmlAttributes): void {
    this.#depth += 1;
    if (this.#definition !== undefined) this.#definition.open(name, attributes);
    else if (this.#depth === 1) this.#openRoot(name, attributes);
    else if (this.#depth === SECTION) this.#section = isSection(name) ? name : undefined;
    else if (this.#section !== undefined) {
      if (this.#depth === ELEMENT) this.#openElement(this.#section, name, attributes);
      else if (this.#depth === ELEMENT + 1) this.#openPart(name, attributes);
    }
  }

  text(piece: string): void {
    if (this.#definition !== undefined) this.#definition.text(piece);
    else if (this.#takeText !== undefined && this.#text.length <= MAX_TEXT) this.#text += piece;
  }

  close(name: string): void {
    this.#depth -= 1;
    if (this.#definition !== undefined) {
      if (this.#depth < ELEMENT) {
        this.#definitions.push(this.#definition.finish());
        this.#definition = undefined;
      } else this.#definition.close(name);
    } else if (this.#takeText !== undefined) {
      this.#takeText(this.#texts.keep(this.#text.trim()));
      this.#takeText = undefined;
    }
  }

  #openRoot(name: string, attributes: XmlAttributes): void {
    if (name !== "oval_definitions") throw this.#refusal(`its root is ${name.slice(0, 100)}`);
    if (!Object.values(attributes).includes(NAMESPACE)) throw this.#refusal("it is no OVAL of version 5");
    this.#hasRoot = true;
  }

  #openElement(section: Section, name: string, attributes: XmlAttributes): void {
    if (section === "definitions") {
      if (name !== "definition") return;
      if (this.#definitions.length >= MAX_DEFINITIONS) {
        throw this.#refusal(`it has over ${MAX_DEFINITIONS} definitions`);
      }
      this.#definition = new DefinitionReader(attributes, this.#texts);
      return;
    }
    this.#elements += 1;
    if (this.#elements > MAX_ELEMENTS) throw this.#refusal(`it has over ${MAX_ELEMENTS} tests and objects`);
    const text = (attribute: string): string =>
      this.#texts.keep((attributes[attribute] ?? "").slice(0, MAX_TEXT));
    const id = text("id");
    [this.#test, this.#object, this.#state, this.#values] = [undefined, undefined, undefined, undefined];
    switch (section) {
      case "tests":
        this.#test = {
          kind: this.#texts.keep(name.replace(/_test$/, "")),
          comment: text("comment"),
          check: text("check"),
          existence: text("check_existence"),
          objects: [],
          states: [],
        };
        this.#put(this.#tests, id, this.#test);
        break;
      case "objects":
        this.#object = { nameOperation: "", nameVariable: "", name: "", path: "" };
        this.#put(this.#objects, id, this.#object);
        break;
      case "states":
        this.#state = { fields: [] };
        this.#put(this.#states, id, this.#state);
        break;
      case "variables":
        if (name !== "constant_variable") break;
        this.#values = [];
        this.#put(this.#variables, id, this.#values);
    }
  }

  #openPart(name: string, attributes: XmlAttributes): void {
    this.#text = "";
    const [test, object, state, values] = [this.#test, this.#object, this.#state, this.#values];
    const text = (attribute: string): string =>
      this.#texts.keep((attributes[attribute] ?? "").slice(0, MAX_TEXT));
    if (test !== undefined) {
      if (name === "object") this.#keep(test.objects, text("object_ref"));
      if (name === "state") this.#keep(test.states, text("state_ref"));
    } else if (object !== undefined && name === "name") {
      object.nameOperation = text("operation");
      object.nameVariable = text("var_ref");
      this.#takeText = (taken) => (object.name = taken);
    } else if (object !== undefined) {
      if (name === "filepath") this.#takeText = (taken) => (object.path = taken);
    } else if (state !== undefined) {
      const field = { name: this.#texts.keep(name), operation: text("operation"), value: "" };
      this.#keep(state.fields, field);
      this.#takeText = (taken) => (field.value = taken);
    } else if (values !== undefined && name === "value") {
      this.#takeText = (taken) => this.#keep(values, taken);
    }
  }

  #put<Element>(elements: Map<string, Element>, id: string, element: Element): void {
    if (this.#ids.has(id)) elements.delete(id);
    else elements.set(id, element);
    this.#ids.add(id);
  }

  #keep<Value>(list: Value[], value: Value): void {
    this.#valueCount += 1;
    if (this.#valueCount > MAX_VALUES)
      throw this.#refusal(`its tests, states and variables have over ${MAX_VALUES} parts`);
    list.push(value);
  }
}

function isSection(name: string): name is Section {
  return SECTIONS.has(name);
}
