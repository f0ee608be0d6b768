import { PageHead } from "@/components/shell/PageHead";
import { SkeletonLines } from "@/components/ui/Skeleton";

export default function Loading() {
  return (
    <>
      <PageHead title="Home" />
      <div className="grid gap-4 px-(--gutter) pt-2.5 lg:grid-cols-2">
        {["running jobs", "failures"].map((label) => (
          <div key={label} className="rounded-panel border border-line px-3.5 py-2">
            <SkeletonLines label={`Loading ${label}`} lines={3} />
          </div>
        ))}
      </div>
    </>
  );
}
