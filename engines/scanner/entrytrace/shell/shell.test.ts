// SPDX-License-Identifier: Apache-2.0
import { describe, expect, it } from "vitest";
import { entryConfig, memoryRoot, type MemoryFile } from "../testing/memory-root.ts";
import { traceEntry } from "../trace-entry.ts";
import type { EntryConfig, EntryTrace } from "../types.ts";

const files: Record<string, MemoryFile> = {
  "bin/sh": "elf",
  "bin/bash": "elf",
  "usr/bin/app": "elf",
  "usr/bin/other": "elf",
  "usr/bin/gosu": "elf",
  "etc/default/app": "APP_ARGS='--from default'\n",
  "opt/lib.sh": 'start() { exec app lib "$@"; }\n',
  "opt/d/10-one.sh": "export ONE=1\n",
  "opt/d/20-two.sh": 'set -- "$@" two\n',
  "opt/d/note.txt": "jar",
  "opt/link.sh": { link: "d/10-one.sh" },
};

function trace(
  text: string,
  config: Partial<EntryConfig> = {},
  more: Record<string, MemoryFile> = {},
): EntryTrace {
  const root = memoryRoot({ ...files, ...more, "e.sh": `#!/bin/bash\n${text}` });
  return traceEntry(entryConfig({ entrypoint: ["/e.sh"], ...config }), root);
}

/** The program's words, or why there is none. */
function led(text: string, config: Partial<EntryConfig> = {}): string {
  const { terminal, unresolved, alternatives = [] } = trace(text, config);
  const ends = [
    terminal?.argv.join(" "),
    unresolved?.code,
    ...alternatives.map(({ terminal: { argv } }) => `or ${argv.join(" ")}`),
  ];
  return ends.filter((end) => end !== undefined).join("; ");
}

describe("words", () => {
  it.each([
    ["exec app 'a b' \"c d\" e\\ f $'g\\th'", "app a b c d e f g\th"],
    ["x='1 2'; exec app $x \"$x\"", "app 1 2 1 2"],
    ["exec app ${NO:-default} ${NO-'d 2'} ${NO:+set} ${NO+set} end", "app default d 2 end"],
    ["x=; exec app ${x:-empty} ${x-unset} end", "app empty end"],
    [": ${x:=5}; exec app $x", "app 5"],
    [
      "x=a/b/c.tar.gz; exec app ${x#*/} ${x##*/} ${x%.*} ${x%%.*} ${#x}",
      "app b/c.tar.gz c.tar.gz a/b/c.tar a/b/c 12",
    ],
    [
      "x=aXbXc; exec app ${x/X/-} ${x//X/-} ${x/#a/A} ${x/%c/C} ${x:2} ${x:1:3} ${x^^}",
      "app a-bXc a-b-c AXbXc aXbXC bXc XbX AXBXC",
    ],
    ['set -- a \'b c\'; exec app "$@" $# "$*" ${2} "${@:2}"', "app a b c 2 a b c b c b c"],
    ['set --; exec app "$@" end', "app end"],
    ['set -- a b c; shift 2; exec app "$@"', "app c"],
    ['a=(x \'y z\'); a+=(w); exec app "${a[@]}" ${#a[@]} "${a[1]}"', "app x y z w 3 y z"],
    ["n=x; x=5; no=gone; exec app ${!n} ${!no:-none}", "app 5 none"],
    ['exec app ${1+"$@"} end', "app end"],
    ["x=${NO:-${ALSO:-deep}}; exec app $x", "app deep"],
    ["IFS=:; x=a:b; exec app $x", "app a b"],
    ['exec app ~ ~/x "~"', "app /root /root/x ~"],
    ["exec app $(( 1 + 1 )) $RANDOM", "app <?> <?>"],
    ["exec app -Xmx$(free)m", "app -Xmx<?>m"],
    ["cd /opt && exec app d/*.sh no/*.x", "app d/10-one.sh d/20-two.sh no/*.x"],
    ['exec app "/opt/d/*.sh"', "app /opt/d/*.sh"],
  ])("%s", (text, want) => expect(led(text)).toBe(want));
});

