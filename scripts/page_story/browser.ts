import axe from "axe-core";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { CHROMIUM } from "./chromium.ts";

/** It talks to nobody but the page: no updates, no synchronization, no first-run pages. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What takes longer than this on the page has failed. */
const PATIENCE_MS = 60_000;

/** A browser with one page, and what went wrong in it. */
export interface Browser extends AsyncDisposable {
  /** The page. */
  readonly page: Page;
  /** What the page has put on its console as an error, and what it has thrown. */
  readonly errors: readonly string[];
  /** The addresses that were asked for besides the platform's. */
  readonly foreign: readonly string[];
}

/**
 * Starts a browser. Requires all permissions: so does playwright.
 *
 * @param url The address that it may ask for.
 * @param profile An empty folder for its profile.
 */
export async function openBrowser(url: string, profile: string): Promise<Browser> {
  const context: BrowserContext = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    timeout: PATIENCE_MS,
    args: ARGS,
    viewport: { width: 1280, height: 900 },
    colorScheme: "light",
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const errors: string[] = [];
  const foreign: string[] = [];
  context.on("request", (request) => {
    if (!request.url().startsWith(`${url}/`)) foreign.push(request.url());
  });
  await context.addInitScript({ content: axe.source });
  const page = context.pages()[0] ?? await context.newPage();
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return { page, errors, foreign, [Symbol.asyncDispose]: () => context.close() };
}
