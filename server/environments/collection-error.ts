/** The package, the wheel or the host is in the way. The message is one sentence: the first line of the log. */
export class CollectionError extends Error {
  override readonly name = "CollectionError";
}
