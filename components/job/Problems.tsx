import { Callout } from "../ui/Callout";

/** What the server would refuse, each with what to do; nothing if there is nothing. */
export function Problems({ problems }: { problems: readonly string[] }) {
  if (problems.length === 0) return null;
  return (
    <div className="flex flex-col gap-2">
      {problems.map((problem) => (
        <Callout key={problem} tone="warn">
          {problem}
        </Callout>
      ))}
    </div>
  );
}
