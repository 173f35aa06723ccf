/**
 * Plays the story of the development platform's page in headless Chromium, with real sidecars, and
 * takes its pictures: `deno task screenshot`. What was seen is printed as JSON, for the tests.
 * playwright needs all permissions.
 *
 * @module
 */
import { openBrowser } from "./browser.ts";
import { gather } from "./cast.ts";
import { type Look, look, SETTINGS } from "./look.ts";
import { type Aftermath, play, playAftermath, type Seen } from "./story.ts";

/** What the story has shown. */
export interface Findings {
  readonly seen: Seen;
  readonly aftermath: Aftermath;
  /** The page in each setting after the story, and before it. */
  readonly looks: readonly Look[];
  /** What the page has put on its console as an error, and what it has thrown. */
  readonly errors: readonly string[];
  /** The addresses that were asked for besides the platform's. */
  readonly foreign: readonly string[];
}

/** Of the picture for the README, which shows the first two workspaces. */
const WIDTH = 1120;

/**
 * Plays the story and takes its pictures.
 *
 * @param pictures The folder for `dev_platform.png` and `dev_platform_phone.png`.
 */
async function tell(pictures: string): Promise<Findings> {
  const dir = await Deno.makeTempDir({ prefix: "page-story-" });
  try {
    await using cast = await gather(dir);
    await using browser = await openBrowser(cast.platform.url, `${dir}/profile`);
    const { page, errors, foreign } = browser;
    await page.goto(cast.platform.url);
    const seen = await play(page, cast);
    await page.setViewportSize({ width: WIDTH, height: 800 });
    await page.getByRole("heading", { level: 1 }).scrollIntoViewIfNeeded();
    const second = await page.getByRole("article").nth(1).boundingBox();
    await page.screenshot({
      path: `${pictures}/dev_platform.png`,
      fullPage: true,
      clip: { x: 0, y: 0, width: WIDTH, height: (second?.y ?? 0) + (second?.height ?? 0) + 32 },
    });
    const looks: Look[] = [];
    for (const setting of SETTINGS) looks.push(await look(page, setting));
    await page.screenshot({ path: `${pictures}/dev_platform_phone.png` });
    const aftermath = await playAftermath(page, cast);
    return { seen, aftermath, looks, errors, foreign };
  } finally {
    await Deno.remove(dir, { recursive: true });
  }
}

if (import.meta.main) {
  const [pictures = new URL("../../build", import.meta.url).pathname] = Deno.args;
  await Deno.mkdir(pictures, { recursive: true });
  console.log(JSON.stringify(await tell(pictures), null, 2));
}
