/**
 * What tasks keep between jobs (`FRACTAL_CACHE_DIR`), models for instance. One folder per profile: people may
 * share a project folder, and what the account of one profile writes, that of another may not even read.
 *
 * @param projectDir First project folder of the user, absolute.
 * @see runner specification §2.2
 */
export function cacheFolderOf(projectDir: string, profileId: number): string {
  return `${projectDir}/fractal/.fractal_cache/profile_${profileId}`;
}
