const ROOT = new URL("../../", import.meta.url);

/** A fenced block. */
interface Block {
  readonly heading: string;
  /** What stands behind the fence: the language, and perhaps an attribute. */
  readonly info: string;
  readonly text: string;
}

/** A Markdown file, as its tests see it. */
export class Document {
  /** All of it. */
  readonly text: string;
  readonly #sections: ReadonlyMap<string, string>;
  readonly #left: Block[] = [];

  private constructor(text: string) {
    this.text = text;
    const [, ...sections] = withoutBlocks(text).split(/^#+ /m);
    this.#sections = new Map(sections.map((section) => {
      const [heading = "", ...rest] = section.split("\n");
      return [heading, rest.join("\n")];
    }));
    let heading = "";
    const pattern = /^#+ (.*)$|^```(.*)\n([^]*?)^```$/gm;
    for (const [, title, info = "", code = ""] of text.matchAll(pattern)) {
      if (title === undefined) this.#left.push({ heading, info, text: code });
      else heading = title;
    }
  }

  /**
   * Reads it.
   *
   * @param path The file's path in the repository.
   */
  static async read(path: string): Promise<Document> {
    return new Document(await Deno.readTextFile(new URL(path, ROOT)));
  }

  /** The headings of the blocks that nobody has taken. */
  get untaken(): string[] {
    return this.#left.map(({ heading }) => heading);
  }

  /**
   * Takes a block, for a test to run.
   *
   * @param heading The heading it stands under.
   * @param info What stands behind its fence.
   * @returns Its text, exactly as it stands there.
   * @throws {Error} There is none.
   */
  take(heading: string, info: string): string {
    const at = this.#left.findIndex((block) => block.heading === heading && block.info === info);
    const [block] = at < 0 ? [] : this.#left.splice(at, 1);
    if (block === undefined) throw new Error(`No block '${info}' stands under '${heading}'`);
    return block.text;
  }

  /**
   * Takes all blocks of a kind that nobody has taken.
   *
   * @param info What stands behind their fences.
   * @param heading The heading they stand under; any by default.
   */
  takeAll(info: string, heading?: string): string[] {
    return this.#left.filter((block) =>
      block.info === info && (heading === undefined || block.heading === heading)
    ).map((block) => this.take(block.heading, info));
  }

  /** Its headings. */
  get headings(): string[] {
    return [...this.#sections.keys()];
  }

  /**
   * The cells of a column of the tables under a heading, without their heads.
   *
   * @param heading The heading.
   * @param table Which of its tables.
   * @param column Which of its columns.
   */
  column(heading: string, { table = 0, column = 0 } = {}): string[] {
    const tables = (this.#sections.get(heading) ?? "").match(/(?:^\|.*\n)+/gm) ?? [];
    const [, , ...rows] = (tables[table] ?? "").trim().split("\n");
    return rows.map((row) => row.split("|").at(column + 1)?.trim() ?? "");
  }

  /** Where its links lead. */
  get links(): string[] {
    const found = withoutBlocks(this.text).matchAll(/\[[^\]]*\]\(([^)]*)\)/g);
    return [...found].map(([, target = ""]) => target);
  }

  /** What a link within it can lead to. */
  get anchors(): Set<string> {
    return new Set([...this.#sections.keys()].map((heading) => {
      return `#${heading.toLowerCase().replaceAll(/[^\p{L}\d _-]/gu, "").replaceAll(" ", "-")}`;
    }));
  }
}

/** In a block, what looks like a heading is a comment. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^```[^]*?^```$/gm, "");
}
