import { assertEquals, assertThrows } from "@std/assert";
import { readOutside } from "../../../scripts/soak/sampler.ts";

/** Parts of what Linux has told about a sidecar. */
const TEXT = `Name:	workspace-beat
VmHWM:	   71168 kB
VmRSS:	   63016 kB
RssAnon:	   21004 kB
Threads:	6
19905 (work (space) beat) S 19784 19905 19761 0 -1 4194304 4863 0 2 0 187 203 0 0 20 0 6 0 99 7
total 0
lr-x------ 1 root root 64 Nov 26 20:24 0 -> /dev/null
l-wx------ 1 root root 64 Nov 26 20:24 1 -> pipe:[110]
lrwx------ 1 root root 64 Nov 26 20:24 3 -> socket:[112]
lrwx------ 1 root root 64 Nov 26 20:24 4 -> socket:[113]
lrwx------ 1 root root 64 Nov 26 20:24 5 -> anon_inode:[eventpoll]
`;

Deno.test("readOutside() reads memory, threads, handles and CPU time", () => {
  assertEquals(readOutside(TEXT), {
    rssKib: 63016,
    anonKib: 21004,
    threads: 6,
    descriptors: 5,
    sockets: 2,
    cpuSeconds: 3.9,
  });
});

Deno.test("readOutside() refuses what is not complete", () => {
  assertThrows(() => readOutside(TEXT.replace("RssAnon", "RssFile")), TypeError, "RssAnon");
});
