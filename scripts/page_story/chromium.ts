/** The browser that the story is played in: Debian's. */
export const CHROMIUM = "/usr/bin/chromium";
