import { PageHead } from "@/components/shell/PageHead";
import { SkeletonLines } from "@/components/ui/Skeleton";

export default function Loading() {
  return (
    <>
      <PageHead title="My profile" />
      <div className="px-(--gutter) py-4">
        <SkeletonLines lines={8} label="Loading your profile" />
      </div>
    </>
  );
}
