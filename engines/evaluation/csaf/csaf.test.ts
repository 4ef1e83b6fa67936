// SPDX-License-Identifier: Apache-2.0
/** What CSAF products are called, who publishes, and documents made to harm. What a validator refuses is in test/conformance/csaf. */
import { describe, expect, it } from "vitest";
import { platformOfCpe } from "./platform.ts";
import { productNames } from "./product-names.ts";
import type { CsafProduct } from "./product-tree.ts";
import { isCsaf, readCsaf } from "./read-csaf.ts";
import { csafDocument } from "./testing/document.ts";
import { publisherSlug } from "./vendor.ts";

const product = (id: string, more: Partial<CsafProduct> = {}): CsafProduct => ({
  id,
  name: id,
  sha256: [],
  ...more,
});
const version = (name: string, purl?: string): CsafProduct =>
  product(name, { branch: { category: "product_version", name }, ...(purl === undefined ? {} : { purl }) });
const inside = (part: string, whole: string): CsafProduct =>
  product(`${whole}:${part}`, { relation: { part, whole } });

const RHEL_9 = product("rhel9", { cpe: "cpe:/o:redhat:enterprise_linux:9" });

describe("productNames", () => {
  const alone = (one: CsafProduct) => productNames(one.id, new Map([[one.id, one]]))?.whole;
  const hex = "ab".repeat(32);

  it.each<[string, CsafProduct, readonly string[] | undefined]>([
    ["a purl", product("a", { purl: "pkg:npm/a@1.0.0", cpe: "cpe:/a:b:a" }), ["pkg:npm/a@1.0.0"]],
    [
      "a purl and a hash",
      product("a", { purl: "pkg:npm/a@1.0.0", sha256: [hex] }),
      ["pkg:npm/a@1.0.0", `sha256:${hex}`],
    ],
    ["a CPE where there is nothing else", product("a", { cpe: "cpe:/a:b:a" }), ["cpe:/a:b:a"]],
    ["no name", product("a"), undefined],
    [
      "a purl that breaks a rule of its type",
      product("a", { purl: "pkg:oci/b/a", cpe: "cpe:/a:b:a" }),
      undefined,
    ],
    ["a product with all its versions", product("a", { purl: "pkg:npm/a" }), ["pkg:npm/a"]],
    ["one version, and a purl of all", version("1.2", "pkg:npm/a"), undefined],
    [
      "a range, and a purl of all",
      product("a", { purl: "pkg:npm/a", range: "vers:npm/<2.0.0" }),
      ["pkg:npm/a?vers=vers:npm%2F%3C2.0.0"],
    ],
    [
      "a range in words, and a purl of all",
      product("a", { purl: "pkg:npm/a", range: "before 2" }),
      undefined,
    ],
    [
      "a range, and a purl of one",
      product("a", { purl: "pkg:npm/a@1", range: "vers:npm/<2.0.0" }),
      undefined,
    ],
    [
      "Red Hat's component",
      version("openssl", "pkg:rpm/redhat/openssl?arch=src"),
      ["pkg:rpm/redhat/openssl?arch=src"],
    ],
    ["a source rpm of any version", version("curl.src", "pkg:rpm/redhat/curl?arch=src"), undefined],
    [
      "a source rpm",
      version("curl-0:7.76.1-26.el9.src", "pkg:rpm/redhat/curl@7.76.1-26.el9?arch=src"),
      undefined,
    ],
    [
      "a stream in place of a version",
      version(
        "go-toolset:rhel8/go-toolset",
        "pkg:rpm/redhat/go-toolset@rhel8?arch=src&rpmmod=go-toolset:rhel8",
      ),
      ["pkg:rpm/redhat/go-toolset?arch=src&rpmmod=go-toolset:rhel8"],
    ],
  ])("%s", (_, one, want) => expect(alone(one)).toEqual(want));

  const image = `pkg:oci/app@sha256%3A${hex}?repository_url=registry.redhat.io/a`;
  const MODULE = inside("nodejs:18", "rhel9");
  it.each<{ name: string; parts: readonly CsafProduct[]; of: CsafProduct; want: unknown }>([
    {
      name: "a part and its whole",
      parts: [version("x", "pkg:rpm/redhat/x@1-2.el9?arch=x86_64"), RHEL_9],
      of: inside("x", "rhel9"),
      want: { whole: [RHEL_9.cpe], part: ["pkg:rpm/redhat/x@1-2.el9?arch=x86_64"] },
    },
    {
      name: "the purl of the two together goes before the part's",
      parts: [version("x", "pkg:rpm/redhat/x@1-2?arch=x86_64"), RHEL_9],
      of: { ...inside("x", "rhel9"), purl: "pkg:rpm/redhat/x@1-3?arch=x86_64" },
      want: { whole: [RHEL_9.cpe], part: ["pkg:rpm/redhat/x@1-3?arch=x86_64"] },
    },
    {
      name: "a part without a name",
      parts: [product("x"), product("y", { purl: "pkg:npm/y" })],
      of: inside("x", "y"),
      want: undefined,
    },
    {
      name: "a whole without a name",
      parts: [version("x", "pkg:npm/x@1"), product("y")],
      of: inside("x", "y"),
      want: undefined,
    },
    {
      name: "an image is itself",
      parts: [product("x", { purl: image }), product("y", { cpe: "cpe:/a:redhat:openshift:4" })],
      of: inside("x", "y"),
      want: { whole: [image] },
    },
    {
      name: "a component of old, without a purl",
      parts: [version("vim"), RHEL_9],
      of: inside("vim", "rhel9"),
      want: { whole: [RHEL_9.cpe], part: ["pkg:rpm/redhat/vim?arch=src&distro=rhel-9"] },
    },
    {
      name: "one of a module",
      parts: [version("nodejs:18/nodejs"), RHEL_9],
      of: inside("nodejs:18/nodejs", "rhel9"),
      want: { whole: [RHEL_9.cpe], part: ["pkg:rpm/redhat/nodejs?arch=src&distro=rhel-9&rpmmod=nodejs:18"] },
    },
    {
      name: "a package of old, with its version",
      parts: [version("curl-1:7.76.1-26.el9_3.2.x86_64"), RHEL_9],
      of: inside("curl-1:7.76.1-26.el9_3.2.x86_64", "rhel9"),
      want: {
        whole: [RHEL_9.cpe],
        part: ["pkg:rpm/redhat/curl@7.76.1-26.el9_3.2?arch=x86_64&distro=rhel-9&epoch=1"],
      },
    },
    {
      name: "its source",
      parts: [version("curl-1:7.76.1-26.el9_3.2.src"), RHEL_9],
      of: inside("curl-1:7.76.1-26.el9_3.2.src", "rhel9"),
      want: undefined,
    },
    {
      name: "a component of something else",
      parts: [version("vim"), product("y", { cpe: "cpe:/a:redhat:openshift:4" })],
      of: inside("vim", "y"),
      want: undefined,
    },
    {
      name: "a version in a module in a platform",
      parts: [version("x", "pkg:rpm/redhat/x@1-2?arch=x86_64"), version("nodejs:18"), RHEL_9, MODULE],
      of: inside("x", MODULE.id),
      want: { whole: [RHEL_9.cpe], part: ["pkg:rpm/redhat/x@1-2?arch=x86_64"] },
    },
    {
      name: "any version in a module in a platform",
      parts: [version("x", "pkg:rpm/redhat/x"), version("nodejs:18"), RHEL_9, MODULE],
      of: inside("x", MODULE.id),
      want: undefined,
    },
    {
      name: "a part that is in something already",
      parts: [
        version("x", "pkg:npm/x@1"),
        product("y", { purl: "pkg:npm/y" }),
        product("z", { purl: "pkg:npm/z" }),
        inside("x", "y"),
      ],
      of: inside("y:x", "z"),
      want: undefined,
    },
  ])("$name", ({ parts, of, want }) => {
    const products = new Map([...parts, of].map((one) => [one.id, one]));
    expect(productNames(of.id, products)).toEqual(want);
  });
});

