// SPDX-License-Identifier: Apache-2.0
/**
 * Maven groups of published artifacts whose archives do not name their group: builds by Gradle and Ant put no pom.properties in.
 * Coordinates are those of Maven Central. An archive counts as one of them only if its name is to the letter the artifact's and
 * all of its classes stand in the artifact's own packages.
 */

interface Family {
  readonly group: string;
  /** First two segments of the packages that its classes stand in; one segment where a package has no more. */
  readonly roots: readonly string[];
  /** Artifacts, in short: `spring-{core,web}`. */
  readonly names: string;
  /** Major versions published under this group; all unless given. */
  readonly majors?: readonly [from: number, to: number];
}

const FAMILIES: readonly Family[] = [
  {
    group: "org.springframework",
    roots: ["org/springframework", "org/aopalliance"],
    names:
      "spring-{aop,aspects,beans,context,context-indexer,context-support,core,expression,instrument,jdbc,jms,messaging,orm,oxm,r2dbc,test,tx,web,webflux,webmvc,websocket}",
  },
  { group: "org.springframework", roots: ["org/apache"], names: "spring-jcl" },
  { group: "org.springframework.boot", roots: ["org/springframework"], names: "spring-boot" },
  {
    group: "org.springframework.boot",
    roots: ["org/springframework"],
    names:
      "spring-boot-{actuator,actuator-autoconfigure,autoconfigure,configuration-metadata,configuration-processor,devtools,docker-compose,jarmode-layertools,jarmode-tools,loader,loader-classic,loader-tools,properties-migrator,test,test-autoconfigure,testcontainers}",
  },
  {
    group: "org.springframework.security",
    roots: ["org/springframework"],
    names:
      "spring-security-{acl,aspects,cas,config,core,crypto,data,ldap,messaging,oauth2-client,oauth2-core,oauth2-jose,oauth2-resource-server,rsocket,saml2-service-provider,taglibs,web}",
  },
  { group: "org.springframework.kafka", roots: ["org/springframework"], names: "spring-kafka" },
  { group: "org.springframework.amqp", roots: ["org/springframework"], names: "spring-{amqp,rabbit}" },
  {
    group: "org.apache.tomcat.embed",
    roots: ["org/apache", "jakarta/*", "javax/*"],
    names: "tomcat-embed-{core,el,jasper,websocket}",
  },
  { group: "org.apiguardian", roots: ["org/apiguardian"], names: "apiguardian-api" },
  { group: "javax.inject", roots: ["javax/inject"], names: "javax.inject" },
  { group: "antlr", roots: ["antlr/*"], names: "antlr" },
  { group: "com.google.inject", roots: ["com/google"], names: "guice" },
  { group: "com.h2database", roots: ["org/h2"], names: "h2" },
  { group: "commons-beanutils", roots: ["org/apache"], names: "commons-beanutils" },
  { group: "commons-chain", roots: ["org/apache"], names: "commons-chain" },
  { group: "commons-cli", roots: ["org/apache"], names: "commons-cli" },
  { group: "commons-digester", roots: ["org/apache"], names: "commons-digester" },
  { group: "commons-fileupload", roots: ["org/apache"], names: "commons-fileupload" },
  { group: "commons-lang", roots: ["org/apache"], names: "commons-lang", majors: [1, 2] },
  { group: "commons-logging", roots: ["org/apache"], names: "commons-logging" },
  { group: "commons-validator", roots: ["org/apache"], names: "commons-validator" },
  { group: "dom4j", roots: ["org/dom4j"], names: "dom4j", majors: [1, 1] },
  { group: "org.dom4j", roots: ["org/dom4j"], names: "dom4j", majors: [2, 2] },
  { group: "io.perfmark", roots: ["io/perfmark"], names: "perfmark-api" },
  { group: "javax.servlet", roots: ["javax/servlet"], names: "servlet-api", majors: [2, 2] },
  { group: "junit", roots: ["junit/*", "org/hamcrest", "org/junit"], names: "junit" },
  { group: "log4j", roots: ["org/apache"], names: "log4j", majors: [1, 1] },
  { group: "net.java.dev.jna", roots: ["com/sun"], names: "jna jna-platform" },
  {
    group: "org.apache.lucene",
    roots: ["org/apache", "org/tartarus"],
    names:
      "lucene-{analysis-common,analyzers-common,backward-codecs,core,grouping,highlighter,join,memory,misc,queries,queryparser,sandbox,spatial3d,suggest}",
  },
  { group: "org.apache.poi", roots: ["org/apache"], names: "poi poi-{ooxml,scratchpad}" },
  { group: "org.apache.solr", roots: ["org/apache"], names: "solr-solrj" },
  { group: "org.apache.velocity", roots: ["org/apache"], names: "velocity velocity-tools" },
  {
    group: "org.codehaus.groovy",
    roots: [
      "groovy/*",
      "groovyjarjarantlr/*",
      "groovyjarjarasm/*",
      "groovyjarjarcommonscli/*",
      "groovyjarjarpicocli/*",
      "org/apache",
      "org/codehaus",
    ],
    names: "groovy groovy-all",
    majors: [1, 3],
  },
  { group: "org.codehaus.jackson", roots: ["org/codehaus"], names: "jackson-{core-asl,mapper-asl}" },
  { group: "org.elasticsearch", roots: ["org/elasticsearch"], names: "elasticsearch" },
  { group: "org.freemarker", roots: ["freemarker/*"], names: "freemarker" },
  { group: "org.jdom", roots: ["org/jdom2"], names: "jdom2" },
  { group: "org.lz4", roots: ["net/jpountz"], names: "lz4-java" },
  { group: "org.mockito", roots: ["org/mockito"], names: "mockito-core" },
  { group: "org.objenesis", roots: ["org/objenesis"], names: "objenesis" },
  { group: "org.opentest4j", roots: ["org/opentest4j"], names: "opentest4j" },
  { group: "org.reactivestreams", roots: ["org/reactivestreams"], names: "reactive-streams" },
  { group: "org.tukaani", roots: ["org/tukaani"], names: "xz" },
  { group: "oro", roots: ["org/apache"], names: "oro" },
  { group: "struts", roots: ["org/apache"], names: "struts" },
  { group: "xalan", roots: ["java_cup/*", "org/apache", "trax/*"], names: "xalan serializer" },
  { group: "org.ow2.asm", roots: ["org/objectweb"], names: "asm" },
  { group: "org.ow2.asm", roots: ["org/objectweb"], names: "asm-{analysis,commons,tree,util}" },
  {
    group: "org.bouncycastle",
    roots: ["org/bouncycastle"],
    names:
      "bc{mail,pg,pkix,prov,tls,util}-jdk15on bc{mail,pg,pkix,prov,tls,util}-jdk15to18 bc{mail,pg,pkix,prov,tls,util}-jdk18on",
  },
  { group: "org.postgresql", roots: ["org/postgresql"], names: "postgresql" },
  { group: "com.mysql", roots: ["com/mysql"], names: "mysql-connector-j" },
  { group: "mysql", roots: ["com/mysql"], names: "mysql-connector-java" },
  { group: "com.oracle.database.jdbc", roots: ["oracle/*"], names: "ojdbc{8,10,11,17}" },
  { group: "org.checkerframework", roots: ["org/checkerframework"], names: "checker-qual" },
  { group: "org.aspectj", roots: ["org/aspectj", "aj/org"], names: "aspectj{rt,weaver}" },
  { group: "io.projectreactor", roots: ["reactor/*"], names: "reactor-core" },
  { group: "io.projectreactor.netty", roots: ["reactor/*"], names: "reactor-netty-{core,http}" },
  { group: "org.apache.kafka", roots: ["org/apache"], names: "kafka-clients" },
  { group: "com.squareup.okhttp3", roots: ["okhttp3/*"], names: "okhttp logging-interceptor" },
  { group: "com.squareup.okio", roots: ["okio/*"], names: "okio okio-jvm" },
  { group: "com.squareup.retrofit2", roots: ["retrofit2/*"], names: "retrofit" },
  {
    group: "org.jetbrains.kotlin",
    roots: ["kotlin/*"],
    names: "kotlin-{stdlib,stdlib-jdk7,stdlib-jdk8,reflect}",
  },
  { group: "org.jetbrains", roots: ["org/jetbrains", "org/intellij"], names: "annotations" },
  { group: "org.scala-lang", roots: ["scala/*"], names: "scala-{library,reflect}" },
  {
    group: "io.grpc",
    roots: ["io/grpc"],
    names: "grpc-{api,context,core,netty,netty-shaded,protobuf,protobuf-lite,services,stub}",
  },
  { group: "org.hibernate", roots: ["org/hibernate"], names: "hibernate-core", majors: [3, 5] },
  { group: "org.hibernate.orm", roots: ["org/hibernate"], names: "hibernate-core", majors: [6, 99] },
  { group: "io.reactivex.rxjava2", roots: ["io/reactivex"], names: "rxjava", majors: [2, 2] },
  { group: "io.reactivex.rxjava3", roots: ["io/reactivex"], names: "rxjava", majors: [3, 3] },
];

