/** Why the published tasks do not run here, in one sentence; not a failure. */
export class Skipped extends Error {}
