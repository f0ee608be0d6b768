import { Skeleton } from "../ui/Skeleton";
import { PageHead } from "./PageHead";

/** A page with one table, before its rows are there. */
export function ListSkeleton({ title }: { title: string }) {
  return (
    <>
      <PageHead title={title} />
      <div role="status" className="px-(--gutter) pt-3">
        <span className="sr-only">Loading {title}</span>
        <Skeleton className="h-(--control-h) w-65 max-w-full" />
        <div className="mt-5 flex flex-col border-t border-line">
          {Array.from({ length: 8 }, (_, row) => (
            <div key={row} className="flex h-10 items-center gap-10 border-b border-line">
              <Skeleton className={row % 2 === 0 ? "w-1/4" : "w-1/5"} />
              <Skeleton className="ml-auto w-20" />
              <Skeleton className="w-24" />
            </div>
          ))}
        </div>
      </div>
    </>
  );
}
