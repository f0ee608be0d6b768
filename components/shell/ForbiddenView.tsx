import { Crumbs } from "./crumbs";
import { LinkButton } from "../ui/LinkButton";
import { PageHead } from "./PageHead";

/** Which right is missing, who can give it, the way back (design.md §11, 403). */
export function ForbiddenView({ email }: { email: string }) {
  return (
    <>
      <title>Not for this account · Fractal</title>
      <Crumbs items={[{ label: "Not for this account" }]} />
      <PageHead title="Only administrators can open this page" />
      <div className="max-w-prose px-(--gutter) pt-2 pb-6 text-ink-2">
        <p>
          You are signed in as <strong className="font-medium text-ink">{email}</strong>, and this account is
          not that of an administrator. An administrator of this server can make it one.
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
