/** Failures we expect. Anything that is not an `AppError` is a bug, and its text is never sent to a client. */
abstract class AppError extends Error {
  abstract readonly tag: string;
  override get name() {
    return this.constructor.name;
  }
}

/** Nobody is signed in, or the session has ended. */
export class UnauthenticatedError extends AppError {
  readonly tag = "Unauthenticated";
  constructor(message = "You are not signed in.") {
    super(message);
  }
}

/** The row is absent, or the actor may not know that it exists. */
export class NotFoundError extends AppError {
  readonly tag = "NotFound";
  constructor(
    readonly entity: string,
    readonly id: number | string,
  ) {
    super(`${entity} ${id} not found.`);
  }
}

/** The actor knows the object and lacks the right. The message names the right and who can give it. */
export class ForbiddenError extends AppError {
  readonly tag = "Forbidden";
}

/** The request is well formed and cannot be carried out now. The message says what to do. */
export class PreconditionError extends AppError {
  readonly tag = "Precondition";
}

/** Somebody else has it, or changed it meanwhile. */
export class ConflictError extends AppError {
  readonly tag = "Conflict";
}

/** Input that a schema cannot judge alone. `fields` maps a dotted path to a reason. */
export class InvalidInputError extends AppError {
  readonly tag = "InvalidInput";
  constructor(
    message: string,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Too many attempts; `retryAfterSeconds` from now it may work. */
export class RateLimitedError extends AppError {
  readonly tag = "RateLimited";
  constructor(readonly retryAfterSeconds: number) {
    super(`Too many attempts. Try again in ${retryAfterSeconds} s.`);
  }
}

/** The runner did not answer a call in time. */
export class RunnerSilentError extends AppError {
  readonly tag = "RunnerSilent";
}

export type AnyAppError =
  | UnauthenticatedError
  | NotFoundError
  | ForbiddenError
  | PreconditionError
  | ConflictError
  | InvalidInputError
  | RateLimitedError
  | RunnerSilentError;

/** `isAppError(err, "NotFound")` narrows to that class; without tags, to any of ours. */
export function isAppError<T extends AnyAppError["tag"]>(
  err: unknown,
  ...tags: T[]
): err is Extract<AnyAppError, { tag: T }> {
  return err instanceof AppError && (tags.length === 0 || tags.some((tag) => tag === err.tag));
}
