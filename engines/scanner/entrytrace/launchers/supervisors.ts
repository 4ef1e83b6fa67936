// SPDX-License-Identifier: Apache-2.0
/** Programs that keep several others running: s6-overlay, s6, runit, supervisord. Each service is a way of its own. */
import { rootPath } from "../places.ts";
import { placeOf, shownWords, stuck, type Process, type Way } from "../process.ts";
import type { RootFiles } from "../types.ts";
import { isKnown } from "../unknown.ts";
import { notLiteral, parseOptions, type Launcher, type Start } from "./launcher.ts";

/** Services of one supervisor that are followed. */
const MAX_SERVICES = 16;
const S6_FOLDERS = ["etc/s6-overlay/s6-rc.d", "etc/services.d"];

/** `/init` of s6-overlay: its services, then the command that stands behind it. */
function runOverlay(start: Start): Way[] {
  const { process, context, follow } = start;
  const services = S6_FOLDERS.flatMap((folder) => servicesIn(folder, start));
  const argv = process.argv.slice(1);
  if (argv.length > 0) {
    const { scriptPath, ...rest } = process;
    const step = { kind: "launcher", path: start.found.file.path, argv: shownWords(argv) } as const;
    return [...services, ...follow({ ...rest, argv, steps: [...process.steps, step] })];
  }
  const names = S6_FOLDERS.flatMap((folder) => context.files.list(folder))
    .join(", ")
    .slice(0, 300);
  const message = `s6-overlay runs its services${names === "" ? ", none of which is known" : `: ${names}`}`;
  return [...services, stuck(process, "S6_OVERLAY", message)];
}

function servicesIn(folder: string, { process, context, follow }: Start): Way[] {
  return context.files
    .list(folder)
    .slice(0, MAX_SERVICES)
    .flatMap((name) => {
      const run = `${folder}/${name}/run`;
      if (!context.files.find(run)) return [];
      const argv = [`/${run}`];
      const step = { kind: "service", path: run, argv, note: name } as const;
      const { scriptPath, ...rest } = process;
      const service: Process = { ...rest, argv, steps: [...process.steps, step] };
      return follow(service);
    });
}

/** `s6-svscan DIR` and `runsvdir DIR`. */
function runFolder(start: Start): Way[] {
  const { process } = start;
  const [folder] = parseOptions(process.argv.slice(1), "dtXcCs").rest;
  if (folder === undefined || !isKnown(folder)) return [notLiteral(start, "the folder of services")];
  const services = servicesIn(rootPath(folder, process.workingDir), start);
  return [...services, stuck(process, "SUPERVISOR", `${start.name} runs the services in ${folder}`)];
}

function runSupervisord(start: Start): Way[] {
  const { values } = parseOptions(start.process.argv.slice(1), "cudjelyzaq", ["--configuration"]);
  const file = values.get("-c") ?? values.get("--configuration") ?? "its default file";
  const message = `supervisord${placeOf(start.process)} runs programs that its configuration names: ${file}`;
  return [stuck(start.process, "SUPERVISOR", message)];
}

export function supervisorOf(name: string, path: string, files: RootFiles): Launcher | undefined {
  switch (name) {
    case "supervisord":
      return runSupervisord;
    case "s6-svscan":
    case "runsvdir":
      return runFolder;
    case "init":
      return path === "init" && isOverlay(files) ? runOverlay : undefined;
    default:
      return undefined;
  }
}

function isOverlay(files: RootFiles): boolean {
  const words = files.find("init")?.script?.interpreter ?? [];
  return (
    words.some((word) => word.endsWith("execlineb")) ||
    S6_FOLDERS.some((folder) => files.list(folder).length > 0)
  );
}
