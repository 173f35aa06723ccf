import { assertEquals } from "@std/assert";
import { isGranted, mayRead, mayWrite, readVariable } from "../lib/grants.ts";

const GRANTS = new URL("../lib/grants.ts", import.meta.url).href;

/** Says what a process finds that was granted two files and one variable. */
async function findings(): Promise<unknown> {
  const program = `
    import { isGranted, mayRead, mayWrite, readVariable } from "${GRANTS}";
    console.log(JSON.stringify({
      read: [mayRead("/tmp/in"), mayRead("/tmp/out"), mayRead("/tmp")],
      write: [mayWrite("/tmp/in"), mayWrite("/tmp/out")],
      net: isGranted({ name: "net", host: "example.com" }),
      variables: ["GIVEN", "EMPTY", "ABSENT", "SECRET"].map((name) => readVariable(name) ?? null),
    }));
  `;
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--no-prompt", "--no-config"],
      ...["--allow-read=/tmp/in", "--allow-write=/tmp/out", "--allow-env=GIVEN,EMPTY,ABSENT"],
      `data:text/typescript,${encodeURIComponent(program)}`,
    ],
    env: { GIVEN: "value", EMPTY: "", SECRET: "hidden", NO_COLOR: "1" },
  }).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  return JSON.parse(new TextDecoder().decode(stdout));
}

Deno.test("grants tell what is granted, and never prompt or throw, when most is not", async () => {
  assertEquals(await findings(), {
    read: [true, false, false],
    write: [false, true],
    net: false,
    variables: ["value", null, null, null],
  });
});

Deno.test("grants tell what is granted when the test itself asks", () => {
  assertEquals(mayRead("/tmp"), true);
  assertEquals(mayWrite("/tmp"), true);
  assertEquals(isGranted({ name: "ffi" }), false);
  assertEquals(readVariable("WORKSPACE_BEAT_NO_SUCH_VARIABLE"), undefined);
});
