// SPDX-License-Identifier: Apache-2.0
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entryConfig, memoryRoot, type MemoryFile } from "./testing/memory-root.ts";
import { outline } from "./testing/outline.ts";
import { traceEntry } from "./trace-entry.ts";
import type { EntryConfig } from "./types.ts";

const read = (path: string): string => readFileSync(`${import.meta.dirname}/testdata/${path}`, "utf8");
const base: Record<string, MemoryFile> = {
  "bin/sh": { link: "busybox" },
  "bin/busybox": "elf",
  "bin/bash": "elf",
  "usr/bin/env": "elf",
};
const entry = "usr/local/bin/docker-entrypoint.sh";

function traced(config: Partial<EntryConfig>, files: Record<string, MemoryFile>): string[] {
  return outline(traceEntry(entryConfig(config), memoryRoot({ ...base, ...files })));
}

const viaEnv = [`interpreter ${entry}:1`, "launcher usr/bin/env"];

describe("entry scripts in the shape of well-known images", () => {
  it.each([
    {
      name: "postgres, which starts itself again as another user",
      config: {
        cmd: ["postgres"],
        env: ["PATH=/usr/local/bin:/usr/bin:/bin:/usr/lib/postgresql/16/bin", "PGDATA=/data"],
      },
      files: {
        [entry]: read("entry-scripts/postgres.sh"),
        "usr/local/bin/gosu": "elf",
        "usr/lib/postgresql/16/bin/postgres": "elf",
        "usr/lib/postgresql/16/bin/initdb": "elf",
      },
      want: [
        ...viaEnv,
        `exec ${entry}:74`,
        "launcher usr/local/bin/gosu",
        ...viaEnv,
        `exec ${entry}:84`,
        "native: usr/lib/postgresql/16/bin/postgres as postgres",
      ],
    },
    {
      name: "redis",
      config: { cmd: ["redis-server"], workingDir: "/data" },
      files: {
        [entry]: read("entry-scripts/redis.sh"),
        "usr/bin/setpriv": "elf",
        "usr/local/bin/redis-server": "elf",
      },
      want: [
        `interpreter ${entry}:1`,
        `exec ${entry}:10`,
        "launcher usr/bin/setpriv",
        `interpreter ${entry}:1`,
        `exec ${entry}:17`,
        "native: usr/local/bin/redis-server as redis",
      ],
    },
    {
      name: "redis with a configuration file only",
      config: { cmd: ["/etc/redis.conf"], user: "redis" },
      files: { [entry]: read("entry-scripts/redis.sh"), "usr/local/bin/redis-server": "elf" },
      want: [`interpreter ${entry}:1`, `exec ${entry}:17`, "native: usr/local/bin/redis-server as redis"],
    },
    {
      name: "mysql, whose password only the user of the image can set",
      config: { cmd: ["mysqld"], user: "mysql" },
      files: { [entry]: read("entry-scripts/mysql.sh"), "usr/sbin/mysqld": "elf" },
      want: [`interpreter ${entry}:1`, `exec ${entry}:38`, "native: usr/sbin/mysqld as mysql"],
    },
    {
      name: "nginx",
      config: { cmd: ["nginx", "-g", "daemon off;"] },
      files: {
        [entry]: read("entry-scripts/nginx.sh"),
        "usr/sbin/nginx": "elf",
        "docker-entrypoint.d/10-x.sh": "#!/bin/sh\n",
      },
      want: [`interpreter ${entry}:1`, `exec ${entry}:33`, "native: usr/sbin/nginx"],
    },
    {
      name: "node with a script",
      config: { cmd: ["server.js"], workingDir: "/app" },
      files: { [entry]: read("entry-scripts/node.sh"), "usr/local/bin/node": "elf" },
      want: [`interpreter ${entry}:1`, `exec ${entry}:8`, "node: usr/local/bin/node app/server.js"],
    },
    {
      name: "node with a program",
      config: { cmd: ["node", "-r", "./t.js", "."], workingDir: "/app" },
      files: {
        [entry]: read("entry-scripts/node.sh"),
        "usr/local/bin/node": "elf",
        "app/package.json": { manifest: { main: "lib/main.js" } },
      },
      want: [`interpreter ${entry}:1`, `exec ${entry}:8`, "node: usr/local/bin/node app/lib/main.js"],
    },
    {
      name: "httpd",
      config: { env: ["PATH=/usr/local/apache2/bin:/bin"] },
      files: { [entry]: read("entry-scripts/httpd.sh"), "usr/local/apache2/bin/httpd": "elf" },
      entrypoint: [`/${entry}`],
      want: [`interpreter ${entry}:1`, `exec ${entry}:6`, "native: usr/local/apache2/bin/httpd"],
    },
    {
      name: "wordpress on apache",
      config: { cmd: ["apache2-foreground"], workingDir: "/var/www/html" },
      files: {
        [entry]: read("entry-scripts/wordpress.sh"),
        "usr/local/bin/apache2-foreground": read("entry-scripts/apache2-foreground"),
        "etc/apache2/envvars": read("apache/envvars"),
        "usr/sbin/apache2": "elf",
      },
      want: [
        ...viaEnv,
        `exec ${entry}:33`,
        "interpreter usr/local/bin/apache2-foreground:1",
        "source usr/local/bin/apache2-foreground:7",
        "exec usr/local/bin/apache2-foreground:13",
        "native: usr/sbin/apache2",
      ],
    },
    {
      name: "wordpress on php-fpm",
      config: { cmd: ["php-fpm"], workingDir: "/var/www/html" },
      files: { [entry]: read("entry-scripts/wordpress.sh"), "usr/local/sbin/php-fpm": "elf" },
      want: [...viaEnv, `exec ${entry}:33`, "php: usr/local/sbin/php-fpm"],
    },
    {
      name: "keycloak",
      entrypoint: ["/opt/keycloak/bin/kc.sh"],
      config: { cmd: ["start"] },
      files: {
        "opt/keycloak/bin/kc.sh": read("entry-scripts/kc.sh"),
        "usr/bin/java": { link: "../lib/jvm/bin/java" },
        "usr/lib/jvm/bin/java": "elf",
      },
      want: [
        "interpreter opt/keycloak/bin/kc.sh:1",
        "exec opt/keycloak/bin/kc.sh:60",
        "java: usr/lib/jvm/bin/java (io.quarkus.bootstrap.runner.QuarkusEntryPoint)",
      ],
    },
    {
      name: "elasticsearch behind tini",
      entrypoint: ["/bin/tini", "--", `/${entry}`],
      config: { cmd: ["eswrapper"], workingDir: "/usr/share/elasticsearch" },
      files: {
        [entry]: read("entry-scripts/elasticsearch.sh"),
        "bin/tini": "elf",
        "usr/sbin/chroot": "elf",
        "usr/share/elasticsearch/bin/elasticsearch": read("entry-scripts/elasticsearch"),
        "usr/share/elasticsearch/bin/elasticsearch-env": read("entry-scripts/elasticsearch-env"),
        "usr/share/elasticsearch/jdk/bin/java": "elf",
      },
      want: [
        "launcher bin/tini",
        `interpreter ${entry}:1`,
        `exec ${entry}:7`,
        "launcher usr/sbin/chroot",
        "interpreter usr/share/elasticsearch/bin/elasticsearch:1",
        "source usr/share/elasticsearch/bin/elasticsearch:2",
        "exec usr/share/elasticsearch/bin/elasticsearch:12",
        "java: usr/share/elasticsearch/jdk/bin/java (org.elasticsearch.bootstrap.Elasticsearch) as 1000:0",
      ],
    },
    {
      name: "elasticsearch by a link elsewhere",
      entrypoint: ["elasticsearch"],
      config: {},
      files: {
        "usr/bin/elasticsearch": { link: "../share/elasticsearch/bin/elasticsearch" },
        "usr/bin/elasticsearch-env": { link: "../share/elasticsearch/bin/elasticsearch-env" },
        "usr/share/elasticsearch/bin/elasticsearch": read("entry-scripts/elasticsearch"),
        "usr/share/elasticsearch/bin/elasticsearch-env": read("entry-scripts/elasticsearch-env"),
        "usr/share/elasticsearch/jdk/bin/java": "elf",
      },
      want: [
        "interpreter usr/share/elasticsearch/bin/elasticsearch:1",
        "source usr/share/elasticsearch/bin/elasticsearch:2",
        "exec usr/share/elasticsearch/bin/elasticsearch:12",
        "java: usr/share/elasticsearch/jdk/bin/java (org.elasticsearch.bootstrap.Elasticsearch)",
      ],
    },
    {
      name: "rabbitmq",
      config: { cmd: ["rabbitmq-server"] },
      files: {
        [entry]: read("entry-scripts/rabbitmq.sh"),
        "usr/sbin/gosu": "elf",
        "usr/sbin/rabbitmq-server": "#!/bin/sh\nexec erl -noinput\n",
        "usr/bin/erl": "elf",
      },
      want: [
        ...viaEnv,
        `exec ${entry}:8`,
        "launcher usr/sbin/gosu",
        ...viaEnv,
        `exec ${entry}:23`,
        "interpreter usr/sbin/rabbitmq-server:1",
        "exec usr/sbin/rabbitmq-server:2",
        "native: usr/bin/erl as rabbitmq",
      ],
    },
    {
      name: "an application of libraries of functions",
      entrypoint: ["/opt/bitnami/scripts/app/run.sh"],
      config: {},
      files: {
        "opt/bitnami/scripts/app/run.sh": read("entry-scripts/bitnami-run.sh"),
        "opt/bitnami/scripts/libos.sh": read("entry-scripts/bitnami-libos.sh"),
        "opt/bitnami/scripts/app-env.sh": read("entry-scripts/bitnami-app-env.sh"),
        "usr/sbin/gosu": "elf",
        "opt/bitnami/app/bin/appd": "elf",
      },
      want: [
        "interpreter opt/bitnami/scripts/app/run.sh:1",
        "source opt/bitnami/scripts/app/run.sh:5",
        "source opt/bitnami/scripts/app/run.sh:6",
        "exec opt/bitnami/scripts/libos.sh:12",
        "launcher usr/sbin/gosu",
        "native: opt/bitnami/app/bin/appd as app",
      ],
    },
  ] as const)("$name", ({ config, files, want, ...rest }) => {
    const entrypoint = "entrypoint" in rest ? rest.entrypoint : ["docker-entrypoint.sh"];
    expect(traced({ entrypoint, ...config }, files)).toEqual(want);
  });
});

