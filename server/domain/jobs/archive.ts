/** Names of what a job's folder becomes after its end. */

/** @param workingDir Absolute path of the job's folder. @returns The archive that takes its place. */
export const archiveOf = (workingDir: string) => `${workingDir}.zip`;

/** The name under which a person saves it. */
export const archiveFileName = (workingDir: string) => `${workingDir.split("/").at(-1) ?? ""}_archive.zip`;
