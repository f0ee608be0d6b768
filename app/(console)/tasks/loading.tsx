import { PageHead } from "@/components/shell/PageHead";
import { SkeletonLines } from "@/components/ui/Skeleton";

export default function Loading() {
  return (
    <>
      <PageHead title="Tasks" ruled />
      <div className="px-(--gutter) py-4">
        <SkeletonLines lines={10} label="Loading tasks" />
      </div>
    </>
  );
}
