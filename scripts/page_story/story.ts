import type { Locator, Page } from "playwright-core";
import { type Cast, FOREIGN_WORDS } from "./cast.ts";
import { Keyboard } from "./keyboard.ts";
import { overflow } from "./look.ts";

const PATIENCE_MS = 60_000;
const LOOK_MS = 50;
/** The workspace that is made on the page. */
const NEWCOMER = "Newcomer";

/** What somebody sees at one glance. */
interface Glance {
  /** The headline, and the lines below it. */
  readonly trouble: string;
  /** The names of the workspaces, from the top. */
  readonly order: readonly string[];
  /** The sentence of each card. */
  readonly sentences: readonly string[];
  /** The delegations of the first workspace, from the top. */
  readonly delegations: readonly string[];
  readonly chat: readonly string[];
  /** What the timelines show. */
  readonly timelines: readonly string[];
}

/** What somebody saw on the page while the story went on. */
export interface Seen extends Glance {
  /** The headline, and the lines below it, before any has beaten. */
  readonly waiting: string;
  /** The same when all beat. */
  readonly calm: string;
  /** When the workspace in trouble beat last. */
  readonly lastBeat: string;
  /** What was announced to those who do not see the page when the trouble began. */
  readonly announced: string;
  /** The tokens that stand somewhere on the page. */
  readonly tokens: readonly string[];
  /** The stops of the keyboard at which nothing showed the focus. */
  readonly unseenStops: readonly string[];
}

/**
 * Plays the story, with nothing but the keyboard: one workspace does its work, one gets into
 * trouble, one is paused.
 *
 * @param page The page, opened.
 * @param cast Who plays.
 * @returns What was seen.
 */
export async function play(page: Page, cast: Cast): Promise<Seen> {
  const { platform } = cast;
  const keyboard = new Keyboard(page);
  const headline = page.locator("#headline");
  const summary = page.getByRole("region", { name: "Summary" });
  const card = (name: string) => page.getByRole("article", { name });
  const button = (name: string, of: string) => card(of).getByRole("button", { name, exact: true });
  const said = (name: string, text: RegExp) => card(name).getByText(text).first().waitFor();

  await page.getByText("has not beaten yet").nth(2).waitFor();
  const waiting = await textOf(summary);
  const scribe = await cast.start("Scribe");
  const digger = await cast.start("Digger");
  await cast.start("Night watch");
  await headline.getByText("3 of 3 workspaces beat").waitFor();
  await said("Digger", /beats every/);
  const calm = await textOnce(summary, /3 of 3 workspaces beat/);

  for (const n of ["finished", "failed", "running"].keys()) {
    await keyboard.press(button("Delegate something", "Scribe"));
    await card("Scribe").getByText(/running for/).nth(n).waitFor();
  }
  const oldest = (name: string) => card("Scribe").getByRole("button", { name }).last();
  const answerWith = async (text: string) => {
    await keyboard.goTo(card("Scribe").getByRole("textbox", { name: "Reply, or error" }));
    await page.keyboard.press("ControlOrMeta+A");
    await page.keyboard.type(text);
  };
  await answerWith("There are 12 ducks on the pond.");
  await keyboard.press(oldest("Finish "), "Space");
  await said("Scribe", /finished at .*, delivered /);
  await answerWith("The archive is closed.");
  await keyboard.press(oldest("Fail "));
  await said("Scribe", /failed at .*, delivered /);
  // A note that meets a token which has been rotated under it is not sent again: first it is there.
  await card("Scribe").getByRole("list", { name: "What Scribe has told the user" })
    .getByRole("listitem").nth(1).waitFor();

  await keyboard.press(button("Answer 503", "Digger"));
  // On a slow machine another may be late for a moment.
  const announced = await textOnce(page.getByRole("status"), /^1 of 3 .*\. Digger /);

  await keyboard.press(button("Cut the connection", "Night watch"));
  await said("Night watch", /Fault: every request is cut off/);
  await keyboard.press(button("Stop cutting the connection", "Night watch"));
  await keyboard.press(button("Pause", "Night watch"));
  await said("Night watch", /has been paused since/);

  await keyboard.press(button("Rotate the token", "Scribe"));
  await said("Scribe", /old token is refused/);
  await Deno.writeTextFile(scribe.tokenFile, `${scribe.workspace.token}`);
  await platform.waitFor(
    ({ route, status, workspaceId }) =>
      route === "heartbeat" && status === 200 && workspaceId === scribe.workspace.id,
    { from: platform.requests.length, timeoutMs: 60_000 },
  );
  // By now even who looks at the picture sees that it lasts.
  await platform.waitFor(
    ({ route, status, workspaceId }) =>
      route === "heartbeat" && status === 503 && workspaceId === digger.workspace.id,
    { count: 8, timeoutMs: 60_000 },
  );
  await textOnce(summary, /^1 of 3 .*: Digger /);
  const seen = await glance(page);
  const source = await page.content();
  return {
    ...{ ...seen, waiting, calm, announced },
    lastBeat: clock(digger.workspace.beats.at(-1)?.at ?? 0),
    tokens: platform.workspaces.flatMap(({ token }) =>
      token !== undefined && source.includes(token) ? [token] : []
    ),
    unseenStops: keyboard.unseen,
  };
}

