import { assert, assertEquals } from "@std/assert";
import { reportText } from "../../../scripts/soak/report_text.ts";
import { soak } from "../../../scripts/soak/soak.ts";
import { problemsOf, type SoakReport } from "../../../scripts/soak/soak_report.ts";

const LEAKING = new URL("_leaking_prelude.ts", import.meta.url).href;
const ENDING = new URL("_ending_prelude.ts", import.meta.url).href;
/** Some beats, and enough samples to judge by. */
const SHORT = { minutes: 0.2, compiler: "none" } as const;

const isLinux = Deno.build.os === "linux";
const options = (name: string) => ({
  name: isLinux ? name : `${name} (ignored: it needs /proc)`,
  ignore: !isLinux,
});

function growing({ figures }: SoakReport): string[] {
  return figures.filter(({ verdict }) => verdict === "grows").map(({ name }) => name);
}

Deno.test(options("soak() finds timers that a program leaks"), async () => {
  const report = await soak({ ...SHORT, seed: 1, prelude: LEAKING });
  assert(growing(report).includes("timers"), reportText(report));
  assert(problemsOf(report).some((problem) => problem.startsWith("Timers: grows by")));
});

Deno.test(
  options("soak() sees no timer and no listener leak in the sidecar, and loses nothing"),
  async () => {
    const seed = Math.floor(Math.random() * 2 ** 31);
    const report = await soak({ ...SHORT, seed });
    const text = `seed ${seed}:\n${reportText(report)}`;
    // So short a run says nothing of what comes and goes with what goes wrong.
    const leaks = growing(report).filter((name) => name === "timers" || name === "listeners");
    assertEquals(leaks, [], text);
    assertEquals(problemsOf(report).filter((problem) => !problem.includes("grows by")), [], text);
    assert(report.beats.accepted > 1 && report.connections > 0, text);
  },
);

Deno.test(
  options("soak() ends early when it is told to, and says that this tells nothing"),
  async () => {
    const report = await soak({
      minutes: 60,
      seed: 3,
      compiler: "none",
      signal: AbortSignal.abort(),
    });
    assertEquals([report.exitCode, report.died, report.results.lost], [0, undefined, []]);
    assert(problemsOf(report).includes("it did not last long enough to tell what grows"));
  },
);

Deno.test(options("soak() says so when the program ends by itself"), async () => {
  const report = await soak({ ...SHORT, seed: 5, prelude: ENDING });
  assertEquals(report.exitCode, 3);
  const problems = problemsOf(report);
  assert(problems.some((problem) => problem.startsWith("it ended by itself: ")), problems.join());
});
