// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { entryConfig, memoryRoot, type MemoryFile } from "../testing/memory-root.ts";
import { endOf } from "../testing/outline.ts";
import { traceEntry } from "../trace-entry.ts";
import type { EntryConfig, EntryTrace } from "../types.ts";

const elves =
  "app tini dumb-init gosu setpriv sudo su runuser chroot env nice ionice nohup timeout stdbuf setsid time java node python3.12 ruby php php-fpm dotnet busybox";
const files: Record<string, MemoryFile> = {
  ...Object.fromEntries(elves.split(" ").map((name) => [`usr/bin/${name}`, "elf"])),
  "bin/sh": { link: "../usr/bin/busybox" },
  "usr/bin/python": { link: "python3.12" },
  "lib64/ld-linux-x86-64.so.2": "elf",
  "usr/bin/npm": { link: "../lib/node_modules/npm/bin/npm-cli.js" },
  "usr/bin/npx": { link: "../lib/node_modules/npm/bin/npm-cli.js" },
  "usr/bin/yarn": "#!/usr/bin/env node\n",
  "usr/bin/pnpm": "#!/usr/bin/env node\n",
  "usr/lib/node_modules/npm/bin/npm-cli.js": "#!/usr/bin/env node\n",
  "usr/bin/gunicorn": "#!/usr/bin/python3.12\n",
  "usr/bin/celery": "#!/usr/bin/python3.12\n",
  "usr/bin/puma": "#!/usr/bin/env ruby\n",
  "usr/bin/bundle": "#!/usr/bin/env ruby\n",
  "usr/bin/supervisord": "#!/usr/bin/python\n",
  "usr/bin/tool": "#!/usr/bin/env -S node --no-warnings\n",
  "usr/bin/p": "#!/usr/bin/perl -w\n",
  "usr/bin/perl": "elf",
  "app/a.jar": "jar",
  "app/package.json": {
    manifest: {
      main: "main.js",
      scripts: {
        start: "cd dist && node --enable-source-maps index.js",
        serve: "next start",
        dev: "npm run serve",
      },
    },
  },
  "app/node_modules/.bin/next": { link: "../next/dist/bin/next" },
  "app/node_modules/next/dist/bin/next": "#!/usr/bin/env node\n",
};

function trace(
  argv: readonly string[],
  config: Partial<EntryConfig> = {},
  more: Record<string, MemoryFile> = {},
): EntryTrace {
  const root = memoryRoot({ ...files, ...more });
  return traceEntry(entryConfig({ entrypoint: argv, workingDir: "/app", ...config }), root);
}

const end = (line: string): string => endOf(trace(line.split(" "))).join("; ");

