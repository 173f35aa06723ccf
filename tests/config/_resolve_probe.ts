// Resolves the settings of many scenarios, each in an environment of its own.
import {
  type Build,
  type FlagName,
  type FlagValues,
  InputError,
  resolveSettings,
} from "../../lib/config/mod.ts";

interface Scenario {
  readonly env: Readonly<Record<string, string>>;
  readonly texts: Readonly<{ [Flag in FlagName]?: string }>;
  readonly switches: FlagValues["switches"];
  readonly build?: Build;
}

const scenarios: Scenario[] = JSON.parse(Deno.args[0] ?? "[]");
const resolved: unknown[] = [];
for (const { env, texts, switches, build } of scenarios) {
  for (const name of Object.keys(Deno.env.toObject())) Deno.env.delete(name);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    const { warnings, workspaces } = await resolveSettings({ texts, switches }, build);
    resolved.push({ settings: workspaces[0], workspaces, warnings });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    resolved.push({ message: error.message, exitCode: error.exitCode });
  }
}
console.log(JSON.stringify(resolved));