it.each([
  ["cpe:/o:redhat:enterprise_linux:9", { release: "rhel:9" }],
  ["cpe:/a:redhat:enterprise_linux:9::appstream", { release: "rhel:9" }],
  ["cpe:/o:redhat:enterprise_linux:8.10::baseos", { release: "rhel:8" }],
  ["cpe:2.3:o:redhat:enterprise_linux:9:*:*:*:*:*:*:*", { release: "rhel:9" }],
  ["cpe:/o:redhat:rhel_eus:9.4::baseos", { release: "rhel:9", isExtended: true }],
  ["cpe:/o:redhat:rhel_els:6", { release: "rhel:6", isExtended: true }],
  ["cpe:/a:redhat:openshift:4.16::el9", undefined],
  ["cpe:/o:redhat:enterprise_linux", undefined],
  ["cpe:/o:suse:sles:15:sp5", { release: "sles:15.5" }],
  ["cpe:/o:suse:sles:15", { release: "sles:15" }],
  ["cpe:/o:opensuse:leap:15.6", { release: "opensuse-leap:15.6" }],
  ["cpe:2.3:o:canonical:ubuntu_linux:22.04:*:*:*:lts:*:*:*", { release: "ubuntu:22.04" }],
  ["cpe:2.3:o:debian:debian_linux:12.0:*:*:*:*:*:*:*", { release: "debian:12" }],
  ["cpe:/o:almalinux:almalinux:9::baseos", { release: "almalinux:9" }],
  ["cpe:2.3:o:amazon:amazon_linux:2023", { release: "amzn:2023" }],
  ["cpe:/o:oracle:linux:9:4:baseos", { release: "ol:9" }],
])("%s", (cpe, want) => expect(platformOfCpe(cpe)).toEqual(want));

