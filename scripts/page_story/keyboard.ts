import type { Locator, Page } from "playwright-core";

/** More than the page has to stop at. */
const MOST_STOPS = 300;

/** A reader who has nothing but a keyboard. */
export class Keyboard {
  /** The stops at which nothing showed where the focus is. */
  readonly unseen: string[] = [];
  readonly #page: Page;

  /** @param page What is read. */
  constructor(page: Page) {
    this.#page = page;
  }

  /**
   * Goes on with Tab until something has the focus, and presses a key there.
   *
   * @param target Where to go.
   * @param key What to press.
   * @throws {Error} It is not among the stops.
   */
  async press(target: Locator, key: "Enter" | "Space" = "Enter"): Promise<void> {
    await this.goTo(target);
    await this.#page.keyboard.press(key);
  }

  /**
   * Goes on with Tab until something has the focus.
   *
   * @param target Where to go.
   * @throws {Error} It is not among the stops.
   */
  async goTo(target: Locator): Promise<void> {
    await target.waitFor();
    for (let stop = 0; stop < MOST_STOPS; stop++) {
      if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) {
        return;
      }
      await this.#page.keyboard.press("Tab");
      await this.#look();
    }
    throw new Error(`Cannot reach ${target} with Tab`);
  }

  async #look(): Promise<void> {
    const stop = await this.#page.locator(":focus").evaluateAll(([element]) => {
      if (element === undefined) return undefined;
      const { outlineStyle = "none", outlineWidth = "0" } =
        element.ownerDocument.defaultView?.getComputedStyle(element) ?? {};
      const name = `${element.tagName} ${element.textContent.slice(0, 40)}`;
      return { name, isSeen: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2 };
    });
    if (stop !== undefined && !stop.isSeen) this.unseen.push(stop.name);
  }
}