describe("substitutions that the image decides", () => {
  it.each([
    ['exec app $(basename "$0") $(basename a/b.sh .sh) $(dirname "$0") `dirname a/b`', "app e.sh b / a"],
    ["cd /opt/d; exec app $(pwd) $PWD", "app /opt/d /opt/d"],
    ["exec app $(which app) $(command -v app) $(command -v nothing)", "app /usr/bin/app /usr/bin/app"],
    ["exec app $(id -u) $(id -un) $(whoami) $(uname)", "app 0 root root Linux"],
    [
      "exec app $(readlink -f /opt/link.sh) $(realpath opt/../opt/link.sh)",
      "app /opt/d/10-one.sh /opt/d/10-one.sh",
    ],
    ['HERE=$( cd "$(dirname opt/d/x)/.." >/dev/null && pwd ); exec app $HERE', "app /opt"],
    ['f() { echo "got $1"; }; exec app "$(f 1)"', "app got 1"],
    ["exec app $(printf '%s-%s' a b) $(echo -n x) $(echo e >&2)", "app a-b x"],
    ["exec app $(echo x | tr x y)", "app <?>"],
    ["x=$(exec other); exec app", "app"],
  ])("%s", (text, want) => expect(led(text)).toBe(want));

  it("knows a numeric user, and that a named one is not root", () => {
    const text = "if [ $(id -u) = 0 ]; then exec other; fi; exec app $(id -u)";
    expect([led(text), led(text, { user: "1000" }), led(text, { user: "app:app" })]).toEqual([
      "other",
      "app 1000",
      "app <?>",
    ]);
  });
});

describe("conditions", () => {
  it.each([
    ['[ -z "$NO" ]', true],
    ['[ -n "$PATH" ]', true],
    ['[ "$NO" ]', false],
    ["[ ]", false],
    ["[ a = a ]", true],
    ["[ a == b ]", false],
    ["test a != b", true],
    ["[ ! a = b ]", true],
    ["[ a = a -a -n '' ]", false],
    ["[ a = b -o x = x ]", true],
    ["[ \\( a = b \\) -o x ]", true],
    ["[ 2 -gt 1 ] && [ 1 -le 1 ] && [ 1 -ne 2 ]", true],
    ['[ "${1#-}" != "$1" ]', false],
    ["[ -f /opt/lib.sh -a -r /opt/lib.sh ]", true],
    ["[ -d /opt/d ] && [ -e /opt ] && ! [ -d /opt/lib.sh ]", true],
    ["[ -x /usr/bin/app ]", true],
    ["[ -f /opt/absent ]", false],
    ["[ -h /opt/link.sh ] && ! [ -L /opt/lib.sh ]", true],
    ['[[ abc == a* && abc != "a*" ]]', true],
    ["[[ -z $NO || ( 1 -eq 2 ) ]]", true],
    ["[[ ! ( a == [b-d] ) ]]", true],
    ["command -v app >/dev/null 2>&1", true],
    ["command -v nothing", false],
    ["type other", true],
    ["true && false", false],
    ["false || true", true],
    ["! false", true],
    ["(exit 1)", false],
    ["f", false],
  ])("%s", (condition, isTrue) => {
    const text = `f() { return 1; }\nif ${condition}; then exec app yes; else exec app no; fi`;
    expect(led(text)).toBe(isTrue ? "app yes" : "app no");
  });

  it.each([
    ["if curl x; then exec app 1; fi; exec app 2", "app 2; or app 1"],
    ["if [ -f /run/x ]; then exec app 1; else exec other; fi", "other; or app 1"],
    ["if [ -f /tmp/x ]; then exec app; else exec app; fi", "app"],
    ["curl x || exit 1; exec app", "app"],
    ['curl x && set -- one; exec app "$@"', "app; or app one"],
    ["case $(curl x) in a) exec app a;; b|c) exec app b;; esac; exec other", "other; or app a; or app b"],
    ['while read -r x; do [ "$x" = q ] && exec other; done < /x; exec app', "app; or other"],
    ['x=$(curl x); [ "$x" = 1 ] && y=2; exec app "$y"', "app ; or app 2"],
  ])("follows both ways of %s", (text, want) => expect(led(text)).toBe(want));
});

