/**
 * The Markdown files of this repository, and which test takes the fenced blocks of each.
 *
 * Whoever writes a block lets the test of its document take it (`Document.take`) and run it, or hold
 * it against what the code does. That test also says that nothing is left
 * (`assertEquals(DOCUMENT.untaken, [])`), so a new block fails it until somebody claims it. A new
 * document with blocks needs a line here; `documents_test.ts` fails until it has one.
 *
 * @module
 */

/** The test of each document that has blocks, both as paths in the repository. */
export const TEST_OF_DOCUMENT: Readonly<Record<string, string>> = {
  "CONTRIBUTING.md": "tests/docs/project_test.ts",
  "README.md": "tests/readme_test.ts",
  "docs/wire.md": "tests/docs/wire_test.ts",
  "docs/adapters.md": "tests/docs/adapters_test.ts",
  "docs/deploy.md": "tests/docs/deploy_test.ts",
  "docs/files.md": "tests/docs/files_test.ts",
  "docs/fleet.md": "tests/docs/fleet_test.ts",
  "docs/metrics.md": "tests/docs/metrics_test.ts",
  "docs/operations.md": "tests/docs/operations_test.ts",
  "docs/performance.md": "tests/docs/performance_test.ts",
  "docs/release.md": "tests/docs/release_test.ts",
  "docs/report.md": "tests/docs/report_test.ts",
  "docs/soak.md": "tests/docs/soak_test.ts",
  "docs/status.md": "tests/docs/status_test.ts",
  "docs/workspace.md": "tests/docs/workspace_test.ts",
};

const ROOT = new URL("../../", import.meta.url);
/** What is not ours, or is made anew by a task. */
const ELSEWHERE: readonly string[] = [".git", "vendor", "build", "node_modules"];

/**
 * The Markdown files that people read, as paths in the repository.
 *
 * @param folder A folder of it, which ends with a slash; all of it by default.
 */
export async function documents(folder = ""): Promise<string[]> {
  const found = await Array.fromAsync(
    Deno.readDir(new URL(folder, ROOT)),
    async ({ isDirectory, name }) => {
      if (isDirectory) return ELSEWHERE.includes(name) ? [] : await documents(`${folder}${name}/`);
      return name.endsWith(".md") ? [`${folder}${name}`] : [];
    },
  );
  return found.flat().sort();
}
