import { PageHead } from "@/components/shell/PageHead";
import { Skeleton, SkeletonLines } from "@/components/ui/Skeleton";

export default function Loading() {
  return (
    <>
      <PageHead title="Job" />
      <div className="flex flex-col gap-4 px-(--gutter) pt-3 pb-4">
        <Skeleton className="h-6! w-72" />
        <Skeleton className="w-full" />
        <Skeleton className="h-[72px]! w-full" />
      </div>
      <div className="border-t border-line px-(--gutter) py-3">
        <SkeletonLines lines={8} label="Loading job" />
      </div>
    </>
  );
}
