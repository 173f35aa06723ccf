import { assert, assertEquals } from "@std/assert";
import { Document } from "./_document.ts";
import { documents, TEST_OF_DOCUMENT } from "./_documents.ts";

const ROOT = new URL("../../", import.meta.url);
const PATHS = await documents();
const DOCUMENTS = new Map(
  await Promise.all(PATHS.map(async (path) => [path, await Document.read(path)] as const)),
);

Deno.test("every document with a fenced block has a test, and no other has", () => {
  const withBlocks = PATHS.filter((path) => DOCUMENTS.get(path)?.untaken.length !== 0);
  assertEquals(Object.keys(TEST_OF_DOCUMENT).sort(), withBlocks);
});

for (const [path, test] of Object.entries(TEST_OF_DOCUMENT)) {
  Deno.test(`${test} answers for every block of ${path}`, async () => {
    const source = await Deno.readTextFile(new URL(test, ROOT));
    assert(source.includes(`Document.read("${path}")`), `it does not read ${path}`);
    const says = /assertEquals\(\w+\.untaken, \[\]\)/.test(source);
    assert(says, "it does not say that no block is left");
  });
}

for (const [path, document] of DOCUMENTS) {
  Deno.test(`${path} has only blocks that tests can see: fenced with three backquotes, at the margin`, () => {
    const hidden = document.text.match(/^([ >*-]+[ ]*```|\s*~~~|````).*$/gm) ?? [];
    assertEquals(hidden, []);
    assertEquals((document.text.match(/^```/gm) ?? []).length % 2, 0);
  });

  if (document.links.length === 0) continue;
  Deno.test(`${path} has links that lead somewhere`, async () => {
    const lost: string[] = [];
    for (const link of document.links) {
      if (!await leads(path, link)) lost.push(link);
    }
    assertEquals(lost, []);
  });
}

/** Whether a link leads to a file of the repository, and to a heading in it; the web is not asked. */
async function leads(from: string, link: string): Promise<boolean> {
  if (/^https?:\/\//.test(link)) return URL.canParse(link);
  const [file = "", anchor] = link.split("#");
  const url = file === "" ? new URL(from, ROOT) : new URL(file, new URL(from, ROOT));
  if (!url.href.startsWith(ROOT.href)) return false;
  const isThere = await Deno.stat(url).then(() => true, () => false);
  if (!isThere || anchor === undefined) return isThere;
  const target = DOCUMENTS.get(url.href.slice(ROOT.href.length));
  return target?.anchors.has(`#${anchor}`) ?? false;
}