describe("programs that become another one", () => {
  it.each([
    ["tini -g -- app", "native: usr/bin/app"],
    ["tini -e 143 app", "native: usr/bin/app"],
    ["tini -- tini -s app", "native: usr/bin/app"],
    ["dumb-init --rewrite 15:3 -- app", "native: usr/bin/app"],
    ["gosu me:us app", "native: usr/bin/app as me:us"],
    ["setpriv --reuid=me --regid 5 --clear-groups app", "native: usr/bin/app as me"],
    ["sudo -E -u me A=b app", "native: usr/bin/app as me"],
    ["runuser -u me -- app", "native: usr/bin/app as me"],
    ["chroot --userspec=1:1 / app", "native: usr/bin/app as 1:1"],
    ["chroot /other app", "CHROOT"],
    ["env -i -u X PATH=/usr/bin app", "native: usr/bin/app"],
    ["env A=1 sh -c app", "native: usr/bin/app"],
    ["nice -n 5 ionice -c2 -n7 nohup app", "native: usr/bin/app"],
    ["timeout -k 5 --signal=INT 10 app", "native: usr/bin/app"],
    ["stdbuf -oL setsid -w time -p app", "native: usr/bin/app"],
    ["/lib64/ld-linux-x86-64.so.2 --library-path /opt /usr/bin/app", "native: usr/bin/app"],
    ["busybox env app", "native: usr/bin/app"],
    ["busybox httpd -f", "native: usr/bin/busybox"],
    ["sh", "native: usr/bin/busybox"],
    ["sh -ec app", "native: usr/bin/app"],
    ["nothing", "PROGRAM_NOT_FOUND"],
    ["./a.jar", "EXEC_FORMAT"],
    ["supervisord -n -c /etc/s.conf", "SUPERVISOR"],
    ["p x", "script: usr/bin/perl usr/bin/p"],
  ])("%s", (line, want) => expect(end(line)).toBe(want));

  it.each([
    [["su", "-", "me", "-c", "exec app -x"], "native: usr/bin/app as me"],
    [["su", "me", "-s", "/bin/sh", "-c", "app"], "native: usr/bin/app as me"],
    [["sh", "-c", 'exec "$0" "$@"', "app", "x"], "native: usr/bin/app"],
    [["/bin/sh", "-c", "exec java $OPTS -jar /app/a.jar"], "java: usr/bin/java app/a.jar"],
    [["env", "-S", "node --x s.js"], "node: usr/bin/node app/s.js"],
  ])("%j", (argv, want) => expect(endOf(trace(argv))).toEqual([want]));
});