describe("commands", () => {
  it.each([
    ['case "$1" in start|run) exec app $1;; *) exec other;; esac', ["run"], "app run"],
    ['case "$1" in -*) set -- app "$@";; esac; exec "$@"', ["-x"], "app -x"],
    ["case ab in a?) exec app;& *) exec other;; esac", [], "app"],
    ['for f in a b; do x="$x$f"; done; exec app $x', [], "app ab"],
    ['for a; do [ "$a" = stop ] && break; l=$a; done; exec app $l', ["1", "stop", "2"], "app 1"],
    ['for f in /opt/d/*.sh; do . "$f"; done; exec app $ONE "$@"', ["x"], "app 1 x two"],
    [
      'while [ $# -gt 0 ]; do case $1 in -u) u=$2; shift 2;; *) r="$r $1"; shift;; esac; done; exec app $u$r',
      ["-u", "me", "a", "b"],
      "app me a b",
    ],
    ['until [ "$x" = aaa ]; do x=a$x; done; exec app $x', [], "app aaa"],
    ['. /opt/lib.sh; start "$@"', ["1"], "app lib 1"],
    ["source /etc/default/app; exec app $APP_ARGS", [], "app --from default"],
    ['f() { local x=in; exec app "$1" $x; }; x=out; f "$@"', ["a b"], "app a b in"],
    ["f() { local x=in; y=set; }; x=out; f; exec app $x $y", [], "app out set"],
    ['f() { [ $# -eq 0 ] && return; shift; f "$@"; }; f a b c; exec app', [], "app"],
    ["{ exec app; }", [], "app"],
    ["( cd /opt; app ); exec other", [], "other"],
    ['eval "exec app \'$1\' \\"\\$2\\""', ["a b", "c"], "app a b c"],
    ["exec -a name app x", [], "app x"],
    ["command exec app", [], "app"],
    ["exec > /log 2>&1; exec app", [], "app"],
    ['export A=1 B="x y"; declare C=3; readonly D=4; exec app $A $B $C $D', [], "app 1 x y 3 4"],
    ["unset PATH; exec /usr/bin/app", [], "/usr/bin/app"],
    ["set -eu -o pipefail; trap 'x' EXIT; umask 0; ulimit -n 5; app", [], "app"],
    ["app\nrm -f /x\nexit 0", [], "app"],
    ["app | tee /log", [], "app"],
    ["other & app & wait", [], "app; or other"],
    ["app & pid=$!; trap 'kill $pid' TERM; wait $pid", [], "app"],
    ["other & exec app", [], "app; or other"],
    ["app & tail -f /dev/null", [], "app"],
    ["mkdir -p /x; chown a /x", [], "chown a /x; PROGRAM_NOT_FOUND"],
    ["while true; do date; sleep 1; done", [], "/bin/bash /e.sh"],
    ["while true; do curl x && break; sleep 1; done; exec app", [], "app"],
    ["exec $(curl x)", [], "WORD_NOT_LITERAL"],
    ["echo done", [], "SCRIPT_ENDS"],
    ["exec nothing", [], "PROGRAM_NOT_FOUND"],
    ["if then", [], "SHELL_SYNTAX"],
    ["exec app\nif then (", [], "app"],
    ['[ -n "$TOKEN" ] || exit 1; exec app $TOKEN', [], "app"],
    ['. /opt/d/note.txt; exec "$TOOL"', [], "WORD_NOT_LITERAL"],
  ])("%s", (text, cmd, want) => {
    const found = led(text, { cmd });
    expect(found === "PROGRAM_NOT_FOUND" && want.endsWith(found) ? want : found).toBe(want);
  });

  it("says that the image leaves out what a script asks for", () => {
    expect(trace('[ -n "$TOKEN" ] || exit 1; exec app').steps[0]?.note).toBe(
      "followed as if variables that the image leaves unset could hold anything",
    );
  });

  it("gives the terminal the environment that the script makes", () => {
    const { terminal } = trace(
      "export LD_LIBRARY_PATH=/opt/lib:$LD_LIBRARY_PATH CLASSPATH=$(x):/a.jar; PATH=/opt/bin:$PATH; PYTHONPATH=/no; cd /opt; exec gosu me:us /usr/bin/app",
      { env: ["PATH=/usr/bin:/bin"] },
    );
    expect(terminal).toEqual({
      kind: "native",
      path: "usr/bin/app",
      argv: ["/usr/bin/app"],
      workingDir: "/opt",
      user: "me:us",
      env: { PATH: "/opt/bin:/usr/bin:/bin", CLASSPATH: "/a.jar", LD_LIBRARY_PATH: "/opt/lib:" },
    });
  });

  it("names file and line of what it can't follow", () => {
    const { steps, unresolved } = trace('\n. /opt/lib.sh\nexec "$(curl x)" -v');
    expect(unresolved).toEqual({
      code: "WORD_NOT_LITERAL",
      message: 'the program\'s name "<?>" at e.sh:4 is not known',
      path: "e.sh",
      line: 4,
    });
    expect(steps.at(-1)).toEqual({ kind: "exec", path: "e.sh", line: 4, argv: ["<?>", "-v"] });
  });
});
