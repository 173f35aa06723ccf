import { startSession } from "../commands/_session.ts";
import { makeTempDir } from "../support/mod.ts";
import { metricsThat, startMeasured } from "./_measured.ts";
import { promtool } from "./_promtool.ts";
import type { Sample } from "./_reader.ts";

/** What a sidecar really writes once it has beaten, polled and delivered. */
export async function writtenSamples(): Promise<readonly Sample[]> {
  await using session = await startSession();
  session.workspace.finish(session.workspace.delegate(), "done");
  await using _sidecar = startMeasured(session);
  const { metrics } = await metricsThat(
    `${session.dir}/beat.prom`,
    ({ valueOf }) => valueOf("workspace_beat_results_delivered_total") > 0,
  );
  return metrics.samples;
}

/**
 * What an expression asks for that no sidecar writes: a metric, or a label's value. A label that is
 * matched by a pattern has to be there.
 *
 * @param expression In Prometheus' language.
 * @param samples What a sidecar writes.
 */
export function missingFrom(expression: string, samples: readonly Sample[]): string[] {
  const selectors = expression.matchAll(/\b(workspace_beat_[a-z_]+)\s*(?:\{([^}]*)\})?/g);
  return [...selectors].flatMap(([selector, name = "", matchers = ""]) => {
    const wanted = [...matchers.matchAll(/([a-z]+)\s*(=~?)\s*"([^"]*)"/g)];
    const isThere = samples.some((sample) =>
      sample.name === name &&
      wanted.every(([, label = "", operator, value]) =>
        operator === "=" ? sample.labels[label] === value : label in sample.labels
      )
    );
    return isThere ? [] : [selector];
  });
}

/** What promtool says against expressions; "" when it can read all of them. */
export async function unreadable(expressions: readonly string[]): Promise<string> {
  await using dir = await makeTempDir();
  const rules = expressions.map((expr, n) => ({ record: `expression_${n}`, expr }));
  const path = `${dir.path}/rules.yml`; // JSON is YAML, too
  await Deno.writeTextFile(path, JSON.stringify({ groups: [{ name: "all", rules }] }));
  const { isSound, said } = await promtool(["check", "rules", path]);
  return isSound ? "" : said;
}
