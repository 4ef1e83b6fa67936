// SPDX-License-Identifier: Apache-2.0
/** `stella serve ROLE`: the long-running processes. Settings have flags and environment names. */
import { Argument } from "commander";
import type { Command } from "commander";

const roles = ["operator", "webhook"] as const;
type Role = (typeof roles)[number];
const EXIT_AFTER_MS = 1_000;

export function addServe(program: Command): void {
  program
    .command("serve")
    .description("Run a role in the cluster: operator (controllers, workers and API) or webhook.")
    .addArgument(new Argument("[role]", "which one").choices([...roles, "help", "--help", "-h"]))
    .argument("[settings...]", "its settings, e.g. --log-level debug; `stella serve ROLE help` lists them")
    .allowUnknownOption()
    .helpOption(false)
    .action(
      async (role: Role | "help" | "--help" | "-h" | undefined, settings: readonly string[], _, command) => {
        if (role !== "operator" && role !== "webhook") {
          (command as Command).help({ error: role === undefined });
          return;
        }
        const { help, run } = await load(role);
        if (settings.includes("help") || settings.includes("--help") || settings.includes("-h")) {
          process.stdout.write(
            `stella serve ${role}\n\nSettings (flag, environment name, default):\n${help()}\n`,
          );
          return;
        }
        try {
          await run(settings, process.env, stopSignal());
        } finally {
          // A start that failed half-way leaves servers and watches open, and a process that serves nothing must end.
          setTimeout(() => process.exit(), EXIT_AFTER_MS).unref();
        }
      },
    );
}

async function load(role: Role) {
  if (role === "operator") {
    const { operatorHelp, runOperator } = await import("#operator/operator.ts");
    return { help: operatorHelp, run: runOperator };
  }
  const { runWebhook, webhookHelp } = await import("#operator/webhook.ts");
  return { help: webhookHelp, run: runWebhook };
}

/** Aborts at the first SIGTERM or SIGINT; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) {
    process.once(name, () => {
      stop.abort();
      process.once(name, () => process.exit(130));
    });
  }
  return stop.signal;
}
