// SPDX-License-Identifier: Apache-2.0
/** Small real images that run: a package database, an application's packages, and a static program that waits. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildGoProgram } from "#hack/lib/go-build.ts";
import { silent } from "#hack/lib/log.ts";
import { writeOciLayout } from "#lib/oci/writer.ts";
import { tarBytes } from "#lib/oci/writing/tar.ts";

export interface SmallImage {
  /** `team/app:1.0`. */
  readonly ref: string;
  /** npm packages under /srv/app/node_modules. */
  readonly npm?: Readonly<Record<string, string>>;
  /** Makes the application's layer unlike any other. */
  readonly salt?: string;
}

const PAUSE = {
  name: "pause",
  module: join(import.meta.dirname, "..", "..", "hack", "cluster"),
  package: "./pause",
};
const OS_RELEASE =
  'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
const STATUS = ["base-files 12.4+deb12u11", "tar 1.34+dfsg-1.2+deb12u1"]
  .map((line) => line.split(" "))
  .map(
    ([name, version]) =>
      `Package: ${name}\nStatus: install ok installed\nArchitecture: amd64\nVersion: ${version}\n`,
  )
  .join("\n");

/** One layout with all images; the first layer is the same in each. */
export async function writeSmallImages(folder: string, images: readonly SmallImage[]): Promise<string> {
  const program = await readFile(await buildGoProgram(PAUSE, silent));
  const base = tarBytes([
    { path: "etc/os-release", content: OS_RELEASE },
    { path: "var/lib/dpkg/status", content: STATUS },
    { path: "pause", mode: 0o755, content: program },
  ]);
  const layout = join(folder, "layout");
  await writeOciLayout(
    layout,
    images.map(({ ref, npm = {}, salt = ref }) => ({
      ref,
      layers: [{ tar: base }, { tar: appLayer(npm, salt) }],
      config: { entrypoint: ["/pause"], user: "65532:65532" },
    })),
  );
  return layout;
}

function appLayer(npm: Readonly<Record<string, string>>, salt: string): Uint8Array {
  return tarBytes([
    { path: "srv/app/build-id", content: `${salt}\n` },
    ...Object.entries(npm).map(([name, version]) => ({
      path: `srv/app/node_modules/${name}/package.json`,
      content: JSON.stringify({ name, version, license: "MIT" }),
    })),
  ]);
}
