import { assertEquals } from "@std/assert";
import { resultLine } from "../../lib/delegations/result.ts";
import { WaitingResults } from "../../lib/delegations/_waiting_results.ts";
import { exampleResult } from "./_examples.ts";

Deno.test("WaitingResults.add() counts what a result takes once, however often it is shown", () => {
  const [first, second] = [
    exampleResult({ delegationId: "d1" }),
    exampleResult({ delegationId: "d2" }),
  ];
  const waiting = new WaitingResults(2 * resultLine(first, 0).length);
  assertEquals([first, first, first, second].map((result) => waiting.add(result)), [
    true,
    true,
    true,
    true,
  ]);
  assertEquals(waiting.add(exampleResult({ delegationId: "d3" })), false);
});

Deno.test("WaitingResults.remove() makes room once, also for a result of which more was shown later", () => {
  const short = exampleResult({ delegationId: "d1" });
  const long = { ...short, summary: "x".repeat(1000) };
  const waiting = new WaitingResults(resultLine(long, 0).length);
  assertEquals([waiting.add(short), waiting.add(long)], [true, true]);
  for (let times = 0; times < 2; times++) waiting.remove(short);
  const others = ["d2", "d3", "d4"].map((delegationId) => ({ ...short, delegationId }));
  assertEquals(others.map((result) => waiting.add(result)), [true, true, true]);
  assertEquals(waiting.add(long), false);
  assertEquals(waiting.all(), others);
});
