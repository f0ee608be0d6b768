import { PageHead } from "@/components/shell/PageHead";

export default function HomePage() {
  return <PageHead title="Home" />;
}
