import type { Metadata } from "next";
import { NewResource } from "@/components/resource/NewResource";

export const metadata: Metadata = { title: "New resource" };

export default function Page() {
  return <NewResource />;
}
