// SPDX-License-Identifier: Apache-2.0
/** The limit to measure against: Node's own gunzip of the files given, side by side, and nothing else. */
import { createReadStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";

await Promise.all(
  process.argv
    .slice(2)
    .map((file) =>
      pipeline(
        createReadStream(file, { highWaterMark: 256 * 1024 }),
        createGunzip({ chunkSize: 1024 * 1024 }),
        new Writable({ write: (_chunk, _encoding, done) => done() }),
      ),
    ),
);
