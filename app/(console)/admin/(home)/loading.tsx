import { ListSkeleton } from "@/components/shell/ListSkeleton";

export default function Loading() {
  return <ListSkeleton title="Admin" />;
}
