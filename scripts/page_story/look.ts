import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** How somebody looks at the page. */
export interface Setting {
  /** Its name. */
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly scheme: "light" | "dark";
}

/** A desk and a phone, by day and by night. */
export const SETTINGS: readonly Setting[] = [
  { name: "desktop light", width: 1280, scheme: "light" },
  { name: "desktop dark", width: 1280, scheme: "dark" },
  { name: "phone light", width: 360, scheme: "light" },
  { name: "phone dark", width: 360, scheme: "dark" },
];

/** What somebody finds in a setting. */
export interface Look {
  readonly setting: string;
  /** The rules of axe that are violated, each with where. */
  readonly violations: readonly string[];
  /** How many rules were passed: without any, nothing was looked at. */
  readonly passes: number;
  /** By how many pixels the page is wider than the screen. */
  readonly overflow: number;
}

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/**
 * Looks at the page in a setting.
 *
 * @param page The page.
 * @param setting The setting.
 */
export async function look(page: Page, { name, width, scheme }: Setting): Promise<Look> {
  await page.setViewportSize({ width, height: 800 });
  await page.emulateMedia({ colorScheme: scheme });
  const { violations, passes } = await page.evaluate(
    // It runs in the page, where openBrowser() has put axe.
    async (runOnly): Promise<AxeResults> => await Reflect.get(globalThis, "axe").run({ runOnly }),
    RULES,
  );
  return {
    setting: name,
    violations: violations.map(({ id, help, nodes }) =>
      `${id}: ${help}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`)}`
    ),
    passes: passes.length,
    overflow: await overflow(page),
  };
}

/**
 * Measures by how many pixels the page is wider than the screen.
 *
 * @param page The page.
 */
export async function overflow(page: Page): Promise<number> {
  return await page.locator("html")
    .evaluate(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth);
}
