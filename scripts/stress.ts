// Kills the sidecar at random instants, again and again, while results come in and an agent takes
// them, and counts: no result may be lost or torn, and none may come twice outside of the one
// window that cannot be closed. Exits with 0 only if that is so:
//   deno task stress [--rounds N] [--seed N]

import { isFlawless, reportLines, stress } from "./stress/stress.ts";

const USAGE = "Usage: stress.ts [--rounds N] [--seed N], with whole numbers";
const EXIT_USAGE = 64;
const DEFAULT_ROUNDS = 200;
const ROUNDS_PER_LINE = 20;

function parseOptions(args: readonly string[]): { rounds: number; seed: number } | undefined {
  const options = { rounds: DEFAULT_ROUNDS, seed: Math.floor(Math.random() * 2 ** 31) };
  for (let index = 0; index < args.length; index += 2) {
    const value = args[index + 1] ?? "";
    if (!/^\d{1,9}$/.test(value)) return undefined;
    if (args[index] === "--rounds") options.rounds = Number(value);
    else if (args[index] === "--seed") options.seed = Number(value);
    else return undefined;
  }
  return options;
}

async function run(options: { rounds: number; seed: number }): Promise<number> {
  const began = performance.now();
  const seconds = () => ((performance.now() - began) / 1000).toFixed(1);
  console.error(`stress: seed ${options.seed}`);
  const report = await stress({
    ...options,
    onRound: (round) => {
      if (round % ROUNDS_PER_LINE === 0) console.error(`stress: round ${round}, ${seconds()} s`);
    },
  });
  for (const line of reportLines(report)) console.log(line);
  return isFlawless(report) ? 0 : 1;
}

if (import.meta.main) {
  const options = parseOptions(Deno.args);
  if (options === undefined) console.error(USAGE);
  Deno.exit(options === undefined ? EXIT_USAGE : await run(options));
}