it.each([
  ["https://www.redhat.com", "Red Hat Product Security", "redhat"],
  ["https://www.cisa.gov/", "CISA", "cisa"],
  ["https://www.bsi.bund.de", "BSI", "bsi"],
  ["https://psirt.acme.co.jp/x", "Acme", "acme"],
  ["https://co.jp", "Acme", "co"],
  ["not a URL", "Acme & Söhne, PSIRT", "acme-s-hne-psirt"],
  ["", "…", "unknown"],
  ["https://127.0.0.1/", "Acme", "acme"],
])("%s is %s", (namespace, name, want) =>
  expect(publisherSlug({ category: "vendor", namespace, name })).toBe(want),
);

describe("hostile documents", () => {
  it("groups that multiply are counted before anything is tested", () => {
    const ids = Array.from({ length: 20_000 }, (_, index) => `P${index}`);
    const flags = Array.from({ length: 20_000 }, () => ({
      label: "component_not_present",
      group_ids: ["G"],
    }));
    const document = csafDocument({
      products: ids.map((id) => ({ product_id: id, name: id })),
      groups: [{ group_id: "G", product_ids: ids }],
      vulnerability: { flags },
    });
    const reading = readCsaf(document);
    expect(reading).toMatchObject({ ok: false, faults: [{ test: "limit" }] });
  });

  it("a chain of relationships of any length is walked once", () => {
    const links = Array.from({ length: 20_000 }, (_, index) => ({
      category: "installed_on",
      full_product_name: { product_id: `P${index + 1}`, name: "x" },
      product_reference: "P0",
      relates_to_product_reference: `P${index}`,
    }));
    const chain = csafDocument({ products: [{ product_id: "P0", name: "x" }], relationships: links });
    expect(readCsaf(chain).ok).toBe(true);
    const [first, ...others] = links;
    const round = csafDocument({
      products: [{ product_id: "P0", name: "x" }],
      relationships: [{ ...first, relates_to_product_reference: `P${links.length}` }, ...others],
    });
    expect(readCsaf(round)).toMatchObject({ ok: false, faults: [{ test: "6.1.3" }] });
  });

  it("names of what every object has are names like any other", () => {
    const products = ["__proto__", "constructor", "toString"].map((id) => ({ product_id: id, name: id }));
    const document = csafDocument({
      products,
      vulnerability: { product_status: { fixed: ["__proto__", "toString"] } },
    });
    const reading = readCsaf(document);
    expect(reading.ok && [...reading.csaf.products.keys()]).toEqual(["__proto__", "constructor", "toString"]);
    const missing = csafDocument({ vulnerability: { product_status: { fixed: ["valueOf"] } } });
    expect(readCsaf(missing)).toMatchObject({ ok: false, faults: [{ test: "6.1.1" }] });
  });

  it.each([null, 1, "x", [], {}, { document: null }, { document: { csaf_version: 2 } }])("%j", (value) => {
    expect(readCsaf(value).ok).toBe(false);
    expect(isCsaf(value)).toBe(typeof value === "object" && JSON.stringify(value).includes("csaf_version"));
  });
});
