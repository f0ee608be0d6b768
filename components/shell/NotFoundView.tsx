import { Crumbs } from "./crumbs";
import { LinkButton } from "../ui/LinkButton";
import { PageHead } from "./PageHead";

/** What, why, the way back (design.md §11, 404). */
export function NotFoundView() {
  return (
    <>
      <title>Not found · Fractal</title>
      <Crumbs items={[{ label: "Not found" }]} />
      <PageHead title="There is nothing at this address" />
      <div className="max-w-prose px-(--gutter) pt-2 pb-6 text-ink-2">
        <p>
          It may have been deleted, the address may be mistyped, or it belongs to a project that is not shared
          with you. The owner of the project can share it.
        </p>
        <div className="mt-4 flex flex-wrap gap-2">
          <LinkButton href="/" variant="solid">
            Go to Home
          </LinkButton>
          <LinkButton href="/projects">Projects</LinkButton>
        </div>
      </div>
    </>
  );
}
