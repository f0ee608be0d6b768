import { LinkButton } from "@/components/ui/LinkButton";

/** Only for addresses outside the console; there the 404 page keeps its shell. */
export default function NotFound() {
  return (
    <main className="grid min-h-dvh place-items-center bg-bg p-6">
      <div className="w-full max-w-[440px] rounded-panel border border-line bg-surface p-6">
        <h1 className="text-20 font-semibold">There is nothing at this address</h1>
        <p className="mt-2 mb-4 text-ink-2">It may have moved, or the address may be mistyped.</p>
        <LinkButton href="/" variant="solid">
          Go to Home
        </LinkButton>
      </div>
    </main>
  );
}
