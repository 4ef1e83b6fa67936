// SPDX-License-Identifier: Apache-2.0
/** OSV's bucket, from the first import on: few records one by one, many by the archive, and the same export either way. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { codeOf, messageOf } from "#lib/errors.ts";
import { startFileServer } from "#lib/http/testing/file-server.ts";
import type { FileServer } from "#lib/http/testing/file-server.ts";
import { zipOf } from "../../testing/archives.ts";
import { httpSource } from "../../testing/http-source.ts";
import type { HttpSource, Look } from "../../testing/http-source.ts";

/** Minute in which a record was last changed. */
type Records = Readonly<Record<string, number>>;

const time = (minute: number): string => new Date(Date.UTC(2024, 0, 1, 0, minute)).toISOString();
const record = (id: string, minute: number, more: object = {}): string =>
  JSON.stringify({
    id,
    modified: time(minute),
    affected: [
      {
        package: { ecosystem: "npm", name: id.toLowerCase() },
        ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, { fixed: `1.0.${minute}` }] }],
      },
    ],
    ...more,
  });

let server: FileServer;
let source: HttpSource;
beforeEach(async () => {
  server = await startFileServer();
});
afterEach(async () => {
  expect(await source.left()).toEqual([]);
  await source.close();
  await server.close();
});

/** The bucket's three kinds of files of an ecosystem. */
function publish(records: Records, ecosystem = "npm"): void {
  for (const path of server.files.keys()) if (path.startsWith(`/${ecosystem}/`)) server.files.delete(path);
  const byAge = Object.entries(records).sort(([, a], [, b]) => b - a);
  server.put(
    `/${ecosystem}/modified_id.csv`,
    byAge.map(([id, minute]) => `${time(minute)},${id}\n`).join(""),
  );
  server.put(
    `/${ecosystem}/all.zip`,
    zipOf(Object.fromEntries(byAge.map(([id, minute]) => [`${id}.json`, record(id, minute)]))),
  );
  for (const [id, minute] of byAge) server.put(`/${ecosystem}/${id}.json`, record(id, minute));
}
const many = (count: number, minute = 0): Records =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`R-${i}`, minute]));
const open = async (ecosystems: readonly string[] = ["npm"], limits = {}): Promise<void> => {
  source = await httpSource({ layout: "osv", urls: [server.origin], ecosystems }, { limits });
};
/** Export of a first import of what is published now. */
const afresh = async (): Promise<Look["export"]> => {
  const other = await httpSource({ layout: "osv", urls: [server.origin], ecosystems: ["npm"] });
  const look = await other.import();
  await other.close();
  return look.export;
};
const asked = (): readonly string[] => {
  const urls = server.requests.map(({ url }) => url);
  server.requests.length = 0;
  return urls.sort();
};

