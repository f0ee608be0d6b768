/** Synchronous work on what strangers wrote, ended when it takes too long. */
import vm from "node:vm";

export class TookTooLong extends Error {}

const context = vm.createContext({ run: () => undefined as unknown });
const script = new vm.Script("run()");

/**
 * @param ms It is interrupted after that, also inside of a regular expression.
 * @throws TookTooLong, and whatever the work throws.
 */
export function bounded<T>(ms: number, work: () => T): T {
  const outer = context["run"] as () => unknown;
  context["run"] = work;
  try {
    return script.runInContext(context, { timeout: ms }) as T;
  } catch (err) {
    if ((err as NodeJS.ErrnoException).code !== "ERR_SCRIPT_EXECUTION_TIMEOUT") throw err;
    throw new TookTooLong(`It took more than ${ms} ms.`);
  } finally {
    context["run"] = outer;
  }
}
