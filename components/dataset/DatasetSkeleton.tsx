import { Skeleton } from "@/components/ui/Skeleton";

/** Filters at the left, rows at the right, before they are there. */
export function DatasetSkeleton() {
  return (
    <div role="status" className="flex min-h-0 flex-1">
      <span className="sr-only">Loading images</span>
      <div className="w-56 shrink-0 border-r border-line p-5 max-lg:hidden">
        <Skeleton className="h-(--control-h) w-full" />
        {Array.from({ length: 7 }, (_, row) => (
          <Skeleton key={row} className={row % 3 === 0 ? "mt-5 w-16" : "mt-3.5 w-32"} />
        ))}
      </div>
      <div className="min-w-0 flex-1">
        {Array.from({ length: 12 }, (_, row) => (
          <div key={row} className="flex h-(--row-h) items-center gap-8 border-b border-line px-(--gutter)">
            <Skeleton className={row % 2 === 0 ? "w-1/3" : "w-1/4"} />
            <Skeleton className="ml-auto w-16" />
            <Skeleton className="w-20" />
          </div>
        ))}
      </div>
    </div>
  );
}