describe("scripts as distributions ship them", () => {
  const tomcat = {
    "usr/share/tomcat10/bin/catalina.sh": read("apache/catalina.sh"),
    "usr/share/tomcat10/bin/setclasspath.sh": read("apache/setclasspath.sh"),
    "opt/java/bin/java": "elf",
  } as const;
  const config = {
    cmd: ["catalina.sh", "run"],
    env: ["PATH=/usr/share/tomcat10/bin:/bin", "JAVA_HOME=/opt/java"],
  };

  it("leads tomcat's catalina.sh to its main class", () => {
    const { steps, terminal } = traceEntry(entryConfig(config), memoryRoot({ ...base, ...tomcat }));
    expect(steps.map(({ kind, line }) => [kind, line])).toEqual([
      ["image-config", undefined],
      ["interpreter", 1],
      ["source", 202],
      ["exec", 392],
    ]);
    expect(terminal).toMatchObject({
      kind: "java",
      path: "opt/java/bin/java",
      module: "org.apache.catalina.startup.Bootstrap",
      classPath: ["usr/share/tomcat10/bin/bootstrap.jar", "usr/share/tomcat10/bin/tomcat-juli.jar"],
    });
  });

  it("leads apache2ctl to the server", () => {
    const files = {
      "usr/sbin/apache2ctl": read("apache/apache2ctl"),
      "etc/apache2/envvars": read("apache/envvars"),
      "usr/sbin/apache2": "elf",
    } as const;
    expect(traced({ cmd: ["apache2ctl", "-D", "FOREGROUND"] }, files)).toEqual([
      "interpreter usr/sbin/apache2ctl:1",
      "source usr/sbin/apache2ctl:69",
      "run usr/sbin/apache2ctl:209",
      "native: usr/sbin/apache2",
    ]);
  });
});
