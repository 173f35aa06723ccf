// Resolves the settings of many scenarios, each in an environment of its own.
import { type Build, type FlagName, InputError, resolveSettings } from "../../lib/config/mod.ts";

interface Scenario {
  readonly env: Readonly<Record<string, string>>;
  readonly texts: Readonly<{ [Flag in FlagName]?: string }>;
  readonly allowProxy: boolean;
  readonly build?: Build;
}

const scenarios: Scenario[] = JSON.parse(Deno.args[0] ?? "[]");
const resolved: unknown[] = [];
for (const { env, texts, allowProxy, build } of scenarios) {
  for (const name of Object.keys(Deno.env.toObject())) Deno.env.delete(name);
  for (const [name, value] of Object.entries(env)) Deno.env.set(name, value);
  try {
    const { settings, warnings } = await resolveSettings({ texts, allowProxy }, build);
    resolved.push({ settings, warnings });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    resolved.push({ message: error.message, exitCode: error.exitCode });
  }
}
console.log(JSON.stringify(resolved));