describe("interpreters", () => {
  it.each([
    ["java -Xmx1g -Da=b -jar a.jar --port 1", "java: usr/bin/java app/a.jar"],
    ["java -jar none.jar", "java: usr/bin/java app/none.jar; PROGRAM_NOT_FOUND"],
    ["java -cp a.jar:lib/* --add-opens x=y org.x.Main", "java: usr/bin/java (org.x.Main)"],
    ["java -p mods -m x/org.Main", "java: usr/bin/java (x/org.Main)"],
    ["java @args", "ARGUMENT_FILE"],
    ["node --max-old-space-size=100 --require ./a.js s.mjs", "node: usr/bin/node app/s.mjs"],
    ["node .", "node: usr/bin/node app/main.js"],
    ["node", "node: usr/bin/node"],
    ["node -e x", "node: usr/bin/node; CODE_IN_ARGUMENT"],
    ["tool", "node: usr/bin/node usr/bin/tool"],
    ["npm start", "node: usr/bin/node app/dist/index.js"],
    ["npm run dev", "node: usr/bin/node app/node_modules/next/dist/bin/next"],
    ["npm run --silent serve -- -p 80", "node: usr/bin/node app/node_modules/next/dist/bin/next"],
    ["npm --prefix /app run none", "NPM_SCRIPT_NOT_FOUND"],
    ["npx next start", "node: usr/bin/node app/node_modules/next/dist/bin/next"],
    ["yarn start", "node: usr/bin/node app/dist/index.js"],
    ["yarn next start", "node: usr/bin/node app/node_modules/next/dist/bin/next"],
    ["pnpm run serve", "node: usr/bin/node app/node_modules/next/dist/bin/next"],
    ["python -u -m uvicorn x.y:app --port 80", "python: usr/bin/python3.12 (uvicorn) [x.y:app]"],
    ["python -uOm x", "python: usr/bin/python3.12 (x)"],
    ["python -X dev manage.py runserver", "python: usr/bin/python3.12 app/manage.py"],
    ["python -c x", "python: usr/bin/python3.12; CODE_IN_ARGUMENT"],
    ["gunicorn -w 4 app.wsgi", "python: usr/bin/python3.12 usr/bin/gunicorn [app.wsgi]"],
    ["gunicorn -b :80 app:make()", "python: usr/bin/python3.12 usr/bin/gunicorn [app:make()]"],
    ["celery -A proj worker", "python: usr/bin/python3.12 usr/bin/celery [proj]"],
    ["ruby -W0 x.rb", "ruby: usr/bin/ruby app/x.rb"],
    ["bundle exec puma -C c.rb", "ruby: usr/bin/ruby usr/bin/puma"],
    ["php artisan serve", "php: usr/bin/php app/artisan"],
    ["php-fpm -F", "php: usr/bin/php-fpm"],
    ["dotnet App.dll", "dotnet: usr/bin/dotnet app/App.dll"],
    ["dotnet exec --depsfile x App.dll", "dotnet: usr/bin/dotnet app/App.dll"],
    ["dotnet run", "dotnet: usr/bin/dotnet; APPLICATION_NOT_NAMED"],
  ])("%s", (line, want) => expect(end(line)).toBe(want));

  it.each([
    ["flask --app src/app.py run", {}, "src/app.py"],
    ["flask run", { env: ["PATH=/usr/bin", "FLASK_APP=site:make()"] }, "site:make()"],
    ["flask run", {}, "wsgi.py"],
    ["python -m flask run", { workingDir: "/srv" }, "app.py"],
    ["flask run", { workingDir: "/" }, undefined],
  ])("%s in %j loads %s", (line, config, want) => {
    const more = { "usr/bin/flask": "#!/usr/bin/python\n", "app/wsgi.py": "jar", "srv/app.py": "jar" };
    expect(trace(line.split(" "), config, more).terminal?.application).toBe(want);
  });

  it.each([
    [
      ["java", "-Xbootclasspath/a:b.jar:/c.jar", "-jar", "a.jar"],
      ['JAVA_TOOL_OPTIONS=-javaagent:/agent.jar=x=y "-Dq=a b" -javaagent:two.jar', "_JAVA_OPTIONS=-Xmx1g"],
      { preloads: ["agent.jar", "app/two.jar", "app/b.jar", "c.jar"], classPath: ["app/a.jar"] },
    ],
    [
      ["java", "org.Main"],
      ["JDK_JAVA_OPTIONS=-cp '/l/*' -javaagent:/agent.jar"],
      { preloads: ["agent.jar"], classPath: ["l/*"], module: "org.Main" },
    ],
    [
      ["java", "-p", "mods:x.jar", "-m", "x/org.Main"],
      [],
      { classPath: ["app/mods", "app/mods/*", "app/x.jar"], module: "x/org.Main" },
    ],
    [
      ["node", "-r", "./a.js", "s.js"],
      ['NODE_OPTIONS=--max-old-space-size=9 --require dd-trace/init "--import=./with space.mjs"'],
      { preloads: ["dd-trace/init", "./with space.mjs", "./a.js"] },
    ],
  ])("%j with %j", (argv, env, want) =>
    expect(trace(argv, { env: ["PATH=/usr/bin", ...env] }).terminal).toMatchObject(want),
  );

  it("gives class path, agents and working folder", () => {
    const { terminal } = trace(["java", "-javaagent:/agent.jar=x", "-cp", "a.jar:/l/*", "org.Main"]);
    expect(terminal).toMatchObject({
      classPath: ["app/a.jar", "l/*"],
      preloads: ["agent.jar"],
      workingDir: "/app",
    });
  });
});

describe("supervisors", () => {
  const overlay: Record<string, MemoryFile> = {
    init: "#!/command/execlineb -S0\n",
    "etc/services.d/web/run": "#!/usr/bin/with-contenv sh\nexec app web\n",
    "usr/bin/with-contenv": "#!/command/execlineb\n",
  };

  it("takes services for alternatives of what stands behind /init", () => {
    const { terminal, alternatives } = trace(["/init", "node", "s.js"], {}, overlay);
    expect([terminal?.kind, alternatives?.map((way) => way.terminal.argv)]).toEqual([
      "node",
      [["app", "web"]],
    ]);
  });

  it("takes the last service where /init stands alone, and says so", () => {
    expect(endOf(trace(["/init"], {}, overlay))).toEqual(["native: usr/bin/app", "S6_OVERLAY"]);
  });
});