describe("an ecosystem", () => {
  it("comes by its archive first, then record by record", async () => {
    publish(many(50));
    await open();
    const first = await source.import();
    expect(first.export.advisories).toHaveLength(50);
    expect(asked()).toEqual(["/npm/all.zip", "/npm/modified_id.csv"]);

    expect((await source.import()).unchanged).toBe(true);
    expect(asked()).toEqual(["/npm/modified_id.csv"]);

    publish({ ...many(50), "R-7": 3, "R-50": 4 });
    const changed = await source.import();
    expect(asked()).toEqual(["/npm/R-50.json", "/npm/R-7.json", "/npm/modified_id.csv"]);
    expect(changed.result?.documents).toBe(2);
    expect(changed.export).toEqual(await afresh());
  });

  it("comes by its archive again when much changed", async () => {
    publish(many(50));
    await open();
    await source.import();
    publish(many(50, 1));
    server.requests.length = 0;
    const changed = await source.import();
    expect(asked()).toEqual(["/npm/all.zip", "/npm/modified_id.csv"]);
    expect(changed.export).toEqual(await afresh());
  });

  it("loses what is listed no more, without a download", async () => {
    publish(many(50));
    await open();
    await source.import();
    const { "R-3": _, ...rest } = many(50);
    publish(rest);
    server.requests.length = 0;
    expect((await source.import()).export.advisories).toHaveLength(49);
    expect(asked()).toEqual(["/npm/modified_id.csv"]);
  });

  it("is unchanged when only its list was written anew", async () => {
    publish(many(20));
    await open();
    await source.import();
    const list = server.files.get("/npm/modified_id.csv")!.bytes;
    server.put("/npm/modified_id.csv", Buffer.from(list).toString().replaceAll(".000Z", "Z"));
    expect((await source.import()).unchanged).toBe(true);
  });

  it("of which the archive is behind its list catches up with the next look", async () => {
    publish(many(30));
    const old = server.files.get("/npm/all.zip")!;
    publish({ ...many(30), "R-1": 5, "R-30": 5 });
    server.files.set("/npm/all.zip", old);
    await open();
    const first = await source.import();
    expect(first.export.advisories).toHaveLength(30);
    const list = server.files.get("/npm/modified_id.csv")!.bytes;
    server.put("/npm/modified_id.csv", `${Buffer.from(list).toString()}\n`); // the next run of the exporter
    server.requests.length = 0;
    const second = await source.import();
    expect(asked()).toEqual(["/npm/R-1.json", "/npm/R-30.json", "/npm/modified_id.csv"]);
    publish({ ...many(30), "R-1": 5, "R-30": 5 });
    expect(second.export).toEqual(await afresh());
  });

  it("keeps no record that is listed and not there, and asks for it again", async () => {
    publish(many(30));
    await open();
    await source.import();
    publish({ ...many(30), "R-2": 9 });
    server.files.delete("/npm/R-2.json");
    expect((await source.import()).export.advisories).toHaveLength(29);
    server.put("/npm/R-2.json", record("R-2", 9));
    server.requests.length = 0;
    expect((await source.import()).export.advisories).toHaveLength(30);
    expect(asked()).toEqual(["/npm/R-2.json", "/npm/modified_id.csv"]);
  });

  it("refuses a record that is too large, and asks for it again", async () => {
    publish(many(30));
    await open(["npm"], { maxDocumentBytes: 1000 });
    await source.import();
    publish({ ...many(30), "R-2": 9 });
    server.put("/npm/R-2.json", record("R-2", 9, { details: "x".repeat(2000) }));
    const { result } = await source.import();
    expect(result?.rejected[0]?.reason).toMatch(
      /R-2\.json has [0-9]+ bytes or more, which is over the limit of 1000$/,
    );
    expect(result?.records).toBe(29);
    server.put("/npm/R-2.json", record("R-2", 9));
    expect((await source.import()).result).toMatchObject({ records: 30, rejectedCount: 0 });
  });

  it("fails as a whole when a record cannot be had, and goes on from where it was", async () => {
    publish(many(30));
    await open();
    await source.import();
    publish({ ...many(30), "R-2": 9 });
    server.intercept = ({ url }, response) => url === "/npm/R-2.json" && !!response.writeHead(500).end();
    const failure = await source.import().then(() => "imported", codeOf);
    expect(failure).toBe("HTTP_UNAVAILABLE");
    server.intercept = undefined;
    expect((await source.import()).export).toEqual(await afresh());
  });

  it("of a mirror without lists comes by its archive, when that changed", async () => {
    publish(many(5));
    server.files.delete("/npm/modified_id.csv");
    await open();
    expect((await source.import()).export.advisories).toHaveLength(5);
    expect((await source.import()).unchanged).toBe(true);
    publish(many(4));
    server.files.delete("/npm/modified_id.csv");
    expect((await source.import()).export.advisories).toHaveLength(4);
  });

  it.each([
    [
      "<!doctype html><html></html>",
      "FEED_UNREADABLE 127.0.0.1/npm/modified_id.csv: line 1 is not 2 short fields of text",
    ],
    [
      "2024-01-01T00:00:00Z,../../x\n",
      "FEED_UNREADABLE 127.0.0.1/npm/modified_id.csv: no time and id: ../../x",
    ],
  ])("with the list %j leaves what was", async (list, want) => {
    publish(many(5));
    await open();
    const before = await source.import();
    server.put("/npm/modified_id.csv", list);
    const failure = await source
      .import()
      .catch((error: unknown) => `${codeOf(error)} ${messageOf(error).replace(/:[0-9]{4,5}/, "")}`);
    expect(failure).toBe(want);
    publish(many(5));
    expect(await source.import()).toMatchObject({ unchanged: true, export: before.export });
  });
});

it("several ecosystems are looked at one by one", async () => {
  publish(many(20));
  publish(many(3), "GitHub%20Actions");
  await open(["npm", "GitHub Actions"]);
  await source.import();
  publish(many(2), "GitHub%20Actions");
  server.requests.length = 0;
  const look = await source.import();
  expect(look.result?.parts).toHaveLength(22);
  expect(asked()).toEqual(["/GitHub%20Actions/modified_id.csv", "/npm/modified_id.csv"]);
});

const ids = ["A", "B", "C", "D", "E", "F", "G", "H"];
const state = fc.dictionary(fc.constantFrom(...ids), fc.nat({ max: 3 }), { minKeys: 1 });

it("any chain of looks gives the export of a first import, however the records came", async () => {
  await open();
  const filler = many(60);
  await fc.assert(
    fc.asyncProperty(
      fc.array(state, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      async (states, isLarge) => {
        const chain = await httpSource({ layout: "osv", urls: [server.origin], ecosystems: ["npm"] });
        for (const records of states) {
          publish({ ...(isLarge ? filler : {}), ...records });
          const look = await chain.import();
          expect(look.export.exportDigest).toBe((await afresh()).exportDigest);
        }
        await chain.close();
      },
    ),
    { numRuns: 12 },
  );
});
