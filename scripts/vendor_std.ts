/**
 * `deno task setup`: fills the git-ignored `vendor/` with the parts of the standard library that
 * this project uses, where an npm registry can be reached but jsr.io cannot.
 *
 * It does nothing where `vendor/` is complete, nor where jsr.io answers: Deno then gets the modules
 * itself. It must run before any module is there, so it imports none. It asks the public npm
 * registry itself; any other, which `NPM_CONFIG_REGISTRY` or `.npmrc` names, is asked through npm.
 *
 * Run it in the folder of `deno.json`, which must say `"vendor": true` and `"lock": false`: the
 * modules come compiled to JavaScript, so their hashes are not those of JSR.
 *
 * @module
 */

import { buildFromNpm, isComplete } from "./vendor_std/vendor_folder.ts";

const JSR_URL = "https://jsr.io";
const NPM_REGISTRY = "https://registry.npmjs.org/";
const JSR_DEADLINE_MS = 2500;

/** Whether Deno can get the modules from JSR, or from the mirror that `JSR_URL` names. */
async function jsrAnswers(base: string): Promise<boolean> {
  try {
    const answer = await fetch(new URL("/@std/yaml/meta.json", base), {
      method: "HEAD",
      redirect: "manual", // a redirect is a login page on the way
      signal: AbortSignal.timeout(JSR_DEADLINE_MS),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch (error) {
    // Someone named a mirror that this task may not ask: Deno itself will.
    return error instanceof Deno.errors.NotCapable;
  }
}

if (import.meta.main && !await isComplete()) {
  const jsr = Deno.env.get("JSR_URL") ?? JSR_URL;
  if (!await jsrAnswers(jsr)) {
    try {
      await buildFromNpm(Deno.env.get("NPM_CONFIG_REGISTRY") || NPM_REGISTRY);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      console.error(
        `error: Cannot fill vendor/ from npm packages, which is needed because ${jsr} does not ` +
          `answer: ${reason}. Then run 'deno task setup' again`,
      );
      Deno.exit(1);
    }
  }
}