/** What somebody saw when the trouble was mended. */
export interface Aftermath {
  readonly mended: string;
  readonly deleted: string;
  readonly restored: string;
  /** The sentence of a workspace that was made on the page, and how to start its sidecar. */
  readonly made: string;
  /** The names of all workspaces then. */
  readonly names: readonly string[];
  /** Whether its token stands somewhere on the page. */
  readonly tellsToken: boolean;
  /** What another agent has said, as it is shown on a phone. */
  readonly foreignWords: string;
  /** By how many pixels that makes the page wider than the screen. */
  readonly overflow: number;
}

/**
 * Plays the end of the story: the trouble is mended, and a workspace deleted and restored.
 *
 * @param page The page.
 * @param cast Who plays.
 */
export async function playAftermath(page: Page, { platform }: Cast): Promise<Aftermath> {
  const keyboard = new Keyboard(page);
  const card = page.getByRole("article", { name: "Digger" });
  const press = (name: string) => keyboard.press(card.getByRole("button", { name, exact: true }));
  const sentence = card.locator(".sentence");
  await press("Stop answering 503");
  const mended = await textOnce(page.locator("#headline"), /^Nothing is in trouble: 2 of 3/);
  await press("Delete");
  await sentence.getByText("was deleted at").waitFor();
  const deleted = await textOf(sentence);
  await press("Restore");
  await card.getByText("old token is refused").waitFor();
  await card.getByText("Status online").waitFor();
  const restored = await textOf(card.locator("header"));
  const newcomer = await makeWorkspace(page, keyboard);
  const token = platform.workspaces.find(({ name }) => name === NEWCOMER)?.token;
  const [, digger] = platform.workspaces;
  digger?.fail(digger.delegate(), FOREIGN_WORDS);
  const foreign = card.locator(".delegations .about");
  await foreign.waitFor();
  return {
    mended,
    deleted,
    restored,
    made: newcomer,
    names: platform.workspaces.map(({ name }) => name),
    tellsToken: token === undefined || (await page.content()).includes(token),
    foreignWords: await textOf(foreign),
    overflow: await overflow(page),
  };
}

async function makeWorkspace(page: Page, keyboard: Keyboard): Promise<string> {
  const form = page.getByRole("region", { name: "New workspace" });
  await keyboard.goTo(form.getByRole("textbox", { name: "Name of a new workspace" }));
  await page.keyboard.press("ControlOrMeta+A");
  await page.keyboard.type(" ");
  await page.keyboard.press("Enter"); // a name of spaces is refused
  await page.keyboard.type(NEWCOMER);
  await keyboard.press(form.getByRole("button", { name: "Make a workspace" }));
  await form.getByText(`${NEWCOMER} is there`).waitFor();
  const card = page.getByRole("article", { name: NEWCOMER });
  await card.waitFor();
  return `${await textOf(card.locator(".sentence"))} ${await textOf(card.locator(".start"))}`;
}

/** Looks at all of the page at one instant: whatever is read later may be another second's. */
async function glance(page: Page): Promise<Glance> {
  return await page.locator("body").evaluate((body) => {
    const texts = (selector: string) =>
      [...body.querySelectorAll(selector)].map(({ innerText }) => innerText.trim());
    return {
      trouble: texts("#summary").join().replaceAll(/\s+/g, " "),
      order: texts("article h2"),
      sentences: texts(".sentence"),
      delegations: texts("[aria-label$=' of Scribe'] .delegations li"),
      chat: texts("[aria-label^='Chat of Scribe'] .chat li"),
      timelines: [...body.querySelectorAll("article [role=img]")]
        .map((image) => `${image.getAttribute("aria-label")}`),
    };
  });
}

/**
 * Waits until something has a text, and gives the whole of it as it was then.
 *
 * @throws {Error} It never had: the last that it had is told.
 */
async function textOnce(locator: Locator, text: RegExp): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const whole = await textOf(locator);
    if (text.test(whole)) return whole;
    if (performance.now() > deadline) throw new Error(`Cannot find ${text} in '${whole}'`);
    await locator.page().waitForTimeout(LOOK_MS);
  }
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replaceAll(/\s+/g, " ").trim();
}

/** As the page writes it. */
function clock(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