const BY_NAME: ReadonlyMap<string, readonly Family[]> = Map.groupBy(
  FAMILIES.flatMap((family) => expanded(family.names).map((name) => ({ ...family, names: name }))),
  ({ names }) => names,
);

/** Undefined unless the artifact is known and every class stands where the artifact's classes do. */
export function knownGroup(name: string, version: string, classes: ClassRoots): string | undefined {
  if (classes.all.size === 0) return undefined;
  const major = Number(/^\d+/.exec(version)?.[0] ?? Number.NaN);
  return BY_NAME.get(name)?.find(({ roots, majors }) => {
    if (majors !== undefined && !(major >= majors[0] && major <= majors[1])) return false;
    return [...classes.all].every(
      (root) => roots.includes(root) || roots.includes(`${root.split("/", 1)[0] ?? ""}/*`),
    );
  })?.group;
}

/** `a-{b,c} d` as `a-b`, `a-c`, `d`. */
function expanded(names: string): string[] {
  return names.split(" ").flatMap((name) => {
    const [, before, middle, after] = /^(.*)\{(.*)\}(.*)$/.exec(name) ?? [];
    return middle === undefined
      ? [name]
      : middle.split(",").map((each) => `${before ?? ""}${each}${after ?? ""}`);
  });
}

/** More than any artifact of the table has. */
const MAX_ROOTS = 64;
const VERSIONED = /^META-INF\/versions\/\d+\//;

/** First two segments of the folders in which an archive's own classes stand. */
export class ClassRoots {
  readonly all = new Set<string>();
  #last = "\0";

  /** Takes the name of any entry. */
  add(name: string): void {
    if (!name.endsWith(".class") || name.startsWith(this.#last) || this.all.size >= MAX_ROOTS) return;
    const path = name.startsWith("META-INF/") ? name.replace(VERSIONED, "") : name;
    const first = path.indexOf("/");
    if (first < 0) {
      if (path !== "module-info.class") this.all.add(path); // a class in no package: none of the table's
      return;
    }
    const second = path.indexOf("/", first + 1);
    const root = path.slice(0, second < 0 ? first : second);
    this.all.add(root);
    if (path === name && second > 0) this.#last = `${root}/`;
  }
}
