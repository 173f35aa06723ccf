import { assertEquals } from "@std/assert";
import { plainHealthFlags } from "../../lib/commands/plain_health_flags.ts";

const READ: [args: string[], flags: object][] = [
  [[], { alive: false }],
  [["--alive"], { alive: true }],
  [["--max-age", "90"], { "max-age": "90", alive: false }],
  [["--max-age=90", "--alive"], { "max-age": "90", alive: true }],
  [["--status-file", "/s=t", "--configs-dir=/c=d"], {
    "status-file": "/s=t",
    "configs-dir": "/c=d",
    alive: false,
  }],
  [["--workspace-id", "w", "--workspaces-dir", "/w"], {
    "workspace-id": "w",
    "workspaces-dir": "/w",
    alive: false,
  }],
];
for (const [args, flags] of READ) {
  Deno.test(`plainHealthFlags() reads 'health ${args.join(" ")}'`, () => {
    assertEquals(plainHealthFlags(["health", ...args]), flags);
  });
}

const LEFT: string[][] = [
  [],
  ["status"],
  ["--max-age", "90", "health"],
  ["health", "--help"],
  ["health", "-h"],
  ["health", "--version"],
  ["health", "--alive=false"],
  ["health", "--alive", "--alive"],
  ["health", "--max-age"],
  ["health", "--max-age="],
  ["health", "--max-age", ""],
  ["health", "--max-age", "--alive"],
  ["health", "--max-age", "1", "--max-age", "2"],
  ["health", "--nope", "1"],
  ["health", "90"],
  ["health", "--"],
];
for (const args of LEFT) {
  Deno.test(`plainHealthFlags() leaves '${args.join(" ")}' to those who know every flag`, () => {
    assertEquals(plainHealthFlags(args), undefined);
  });
}
