import { PageHead } from "@/components/shell/PageHead";
import { SplitPane } from "@/components/shell/SplitPane";
import { SkeletonLines } from "@/components/ui/Skeleton";

export default function Loading() {
  return (
    <>
      <PageHead title="Workflow" ruled />
      <SplitPane
        id="workflow"
        startWidth={424}
        start={
          <div className="px-(--gutter) py-3">
            <SkeletonLines lines={8} label="Loading tasks" />
          </div>
        }
      >
        <div className="px-(--gutter) py-3">
          <SkeletonLines lines={6} label="Loading arguments" />
        </div>
      </SplitPane>
    </>
  );
}
