import { assertEquals } from "@std/assert";
import { plainRunFlags } from "../../lib/commands/plain_run.ts";
import { SETTING_FLAGS } from "../../lib/commands/flags.ts";

const READ: [args: string[], texts: object, switches?: object, once?: boolean][] = [
  [[], {}],
  [["run"], {}],
  [["--interval", "20"], { interval: "20" }],
  [["run", "--interval=20"], { interval: "20" }],
  [["run", "--results-file", "/r=s", "--configs-dir=/c=d"], {
    "results-file": "/r=s",
    "configs-dir": "/c=d",
  }],
  [["--once"], {}, {}, true],
  [["run", "--activity", "--interval", "20", "--once", "--allow-proxy"], { interval: "20" }, {
    "activity": true,
    "allow-proxy": true,
  }, true],
];
for (const [args, texts, switches = {}, once = false] of READ) {
  Deno.test(`plainRunFlags() reads '${args.join(" ")}'`, () => {
    assertEquals(plainRunFlags(args), { flags: { texts, switches }, once });
  });
}

Deno.test("plainRunFlags() reads every flag of a setting", () => {
  for (const [flag, { kind }] of Object.entries(SETTING_FLAGS)) {
    const args = kind === "boolean" ? [`--${flag}`] : [`--${flag}`, "x"];
    const { switches, texts } = plainRunFlags(args)?.flags ?? {};
    assertEquals({ ...texts, ...switches }, { [flag]: kind === "boolean" ? true : "x" }, flag);
  }
});

const LEFT: string[][] = [
  ["status"],
  ["run", "run"],
  ["run", "--help"],
  ["-h"],
  ["--version"],
  ["--once=true"],
  ["--once", "--once"],
  ["--activity", "--activity"],
  ["--activity=true"],
  ["--interval"],
  ["--interval="],
  ["--results-file=/r\n.jsonl"],
  ["--interval", ""],
  ["--interval", "--once"],
  ["--interval", "-5"],
  ["--interval", "5", "--interval=6"],
  ["--results-file", "-"],
  ["--nope", "1"],
  ["--toString"],
  ["20"],
  ["--"],
];
for (const args of LEFT) {
  Deno.test(`plainRunFlags() leaves ${JSON.stringify(args.join(" "))} to those who know every flag`, () => {
    assertEquals(plainRunFlags(args), undefined);
  });
}
