import type { Locator, Page } from "playwright-core";
import { type Cast, FOREIGN_WORDS } from "./cast.ts";
import { Keyboard } from "./keyboard.ts";
import { overflow } from "./look.ts";

/** What somebody saw on the page while the story went on. */
export interface Seen {
  /** The headline, and the lines below it. */
  readonly waiting: string;
  readonly calm: string;
  readonly trouble: string;
  /** When the workspace in trouble beat last, and on whose clock it is so late. */
  readonly lastBeat: string;
  /** The names of the workspaces, from the top. */
  readonly order: readonly string[];
  /** The sentence of each card. */
  readonly sentences: readonly string[];
  /** What was announced to those who do not see the page when the trouble began. */
  readonly announced: readonly string[];
  /** The delegations of the first workspace, from the top. */
  readonly delegations: readonly string[];
  readonly chat: readonly string[];
  /** What the timelines show. */
  readonly timelines: readonly string[];
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
  const calm = await textOf(summary);

  for (const _ of ["finished", "failed", "running"]) {
    await keyboard.press(button("Delegate something", "Scribe"));
    await said("Scribe", /has delegated something/);
    const { delegations } = await made(card("Scribe"));
    await card("Scribe").getByRole("listitem").getByText(/running for/).nth(delegations - 1)
      .waitFor();
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

  await keyboard.press(button("Answer 503", "Digger"));
  await headline.getByText("1 of 3 workspaces is in trouble").waitFor();
  const announced = [await textOf(page.getByRole("status"))];

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
  await card("Scribe").getByRole("list", { name: "What Scribe has told the user" })
    .getByRole("listitem").nth(1).waitFor();
  const source = await page.content();
  return {
    ...{ waiting, calm, announced },
    trouble: await textOf(summary),
    lastBeat: clock(digger.workspace.beats.at(-1)?.at ?? 0),
    order: await page.getByRole("heading", { level: 2 }).allInnerTexts(),
    sentences: await page.locator(".sentence").allInnerTexts(),
    delegations: await card("Scribe").locator(".delegations li").allInnerTexts(),
    chat: await card("Scribe").locator(".chat li").allInnerTexts(),
    timelines: await page.getByRole("img").evaluateAll((images) =>
      images.map((image) => `${image.getAttribute("aria-label")}`)
    ),
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
  await page.locator("#headline").getByText("Nothing is in trouble").waitFor();
  const mended = await textOf(page.locator("#headline"));
  await press("Delete");
  await sentence.getByText("was deleted at").waitFor();
  const deleted = await textOf(sentence);
  await press("Restore");
  await card.getByText("old token is refused").waitFor();
  await card.getByText("Status online").waitFor();
  const restored = await textOf(card.locator("header"));
  const [, digger] = platform.workspaces;
  digger?.fail(digger.delegate(), FOREIGN_WORDS);
  const foreign = card.locator(".delegations .about");
  await foreign.waitFor();
  return {
    mended,
    deleted,
    restored,
    foreignWords: await textOf(foreign),
    overflow: await overflow(page),
  };
}

async function made(card: Locator): Promise<{ delegations: number }> {
  return { delegations: await card.locator(".delegations li").count() };
}

async function textOf(locator: Locator): Promise<string> {
  return (await locator.innerText()).replaceAll(/\s+/g, " ").trim();
}

/** As the page writes it. */
function clock(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}
