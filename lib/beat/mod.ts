/**
 * The loop that beats.
 *
 * @module
 */

export { BeatLoop, type BeatLoopOptions, type BeatWatch } from "./beat_loop.ts";
export { beatBody, type BeatBodyOptions } from "./body.ts";
